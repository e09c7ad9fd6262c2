"""Who reads what, as stored: groups, quotas, drop-outs, two who begin at once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.blind.readers import reader_by_id, start_session
from app.db.tables import Case, CaseSet, Presentation, Rating, Reader, ShownCase, Study
from app.db.truth.answer_rows import answer_rows
from app.db.truth.brought_ratings import BroughtRating, insert_ratings
from app.domain.design.reading import design_from_json
from app.domain.errors import BadInput
from app.services.invite_readers import invite_readers, readers_still_needed, revoke_link
from app.services.open_study import Opened
from app.services.rehearse_study import rehearse_study
from app.steps.lay_out_presentations import lay_out_for
from tests.studies import NOW, House, open_audited

FORMAT_2: dict[str, Any] = {
    "format": 2,
    "arms": [{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0", "M1")],
    "questions": [{"measure": "realism"}],
}
QUOTA = {"scheme": "quota", "cases_per_reader": 6, "readers_per_case": 2, "dropout_days": 14}


def open_study_with(house: House, readers: int, **changes: Any) -> str:
    slug = house.draft(**FORMAT_2 | changes)
    house.invite(slug, readers)
    house.open(slug)
    return slug


def opened(house: House, slug: str) -> Opened:
    with house.database.writing() as session:
        return open_audited(session, slug)


def begin(house: House, code: str, now: datetime = NOW) -> None:
    """What happens when a reader has read the instructions."""
    with house.database.writing() as session:
        reader = session.scalars(select(Reader).where(Reader.code == code)).one()
        reader = reader_by_id(session, reader.id, lock=True) or reader
        reader.began_at = now
        start_session(session, reader, now)
        lay_out_for(session, reader, design_of(session), now)


def design_of(session: Session) -> Any:
    return design_from_json(session.scalars(select(Study.design)).one())


def cases_of(house: House, code: str) -> list[str]:
    with house.database.reading() as session:
        return list(
            session.scalars(
                select(Case.code)
                .join(ShownCase, ShownCase.case_id == Case.id)
                .join(Presentation, Presentation.id == ShownCase.presentation_id)
                .join(Reader, Reader.id == Presentation.reader_id)
                .where(Reader.code == code, Presentation.is_practice.is_(False))
                .order_by(Presentation.phase, Presentation.position)
            )
        )


def test_groups_of_readers_read_different_cases(house: House) -> None:
    open_study_with(house, 4, allocation={"scheme": "split_plot", "groups": 2})
    assert cases_of(house, "R01") == []
    for code in ("R01", "R02", "R03", "R04"):
        begin(house, code)
    read = [frozenset(cases_of(house, code)) for code in ("R01", "R02", "R03", "R04")]
    assert [len(one) for one in read] == [6] * 4
    assert len(set(read)) == 2
    assert not set.intersection(*map(set, set(read)))
    with house.database.reading() as session:
        blocks = Counter(session.scalars(select(Reader.block)))
        assert blocks == {1: 2, 2: 2}


def test_a_quota_covers_every_case_with_the_fewest_readers(house: House) -> None:
    open_study_with(house, 4, allocation=QUOTA)
    for code in ("R01", "R02", "R03", "R04"):
        begin(house, code)
    read = [cases_of(house, code) for code in ("R01", "R02", "R03", "R04")]
    assert all(len(set(one)) == 6 for one in read)
    assert set(Counter(code for one in read for code in one).values()) == {2}


def test_beginning_again_changes_nothing(house: House) -> None:
    open_study_with(house, 2, allocation=QUOTA)
    begin(house, "R01")
    before = cases_of(house, "R01")
    begin(house, "R01", NOW + timedelta(days=3))
    assert cases_of(house, "R01") == before


def test_cases_of_drop_outs_are_dealt_out_again(house: House) -> None:
    """R01 rates two cases and stays away; R02's link is withdrawn; R03 gets what they left."""
    slug = open_study_with(house, 4, allocation=QUOTA | {"readers_per_case": 1})
    begin(house, "R01")
    begin(house, "R02")
    first = cases_of(house, "R01")
    with house.database.writing() as session:
        reader = session.scalars(select(Reader).where(Reader.code == "R01")).one()
        sitting = start_session(session, reader, NOW)
        shown = session.scalars(
            select(Presentation.id)
            .where(Presentation.reader_id == reader.id)
            .order_by(Presentation.position)
            .limit(2)
        ).all()
        insert_ratings(
            session,
            reader,
            sitting,
            [BroughtRating(one, {"realism": 3}, NOW, NOW, 900) for one in shown],
            now=NOW,
        )
    begin(house, "R03", NOW + timedelta(days=20))
    third = cases_of(house, "R03")
    # Nobody has been seen for 20 days, so only what is rated counts.
    assert not set(third) & set(first[:2])
    with house.database.writing() as session:
        revoke_link(session, slug, "R03", now=NOW, actor="test")
    begin(house, "R04", NOW + timedelta(days=20))
    fourth = cases_of(house, "R04")
    assert not set(fourth) & set(first[:2])


def test_whoever_goes_on_keeps_their_cases(house: House) -> None:
    open_study_with(house, 2, allocation=QUOTA | {"readers_per_case": 1})
    begin(house, "R01")
    begin(house, "R02", NOW + timedelta(days=13))
    assert not set(cases_of(house, "R01")) & set(cases_of(house, "R02"))


