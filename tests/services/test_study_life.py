"""A study's life in the database: drawn, frozen, ordered, invited, rehearsed; on both databases."""

import json
from itertools import groupby

import pytest
from sqlalchemy import func, select

from app.db.tables import (
    Answer,
    Arm,
    Case,
    Event,
    Image,
    Presentation,
    Rating,
    Reader,
    ShownCase,
    Study,
)
from app.db.truth.simulated_readers import presentations_with_arms
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import digest
from app.domain.errors import BadDesign, BadInput, Refused, StudyFrozen
from app.services.create_study import change_design, create_study
from app.services.invite_readers import invite_readers, reissue_link
from app.services.rehearse_study import rehearse_study
from app.steps.lay_out_presentations import lay_out_early
from tests.studies import NOW, House, design_values


def order_of(house: House, code: str = "R01") -> list[tuple[int, str, str, str, int]]:
    """Position, case, arm, condition and replicate of a reader's study proper."""
    with house.database.reading() as session:
        rows = session.execute(
            select(
                Presentation.position, Case.code, Arm.key, Image.condition, Presentation.replicate
            )
            .join(ShownCase, ShownCase.presentation_id == Presentation.id)
            .join(Case, Case.id == ShownCase.case_id)
            .join(Image, Image.id == Case.image_id)
            .join(Arm, Arm.id == Image.arm_id)
            .join(Reader, Reader.id == Presentation.reader_id)
            .where(Reader.code == code, Presentation.is_practice.is_(False))
            .order_by(Presentation.position)
        )
        return [tuple(row) for row in rows]


def test_opening_records_the_digests_of_design_and_cases(house: House) -> None:
    slug = house.draft()
    house.open(slug)
    with house.database.reading() as session:
        study = session.scalars(select(Study)).one()
        assert study.design_sha256 == digest(study.design)
        assert study.cases_sha256 is not None
        assert len(study.cases_sha256) == 64
        event = session.scalars(select(Event).where(Event.action == "opened")).one()
        assert event.detail["cases_sha256"] == study.cases_sha256


def test_the_same_design_over_the_same_bank_draws_the_same_cases(house: House) -> None:
    for _ in range(2):
        house.open(house.draft())
    with house.database.reading() as session:
        first, second = session.scalars(select(Study.cases_sha256)).all()
    assert first == second


def test_a_design_changes_only_as_a_draft(house: House) -> None:
    slug = house.draft()
    new = design_from_mapping(design_values(title="Changed", seed=9))
    with house.database.writing() as session:
        change_design(session, slug, new, now=NOW, actor="test")
    house.open(slug)
    with pytest.raises(StudyFrozen), house.database.writing() as session:
        change_design(session, slug, new, now=NOW, actor="test")
    with house.database.reading() as session:
        assert design_from_json(session.scalars(select(Study.design)).one()).seed == 9


def test_a_failed_opening_leaves_the_draft_as_it_was(house: House) -> None:
    slug = house.draft(practice={"count": 50})
    with pytest.raises(BadDesign):
        house.open(slug)
    with house.database.reading() as session:
        assert session.scalars(select(Study.status)).one() == "draft"
        assert session.scalar(select(func.count(Case.id))) == 0


def test_a_size_that_the_bank_lacks_is_named(house: House) -> None:
    with pytest.raises(BadDesign, match="--size 128"):
        house.open(house.draft(rendition_size=128))


def test_orders_are_stored_as_rows_with_their_seed_and_algorithm(house: House) -> None:
    slug = house.draft(replicates={"count": 3, "minimum_lag": 5})
    house.invite(slug)
    house.open(slug)
    house.invite(slug)
    with house.database.reading() as session:
        readers = session.scalars(select(Reader).order_by(Reader.code)).all()
        assert [(r.order_seed, r.order_algorithm) for r in readers] == [
            ("spread-1:7:R01", "spread-1"),
            ("spread-1:7:R02", "spread-1"),
        ]
    for code in ("R01", "R02"):
        order = order_of(house, code)
        assert [position for position, *_ in order] == list(range(1, 16))
        assert len({case for _, case, *_ in order}) == 12
        runs = [len(list(run)) for _, run in groupby(arm for _, _, arm, _, _ in order)]
        assert max(runs) <= 3
        first = {case: place for place, case, *_, replicate in order if not replicate}
        again = {case: place for place, case, *_, replicate in order if replicate}
        assert len(again) == 3
        assert all(place - first[case] >= 5 for case, place in again.items())
    assert order_of(house, "R01") != order_of(house, "R02")


