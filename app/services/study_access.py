"""The one check of who may do what to a study, and saying who may.

`study_for(session, account, slug, right)` is asked before everything that touches a study for a
person, whether they came by a page or by the API. A study on which the account has no role is
answered with NotFound, in the very words for a study that does not exist.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.investigators import named_account, roles_on, study_role
from app.db.studies import no_study, record_event, study_by_slug
from app.db.tables import Study, StudyRole
from app.domain.access import Account, Right, Role, StudyAccess, ensure_right
from app.domain.errors import NotFound, Refused
from app.domain.said import said


@dataclass(frozen=True)
class AccessLine:
    """One account with a role on a study."""

    name: str
    role: Role
    given_at: datetime
    is_disabled: bool


def study_for(session: Session, account: Account, slug: str, right: Right) -> StudyAccess:
    """What the account may do to the study, which is at least `right`.

    Raises NotFound for a study that it has no role on, or that nobody has, and NotAllowed where
    its role doesn't give that right.
    """
    study = study_by_slug(session, slug)
    given = study_role(session, study.id, account.id)
    if given is None:
        raise no_study(slug)
    ensure_right(slug, given.role, right)
    return StudyAccess(slug, given.role)


def access_to(session: Session, slug: str) -> tuple[AccessLine, ...]:
    """Who has which role on a study, by name. Raises NotFound for a slug that no study has."""
    return tuple(
        AccessLine(account.name, role.role, role.given_at, account.disabled_at is not None)
        for role, account in roles_on(session, study_by_slug(session, slug))
    )


def give_role(
    session: Session, slug: str, name: str, role: Role, *, now: datetime, actor: str
) -> None:
    """Give an account a role on a study, in place of the one it had.

    Raises NotFound for an unknown account or study, Refused for a disabled account and where the
    study would be left without an owner.
    """
    study = study_by_slug(session, slug, lock=True)
    account = named_account(session, name)
    if account.disabled_at is not None:
        raise Refused(
            said("The account {name} is disabled; enable it before it is given a role.", name=name)
        )
    given = study_role(session, study.id, account.id)
    if given is not None and given.role == role:
        return
    if given is not None:
        _ensure_another_owner(session, study, given)
        before, given.role, given.given_at = given.role, role, now
    else:
        before = None
        session.add(
            StudyRole(study_id=study.id, investigator_id=account.id, role=role, given_at=now)
        )
    detail = {"account": name, "role": role} | ({"before": before} if before else {})
    record_event(session, study=study, actor=actor, action="role given", now=now, detail=detail)


def take_role(session: Session, slug: str, name: str, *, now: datetime, actor: str) -> None:
    """Take an account's role on a study away; it then sees nothing of it.

    Raises NotFound for who has none, Refused for the last owner.
    """
    study = study_by_slug(session, slug, lock=True)
    account = named_account(session, name)
    given = study_role(session, study.id, account.id)
    if given is None:
        raise NotFound(
            said("The account {name} has no role in the study {slug}.", name=name, slug=slug)
        )
    _ensure_another_owner(session, study, given)
    detail = {"account": name, "role": given.role}
    session.delete(given)
    record_event(session, study=study, actor=actor, action="role taken", now=now, detail=detail)


def _ensure_another_owner(session: Session, study: Study, given: StudyRole) -> None:
    others = [
        role
        for role, account in roles_on(session, study)
        if role.role == "owner"
        and account.disabled_at is None
        and role.investigator_id != given.investigator_id
    ]
    if given.role == "owner" and not others:
        raise Refused(
            said(
                "The study {slug} has no other owner; make somebody else an owner first.",
                slug=study.slug,
            )
        )
