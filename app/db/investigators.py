"""Rows of accounts, their roles on studies, and the browsers that are signed in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.code_points import by_code_point
from app.db.tables import Investigator, SignIn, Study, StudyRole
from app.domain.access import Role
from app.domain.errors import NotFound
from app.domain.said import said


def investigator_by_name(session: Session, name: str) -> Investigator | None:
    """The account of that name."""
    return session.scalars(select(Investigator).where(Investigator.name == name)).one_or_none()


def named_account(session: Session, name: str, *, lock: bool = False) -> Investigator:
    """The account of that name; raises NotFound. With `lock` nobody else changes it meanwhile."""
    query = select(Investigator).where(Investigator.name == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    account = session.scalars(query).one_or_none()
    if account is None:
        raise NotFound(
            said(
                "There is no account {name!r}; an owner of this installation makes one.", name=name
            )
        )
    return account


def investigator_by_id(session: Session, investigator_id: int) -> Investigator | None:
    """The account with that id."""
    return session.get(Investigator, investigator_id)


def investigator_count(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count(Investigator.id))) or 0


def add_investigator_once(session: Session, investigator: Investigator) -> bool:
    """Add an account; False where another transaction has added one of that name meanwhile."""
    try:
        with session.begin_nested():
            session.add(investigator)
    except IntegrityError:
        return False
    return True


def all_investigators(session: Session) -> Sequence[Investigator]:
    """Every account, by name."""
    return session.scalars(select(Investigator).order_by(by_code_point(Investigator.name))).all()


def owners_of_installation(session: Session, *, lock: bool = False) -> Sequence[Investigator]:
    """The accounts that own the installation and are not disabled, oldest first.

    With `lock` none of them stops being one before this transaction ends.
    """
    query = (
        select(Investigator)
        .where(Investigator.role == "owner", Investigator.disabled_at.is_(None))
        .order_by(Investigator.id)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).all()


def study_role(session: Session, study_id: int, investigator_id: int) -> StudyRole | None:
    """What an account is to a study."""
    return session.get(StudyRole, (study_id, investigator_id), populate_existing=True)


def roles_on(session: Session, study: Study) -> Sequence[tuple[StudyRole, Investigator]]:
    """Who has which role on a study, by name."""
    rows = session.execute(
        select(StudyRole, Investigator)
        .join(Investigator, Investigator.id == StudyRole.investigator_id)
        .where(StudyRole.study_id == study.id)
        .order_by(by_code_point(Investigator.name))
        .execution_options(populate_existing=True)
    )
    return [(role, account) for role, account in rows]


def roles_of(session: Session, investigator_id: int) -> dict[int, Role]:
    """The role of an account on each study that it may see, by the study's id."""
    rows = session.execute(
        select(StudyRole.study_id, StudyRole.role).where(
            StudyRole.investigator_id == investigator_id
        )
    )
    return {row.study_id: row.role for row in rows}


def studies_without_owner(session: Session) -> Sequence[Study]:
    """The studies that nobody has a role on."""
    owned = select(StudyRole.study_id)
    return session.scalars(select(Study).where(Study.id.not_in(owned)).order_by(Study.id)).all()


def sign_in_by_hash(session: Session, token_hash: str) -> tuple[SignIn, Investigator] | None:
    """A browser that is signed in and its account, unless that is disabled."""
    row = session.execute(
        select(SignIn, Investigator)
        .join(Investigator, Investigator.id == SignIn.investigator_id)
        .where(SignIn.token_hash == token_hash, Investigator.disabled_at.is_(None))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def sign_ins_of(session: Session, investigator_id: int) -> Sequence[SignIn]:
    """Where an account is signed in, the last seen first."""
    return session.scalars(
        select(SignIn)
        .where(SignIn.investigator_id == investigator_id)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    ).all()


def end_sign_ins(session: Session, investigator_id: int) -> int:
    """Sign an account out everywhere; return from how many browsers."""
    ended = session.execute(
        delete(SignIn).where(SignIn.investigator_id == investigator_id).returning(SignIn.id)
    )
    return len(ended.all())


def end_sign_in(session: Session, token_hash: str) -> None:
    """Sign one browser out."""
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash))


def end_old_sign_ins(session: Session, *, begun_before: datetime, seen_before: datetime) -> None:
    """Forget the browsers whose time is over."""
    session.execute(
        delete(SignIn).where(or_(SignIn.begun_at < begun_before, SignIn.last_seen_at < seen_before))
    )
