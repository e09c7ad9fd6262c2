"""Accounts, sign-ins and access: what is refused, what ends what, and what the log keeps."""

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.db.tables import Event, SignIn
from app.domain.access import Account, Right, Role
from app.domain.errors import BadInput, NotAllowed, NotFound, Refused
from app.services.accounts import (
    account_named,
    change_role,
    create_first_investigator,
    disable_account,
    enable_account,
    make_account,
    password_hash_of,
    password_matches,
    renew_password,
    set_password,
)
from app.services.rehearse_study import rehearse_study
from app.services.sign_ins import (
    FAILED,
    LONGEST,
    LONGEST_IDLE,
    MOST_FAILURES,
    begin_sign_in,
    note_failed_sign_in,
    note_seen,
    sign_out,
    sign_out_everywhere,
    signed_in,
)
from app.services.study_access import access_to, give_role, study_for, take_role
from app.services.study_progress import list_studies
from app.services.verify_record import verify_installation
from tests.studies import NOW, House


def made(session: Session, name: str, role: Role = "investigator") -> Account:
    make_account(session, name, role, now=NOW, actor="test")
    return account_named(session, name)


def door(session: Session, name: str) -> str:
    account = password_hash_of(session, name)
    assert account is not None
    token = begin_sign_in(session, *account, now=NOW)
    assert token is not None
    return token


