"""Do the intervals of agreement cover 95 % of the time? A simulation of whole reader studies.

Readers, cases and residuals are drawn anew in every simulated study: realism is

    X_jk = R_j + C_k + E_jk,   sd(R) = 0.35, sd(C) = 0.7, sd(E) = 0.7

cut at four thresholds to 1 to 5 and at a fifth to a verdict. The true value of a coefficient is
what it takes in one study of very many readers and cases. Every study goes through
`app.statistics.agreement.by_arm` itself.

    OMP_NUM_THREADS=1 python -m benchmarks.agreement_coverage --studies 2000

prints the coverage of each coefficient's 95 % interval, and beside it that of the jackknife over
cases alone, which takes the readers as given: the interval users meet elsewhere.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from app.statistics.agreement.by_arm import agreement
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float

THRESHOLDS = (-1.5, -0.5, 0.5, 1.5)
VERDICT_THRESHOLD = -0.6
SIZES = ((4, 40), (8, 60), (20, 100))
REALISM = (
    "percent_agreement",
    "cohen_kappa_mean_quadratic",
    "fleiss_kappa",
    "conger_kappa",
    "gwet_ac2",
    "krippendorff_alpha_ordinal",
    "krippendorff_alpha_interval",
    "icc_1",
    "icc_a1",
    "icc_c1",
)
VERDICT = ("percent_agreement", "cohen_kappa_mean", "gwet_ac1", "krippendorff_alpha_nominal")


def study(rng: np.random.Generator, readers: int, cases: int, missing: float) -> Float:
    latent = (
        rng.normal(size=(readers, 1)) * 0.35
        + rng.normal(size=(1, cases)) * 0.7
        + rng.normal(size=(readers, cases)) * 0.7
    )
    latent[rng.random(latent.shape) < missing] = np.nan
    return np.asarray(latent, dtype=np.float64)


def figures(latent: Float, *, fixed_readers: bool) -> dict[str, Estimate]:
    gaps = np.isnan(latent)
    realism = np.where(gaps, np.nan, np.digitize(latent, THRESHOLDS) + 1.0)
    verdict = np.where(gaps, np.nan, (latent < VERDICT_THRESHOLD).astype(np.float64))
    chosen: dict[str, Estimate] = {}
    for kind, matrix, names in (("realism", realism, REALISM), ("verdict", verdict, VERDICT)):
        estimates = agreement(
            matrix,
            kind="realism" if kind == "realism" else "verdict",
            categories=(1, 2, 3, 4, 5) if kind == "realism" else (0, 1),
            generalise_to="cases" if fixed_readers else "readers_and_cases",
        )
        chosen |= {f"{kind}.{name}": estimates[name] for name in names}
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    large = figures(study(rng, 600, 6000, 0.0), fixed_readers=False)
    truth = {name: estimate.estimate for name, estimate in large.items()}
    print(f"{'coefficient':<40} {'true':>6}", end="")
    cells = [(j, k, missing) for j, k in SIZES for missing in (0.0, 0.15)]
    print("".join(f"  {j}/{k}{' 15%' if missing else '':<4}".rjust(15) for j, k, missing in cells))
    counted: dict[str, list[str]] = {name: [] for name in truth}
    for j, k, missing in cells:
        inside = {name: np.zeros(3) for name in truth}
        for _ in range(options.studies):
            latent = study(rng, j, k, missing)
            both = figures(latent, fixed_readers=False)
            cases = figures(latent, fixed_readers=True)
            for name, true in truth.items():
                one, other = both[name], cases[name]
                if one.low is None or one.high is None or other.low is None or other.high is None:
                    continue
                assert true is not None
                inside[name] += (1, one.low <= true <= one.high, other.low <= true <= other.high)
        for name, (n, ours, fixed) in inside.items():
            counted[name].append(f"{100 * ours / n:.1f} ({100 * fixed / n:.0f})")
    for name, shares in counted.items():
        print(f"{name:<40} {truth[name]:>6.3f}" + "".join(share.rjust(15) for share in shares))
    return 0


if __name__ == "__main__":
    sys.exit(main())
