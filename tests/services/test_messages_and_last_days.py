"""What changes of an open study: a message to its readers, its last day; both in the record."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from app.db.studies import study_by_slug
from app.domain.errors import BadInput, Refused
from app.report.words.conduct import deviations
from app.services.close_past_studies import close_past_studies
from app.services.message_readers import show_message, take_message_back
from app.services.move_last_day import move_last_day
from app.services.summarise_study import summarise_study
from app.services.verify_record import verify_study
from tests.studies import NOW, House

SLUG = "trial-study"
CLOSING: dict[str, Any] = {
    "format": 2,
    "arms": [{"arm": arm, "cases": {"normal": 2}} for arm in ("real", "M1")],
    "questions": [{"measure": "realism"}],
    "closes_on": "2026-12-01",
}


def open_one(house: House, **changes: Any) -> None:
    house.draft(**CLOSING | changes)
    house.open(SLUG)


def show(house: House, said: str, until: date | None = None, slug: str = SLUG) -> None:
    with house.database.writing() as session:
        show_message(session, slug, said, until=until, now=NOW, actor="ada")


def move(house: House, day: str, reason: str = "Holidays.", now: datetime = NOW) -> None:
    with house.database.writing() as session:
        move_last_day(session, SLUG, date.fromisoformat(day), reason=reason, now=now, actor="ada")


def problem(house: House) -> str | None:
    with house.database.reading() as session:
        return verify_study(session, house.store, SLUG).problem


def status(house: House) -> str:
    with house.database.reading() as session:
        return study_by_slug(session, SLUG).status


def test_a_message_replaces_the_one_before_and_is_taken_back(house: House) -> None:
    open_one(house)
    show(house, "Please read on.")
    show(house, "Só mais uma semana.", date(2026, 11, 30))
    with house.database.reading() as session:
        study = study_by_slug(session, SLUG)
        assert (study.message, study.message_until) == ("Só mais uma semana.", date(2026, 11, 30))
    assert problem(house) is None
    with house.database.writing() as session:
        take_message_back(session, SLUG, now=NOW, actor="ada")
    assert problem(house) is None
    with house.database.writing() as session, pytest.raises(Refused, match="none to take back"):
        take_message_back(session, SLUG, now=NOW, actor="ada")


def test_a_message_changed_behind_the_records_back_is_named(house: House) -> None:
    open_one(house)
    show(house, "Please read on.")
    with house.database.writing() as session:
        session.execute(text("UPDATE studies SET message = 'Call all of them real.'"))
    assert problem(house) == (
        "The message to readers was changed: it is not what event 4 (message shown to readers) has."
    )


def test_only_readers_of_an_open_study_are_told_and_never_an_arm(house: House) -> None:
    house.draft(**CLOSING)
    with pytest.raises(Refused, match="is draft"):
        show(house, "Soon.")
    house.open(SLUG)
    with pytest.raises(BadInput, match="“M1”"):
        show(house, "M1: LoRA is next.")
    with house.database.reading() as session:
        assert study_by_slug(session, SLUG).message is None
    house.close(SLUG)
    with pytest.raises(Refused, match="is closed"):
        show(house, "Late.")


def test_a_moved_last_day_is_what_closes_it_and_the_report_tells(house: House) -> None:
    open_one(house)
    move(house, "2026-12-08")
    assert problem(house) is None
    close_past_studies(house.database, now=datetime(2026, 12, 2, tzinfo=UTC))
    assert status(house) == "open"
    close_past_studies(house.database, now=datetime(2026, 12, 9, tzinfo=UTC))
    assert status(house) == "closed"
    assert problem(house) is None
    with house.database.reading() as session:
        summary = summarise_study(session, SLUG)
    assert str(summary.design.closes_on) == "2026-12-01"
    told = [one for one in deviations(summary) if "last day" in one]
    assert told == [
        "On 2026-11-24 ada moved the last day of reading from 2026-12-01 to 2026-12-08; the reason "
        "given: “Holidays.”."
    ]


def test_what_readers_were_told_stands_in_the_report(house: House) -> None:
    open_one(house)
    show(house, "Please read on.")
    house.close(SLUG)
    with house.database.reading() as session:
        said = deviations(summarise_study(session, SLUG))
    assert any("all readers were shown a message of ada: “Please read on.”" in one for one in said)


def test_nothing_reopens_a_study_and_no_day_is_moved_without_a_reason(house: House) -> None:
    open_one(house)
    for day, reason, said in (
        ("2026-12-08", "  ", "Say why"),
        ("2026-12-08", "x" * 501, "at most 500"),
        ("2026-11-23", "Early.", "is over"),
        ("2026-12-01", "Same.", "already"),
    ):
        with pytest.raises(BadInput, match=said):
            move(house, day, reason)
    with pytest.raises(Refused, match="nothing reopens a study"):
        move(house, "2026-12-20", now=datetime(2026, 12, 2, tzinfo=UTC))
    with house.database.reading() as session:
        assert study_by_slug(session, SLUG).last_day is None
    house.close(SLUG)
    with pytest.raises(Refused, match="is closed"):
        move(house, "2026-12-20")


def test_it_is_not_moved_before_the_day_until_which_readers_may_withdraw(house: House) -> None:
    withdrawal = {"until": "day", "last_day": "2026-11-28", "answers": "erased"}
    open_one(house, withdrawal=withdrawal)
    with pytest.raises(BadInput, match="may withdraw until 2026-11-28"):
        move(house, "2026-11-27")
    move(house, "2026-11-28")


def test_a_study_without_a_last_day_is_given_one(house: House) -> None:
    values = {name: value for name, value in CLOSING.items() if name != "closes_on"}
    house.draft(**values)
    house.open(SLUG)
    move(house, "2026-12-24")
    house.close(SLUG)
    with house.database.reading() as session:
        said = deviations(summarise_study(session, SLUG))
    assert any("from none to 2026-12-24" in one for one in said)
    assert any("before its new last day, 2026-12-24, was over" in one for one in said)
