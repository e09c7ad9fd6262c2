"""A sweep or a simulation in two lengths: the short one in every run, the thorough one slow."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from scipy import stats

SLOW = pytest.mark.slow
# Where the database is not what a test is about: PostgreSQL with the slow tests.
ON_SQLITE_FIRST = pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=SLOW)], indirect=True
)


def some_now(cases: Iterable[Any], now: Collection[Any]) -> list[Any]:
    """Values of a parametrized test, of which those outside `now` are slow; tuples are several.

    Raises ValueError if one of `now` is no case, as when a case was renamed.
    """
    every = list(cases)
    strange = [one for one in now if one not in every]
    if strange:
        raise ValueError(f"{strange[0]!r} is not among the cases of this test.")
    return [
        one if one in now else pytest.param(*(one if type(one) is tuple else (one,)), marks=SLOW)
        for one in every
    ]


def lengths(short: int, thorough: int) -> list[Any]:
    """Numbers of repetitions for a parametrized test; the thorough one is slow."""
    return [short, pytest.param(thorough, marks=SLOW)]


def least_covered(studies: int, thorough: float, *, stated: float = 0.95) -> float:
    """The share of so many simulated studies that an interval has to cover, at least.

    Intervals that cover `stated` of all studies come below it once in 500 draws of so many; it is
    never above `thorough`, the bound of the long simulation.
    """
    return float(min(thorough, stats.binom.ppf(0.002, studies, stated) / studies))
