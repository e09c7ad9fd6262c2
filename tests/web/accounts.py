"""Accounts of every kind, signed in without hashing a password for each."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app.db.investigators import investigator_by_name
from app.db.tables import Investigator
from app.domain.access import Role
from app.main import utc_now
from app.services.sign_ins import begin_sign_in
from app.services.study_access import give_role
from app.web.cookies import INVESTIGATOR_COOKIE
from tests.studies import House


@dataclass
class Visitor:
    """A browser of one account; that of a stranger holds no cookie."""

    client: TestClient

    def get(self, path: str) -> Response:
        """Ask for a page; redirects are not followed."""
        return self.client.get(path, follow_redirects=False)

    def post(self, path: str, **fields: str) -> Response:
        """Send a form with the token of this browser's own pages."""
        page = self.client.get("/account").text
        token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
        data = {"csrf_token": token[1] if token else "", **fields}
        return self.client.post(path, data=data, follow_redirects=False)


def make_account(house: House, name: str, role: Role = "monitor", **on_studies: Role) -> None:
    """An account with a role on the installation and on studies, whose password nobody knows."""
    now = utc_now()
    with house.database.writing() as session:
        session.add(Investigator(name=name, password_hash="none", role=role, created_at=now))
        session.flush()
        for slug, given in on_studies.items():
            give_role(session, slug.replace("_", "-"), name, given, now=now, actor="test")


def visitor(house: House, app: FastAPI, name: str | None, **options: Any) -> Visitor:
    """A browser in which that account is signed in; None for a stranger."""
    client = TestClient(app, **options)
    if name is not None:
        with house.database.writing() as session:
            account = investigator_by_name(session, name)
            assert account is not None
            token = begin_sign_in(session, account.id, account.password_hash, now=utc_now())
        assert token is not None
        client.cookies.set(INVESTIGATOR_COOKIE, token)
    return Visitor(client)