def test_a_new_image_in_the_bank_moves_no_order(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    before = order_of(house)
    with house.database.writing() as session:
        arm = session.scalars(select(Arm).where(Arm.key == "M1")).one()
        session.add(
            Image(
                arm_id=arm.id,
                sha256="0" * 64,
                condition="normal",
                source_file="late.png",
                width=64,
                height=64,
                provenance={},
                imported_at=NOW,
            )
        )
    house.invite(slug)
    assert order_of(house) == before
    assert {case for _, case, *_ in order_of(house, "R02")} == {case for _, case, *_ in before}


def test_an_order_is_laid_out_once(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    before = order_of(house)
    with house.database.writing() as session:
        reissue_link(session, slug, "R01", now=NOW, actor="test")
    assert order_of(house) == before


def test_a_new_link_says_whose_it_is_as_the_first_did(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        (first,) = invite_readers(
            session, slug, count=1, labels=["night shift"], now=NOW, actor="test"
        )
        again = reissue_link(session, slug, first.code, now=NOW, actor="test")
    assert again.who == first.who == "R01 night shift"


def test_only_the_hash_of_a_link_is_stored(house: House) -> None:
    _, token = house.open_study_with_reader()
    with house.database.reading() as session:
        stored = session.scalars(select(Reader.token_hash)).one()
        events = json.dumps([event.detail for event in session.scalars(select(Event))])
    assert len(token) == 43
    assert stored == digest(token)
    assert token not in events


@pytest.mark.parametrize("count", [0, -1, 201])
def test_a_bad_number_of_readers_is_refused(house: House, count: int) -> None:
    slug = house.draft()
    with pytest.raises(BadInput), house.database.writing() as session:
        invite_readers(session, slug, count=count, now=NOW, actor="test")


def test_two_studies_of_one_title_get_two_short_names(house: House) -> None:
    assert [house.draft(title="Étude: réelle?") for _ in range(3)] == [
        "etude-reelle",
        "etude-reelle-2",
        "etude-reelle-3",
    ]
    assert house.draft(title="研究") == "study"


def test_an_arm_that_the_bank_lacks_is_named(house: House) -> None:
    design = design_from_mapping(design_values(arms=[{"arm": "M7", "normal": 1}]))
    with pytest.raises(BadDesign, match="no arm 'M7'"), house.database.writing() as session:
        create_study(session, design, now=NOW, actor="test")


def test_a_rehearsal_is_a_marked_copy_and_leaves_the_study_alone(house: House) -> None:
    slug, _ = house.open_study_with_reader(replicates={"count": 2, "minimum_lag": 3})
    with house.database.writing() as session:
        made = rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="test")
    assert (made.slug, made.readers, made.ratings) == (f"{slug}-rehearsal", 3, 3 * 14)
    with house.database.reading() as session:
        source, copy = session.scalars(select(Study).order_by(Study.id)).all()
        assert (source.status, copy.status) == ("open", "closed")
        assert copy.rehearsal_of_id == source.id
        assert "simulated readers" in design_from_json(copy.design).notice
        assert session.scalar(select(func.count(Rating.id))) == 42
        simulated = session.scalars(select(Reader).where(Reader.study_id == copy.id)).all()
        assert all(reader.kind == "simulated" for reader in simulated)
        cases = {
            study: {
                case.code: case.image_id
                for case in session.scalars(select(Case).where(Case.study_id == study))
            }
            for study in (source.id, copy.id)
        }
    # Its codes must not tell which case of the open study is which image.
    assert cases[source.id] != cases[copy.id]
    with pytest.raises(Refused), house.database.writing() as session:
        rehearse_study(session, made.slug, readers=3, seed=1, now=NOW, actor="test")


def test_a_rehearsal_is_the_same_for_the_same_seed(house: House) -> None:
    slug = house.draft()
    answers = []
    for seed in (5, 5, 6):
        with house.database.writing() as session:
            made = rehearse_study(session, slug, readers=2, seed=seed, now=NOW, actor="test")
        with house.database.reading() as session:
            answers.append(
                session.execute(
                    select(Reader.code, Presentation.position, Answer.question, Answer.value)
                    .join(Presentation, Presentation.reader_id == Reader.id)
                    .join(Rating, Rating.presentation_id == Presentation.id)
                    .join(Answer, Answer.rating_id == Rating.id)
                    .join(Study, Study.id == Reader.study_id)
                    .where(Study.slug == made.slug)
                    .order_by(Reader.code, Presentation.position, Answer.question)
                ).all()
            )
    assert answers[0] == answers[1]
    assert answers[0] != answers[2]


def test_simulated_ratings_are_for_simulated_readers_only(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
        assert presentations_with_arms(session, reader) == []
    assert slug


def test_the_database_itself_refuses_a_second_first_rating(house: House) -> None:
    from sqlalchemy.exc import IntegrityError

    from app.db.blind.answers import append_rating
    from app.db.blind.readers import Sitting, start_session

    house.open_study_with_reader()
    with house.database.writing() as session:
        reader = session.scalars(select(Reader)).one()
        presentation = session.scalars(select(Presentation).limit(1)).one()
        begun = start_session(session, reader, NOW)
        sitting = Sitting(begun.id, begun.number, is_new=True)

    def rate(submission: str) -> None:
        with house.database.writing() as session:
            append_rating(
                session,
                presentation=presentation,
                sitting=sitting,
                answers={"realism": 3, "verdict": "real", "confidence": 2},
                submission=submission,
                supersedes=None,
                now=NOW,
                reading_time_ms=None,
                hidden_time_ms=None,
            )

    rate("0.one")
    with pytest.raises(IntegrityError):
        rate("0.two")


def test_an_order_can_be_redone_from_its_stored_seed(house: House) -> None:
    """What is stored suffices to audit it: a reader with the same code gets the same order."""
    slug = house.draft()
    house.open(slug)
    house.invite(slug)
    before = order_of(house)
    with house.database.writing() as session:
        study = session.scalars(select(Study)).one()
        session.scalars(select(Reader)).one().code = "gone"
        session.flush()
        session.add(twin := Reader(study_id=study.id, code="R01", token_hash="t", invited_at=NOW))
        session.flush()
        lay_out_early(session, twin, design_from_json(study.design), now=NOW)
        seed = twin.order_seed
    assert seed == "spread-1:7:R01"
    assert order_of(house) == before
