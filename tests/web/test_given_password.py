"""A password that somebody else gave opens one page: the one that asks for an own."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.investigators import named_account
from app.db.tables import Event, SignIn
from app.domain.errors import Refused
from app.main import ROUTES, create_app
from app.services.accounts import (
    choose_own_password,
    make_account,
    password_hash_of,
    password_matches,
    renew_password,
    set_password,
)
from app.settings import Settings
from tests.studies import NOW, House

OWN = "a long password of my own"


HIDDEN = re.compile(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"')


def hidden(page: str) -> dict[str, str]:
    """What the first form of a page sends without being typed."""
    return dict(HIDDEN.findall(page.partition("</form>")[0]))


def browser(settings: Settings) -> TestClient:
    return TestClient(create_app(settings), follow_redirects=False)


def made(house: House, name: str = "bob") -> str:
    with house.database.writing() as session:
        set_password(session, "ada", "a long password of ada", now=NOW)
        return make_account(session, name, "owner", now=NOW, actor="ada")


def sign_in(client: TestClient, password: str, name: str = "bob", **fields: str) -> int:
    form = {"name": name, "password": password, **fields}
    return client.post("/sign-in", data=form).status_code


def choose(client: TestClient, password: str, again: str | None = None) -> tuple[int, str]:
    fields = hidden(client.get("/account/own-password").text)
    fields = {**fields, "password": password, "again": again or password}
    answer = client.post("/account/own-password", data=fields)
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_a_given_password_opens_no_other_page(house: House, settings: Settings) -> None:
    slug = house.draft()
    client = browser(settings)
    assert sign_in(client, made(house)) == 303
    form = hidden(client.get("/account/own-password").text)
    for module in ROUTES:
        for route in module.router.routes:
            path = re.sub(r"\{(size|slot|film)\}", "64", route.path)
            path = re.sub(r"\{\w+\}", slug, path)
            if re.match(
                r"/(read|r/|api|healthz|metrics|sign-|account/own-password|language$|$)", path
            ):
                continue
            for method in route.methods - {"HEAD"}:
                fields = form if method == "POST" else None
                # A route whose body is no form takes the token from a header.
                token = {"X-CSRF-Token": form["csrf_token"]}
                answer = client.request(method, path, data=fields, headers=token)
                if method == "GET":
                    assert answer.headers.get("Location", "").startswith("/account/own"), path
                else:
                    assert answer.status_code == 403, path
                    assert "Choose a password of your own first" in answer.text


def test_an_own_password_is_asked_for_once(house: House, settings: Settings) -> None:
    given = made(house)
    client, other = browser(settings), browser(settings)
    assert sign_in(client, given) == sign_in(other, given) == 303
    location = client.get("/accounts").headers["Location"]
    assert location == "/account/own-password?next=/accounts"
    form = hidden(client.get(location).text)
    assert choose(client, "short")[0] == 422
    assert choose(client, OWN, OWN + "!")[0] == 422
    status, page = choose(client, given)
    assert (status, "that you were given" in page) == (422, True)
    fields = {**form, "password": OWN, "again": OWN}
    answer = client.post("/account/own-password", data=fields)
    # They go on where they wanted to, in the browser they chose it in and in no other.
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts")
    assert client.get("/accounts").status_code == 200
    assert other.get("/accounts").headers["Location"].startswith("/sign-in")
    assert client.get("/account/own-password").headers["Location"] == "/account"
    assert sign_in(browser(settings), given) == 403
    assert sign_in(browser(settings), OWN) == 303
    with house.database.reading() as session:
        last = session.scalars(
            select(Event).where(Event.action == "new password").order_by(Event.id)
        ).all()[-1]
        assert (last.actor, last.detail["account"]) == ("bob", "bob")


def test_a_renewed_password_asks_again_and_ones_own_does_not(
    house: House, settings: Settings
) -> None:
    made(house)
    client = browser(settings)
    with house.database.writing() as session:
        set_password(session, "bob", OWN, now=NOW)
    assert sign_in(client, OWN) == 303
    assert client.get("/account/own-password").headers["Location"] == "/account"
    with house.database.writing() as session:
        renewed = renew_password(session, "bob", now=NOW, actor="ada")
    assert sign_in(client, renewed) == 303
    assert client.get("/studies").headers["Location"].startswith("/account/own-password")


def test_the_page_is_no_way_around_the_password_in_use(house: House, settings: Settings) -> None:
    client = browser(settings)
    made(house)
    assert sign_in(client, "a long password of ada", "ada") == 303
    page = client.get("/account").text
    token = re.search(r'name="csrf_token" value="(\w+)"', page)
    assert token is not None
    fields = {"csrf_token": token[1], "password": OWN, "again": OWN}
    answer = client.post("/account/own-password", data=fields)
    assert answer.headers["Location"] == "/account"
    with house.database.writing() as session:
        account = password_hash_of(session, "ada")
        assert account is not None
        assert password_matches("a long password of ada", account[1])
        with pytest.raises(Refused):
            choose_own_password(session, "ada", OWN, account[1], now=NOW)


def test_whoever_replaces_a_password_that_was_replaced_meanwhile_is_refused(house: House) -> None:
    made(house)
    with house.database.writing() as session:
        old = named_account(session, "bob").password_hash
        renew_password(session, "bob", now=NOW, actor="ada")
        with pytest.raises(Refused, match="another password by now"):
            choose_own_password(session, "bob", OWN, old, now=NOW)


def test_a_design_on_its_way_arrives_after_the_password_is_chosen(
    house: House, settings: Settings
) -> None:
    client = browser(settings)
    given = made(house)
    kept = {"kept.title": "A title typed before", "next": "/studies/new"}
    answer = client.post("/sign-in", data={"name": "bob", "password": given, **kept})
    answer = client.post("/studies/new", data=hidden(answer.text))
    assert answer.status_code == 403
    fields = {**hidden(answer.text), "password": OWN, "again": OWN}
    answer = client.post("/account/own-password", data=fields)
    assert 'action="/studies/new"' in answer.text
    assert hidden(answer.text)["title"] == "A title typed before"
    with house.database.reading() as session:
        assert len(session.scalars(select(SignIn)).all()) == 1
