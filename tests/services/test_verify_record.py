"""`verify` finds whatever was changed behind the app's back, and names it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.append_only import drop_triggers, ensure_triggers
from app.db.tables import Rendition
from app.domain.blinding import blinded_design
from app.domain.design.reading import design_from_json
from app.services.admit_reader import admit_by_link, give_consent
from app.services.invite_readers import reissue_link, revoke_link
from app.services.rehearse_study import rehearse_study
from app.services.verify_record import (
    Verified,
    slugs_to_verify,
    verify_installation,
    verify_study,
)
from tests.conftest import MadeOnce, Template
from tests.studies import NOW, House

REHEARSAL = "trial-study-rehearsal"


def rehearsed_and_closed(house: House) -> None:
    """An open study whose reader has agreed, and a closed copy of it with ratings."""
    slug, token = house.open_study_with_reader()
    with house.database.writing() as session:
        reader = admit_by_link(session, token)
        design = blinded_design(design_from_json(reader.study.design))
        give_consent(session, reader, design, now=NOW)
    with house.database.writing() as session:
        rehearse_study(session, slug, readers=1, seed=1, now=NOW, actor="test")
    house.close(slug)


@pytest.fixture
def template(made_once: MadeOnce) -> Template:
    """Every test begins with these."""
    return made_once(rehearsed_and_closed)


@pytest.fixture
def read(house: House) -> House:
    """The house with these."""
    return house


def verified(house: House, slug: str = "trial-study") -> Verified:
    with house.database.reading() as session:
        return verify_study(session, house.store, slug)


def tamper(house: House, *statements: str, slug: str = "trial-study") -> str:
    """What `verify` says after raw SQL, with the triggers out of the way."""
    assert verified(house, slug).problem is None
    with house.database.writing() as session:
        drop_triggers(session.connection())
        for statement in statements:
            session.execute(text(statement))
        ensure_triggers(session.connection())
    return verified(house, slug).problem or "nothing"


def test_an_untouched_installation_holds(read: House) -> None:
    with read.database.reading() as session:
        assert slugs_to_verify(session) == ("trial-study", REHEARSAL)
        whole = [
            verify_installation(session),
            *(verify_study(session, read.store, slug) for slug in slugs_to_verify(session)),
        ]
    assert [one.problem for one in whole] == [None, None, None]
    assert [one.events for one in whole] == [1, 7, 14]
    assert [one.ratings for one in whole] == [0, 0, 12]


# --- the chain itself

OF_STUDY = "WHERE chain_id = 1 AND number = 3"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"UPDATE events SET actor = 'nobody' {OF_STUDY}", "Event 3 ('opened' by nobody, "),
        (f"UPDATE events SET action = 'closed' {OF_STUDY}", "Event 3 ('closed' by test, "),
        (f"UPDATE events SET detail = '{{}}' {OF_STUDY}", "was changed: its hash is"),
        (f"UPDATE events SET salt = 'ff' {OF_STUDY}", "was changed: its hash is"),
        (f"UPDATE events SET hash = previous {OF_STUDY}", "was changed: its hash is"),
        (f"UPDATE events SET previous = hash {OF_STUDY}", "doesn't follow event 2"),
        (f"DELETE FROM events {OF_STUDY}", "Event 3 is missing"),
        ("DELETE FROM events WHERE chain_id = 1 AND number = 7", "The end of the chain is missing"),
        ("UPDATE chains SET head = origin WHERE id = 1", "The head of the chain was changed"),
        ("UPDATE chains SET origin = head WHERE id = 1", "doesn't follow the chain's origin"),
    ],
)
def test_a_changed_or_missing_event_is_named(read: House, change: str, said: str) -> None:
    assert said in tamper(read, change)


def test_a_later_time_of_an_event_is_seen(read: House) -> None:
    later = "2026-11-24 09:30:01+00:00" if not read.database.is_sqlite else "2026-11-24 09:30:01"
    assert "was changed: its hash is" in tamper(
        read, f"UPDATE events SET at = '{later}' {OF_STUDY}"
    )


def test_a_whole_record_that_is_gone_is_missed(read: House) -> None:
    gone = ("DELETE FROM events WHERE chain_id = 1", "DELETE FROM chains WHERE id = 1")
    assert tamper(read, *gone) == "The study trial-study has no record."


# --- rows against the record


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE studies SET status = 'open' WHERE id = 1", "is open, but by its record"),
        ("UPDATE studies SET closed_at = NULL WHERE id = 1", "by event 7 it was at"),
        ("UPDATE studies SET last_day = '2026-12-24' WHERE id = 1", "by the record it is as in"),
        ("UPDATE studies SET message = 'All are fake.' WHERE id = 1", "is not what the record has"),
        ("UPDATE studies SET design = replace(design, 'Trial', 'Other')", "The design"),
        ("UPDATE cases SET is_replicated = NOT is_replicated WHERE study_id = 1", "The cases were"),
        ("UPDATE arms SET kind = 'real'", "The cases were changed"),
        (
            "UPDATE readers SET consent_sha256 = 'ab' WHERE code = 'R01'",
            "consent of R01 was changed",
        ),
        ("UPDATE readers SET consented_at = NULL WHERE code = 'R01'", "consent of R01 is gone"),
        ("UPDATE readers SET code = 'R02' WHERE code = 'R01'", "The reader R01 of event 5"),
        ("UPDATE presentations SET position = position + 100 WHERE reader_id = 1", "order of R01"),
        (
            "UPDATE shown_cases SET case_id = (SELECT min(id) FROM cases WHERE study_id = 1)",
            "order",
        ),
    ],
)
def test_a_row_that_is_not_as_recorded_is_named(read: House, change: str, said: str) -> None:
    assert said in tamper(read, change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE answers SET value = '9' WHERE question = 'realism' AND rating_id = 3", "changed"),
        ("DELETE FROM answers WHERE rating_id = 3", "was changed: it is not the one that event"),
        ("UPDATE ratings SET reading_time_ms = 1 WHERE id = 3", "was changed"),
        ("UPDATE ratings SET hidden_time_ms = 1 WHERE id = 3", "was changed"),
        ("UPDATE ratings SET shown_at = NULL WHERE id = 3", "was changed"),
        ("UPDATE ratings SET reason = 'a slip' WHERE id = 3", "was changed"),
        ("UPDATE ratings SET submission = '0.aaaaaaaaaaaaaaaaaaaaaa' WHERE id = 3", "not in the"),
    ],
)
def test_a_changed_rating_is_named(read: House, change: str, said: str) -> None:
    problem = tamper(read, change, slug=REHEARSAL)
    assert problem.startswith("The rating of S01 at position 3 (")
    assert said in problem


def test_a_rating_that_is_gone_is_named(read: House) -> None:
    gone = (
        "UPDATE events SET rating_id = NULL WHERE rating_id = 3",
        "DELETE FROM answers WHERE rating_id = 3",
        "DELETE FROM ratings WHERE id = 3",
    )
    assert tamper(read, *gone, slug=REHEARSAL).endswith("is gone.")


def test_a_rating_that_was_slipped_in_is_named(read: House) -> None:
    slip = (
        "INSERT INTO ratings (id, presentation_id, session_id, submission, submitted_at) SELECT "
        "999, presentation_id, session_id, '1.aaaaaaaaaaaaaaaaaaaaaa', submitted_at "
        "FROM ratings WHERE id = 3"
    )
    assert "is not in the record" in tamper(read, slip, slug=REHEARSAL)


def test_a_withdrawn_link_that_works_again_is_named(read: House) -> None:
    with read.database.writing() as session:
        revoke_link(session, "trial-study", "R01", now=NOW, actor="test")
    assert "event 8 withdrew it" in tamper(read, "UPDATE readers SET revoked_at = NULL")


def test_a_link_that_was_renewed_is_no_break(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    with house.database.writing() as session:
        revoke_link(session, slug, "R01", now=NOW, actor="test")
        reissue_link(session, slug, "R01", now=NOW, actor="test")
    assert verified(house).problem is None


def test_a_picture_that_is_gone_or_another_is_named(read: House) -> None:
    with read.database.reading() as session:
        pictures = session.scalars(select(Rendition.sha256)).all()
    for sha256 in pictures:
        read.store.path(sha256).write_bytes(b"another")
    assert "is not in the data folder as it was" in (verified(read).problem or "")


def test_pictures_swapped_in_the_database_are_named(read: House) -> None:
    swap = "UPDATE renditions SET sha256 = (SELECT max(sha256) FROM renditions)"
    assert tamper(read, swap).startswith("Other pictures stand for the cases")


# --- the installation


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda session: drop_triggers(session.connection()), "The trigger answers_no_update"),
        (
            lambda session: session.execute(text("INSERT INTO append_only_gate VALUES ('open')")),
            "stands open",
        ),
    ],
)
def test_an_installation_whose_rows_could_change_is_named(
    read: House, spoil: Callable[[Session], object], said: str
) -> None:
    with read.database.writing() as session:
        spoil(session)
    with read.database.reading() as session:
        assert said in (verify_installation(session).problem or "")
