"""A study's analysis, computed once for the same ratings and settings, whoever asks for it."""

import pickle
from typing import Any

import pytest

from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable
from app.steps import analyse_ratings
from tests.by_value import by_value

# As bytes, so that each test has an analysis of its own.
_analysed: dict[bytes, bytes] = {}


def studies_are_analysed_once(patch: pytest.MonkeyPatch) -> None:
    """Remember the analyses of studies; files and the statistics' own tests compute theirs."""
    patch.setattr(analyse_ratings, "analyse", _remembered)


def _remembered(table: RatingsTable, **options: Any) -> Analysis:
    asked = by_value((table, sorted(options.items())))
    if asked not in _analysed:
        _analysed[asked] = pickle.dumps(analyse(table, **options))
    analysis: Analysis = pickle.loads(_analysed[asked])
    return analysis
