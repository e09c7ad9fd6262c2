"""A study's summary: when it may be seen, and that it is of the ratings that count."""

import json
import math
from typing import Any

import numpy as np
import pytest

from app.db.studies import steps_of, study_by_slug
from app.db.truth.answer_rows import answer_rows
from app.db.truth.ratings_table import study_ratings
from app.domain.errors import NotFound, Refused
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import facts_of_arms, note_results_seen, summarise_study
from tests.studies import NOW, House


def rehearsed(house: House, readers: int = 4, **changes: Any) -> str:
    """A closed study full of simulated ratings."""
    slug = house.draft(**changes)
    house.open(slug)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=readers, seed=1, now=NOW, actor="test").slug


def test_it_refuses_while_the_study_is_not_closed(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    draft = house.draft(title="Another")
    with house.database.reading() as session:
        with pytest.raises(Refused, match="once the study is closed"):
            summarise_study(session, slug)
        with pytest.raises(Refused, match="draft"):
            summarise_study(session, draft, interim=True)
        with pytest.raises(NotFound):
            summarise_study(session, "nothing")


def test_an_interim_look_is_marked_and_logged(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    with house.database.writing() as session:
        summary = summarise_study(session, slug, interim=True)
        note_results_seen(session, slug, now=NOW, actor="test", reason="the board asked")
    assert summary.is_interim
    with house.database.reading() as session:
        log = [event.action for event in steps_of(session, study_by_slug(session, slug))]
    assert "results seen while not closed" in log


def test_a_closed_study_without_ratings_has_no_analysis(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    assert summary.analysis is None
    assert summary.rated == 0
    assert summary.presentations == 12


def test_it_counts_every_rating_once_with_its_truth(house: House) -> None:
    slug = rehearsed(house, replicates={"count": 2, "minimum_lag": 3})
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
        rows = list(answer_rows(session, study_by_slug(session, slug)))
    assert summary.is_rehearsal
    assert summary.analysis is not None
    table = summary.analysis.table
    assert len(table) == len(rows) == 4 * 14
    assert table.real_arms == ("real",)
    assert table.synthetic_arms == ("M0", "M1")
    assert int((table.replicate == 1).sum()) == 4 * 2
    judged = {arm: np.nanmean(table.matrix("judged_real", arm)) for arm in table.arms}
    for arm in table.arms:
        said = [
            row.answers["verdict"] for row in rows if row.picture.arm == arm and not row.replicate
        ]
        assert judged[arm] == pytest.approx(said.count("real") / len(said))


def test_the_margin_and_the_scale_are_those_of_the_frozen_design(house: House) -> None:
    slug = rehearsed(house, equivalence_margin=0.07, questions={"realism": "1-7"})
    with house.database.reading() as session:
        analysis = summarise_study(session, slug).analysis
    assert analysis is not None
    assert analysis.settings.margin == 0.07
    assert (analysis.table.realism_min, analysis.table.realism_max) == (1, 7)
    assert analysis.table.confidence_max == 5


def test_arms_bring_their_survivors_and_readers_their_groups(house: House) -> None:
    slug = rehearsed(house)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
        groups = study_ratings(session, study_by_slug(session, slug)).reader_groups  # type: ignore[union-attr]
    arms = {arm.key: arm for arm in summary.arms}
    assert next(iter(arms)) == "real"
    assert (arms["M0"].generated, arms["M0"].rejected) == (20, 8)
    assert arms["M1"].generated is None
    assert arms["M0"].cases == 4
    assert groups["S01"] == {"specialty": "Chest radiology", "experience": "10 to 19 years"}


def test_flagged_images_are_counted_in_the_bank_and_among_the_cases(house: House) -> None:
    house.fill_bank({"M1": {"images": 12, "memorised": 12}}, {"M1": {"memorised": True}})
    slug = rehearsed(house, memorised="keep", practice={"count": 2, "feedback": False})
    with house.database.reading() as session:
        arms = {arm.key: arm.evaluation for arm in summarise_study(session, slug).arms}
        assert facts_of_arms(session, slug) == summarise_study(session, slug).arms
    assert arms["real"] is None
    assert arms["M0"] is None
    evaluation = arms["M1"]
    assert evaluation is not None
    # Practice is not counted, as it is not rated.
    assert (evaluation.memorised, evaluation.drawn) == (12, 4)
    assert (evaluation.drawn_compared, evaluation.drawn_memorised) == (4, 4)


def test_its_json_holds_no_nan(house: House) -> None:
    slug = rehearsed(house, readers=1)
    with house.database.reading() as session:
        analysis = summarise_study(session, slug).analysis
    assert analysis is not None
    text = json.dumps(analysis.to_json(), allow_nan=False)
    assert not any(
        isinstance(value, float) and math.isnan(value) for value in json.loads(text).values()
    )