def test_the_first_account_owns_the_installation_and_what_was_made_before(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        password = create_first_investigator(session, now=NOW)
        assert create_first_investigator(session, now=NOW) is None
        first = account_named(session, "investigator")
        assert password is not None
        assert (first.manages_accounts, first.makes_studies) == (True, True)
        assert study_for(session, first, slug, Right.GIVE_ACCESS).role == "owner"
        assert set_password(session, "ada", "a long password", now=NOW)
        second = account_named(session, "ada")
        assert (second.role, list_studies(session, second)) == ("investigator", ())
        with pytest.raises(NotFound, match="There is no study"):
            study_for(session, second, slug, Right.SEE_PROGRESS)


def test_a_study_of_the_command_line_belongs_to_the_owners_of_the_installation(
    house: House,
) -> None:
    with house.database.writing() as session:
        made(session, "ada", "owner")
        made(session, "bob", "owner")
        made(session, "eve")
        disable_account(session, "bob", now=NOW, actor="test")
    slug = house.draft()
    with house.database.writing() as session:
        assert [(one.name, one.role) for one in access_to(session, slug)] == [("ada", "owner")]
        copy = rehearse_study(session, slug, readers=1, seed=1, now=NOW, actor="test").slug
        assert [one.name for one in access_to(session, copy)] == ["ada"]


def test_roles_are_given_changed_and_taken_and_a_last_owner_stays(house: House) -> None:
    with house.database.writing() as session:
        made(session, "ada", "owner")
    slug = house.draft()
    with house.database.writing() as session:
        bob = made(session, "bob")
        give_role(session, slug, "bob", "monitor", now=NOW, actor="ada")
        with pytest.raises(NotAllowed, match="is monitor, which doesn't allow you to see its pic"):
            study_for(session, bob, slug, Right.SEE_RESULTS)
        for change in (
            lambda: take_role(session, slug, "ada", now=NOW, actor="ada"),
            lambda: give_role(session, slug, "ada", "monitor", now=NOW, actor="ada"),
        ):
            with pytest.raises(Refused, match="no other owner"):
                change()
        give_role(session, slug, "bob", "owner", now=NOW, actor="ada")
        take_role(session, slug, "ada", now=NOW, actor="bob")
        with pytest.raises(NotFound):
            study_for(session, account_named(session, "ada"), slug, Right.SEE_PROGRESS)
        with pytest.raises(NotFound, match="no account 'eve'"):
            give_role(session, slug, "eve", "monitor", now=NOW, actor="bob")
        with pytest.raises(NotFound, match="has no role"):
            take_role(session, slug, "ada", now=NOW, actor="bob")
        actions = [(e.action, e.detail.get("before")) for e in session.scalars(select(Event))]
        assert actions.count(("role given", "monitor")) == 1
        assert ("role taken", None) in actions


def test_a_disabled_account_is_out_at_once_and_comes_back_as_it_was(house: House) -> None:
    with house.database.writing() as session:
        made(session, "ada", "owner")
        made(session, "bob")
        token, account = door(session, "bob"), password_hash_of(session, "bob")
        disable_account(session, "bob", now=NOW, actor="ada")
        assert signed_in(session, token, now=NOW) is None
        assert account is not None
        assert begin_sign_in(session, *account, now=NOW) is None
        enable_account(session, "bob", now=NOW, actor="ada")
        # The old cookie stays void: its sign-in was ended, not hidden.
        assert signed_in(session, token, now=NOW) is None
        assert signed_in(session, door(session, "bob"), now=NOW) is not None


def test_an_installation_keeps_an_owner(house: House) -> None:
    with house.database.writing() as session:
        made(session, "ada", "owner")
        made(session, "bob")
        with pytest.raises(Refused, match="only owner"):
            disable_account(session, "ada", now=NOW, actor="ada")
        with pytest.raises(Refused, match="only owner"):
            change_role(session, "ada", "monitor", now=NOW, actor="ada")
        change_role(session, "bob", "owner", now=NOW, actor="ada")
        disable_account(session, "ada", now=NOW, actor="bob")


@pytest.mark.parametrize(
    "name", ["", " ada", "ada ", "a\nb", "x" * 101, "Command Line", "closing date", "nobody"]
)
def test_a_name_that_the_log_could_not_tell_apart_is_refused(database: Database, name: str) -> None:
    with database.writing() as session, pytest.raises(BadInput):
        make_account(session, name, "monitor", now=NOW, actor="test")


def test_a_new_password_ends_what_was_begun_under_the_old(database: Database) -> None:
    with database.writing() as session:
        made(session, "ada", "owner")
        token, old = door(session, "ada"), password_hash_of(session, "ada")
        password = renew_password(session, "ada", now=NOW, actor="ada")
        assert signed_in(session, token, now=NOW) is None
        # A check of the old password that took its time opens nothing either.
        assert old is not None
        assert begin_sign_in(session, *old, now=NOW) is None
        new = password_hash_of(session, "ada")
        assert new is not None
        assert password_matches(password, new[1])


def test_a_sign_in_ends_when_it_is_idle_or_old(database: Database) -> None:
    with database.writing() as session:
        made(session, "ada", "owner")
        token = door(session, "ada")
        almost = NOW + LONGEST_IDLE - timedelta(seconds=1)
        who = signed_in(session, token, now=almost)
        assert who is not None
        assert who.is_stale
        assert signed_in(session, token, now=NOW + LONGEST_IDLE) is None
        at = NOW
        while at < NOW + LONGEST - timedelta(hours=1):
            at += timedelta(hours=1)
            note_seen(session, token, now=at)
            assert signed_in(session, token, now=at) is not None
        assert signed_in(session, token, now=NOW + LONGEST) is None
        door(session, "ada")
        assert len(session.scalars(select(SignIn)).all()) == 2


def test_signing_out_here_and_everywhere(database: Database) -> None:
    with database.writing() as session:
        made(session, "ada", "owner")
        one, two, three = (door(session, "ada") for _ in range(3))
        sign_out(session, one, now=NOW)
        assert signed_in(session, one, now=NOW) is None
        assert signed_in(session, two, now=NOW) is not None
        assert sign_out_everywhere(session, "ada", now=NOW, actor="ada") == 2
        assert signed_in(session, three, now=NOW) is None


def test_the_log_tells_every_sign_in_and_no_secret(database: Database) -> None:
    with database.writing() as session:
        made(session, "ada", "owner")
        token = door(session, "ada")
        account = password_hash_of(session, "ada")
        note_failed_sign_in(session, None, now=NOW)
        note_failed_sign_in(session, account[0] if account else None, now=NOW)
        events = session.scalars(select(Event).order_by(Event.id)).all()
        said = [(e.actor, e.action, e.detail) for e in events]
        assert said[-3:] == [
            ("ada", "signed in", {}),
            ("nobody", "failed sign-in", {}),
            ("nobody", "failed sign-in", {"account": "ada"}),
        ]
        stored = session.scalars(select(SignIn)).one()
        assert token not in (stored.token_hash, *map(str, said))


def test_the_log_takes_sixty_failed_sign_ins_an_hour_and_says_that_there_were_more(
    database: Database,
) -> None:
    def fail(times: int, at: timedelta) -> None:
        for _ in range(times):
            with database.writing() as session:
                note_failed_sign_in(session, None, now=NOW + at)

    def logged() -> list[dict[str, Any]]:
        with database.reading() as session:
            query = select(Event.detail).where(Event.action == FAILED).order_by(Event.id)
            return list(session.scalars(query))

    fail(MOST_FAILURES - 1, timedelta(0))
    assert logged() == [{}] * (MOST_FAILURES - 1)
    fail(MOST_FAILURES, timedelta(minutes=59))
    assert logged()[MOST_FAILURES - 1 :] == [{"more": "further ones of this hour are not logged"}]
    # An hour after the first of them the log takes others again.
    fail(2, timedelta(minutes=61))
    assert len(logged()) == MOST_FAILURES + 2
    with database.reading() as session:
        assert verify_installation(session).problem is None


def test_a_password_is_hashed_as_the_library_advises(own_hasher: PasswordHasher) -> None:
    """Tests hash cheaply, so this one looks at what an installation hashes with (RFC 9106, 4)."""
    assert own_hasher.type is Type.ID
    assert own_hasher.memory_cost >= 64 * 1024
    assert own_hasher.time_cost >= 3
