"""Arms: cases by stratum, or images picked by hand."""

from typing import Any

import pytest

from app.domain.errors import BadDesign
from tests.domain.documents import design

REAL = {"arm": "real", "cases": {"normal": 1}}


def test_strata_keep_their_order_and_may_have_any_name() -> None:
    plan = design(arms=[{"arm": "a", "cases": {"tuberculose": 2, "sem achado": 0}}]).arms[0]
    assert plan.cases == (("tuberculose", 2), ("sem achado", 0))
    assert (plan.count("tuberculose"), plan.count("other"), plan.total) == (2, 0, 2)
    pairs = design(arms=[{"arm": "a", "cases": [["b", 2], ["a", 1]]}]).arms[0]
    assert pairs.cases == (("b", 2), ("a", 1))


@pytest.mark.parametrize(
    ("arms", "field"),
    [
        ([], "arms"),
        ("real", "arms"),
        (["real"], "arms[1]"),
        ([{"arm": "real", "cases": {"normal": 0}}], "arms[1]"),
        ([{"arm": "real"}], "arms[1]"),
        ([{"arm": "", "cases": {"normal": 1}}], "arms[1].arm"),
        ([{"arm": "x" * 65, "cases": {"normal": 1}}], "arms[1].arm"),
        ([{"arm": "real", "cases": {"normal": -1}}], "arms[1].cases.normal"),
        ([{"arm": "real", "cases": {"normal": True}}], "arms[1].cases.normal"),
        ([{"arm": "real", "cases": {"normal": "3"}}], "arms[1].cases.normal"),
        ([{"arm": "real", "cases": {"": 3}}], "arms[1].cases"),
        ([{"arm": "real", "cases": {"\ud800": 3}}], "arms[1].cases"),
        ([{"arm": "real", "cases": {" normal": 3}}], "arms[1].cases"),
        ([{"arm": "real", "cases": {"x" * 65: 3}}], "arms[1].cases"),
        ([{"arm": "real", "cases": "ab"}], "arms[1].cases"),
        ([{"arm": "real", "cases": ["ab"]}], "arms[1].cases"),
        ([{"arm": "real", "cases": [["a", 1], ["b"]]}], "arms[1].cases"),
        ([{"arm": "real", "cases": [["a", 1], ["a", 1]]}], "arms[1].cases"),
        ([{"arm": "real", "cases": 5}], "arms[1].cases"),
        ([REAL, REAL], "arms[2].arm"),
        ([REAL | {"normal": 1}], "arms[1].normal"),
        ([REAL | {"role": "control"}], "arms[1].role"),
        ([{"arm": "real", "cases": {"normal": 2000, "abnormal": 1}}], "arms"),
        ([REAL | {"images": ["a" * 12]}], "arms[1].images"),
        ([{"arm": "real", "images": ["a" * 11]}], "arms[1].images"),
        ([{"arm": "real", "images": ["A" * 12]}], "arms[1].images"),
        ([{"arm": "real", "images": ["a" * 65]}], "arms[1].images"),
        ([{"arm": "real", "images": "a" * 12}], "arms[1].images"),
        # The first is the beginning of the second: the same image.
        ([{"arm": "real", "images": ["a" * 12, "a" * 64]}], "arms[1].images"),
    ],
)
def test_arms_that_make_no_sense_are_refused(arms: Any, field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        design(arms=arms)
    assert field in {one.field for one in caught.value.problems}
