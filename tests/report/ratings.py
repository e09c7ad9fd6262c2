"""Ratings by simulated readers, for reports to be made from."""

import numpy as np

from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings

EFFECTS = {"real": 0.0, "M0": -2.0, "M1": 0.0}


def simulated_table(
    *,
    readers: int = 6,
    cases: int = 30,
    repeats: int = 5,
    seed: int = 1,
    effects: dict[str, float] | None = None,
    high: int = 5,
    columns: tuple[str, ...] = ("realism", "verdict", "confidence", "position", "reading_time_ms"),
) -> RatingsTable:
    """Latent realism = arm + case + noise, cut into steps; M0 is plain to see, M1 is like real."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[object]] = {
        name: [] for name in ("reader", "case", "arm", "truth", "replicate", *columns)
    }
    position = 0
    for reader in range(readers):
        lean, position = rng.normal(0, 0.2), 0
        for arm, effect in (effects or EFFECTS).items():
            case_effects = np.random.default_rng(99).normal(0, 0.3, cases)
            for case in range(cases + repeats):
                position += 1
                latent = effect + lean + case_effects[case % cases] + rng.normal(0, 0.7)
                share = np.clip(0.65 + latent / 4, 0, 1)
                values = {
                    "reader": f"R{reader + 1:02d}",
                    "case": f"{arm}-{case % cases:03d}",
                    "arm": arm,
                    "truth": "real" if arm == "real" else "synthetic",
                    "replicate": int(case >= cases),
                    "realism": 1 + round(float(share) * (high - 1)),
                    "verdict": float(latent < -0.6),
                    "confidence": float(min(5, 1 + round(abs(latent + 0.6) * 2))),
                    "position": position,
                    "reading_time_ms": 6000.0 * float(rng.lognormal(0, 0.3)),
                }
                for name, column in rows.items():
                    column.append(values[name])
    return ratings_table(
        **rows,  # type: ignore[arg-type]
        realism_min=1 if "realism" in columns else None,
        realism_max=high if "realism" in columns else None,
        confidence_max=5 if "confidence" in columns else None,
        reader_groups={
            f"R{reader + 1:02d}": {"experience": "under 5 years" if reader % 2 else "5 to 9 years"}
            for reader in range(readers)
        },
    )


def simulated_analysis(margin: float = 0.10, **options: object) -> Analysis:
    """The same, analysed."""
    table = simulated_table(**options)  # type: ignore[arg-type]
    return analyse(table, settings=AnalysisSettings(margin=margin))
