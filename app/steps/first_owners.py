"""Whose a new study is: nobody could see it otherwise."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.investigators import (
    owners_of_installation,
    roles_on,
    studies_without_owner,
)
from app.db.studies import record_event
from app.db.tables import Investigator, Study, StudyRole
from app.domain.access import Account


def give_first_owners(
    session: Session, study: Study, owner: Account | None, *, now: datetime, actor: str
) -> None:
    """Make `owner` the owner of a study that was just stored.

    Without one, as on the command line, it belongs to those who own the installation, and is in the
    log where there are any; the first account that is made gets what has no owner.
    """
    ids = (
        [owner.id]
        if owner is not None
        else [account.id for account in owners_of_installation(session)]
    )
    _own(session, study, ids, now=now)
    if owner is None and ids:
        names = [account.name for _, account in roles_on(session, study)]
        record_event(
            session,
            study=study,
            actor=actor,
            action="role given",
            now=now,
            detail={"accounts": names, "role": "owner"},
        )


def give_same_roles(session: Session, source: Study, copy: Study, *, now: datetime) -> None:
    """Let whoever may see a study see its copy in the same role."""
    for role, _ in roles_on(session, source):
        session.add(
            StudyRole(
                study_id=copy.id,
                investigator_id=role.investigator_id,
                role=role.role,
                given_at=now,
            )
        )
    session.flush()


def give_ownerless_studies(session: Session, account: Investigator, *, now: datetime) -> None:
    """Give the first account of an installation the studies that were made before it."""
    for study in studies_without_owner(session):
        _own(session, study, [account.id], now=now)


def _own(session: Session, study: Study, accounts: Iterable[int], *, now: datetime) -> None:
    for account_id in accounts:
        session.add(
            StudyRole(study_id=study.id, investigator_id=account_id, role="owner", given_at=now)
        )
    session.flush()