def test_readers_who_begin_at_once_share_fairly(house: House) -> None:
    open_study_with(house, 8, allocation=QUOTA)
    together = threading.Barrier(8)

    def start(number: int) -> None:
        together.wait()
        begin(house, f"R{number:02d}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(1, 9)))
    counts = Counter(code for number in range(1, 9) for code in cases_of(house, f"R{number:02d}"))
    assert set(counts.values()) == {4}


def test_it_is_told_how_many_readers_are_needed(house: House) -> None:
    slug = house.draft(**FORMAT_2, allocation=QUOTA)
    house.invite(slug, 3)
    with house.database.reading() as session:
        assert "at least 4" in readers_still_needed(session, slug)
    assert any("invite at least 4" in warning for warning in opened(house, slug).warnings)
    house.invite(slug)
    with house.database.reading() as session:
        assert readers_still_needed(session, slug) == ""


def test_opening_tells_what_gives_a_blinded_phase_away(house: House) -> None:
    slug = house.draft(
        **FORMAT_2 | {"title": "Synthetic films"},
        phases=[{"key": "before", "purpose_blinded": True}],
    )
    assert any("'Synthe'" in one for one in opened(house, slug).warnings)


def test_labels_are_kept_for_the_investigator(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        made = invite_readers(
            session, slug, count=2, labels=["Dr A", " Dr B "], now=NOW, actor="test"
        )
    assert [(one.code, one.label) for one in made] == [("R01", "Dr A"), ("R02", "Dr B")]
    for count, labels in ((3, ["a", "b"]), (1, ["x" * 201]), (1, ["a\nb"])):
        with pytest.raises(BadInput), house.database.writing() as session:
            invite_readers(session, slug, count=count, labels=labels, now=NOW, actor="test")


ALL_MEASURES: dict[str, Any] = {
    **FORMAT_2,
    "questions": [
        {"measure": "quality", "kind": "slider"},
        {"measure": "finding", "finding": "nodule", "prompt": "A nodule?"},
        {"measure": "noticed"},
        {"measure": "realism", "low": -2, "high": 2},
        {"measure": "verdict"},
        {"measure": "confidence"},
        {"measure": "artefact", "asked_if": {"question": "verdict", "values": ["synthetic"]}},
        {"measure": "place", "required": True, "shape": "box"},
        {"measure": "prompt_agreement"},
        {"measure": "comment", "required": True},
        {"measure": "find_the_real"},
        {"measure": "preference", "tie_label": "Both alike"},
    ],
    "phases": [
        {
            "key": "before",
            "questions": ["quality", "finding"],
            "end_questions": ["noticed"],
            "presentation": {"exposures_ms": [200, 1000]},
        },
        {
            "key": "told",
            "cases": "same",
            "of": "before",
            "washout_days": 28,
            "questions": ["realism", "verdict", "confidence", "artefact", "place"],
        },
        {
            "key": "texts",
            "questions": ["prompt_agreement", "comment"],
            "presentation": {"beside": "prompt"},
        },
        {
            "key": "trios",
            "cases": "same",
            "of": "before",
            "questions": ["find_the_real"],
            "presentation": {"pictures": 3},
        },
        {
            "key": "pairs",
            "cases": "same",
            "of": "texts",
            "questions": ["preference"],
            "presentation": {"pictures": 2, "composition": "between_arms"},
        },
    ],
    "practice": {"count": 2},
}


def test_everything_that_can_be_asked_is_rehearsed(house: House) -> None:
    slug = house.draft(**ALL_MEASURES)
    with house.database.writing() as session:
        made = rehearse_study(session, slug, seed=3, now=NOW, actor="test")
    # 12 cases and an end, 12, 12, 4 trios, 6 pairs.
    assert (made.readers, made.ratings) == (8, 8 * (13 + 12 + 12 + 4 + 6))
    with house.database.reading() as session:
        copy = session.scalars(select(Study).where(Study.slug == made.slug)).one()
        rows = list(answer_rows(session, copy))
        last = max(session.scalars(select(Rating.submitted_at)))
        assert len(session.scalars(select(CaseSet)).all()) == 10
    said = {key for row in rows for key in row.answers}
    assert said == {question["measure"] for question in ALL_MEASURES["questions"]}
    assert {row.exposure_ms for row in rows if row.phase == 1 and not row.is_phase_end} == {
        200,
        1000,
    }
    assert {row.session for row in rows} == {1, 2, 3, 4, 5}
    assert last - NOW < timedelta(days=1)
    right = [
        row.pictures[int(str(row.answers["find_the_real"])) - 1].truth == "real"
        for row in rows
        if row.phase == 4
    ]
    assert sum(right) / len(right) > 1 / 3
    for row in rows:
        verdict = row.answers.get("verdict")
        assert ("artefact" in row.answers) == (verdict == "synthetic")


def test_a_rehearsal_has_the_readers_that_the_allocation_needs(house: House) -> None:
    allocation = QUOTA | {"cases_per_reader": 4, "readers_per_case": 4}
    slug = house.draft(**FORMAT_2, allocation=allocation)
    with house.database.writing() as session:
        made = rehearse_study(session, slug, seed=3, now=NOW, actor="test")
    assert (made.readers, made.ratings) == (12, 48)
    with house.database.reading() as session:
        copy = session.scalars(select(Study).where(Study.slug == made.slug)).one()
        cases = Counter(row.case for row in answer_rows(session, copy))
    assert set(cases.values()) == {4}
    with pytest.raises(BadInput, match="at least 12"), house.database.writing() as session:
        rehearse_study(session, slug, readers=11, seed=3, now=NOW, actor="test")


def test_a_rehearsal_of_groups_fills_every_block(house: House) -> None:
    slug = house.draft(
        **FORMAT_2,
        allocation={"scheme": "split_plot", "groups": 3},
        replicates={"count": 1, "minimum_lag": 2},
    )
    with house.database.writing() as session:
        made = rehearse_study(session, slug, seed=3, now=NOW, actor="test")
    assert made.ratings == 8 * 5
    with house.database.reading() as session:
        assert sorted(Counter(session.scalars(select(Reader.block))).values()) == [2, 3, 3]
