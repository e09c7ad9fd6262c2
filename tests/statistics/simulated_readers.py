"""Small made-up studies for the tests of this room."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.statistics.table.ratings import RatingsTable, ratings_table

ARMS = ("real", "M0", "M1")


def columns(
    *,
    readers: int = 5,
    cases: int = 12,
    arms: tuple[str, ...] = ARMS,
    missing: float = 0.0,
    shift: float = 1.0,
    seed: int = 1,
) -> dict[str, Any]:
    """Columns of a study in which every later arm looks ``shift`` less real than the one before."""
    rng = np.random.default_rng(seed)
    reader_shift = 0.3 * rng.standard_normal((readers, 1))
    filled: dict[str, list[Any]] = {
        name: []
        for name in (
            "reader",
            "case",
            "arm",
            "truth",
            "realism",
            "score",
            "verdict",
            "confidence",
            "position",
            "reading_time_ms",
        )
    }
    for i, arm in enumerate(arms):
        latent = (
            0.8
            - shift * i
            + reader_shift
            + 0.6 * rng.standard_normal((1, cases))
            + 0.8 * rng.standard_normal((readers, cases))
        )
        for j in range(readers):
            for k in range(cases):
                if rng.random() < missing:
                    continue
                x = latent[j, k]
                filled["reader"].append(f"R{j + 1:02d}")
                filled["case"].append(f"{arm}-{k:03d}")
                filled["arm"].append(arm)
                filled["truth"].append("real" if arm == "real" else "synthetic")
                filled["realism"].append(float(np.clip(np.round(3 + x), 1, 5)))
                filled["score"].append(float(np.clip(np.round(50 + 20 * x), 0, 100)))
                filled["verdict"].append(float(x < 0))
                filled["confidence"].append(float(np.clip(np.ceil(2 * abs(x)), 1, 5)))
                filled["position"].append(float(1 + rng.integers(len(arms) * cases)))
                filled["reading_time_ms"].append(float(np.exp(8 + 0.4 * rng.standard_normal())))
    return filled


def study(**design: Any) -> RatingsTable:
    """A ratings table of such a study on a five-step scale."""
    return ratings_table(**columns(**design), realism_min=1, realism_max=5, confidence_max=5)
