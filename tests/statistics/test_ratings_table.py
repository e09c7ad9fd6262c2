"""A ratings table holds every rating in its place, or says in one sentence what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_readers import columns, study

from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table


def two_reads(**changes: object) -> RatingsTable:
    given: dict[str, object] = {
        "reader": ["b", "a", "a", "a"],
        "case": ["2", "1", "1", "2"],
        "arm": ["real"] * 4,
        "truth": ["real"] * 4,
        "replicate": [0, 0, 1, 0],
        "realism": [4, 3, 5, np.nan],
        "verdict": [0, 1, 0, np.nan],
        "confidence": [0, 2, 1, np.nan],
    }
    return ratings_table(**{**given, **changes})  # type: ignore[arg-type]


def test_it_lays_first_reads_out_as_readers_by_cases() -> None:
    matrix = two_reads().matrix("realism", "real")
    np.testing.assert_array_equal(matrix, [[3, np.nan], [np.nan, 4]])


def test_it_keeps_second_reads_apart() -> None:
    matrix = two_reads().matrix("realism", "real", replicate=1)
    np.testing.assert_array_equal(matrix, [[5, np.nan], [np.nan, np.nan]])


def test_it_signs_confidence_by_the_verdict_even_at_confidence_zero() -> None:
    matrix = two_reads().matrix("signed_confidence", "real")
    np.testing.assert_array_equal(matrix, [[-2.5, np.nan], [np.nan, 0.5]])


def test_it_turns_a_verdict_into_judged_real() -> None:
    np.testing.assert_array_equal(
        two_reads().matrix("judged_real", "real"), [[0, np.nan], [np.nan, 1]]
    )


def test_it_puts_real_arms_first() -> None:
    assert study(arms=("real", "M1", "M0")).arms == ("real", "M0", "M1")


def test_it_treats_one_case_name_under_two_arms_as_two_cases() -> None:
    table = ratings_table(
        reader=["a", "a"],
        case=["1", "1"],
        arm=["real", "M0"],
        truth=["real", "synthetic"],
        realism=[5, 1],
    )
    assert table.matrix("realism", "real").tolist() == [[5.0]]
    assert table.matrix("realism", "M0").tolist() == [[1.0]]


def test_it_takes_the_observed_extremes_as_scale_when_not_told() -> None:
    table = two_reads()
    assert (table.realism_min, table.realism_max, table.confidence_max) == (3, 5, 2)
    assert table.categories() == (3.0, 4.0, 5.0)


def test_it_lists_unused_steps_of_the_scale() -> None:
    assert two_reads(realism_min=1, realism_max=5).categories() == (1.0, 2.0, 3.0, 4.0, 5.0)


def test_it_selects_readers_and_keeps_the_scale() -> None:
    chosen = study().select_readers(["R02"])
    assert chosen.readers == ("R02",)
    assert (chosen.realism_min, chosen.realism_max) == (1, 5)


def test_its_matrices_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        two_reads().matrix("realism", "real")[0, 0] = 1.0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"truth": ["fake"] * 4}, "Row 1 has truth 'fake': use 'real' or 'synthetic'."),
        ({"case": ["2", "", "1", "2"]}, "Row 2 has no case: name the case of every rating."),
        ({"replicate": [0, 0, 0, 0]}, "Row 3 repeats the rating of case '1' by reader 'a'"),
        ({"replicate": [0, -1, 1, 0]}, "Row 2 has replicate -1: use 0 for the first read"),
        ({"verdict": [0, 2, 0, 0]}, "Row 2 has verdict 2: use 1 for synthetic and 0 for real."),
        ({"confidence": [0, 0, -1, 0]}, "Row 3 has confidence -1: use numbers from 0 upwards."),
        ({"reading_time_ms": [1, 0, 1, 1]}, "Row 2 has reading_time_ms 0: use milliseconds above"),
        ({"realism": [4, 3, 5]}, "Column realism has 3 rows and reader has 4"),
        ({"realism": ["x", 1, 2, 3]}, "Column realism holds something that is not a number"),
        ({"realism": [1, 2, np.inf, 3]}, "Row 3 has an infinite realism"),
        ({"realism_max": 4}, "Row 3 has realism 5, outside the scale from 3 to 4"),
        (
            {"truth": ["real", "real", "real", "synthetic"]},
            "Arm 'real' holds real and synthetic cases: give the real cases an arm of their own",
        ),
    ],
)
def test_it_says_what_is_wrong_where_and_what_to_do(
    changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(StatisticsInputError) as raised:
        two_reads(**changes)
    assert str(raised.value).startswith(sentence)
    assert "\n" not in str(raised.value)


def test_it_refuses_a_table_without_ratings() -> None:
    with pytest.raises(StatisticsInputError, match="There are no ratings"):
        ratings_table(reader=[], case=[], arm=[], truth=[])


def test_it_does_not_depend_on_the_order_of_rows() -> None:
    given = columns(missing=0.2)
    shuffled = np.random.default_rng(5).permutation(len(given["reader"]))
    other = ratings_table(**{name: [values[i] for i in shuffled] for name, values in given.items()})
    one = ratings_table(**given)
    for arm in one.arms:
        np.testing.assert_array_equal(one.matrix("score", arm), other.matrix("score", arm))
