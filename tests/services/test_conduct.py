"""What is registered at opening, who looked before closing, and what was done otherwise."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.db.tables import Event
from app.domain.errors import BadInput, Refused
from app.domain.interim import ground_of_look
from app.domain.signing import MEANINGS, signature
from app.report.page.view import report_view
from app.report.words.conduct import NO_DEVIATION, deviations
from app.services.export_study import StudyExport
from app.services.open_study import close_study
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import note_results_seen, summarise_study
from app.statistics.conduct.sessions import PhaseSittings, Sittings, Spread
from tests.studies import NOW, House, open_audited

ME = signature("open", "Ada Lovelace", "password")


def details(house: House, action: str) -> list[dict[str, Any]]:
    with house.database.reading() as session:
        query = select(Event.detail).where(Event.action == action).order_by(Event.id)
        return list(session.scalars(query))


def look(house: House, slug: str, reason: str = "") -> None:
    with house.database.writing() as session:
        note_results_seen(session, slug, now=NOW, actor="Ada", reason=reason)


def test_opening_writes_down_everything_that_it_freezes(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        open_audited(session, slug, signed=ME)
    (opened,) = details(house, "opened")
    for name in ("design_sha256", "cases_sha256", "renditions_sha256", "analysis_sha256"):
        assert len(opened[name]) == 64, name
    assert opened["analysis"]["settings"]["margin"] == 0.1
    assert opened["analysis"]["target"] == "readers_and_images"
    assert set(opened["software"]) >= {"negatoscope", "source_sha256", "python", "numpy"}
    assert opened["signed"] == {
        "name": "Ada Lovelace",
        "meaning": MEANINGS["open"],
        "checked": "password",
    }


def test_a_look_at_an_open_study_needs_a_reason(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    with pytest.raises(Refused, match="its design plans no look before that"):
        look(house, slug)
    look(house, slug, "the  safety board\nasked")
    (seen,) = details(house, "results seen while not closed")
    assert seen == {"ratings": 0, "planned": False, "reason": "the safety board asked"}
    with pytest.raises(BadInput, match="at most 500"):
        look(house, slug, "x" * 501)


def test_a_planned_look_needs_none_once_there_are_so_many_ratings() -> None:
    with pytest.raises(Refused, match="from 10 ratings on, and there are 9"):
        ground_of_look("s", rated=9, planned=10, reason="")
    assert ground_of_look("s", rated=10, planned=10, reason=" ") == {
        "ratings": 10,
        "planned": True,
    }


def test_an_export_of_an_open_study_needs_a_reason_as_well(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    export = StudyExport(house.database, house.store, slug)
    with pytest.raises(Refused, match="Say why"):
        export.begin(now=NOW, actor="Ada", allow_unblinding=True)
    export.begin(now=NOW, actor="Ada", allow_unblinding=True, reason="a check", signed=ME)
    (out,) = details(house, "exported while not closed")
    assert (out["reason"], out["signed"]["name"]) == ("a check", "Ada Lovelace")


def test_a_look_at_a_closed_study_is_recorded(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    look(house, slug)
    assert details(house, "results seen") == [{}]


def test_the_report_says_that_nothing_was_done_otherwise(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    assert deviations(summary) == ()
    (section,) = [one for one in report_view(summary).sections if one.name == "conduct"]
    assert section.text == NO_DEVIATION


def test_an_analysis_as_registered_is_no_deviation_once_there_are_ratings(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        copy = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test").slug
    with house.database.reading() as session:
        rated = summarise_study(session, copy).analysis
    opened, _ = house.open_study_with_reader()
    house.close(opened)
    with house.database.reading() as session:
        summary = summarise_study(session, opened)
    assert rated is not None
    # A rehearsal's seed is its own; all else is the design's.
    rated = replace(rated, settings=replace(rated.settings, seed=summary.design.seed))
    assert deviations(replace(summary, analysis=rated)) == ()
    other = replace(rated, settings=replace(rated.settings, positive_controls=("M1",), margin=0.2))
    told = " ".join(deviations(replace(summary, analysis=other)))
    assert "positive controls M1; registered was none" in told
    assert "margin 0.2; registered was 0.1" in told
    settings = {**summary.conduct.opened["analysis"]["settings"]}
    del settings["least_answered"]
    before = {**summary.conduct.opened, "analysis": {"settings": settings}}
    conduct = replace(summary.conduct, opened=before)
    (late,) = deviations(replace(summary, analysis=rated, conduct=conduct))
    assert "a setting that there was none of when the study opened: least answered, 0.2" in late


def test_the_report_states_looks_unblindings_signatures_and_an_early_closing(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    look(house, slug, "the board asked")
    StudyExport(house.database, house.store, slug).begin(
        now=NOW, actor="Ada", allow_unblinding=True, reason="a backup"
    )
    with house.database.writing() as session:
        signed = signature("close", "Ada Lovelace", "password")
        close_study(session, slug, now=NOW, actor="Ada", signed=signed)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    design = replace(summary.design, closes_on=date(2026, 12, 24))
    summary = replace(summary, design=design)
    assert deviations(summary) == (
        "The study was closed on 2026-11-24 by Ada, before its registered last day, 2026-12-24, "
        "was over.",
        "On 2026-11-24: results by arm were seen after 0 ratings, not planned in the design; the "
        "reason given: “the board asked”.",
        "On 2026-11-24: a file with arm and truth of every rating was taken out after 0 ratings, "
        "not planned in the design; the reason given: “a backup”.",
    )
    (section,) = [one for one in report_view(summary).sections if one.name == "conduct"]
    (table,) = section.tables
    assert [row.cells[0].text for row in table.rows] == ["Closed", "Interim look", "Unblinding"]
    assert [one.text for one in section.cautions] == list(deviations(summary))
    assert summary.conduct.head


def test_other_software_and_other_settings_are_deviations(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    with house.database.writing() as session:
        made = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test")
    house.close(slug)
    with house.database.reading() as session:
        analysis = summarise_study(session, made.slug, bootstrap=20).analysis
        summary = summarise_study(session, slug)
    changed = replace(
        summary, analysis=analysis, software={**summary.software, "negatoscope": "9.9"}
    )
    told = " ".join(deviations(changed))
    assert "The analysis was made with bootstrap 20; registered was 0." in told
    assert "The software has changed since the study opened: the app " in told
    assert "9.9 now" in told


def test_a_name_that_signs_can_be_printed() -> None:
    for name in ("", " ", "x" * 101, "a\nb"):
        with pytest.raises(BadInput, match="Sign with your name"):
            signature("open", name, "password")


def test_a_washout_shorter_than_planned_is_a_deviation(house: House) -> None:
    slug = house.draft()
    house.open(slug)
    with house.database.writing() as session:
        close_study(session, slug, now=NOW, actor="Ada")
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    nothing = Spread.of(())
    phase = PhaseSittings(1, 2, nothing, nothing, nothing, Spread.of([3.0, 9.0]), 7, ("R02",))
    told = deviations(replace(summary, sittings=Sittings((phase,))))
    assert "R02 began phase 1 less than the planned 7 days after the phase before." in told
    kept = deviations(replace(summary, sittings=Sittings((replace(phase, too_early=()),))))
    assert not any("began" in one for one in kept)
