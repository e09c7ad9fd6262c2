"""Do the 95 % intervals cover where several images come from one patient?

Readers, patients and single images are drawn anew in every simulated study:

    X_jgk = .5 R_j + .8 P_g + .6 C_gk + E_jgk

with R, P, C and E standard normal, G patients of m images each in an arm of synthetic images and as
many in one of real ones, which are alike; cut at four thresholds to 1 to 5 and at a fifth to a
verdict. "Apart" the two arms have patients of their own, "shared" every patient has images in both.
The true value of an agreement coefficient is its mean in large studies.

    OMP_NUM_THREADS=1 python -m benchmarks.cluster_coverage --studies 400

prints for each size of cluster how often the intervals held the truth, over clusters and with every
image as if it stood alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

from app.statistics.agreement.by_arm import agreement
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.contrasts import arms_of_means, pairwise
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.bootstrap import (
    Strata,
    percentile_interval,
    resampled_means,
    two_way_resamples,
)
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means
from benchmarks.agreement_coverage import points

THRESHOLDS = (-1.2, -0.4, 0.4, 1.2)
VERDICT_THRESHOLD = -0.5
STEPS = (1.0, 2.0, 3.0, 4.0, 5.0)
READER, PATIENT, IMAGE = 0.5, 0.8, 0.6
COEFFICIENTS = ("percent_agreement", "fleiss_kappa", "krippendorff_alpha_ordinal", "icc_a1")
SETTINGS = AnalysisSettings()

Interval = tuple[float | None, float | None]


@dataclass(frozen=True)
class Design:
    """J readers; G clusters of so many images in each arm; patients in both arms or in one."""

    readers: int
    clusters: int
    size: int
    shared: bool = False


@dataclass(frozen=True)
class Study:
    """Latent realism of both arms, (J, K) each, and the cluster of every image."""

    arms: tuple[Float, Float]
    clusters: tuple[Int, Int]

    def rated(self, arm: int) -> Float:
        """Steps 1 to 5."""
        return np.digitize(self.arms[arm], THRESHOLDS) + 1.0

    def judged_real(self, arm: int) -> Float:
        """1 where judged real."""
        return (self.arms[arm] > VERDICT_THRESHOLD).astype(np.float64)


def study(rng: np.random.Generator, design: Design) -> Study:
    """One study; the second arm is the synthetic one."""
    leaning = READER * rng.normal(size=(design.readers, 1))
    of_patient = rng.normal(size=(2, design.clusters))
    if design.shared:
        of_patient[1] = of_patient[0]
    arms = []
    for patients in of_patient:
        images = design.clusters * design.size
        arms.append(
            leaning
            + PATIENT * patients.repeat(design.size)
            + IMAGE * rng.normal(size=images)
            + rng.normal(size=(design.readers, images))
        )
    codes = np.arange(design.clusters).repeat(design.size)
    return Study((arms[0], arms[1]), (codes, codes + (0 if design.shared else design.clusters)))


@cache
def truth() -> dict[str, float]:
    """The true value of every figure; those of coefficients are means of large studies."""
    rng = np.random.default_rng(77)
    spread = np.sqrt(READER**2 + PATIENT**2 + IMAGE**2 + 1.0)
    shares = np.diff(stats.norm.cdf([-np.inf, *THRESHOLDS, np.inf], scale=spread))
    values = {
        "rate judged real": float(stats.norm.sf(VERDICT_THRESHOLD, scale=spread)),
        "mean realism": float(shares @ np.array(STEPS)),
        "AUC": 0.5,
        "difference of rates": 0.0,
        "bootstrap, rate": float(stats.norm.sf(VERDICT_THRESHOLD, scale=spread)),
    }
    large = [points(study(rng, Design(300, 1500, 1)).rated(1), "realism") for _ in range(4)]
    return values | {name: float(np.mean([one[name] for one in large])) for name in COEFFICIENTS}


def intervals(made: Study, *, by_cluster: bool, seed: int) -> Iterator[tuple[str, Interval]]:
    """Every figure's interval, over clusters or with every image as if it stood alone."""
    both = list(made.clusters) if by_cluster else None
    judged, rated = [made.judged_real(arm) for arm in (0, 1)], made.rated(1)
    own = None if both is None else both[1]
    for name, matrix, bounds in (
        ("rate judged real", judged[1], (0.0, 1.0)),
        ("mean realism", rated, (1.0, 5.0)),
    ):
        one = averaged_over_readers(
            *reader_means(matrix, own),
            [matrix],
            SETTINGS,
            scale="logit",
            bounds=bounds,
            what=name,
            clusters=None if own is None else [own],
        )
        yield name, (one.low, one.high)
    real = made.rated(0)
    theta, covariance = reader_aucs_of_arms(
        real, [rated], clusters=None if both is None else (both[0], [both[1]])
    )
    auc = averaged_over_readers(
        theta[0],
        covariance[0, :, 0],
        [real, rated],
        SETTINGS,
        scale="logit",
        what="AUC",
        clusters=both,
    )
    yield "AUC", (auc.low, auc.high)
    [contrast] = pairwise(arms_of_means("rate", ("real", "arm"), judged, both), SETTINGS)
    yield "difference of rates", (contrast.low, contrast.high)
    yield "bootstrap, rate", _bootstrapped(judged[1], own, seed)
    coefficients = agreement(rated, kind="realism", categories=STEPS, clusters=own)
    for name in COEFFICIENTS:
        yield name, (coefficients[name].low, coefficients[name].high)


