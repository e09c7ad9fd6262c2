"""Every estimand of an analysis, from an analysis of made-up ratings."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from app.statistics.analysis import Family, analyse
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from docs.making.reference.markdown import code, table

ARMS = {"real": "real", "M1": "synthetic"}
READERS, CASES = 4, 10


def estimands_page() -> str:
    """The page of estimands."""
    arm = analyse(_made_up(), settings=AnalysisSettings(model=False)).arms["M1"]
    parts = [
        "# Estimands",
        "Figures of one synthetic arm, by their path in `analysis.json`, and how each interval is "
        "made where readers and images are both samples. Formulas, sources and what each was "
        "checked against: [statistics](../statistics.md).",
    ]
    for name, family in arm.families.items():
        parts.append(f"## {name}")
        parts.append(table(("path", "interval"), _rows(name, family)))
    return "\n\n".join(parts) + "\n"


def _rows(path: str, family: "Family | Estimate | Any") -> Iterator[tuple[str, str]]:
    if isinstance(family, Estimate):
        yield code(path), family.method or family.state
        return
    for name, inner in family.items():
        yield from _rows(f"{path}.{name}", inner)


def _made_up() -> RatingsTable:
    """Seeded ratings with every column, a part of them read twice."""
    rng = np.random.default_rng(2409)
    rows: dict[str, list[Any]] = {}
    for reader in range(READERS):
        position = 0
        for replicate, count in ((0, CASES), (1, CASES // 2)):
            for arm, truth in ARMS.items():
                for case in range(count):
                    position += 1
                    latent = rng.normal(3.4 if truth == "real" else 2.8, 0.9)
                    row = {
                        "reader": f"R{reader + 1:02d}",
                        "case": f"{arm}-{case}",
                        "arm": arm,
                        "truth": truth,
                        "replicate": replicate,
                        "realism": float(np.clip(round(latent), 1, 5)),
                        "verdict": float(latent + rng.normal(0, 0.7) < 3.1),
                        "confidence": float(rng.integers(1, 6)),
                        "position": float(position),
                        "reading_time_ms": float(np.exp(rng.normal(9.2, 0.4))),
                    }
                    for name, value in row.items():
                        rows.setdefault(name, []).append(value)
    return ratings_table(**rows)
