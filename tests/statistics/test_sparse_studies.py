"""Whatever is missing from a study, the analysis ends in numbers and states, without a warning."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from app.statistics.analysis import analyse
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import some_now


def sparse_study(rng: np.random.Generator) -> RatingsTable:
    """Few readers, few cases, holes anywhere, columns left out, repeats now and then."""
    arms = (("real",), ("real", "M0"), ("real", "M0", "M1"), ("M0", "M1"))[int(rng.integers(4))]
    readers, cases = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    keys = [
        (f"R{j}", f"c{k}", arm, replicate)
        for arm in arms
        for j in range(readers)
        for k in range(cases)
        for replicate in (0, 1)
        if rng.random() < (0.8 if replicate == 0 else 0.15)
    ] or [("R0", "c0", arms[0], 0)]
    rows = len(keys)
    missing = rng.choice([0.0, 0.2, 0.6, 0.9])
    steps = int(rng.choice([1, 2, 5, 100]))

    def column(values: Any) -> Any:
        if rng.random() < 0.15:
            return None
        filled = np.asarray(values, dtype=float)
        return np.where(rng.random(rows) < missing, np.nan, filled)

    return ratings_table(
        reader=[key[0] for key in keys],
        case=[key[1] for key in keys],
        arm=[key[2] for key in keys],
        truth=["real" if key[2] == "real" else "synthetic" for key in keys],
        replicate=[key[3] for key in keys],
        realism=column(rng.integers(1, steps + 1, rows)),
        score=column(rng.random(rows)),
        verdict=column(rng.integers(0, int(rng.integers(1, 3)), rows)),
        confidence=column(rng.integers(0, 5, rows)),
        position=column(rng.permutation(rows) + 1),
        reading_time_ms=column(rng.integers(1, 10_000, rows)),
        reader_groups={"R0": {"specialty": "thoracic"}} if rng.random() < 0.3 else None,
    )


# These once ended in a division by zero in the ICC.
ONCE = (1861, 2652, 2941)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", some_now([*range(120), *ONCE], [*range(36), *ONCE]))
def test_a_sparse_study_gives_strict_json_without_a_warning(seed: int) -> None:
    rng = np.random.default_rng(seed)
    settings = AnalysisSettings(
        generalise_to=("readers_and_cases", "readers", "cases")[seed % 3],  # type: ignore[arg-type]
        covariance=("unbiased", "delong", "jackknife")[seed // 3 % 3],  # type: ignore[arg-type]
    )
    analysis = analyse(sparse_study(rng), settings=settings).to_json()
    assert json.loads(json.dumps(analysis, allow_nan=False)) == analysis
