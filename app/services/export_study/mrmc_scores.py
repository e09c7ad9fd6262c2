"""First reads as scores that grow with "synthetic", as programs for ROC studies expect them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.statistics.table.ratings import Float, Measure, RatingsTable


@dataclass(frozen=True)
class Score:
    """One reader's score of one case read under one arm; `is_synthetic` is the truth."""

    reader: str
    case: str
    arm: str
    is_synthetic: bool
    score: float


def score_source(table: RatingsTable) -> tuple[Measure, str]:
    """The measure that scores are made of, and in words how."""
    if table.has("realism"):
        return "realism", "top of the realism scale minus realism"
    if table.has("signed_confidence"):
        return "signed_confidence", "confidence, negative when called real"
    return "judged_real", "1 when called synthetic, 0 when called real"


def scores(table: RatingsTable) -> Iterator[Score]:
    """Real cases repeated under every synthetic arm, so that each arm is a whole ROC study."""
    measure, _ = score_source(table)
    top = {"realism": table.realism_max or 0.0, "judged_real": 1.0}.get(measure, 0.0)
    for arm in table.synthetic_arms:
        for source in (*table.real_arms, arm):
            yield from _of(table, source, arm, top - table.matrix(measure, source))


def _of(table: RatingsTable, source: str, arm: str, values: Float) -> Iterator[Score]:
    is_synthetic = source not in table.real_arms
    cases = table.cases(source)
    for j, k in zip(*np.nonzero(np.isfinite(values)), strict=True):
        yield Score(table.readers[j], cases[k], arm, is_synthetic, float(values[j, k]))