def _bootstrapped(judged: Float, clusters: Int | None, seed: int) -> Interval:
    readers, images = judged.shape
    drawn = two_way_resamples(
        readers,
        {"arm": images},
        n_resamples=400,
        seed=seed,
        strata=None
        if clusters is None
        else Strata(
            np.zeros(readers, dtype=np.int64),
            {"arm": clusters},
            {"arm": np.zeros(images, dtype=np.int64)},
        ),
    )
    replicates = resampled_means(judged, drawn.readers, drawn.cases["arm"])
    one = percentile_interval(float(judged.mean()), replicates)
    return one.low, one.high


def coverage(design: Design, studies: int, seed: int) -> dict[str, tuple[float, float]]:
    """Share of studies whose interval held the truth: over clusters, and without them."""
    index = [design.readers, design.clusters, design.size, int(design.shared)]
    rng = np.random.default_rng([seed, *index])
    held: dict[str, list[list[bool]]] = defaultdict(lambda: [[], []])
    for number in range(studies):
        made = study(rng, design)
        for way, by_cluster in enumerate((True, False)):
            for name, (low, high) in intervals(made, by_cluster=by_cluster, seed=number):
                if low is not None and high is not None:
                    held[name][way].append(low <= truth()[name] <= high)
    return {name: (float(np.mean(ways[0])), float(np.mean(ways[1]))) for name, ways in held.items()}


def bound_misses(clusters: int, size: int, studies: int, seed: int) -> tuple[float, float]:
    """How often the exact bound lies above the true rate: over clusters, and counting images.

    Patients whose images all look alike, of whom 95 % are judged real by all readers.
    """
    rng = np.random.default_rng([seed, clusters, size])
    codes = np.arange(clusters).repeat(size)
    missed = np.zeros(2)
    for _ in range(studies):
        judged = np.tile((rng.random(clusters) < 0.95).repeat(size), (4, 1)).astype(np.float64)
        for way, given in enumerate(([codes], None)):
            rate = averaged_over_readers(
                *reader_means(judged, codes if given else None),
                [judged],
                SETTINGS,
                scale="logit",
                what="rate",
                clusters=given,
            )
            if rate.method.startswith("exact bound"):
                missed[way] += (rate.low or 0.0) > 0.95
    return float(missed[0] / studies), float(missed[1] / studies)


def main() -> int:
    """Run the designs, print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--studies", type=int, default=400, help="simulated studies per design")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 3, 4, 5, 6])
    parser.add_argument("--readers", type=int, default=5)
    parser.add_argument("--clusters", type=int, default=20)
    given = parser.parse_args()
    designs = [
        Design(given.readers, given.clusters, size, shared)
        for shared in (False, True)
        for size in given.sizes
    ]
    covered = [coverage(design, given.studies, given.seed) for design in designs]
    heads = [f"{one.size}, {'shared' if one.shared else 'apart'}" for one in designs]
    print(f"| figure | {' | '.join(heads)} |")
    print("|---" * (len(heads) + 1) + "|")
    for name in covered[0]:
        cells = [f"{100 * one[name][0]:.1f} ({100 * one[name][1]:.1f})" for one in covered]
        print(f"| {name} | {' | '.join(cells)} |")
    for size in given.sizes:
        misses = bound_misses(given.clusters, size, 5 * given.studies, given.seed)
        print(f"exact bound, {size} images: {100 * misses[0]:.1f} ({100 * misses[1]:.1f}) missed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
