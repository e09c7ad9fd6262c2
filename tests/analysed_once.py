"""A study's analysis, computed once for the same ratings and settings, whoever asks for it."""

import io
import pickle
from typing import Any

import pytest

from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable
from app.steps import analyse_ratings

# As bytes, so that each test has an analysis of its own.
_analysed: dict[bytes, bytes] = {}


def studies_are_analysed_once(patch: pytest.MonkeyPatch) -> None:
    """Remember the analyses of studies; files and the statistics' own tests compute theirs."""
    patch.setattr(analyse_ratings, "analyse", _remembered)


def _remembered(table: RatingsTable, **options: Any) -> Analysis:
    asked = _by_value((table, sorted(options.items())))
    if asked not in _analysed:
        _analysed[asked] = pickle.dumps(analyse(table, **options))
    analysis: Analysis = pickle.loads(_analysed[asked])
    return analysis


def _by_value(asked: object) -> bytes:
    """Bytes that don't tell which of the values are one object, as each database's rows are."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.fast = True
    pickler.dump(asked)
    return written.getvalue()
