"""The table of measures fits the kinds, and says which questions would tell."""

import pytest

from app.domain.questions.measures import MEASURES
from app.domain.questions.registry import KINDS


@pytest.mark.parametrize("name", MEASURES)
def test_a_row_fits(name: str) -> None:
    measure = MEASURES[name]
    assert set(measure.kinds) <= set(KINDS)
    assert set(measure.others) <= set(measure.kinds[1:])
    assert measure.places
    assert measure.what
    if "side" in measure.kinds:
        assert measure.pictures == "several"


def test_what_compares_arms_is_asked_of_one_picture() -> None:
    for name in ("realism", "quality", "verdict", "finding", "prompt_agreement"):
        assert MEASURES[name].pictures == "one", name


def test_questions_that_tell_are_known() -> None:
    telling = {name for name, measure in MEASURES.items() if measure.reveals}
    assert telling == {"verdict", "preference", "find_the_real", "artefact"}
