"""How much a reader is shown, told before anything is drawn."""

from typing import Any

import pytest

from app.domain.design.reading_load import showings_in, showings_per_reader
from tests.domain.documents import design

CASES = {
    "arms": [
        {"arm": "real", "cases": {"normal": 10, "abnormal": 10}},
        {"arm": "M0", "cases": {"normal": 10, "abnormal": 10}},
    ]
}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, 40),
        ({"replicates": {"count": 4, "minimum_lag": 2}, "practice": {"count": 3}}, 44),
        ({"allocation": {"scheme": "split_plot", "groups": 4}}, 10),
        ({"allocation": {"scheme": "quota", "cases_per_reader": 7}}, 7),
        (
            {
                "phases": [
                    {"key": "a"},
                    {"key": "b", "cases": "same", "of": "a"},
                    {"key": "c", "cases": "part", "of": "a", "part_count": 5},
                ]
            },
            85,
        ),
    ],
)
def test_a_reader_is_shown_what_the_design_deals_out(changes: dict[str, Any], shown: int) -> None:
    assert showings_per_reader(design(**CASES, **changes)) == shown


def test_pictures_that_stand_together_are_one_showing() -> None:
    pairs = design(
        **CASES,
        questions=[{"measure": "preference"}],
        presentation={"pictures": 2, "composition": "between_arms"},
    )
    assert showings_in(pairs, 1) == 20
