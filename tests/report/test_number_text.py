"""Numbers as a reader of the report meets them."""

import doctest

from app.report.words import numbers as number_text
from app.report.words.numbers import (
    interval,
    number,
    p_phrase,
    p_value,
    seconds,
    signed,
    with_interval,
)
from app.statistics.table.estimate import Estimate, not_estimable


def test_its_examples_hold() -> None:
    assert doctest.testmod(number_text).failed == 0


def test_a_negative_zero_is_zero() -> None:
    assert number(-0.001) == "0.00"
    assert signed(-0.001) == "0.00"
    assert signed(0.5) == "+0.50"


def test_an_interval_names_its_unit_once() -> None:
    assert interval(0.1, 0.25, "percent") == "10 to 25%"
    assert interval(2400.0, 3500.0, "seconds") == "2.4 to 3.5 s"
    assert interval(None, 0.5) == ""
    assert seconds(None) == "–"


def test_p_is_never_printed_as_zero_or_one() -> None:
    assert p_value(0.0) == "< .001"
    assert p_value(1.0) == "> .99"
    assert p_phrase(0.05) == "p = .050"


def test_what_cannot_be_estimated_says_why() -> None:
    assert with_interval(not_estimable("one reader")) == "not estimable (one reader)"
    point = Estimate(0.5, None, None, None, None, "", 1, 1, 1)
    assert with_interval(point) == "0.50"
