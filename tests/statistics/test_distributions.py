"""Counts and centres of answers, against numpy, Counter and small examples by hand."""

from collections import Counter
from statistics import mean, stdev

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.protocols.distribution import (
    distribution_of_grades,
    distribution_of_words,
)
from app.statistics.protocols.marks import mark_counts
from app.statistics.protocols.sides import SideChoice, side_counts

GRADES = st.lists(st.none() | st.integers(-2, 2), max_size=60)
WORDS = ("rib", "grain", "letters")


@given(GRADES)
def test_grades_agree_with_the_standard_library_and_numpy(grades: list[int | None]) -> None:
    spread = distribution_of_grades(grades, range(-2, 3))
    said = [grade for grade in grades if grade is not None]
    assert (spread.asked, spread.answered) == (len(grades), len(said))
    assert spread.missing == grades.count(None)
    assert spread.counts == {str(point): said.count(point) for point in range(-2, 3)}
    if not said:
        assert spread.mean is spread.median is spread.sd is None
        return
    assert np.isclose(spread.mean or 0.0, mean(said))
    assert spread.median == np.median(said)
    assert (spread.low_quartile, spread.high_quartile) == tuple(np.percentile(said, (25, 75)))
    if len(said) > 1:
        assert spread.sd is not None
        assert np.isclose(spread.sd, stdev(said))


def test_a_long_slider_is_not_counted_point_by_point() -> None:
    spread = distribution_of_grades([17, 80], range(101), listed=False)
    assert spread.counts == {}
    assert spread.mean == 48.5


@given(st.lists(st.none() | st.sets(st.sampled_from(WORDS)), max_size=40))
def test_words_are_counted_once_a_reading(answers: list[set[str] | None]) -> None:
    spread = distribution_of_words(
        [None if one is None else sorted(one) for one in answers], WORDS, none="none"
    )
    said = [one for one in answers if one is not None]
    expected = Counter(word for one in said for word in one)
    assert spread.counts == {word: expected[word] for word in WORDS} | {
        "none": sum(not one for one in said)
    }
    for word in WORDS:
        share = spread.share(word)
        assert (share is None) == (not said)
        assert share is None or share == expected[word] / len(said)


def test_a_quartet_is_counted_by_arm_by_place_and_against_chance() -> None:
    def quartet(real: int, chosen: int | None) -> SideChoice:
        arms = ["M1", "M2", "M3"]
        arms.insert(real - 1, "real")
        return SideChoice(tuple(arms), (real,), chosen)

    counts = side_counts([quartet(1, 1), quartet(4, 1), quartet(2, 2), quartet(3, None)])
    assert (counts.asked, counts.answered, counts.ties) == (4, 3, 0)
    assert counts.correct == 2
    assert counts.chance == 0.25
    assert counts.shown == {"real": 3, "M1": 3, "M2": 3, "M3": 3}
    assert counts.chosen == {"real": 2, "M1": 1, "M2": 0, "M3": 0}
    assert counts.chosen_by_place == (2, 1, 0, 0)


def test_between_arms_nothing_is_correct_and_ties_are_told() -> None:
    counts = side_counts([SideChoice(("M1", "M2"), (), 0), SideChoice(("M2", "M1"), (), 1)])
    assert (counts.correct, counts.chance, counts.ties) == (None, None, 1)
    assert counts.chosen == {"M1": 0, "M2": 1}


def test_no_reading_at_all_is_counted_as_such() -> None:
    counts = side_counts([])
    assert (counts.asked, counts.answered, counts.correct, counts.chance) == (0, 0, None, None)
    assert mark_counts([None, 0, 3]).with_marks == 1
