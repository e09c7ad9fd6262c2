"""How often do the conclusions on six arms hold one that is false? A simulation of whole studies.

Six synthetic arms are read beside one real arm, after Roe and Metz (1997), as in
`benchmarks.coverage`. Twice: all six are exactly as real as real images (every "distinguishable" is
false), and all six lie exactly at the margin (every "equivalent" is false).

    python -m benchmarks.six_arms --studies 2000

prints the share of studies with any false conclusion, with Holm's adjustment over the arms as the
product does it, and without, from the same simulated studies.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace

import numpy as np
from scipy import optimize

from app.statistics.planning.simulation import (
    LatentVariances,
    expected_auc,
    rating_thresholds,
)
from app.statistics.realness.assay import assay_sensitivity
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.equivalence import equivalence_conclusion
from app.statistics.realness.over_arms import conclusions_over_arms
from app.statistics.table.ratings import Float
from app.statistics.table.settings import AnalysisSettings

ARMS = 6
STEPS = 5
COMPONENTS = LatentVariances()
# Readers, and images in each arm.
SIZES = ((4, 40), (8, 60), (20, 100))
FALSE = {"alike": "distinguishable", "at the margin": "equivalent"}


def separation(auc: float) -> float:
    """Latent distance of an arm from real at which the AUC of the rating is `auc`."""

    def miss(distance: float) -> float:
        half = distance / 2.0
        return expected_auc(half, -half, rating_thresholds(STEPS), COMPONENTS) - auc

    return float(optimize.brentq(miss, -3.0, 3.0, xtol=1e-10))


def one_study(readers: int, cases: int, distance: float, rng: np.random.Generator) -> list[Float]:
    """Ratings of the real arm and of the six others, each (J, K)."""
    own = np.sqrt(COMPONENTS.reader) * rng.standard_normal((readers, 1))

    def rated(mean: float) -> Float:
        latent = (
            mean
            + own
            + np.sqrt(COMPONENTS.reader_by_arm) * rng.standard_normal((readers, 1))
            + np.sqrt(COMPONENTS.case) * rng.standard_normal((1, cases))
            + np.sqrt(COMPONENTS.reader_by_case_and_error) * rng.standard_normal((readers, cases))
        )
        return 1.0 + np.searchsorted(rating_thresholds(STEPS), latent).astype(np.float64)

    return [rated(distance / 2.0), *(rated(-distance / 2.0) for _ in range(ARMS))]


def states(study: list[Float], settings: AnalysisSettings) -> dict[str, list[str]]:
    """Conclusions on the six arms, by adjustment."""
    real, synthetic = study[0], study[1:]
    theta, covariance = reader_aucs_of_arms(real, synthetic, method=settings.covariance)
    readers = [f"R{number}" for number in range(real.shape[0])]
    single = {
        f"M{i}": equivalence_conclusion(theta[i], covariance[i, :, i], [real, arm], settings)
        for i, arm in enumerate(synthetic)
    }
    assays = {f"M{i}": assay_sensitivity(real, arm, readers) for i, arm in enumerate(synthetic)}
    return {
        adjustment: [
            one.state
            for one in conclusions_over_arms(
                single, assays, replace(settings, adjustment=adjustment)
            ).values()
        ]
        for adjustment in ("holm", "none")
    }


def main() -> None:
    """Print one JSON line a cell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    settings = AnalysisSettings()
    for truth, false in FALSE.items():
        distance = 0.0 if truth == "alike" else separation(0.5 + settings.margin)
        for readers, cases in SIZES:
            rng = np.random.default_rng([told.seed, readers, cases, truth == "alike"])
            wrong = {"holm": 0, "none": 0}
            for _ in range(told.studies):
                of_study = states(one_study(readers, cases, distance, rng), settings)
                for adjustment, given in of_study.items():
                    wrong[adjustment] += false in given
            shares = {name: count / told.studies for name, count in wrong.items()}
            line = {"truth": truth, "false": false, "readers": readers, "cases": cases, **shares}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
