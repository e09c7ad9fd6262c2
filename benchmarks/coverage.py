"""Do the 95 % intervals cover 95 % of the time? A simulation of whole reader studies.

Readers, cases and their interaction are drawn anew in every simulated study, after Roe and Metz
(1997, Acad Radiol 4:298-303, doi:10.1016/S1076-6332(97)80032-3). The latent realism of case k of
arm t for reader j is

    X_tjk = mu_t + R_j + (TR)_tj + C_tk + (RC)_tjk,   Var(C) + Var(RC) = 1

cut at four thresholds to a realism of 1 to 5 and at a fifth to a verdict. The true deception rate,
mean realism and AUC of the population of readers and cases follow by numerical integration, and
every study goes through the estimators of `app.statistics`, none of them copied here.

    python -m benchmarks.coverage --studies 4000 --processes 2

prints, per cell of the grid, the coverage of the intervals, the type I error of contrasts between
arms and the size of the equivalence test at its margin, beside the coverage of the interval users
meet elsewhere (all ratings pooled as if independent), from the same simulated studies.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import optimize, stats

from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.contrasts import ArmFigures, compare_two_arms, independent_arms
from app.statistics.realness.equivalence import equivalence_conclusion
from app.statistics.realness.realism import mean_realism
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means

READER_SD = 0.25
READER_BY_ARM_SD = 0.20
CASE_SD = 0.60
THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5])
VERDICT_THRESHOLD = 0.0
MARGIN = 0.10
SIZES = ((4, 40), (8, 60), (20, 100))
# Typical: half to two thirds are taken for real. Near the ceiling: nearly all, or AUC near one.
LEVELS = {"typical": (0.65, 0.70), "near ceiling": (0.93, 0.95), "at the ceiling": (0.93, 0.97)}
CONSTANT_SHARE = 0.15
CONSTANT_MISSING = 0.30
TOTAL_SD = math.sqrt(1.0 + READER_SD**2 + READER_BY_ARM_SD**2)


@dataclass(frozen=True)
class Cell:
    """One cell of the grid."""

    readers: int
    cases: int
    level: str
    missing: float

    @property
    def name(self) -> str:
        kept = "complete" if self.missing == 0 else f"{self.missing:.0%} missing"
        return f"{self.readers}/{self.cases} {self.level}, {kept}"


GRID = [
    Cell(readers, cases, level, missing)
    for readers, cases in SIZES
    for level in ("typical", "near ceiling")
    for missing in (0.0, 0.15)
]
GRID += [
    Cell(3, 40, "typical", 0.0),
    Cell(3, 40, "near ceiling", 0.0),
    Cell(3, 80, "typical", 0.0),
    Cell(4, 40, "at the ceiling", 0.0),
    Cell(4, 80, "at the ceiling", 0.0),
]


def deception_rate(mu: float) -> float:
    """Share of the arm's images that the population of readers calls real."""
    return float(stats.norm.cdf((mu - VERDICT_THRESHOLD) / TOTAL_SD))


def true_mean_realism(mu: float) -> float:
    """Mean of the five-step rating in the population of readers and cases."""
    return 1.0 + float(stats.norm.cdf((mu - THRESHOLDS) / TOTAL_SD).sum())


def auc(mu_real: float, mu_synthetic: float) -> float:
    """AUC of the five-step rating, averaged over the population of readers."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(25)
    weights = weights / weights.sum()
    common = READER_SD * nodes[:, None, None]
    real = _categories(mu_real + common + READER_BY_ARM_SD * nodes[None, :, None])
    synthetic = _categories(mu_synthetic + common + READER_BY_ARM_SD * nodes[None, :, None])
    steps = THRESHOLDS.size + 1
    kernel = np.triu(np.ones((steps, steps)), 1) + np.eye(steps) / 2.0
    per_reader = np.einsum("gra,ab,gsb->grs", synthetic, kernel, real)
    return float(np.einsum("grs,g,r,s->", per_reader, weights, weights, weights))


def _categories(shift: np.ndarray) -> np.ndarray:
    below = stats.norm.cdf(THRESHOLDS[None, None, :] - shift)
    edges = np.concatenate((np.zeros_like(below[..., :1]), below, np.ones_like(below[..., :1])), -1)
    return np.diff(edges, axis=-1)


@dataclass(frozen=True)
class Arms:
    """Latent means of the arms of a cell, chosen for the stated rates and AUCs."""

    real: float
    rated: float  # deception rate and mean realism are covered here, and its twin is contrasted
    detected: float  # the AUC is covered here, and its twin is contrasted
    at_margin: float  # AUC of exactly 0.5 + margin
    alike: float  # AUC of exactly 0.5


def arms_of(level: str) -> Arms:
    """Latent means that give the level its deception rate and AUC."""
    rate, target = LEVELS[level]
    real = 1.0
    return Arms(
        real=real,
        rated=TOTAL_SD * float(stats.norm.ppf(rate)) + VERDICT_THRESHOLD,
        detected=_solve(real, target),
        at_margin=_solve(real, 0.5 + MARGIN),
        alike=real,
    )


def _solve(real: float, target: float) -> float:
    return float(optimize.brentq(lambda mu: auc(real, mu) - target, real - 8.0, real))


def simulate(cell: Cell, arms: Arms, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One study: a (J, K) matrix of latent realism per arm, NaN where missing."""
    means = {
        "real": arms.real,
        "rated": arms.rated,
        "rated_twin": arms.rated,
        "detected": arms.detected,
        "detected_twin": arms.detected,
        "at_margin": arms.at_margin,
        "alike": arms.alike,
    }
    shape = (cell.readers, cell.cases)
    reader = READER_SD * rng.standard_normal((cell.readers, 1))
    study = {}
    for name, mean in means.items():
        latent = (
            mean
            + reader
            + READER_BY_ARM_SD * rng.standard_normal((cell.readers, 1))
            + CASE_SD * rng.standard_normal((1, cell.cases))
            + math.sqrt(1.0 - CASE_SD**2) * rng.standard_normal(shape)
        )
        if cell.missing:
            latent[rng.random(shape) < cell.missing] = np.nan
        study[name] = latent
    return study


def realism(latent: np.ndarray) -> np.ndarray:
    """Five-step rating; NaN stays NaN."""
    rating = 1.0 + (latent[..., None] > THRESHOLDS).sum(axis=-1)
    return np.where(np.isnan(latent), np.nan, rating)


def judged_real(latent: np.ndarray) -> np.ndarray:
    """1 when called real; NaN stays NaN."""
    return np.where(np.isnan(latent), np.nan, (latent > VERDICT_THRESHOLD).astype(float))


def one_study(
    cell: Cell, arms: Arms, truth: dict[str, float], seed: tuple[int, ...]
) -> dict[str, float]:
    """Indicators of one simulated study: 1 covered or rejected, 0 not, NaN not estimable."""
    settings = AnalysisSettings(margin=MARGIN)
    study = simulate(cell, arms, np.random.default_rng(seed))
    indicators: dict[str, float] = {}

    verdicts, twin = judged_real(study["rated"]), judged_real(study["rated_twin"])
    rate, rate_cov = reader_means(verdicts)
    twin_rate, twin_rate_cov = reader_means(twin)
    estimate = averaged_over_readers(
        rate, rate_cov, [verdicts], settings, scale="logit", what="the rate"
    )
    indicators["deception"] = _covers(estimate.low, estimate.high, truth["deception"])
    pooled = verdicts[np.isfinite(verdicts)]
    half = 1.96 * math.sqrt(pooled.mean() * (1 - pooled.mean()) / pooled.size)
    indicators["deception, pooled"] = _covers(
        pooled.mean() - half, pooled.mean() + half, truth["deception"]
    )

    ratings, twin_ratings = realism(study["rated"]), realism(study["rated_twin"])
    mean, mean_cov = reader_means(ratings)
    twin_mean, twin_mean_cov = reader_means(twin_ratings)
    estimate = mean_realism(ratings, settings, bounds=(1.0, THRESHOLDS.size + 1.0))
    indicators["realism"] = _covers(estimate.low, estimate.high, truth["realism"])
    indicators["realism, constant readers"] = _constant_readers(
        study["rated"], truth["realism"], seed
    )

    real = realism(study["real"])
    names = ("detected", "detected_twin", "at_margin", "alike")
    synthetic = [realism(study[name]) for name in names]
    aucs, cov = reader_aucs_of_arms(real, synthetic)
    estimate = averaged_over_readers(
        aucs[0], cov[0, :, 0], [real, synthetic[0]], settings, scale="logit", what="the AUC"
    )
    indicators["AUC"] = _covers(estimate.low, estimate.high, truth["auc"])

    pairs = {
        "deception": independent_arms(
            "deception", ("arm", "twin"), [(rate, rate_cov), (twin_rate, twin_rate_cov)]
        ),
        "realism": independent_arms(
            "realism", ("arm", "twin"), [(mean, mean_cov), (twin_mean, twin_mean_cov)]
        ),
        "AUC": ArmFigures("AUC", ("arm", "twin", "at_margin", "alike"), aucs, cov),
    }
    for name, figures in pairs.items():
        indicators[f"type I, {name}"] = _rejects(
            compare_two_arms(figures, "arm", "twin", settings).p_value
        )
    margin = equivalence_conclusion(aucs[2], cov[2, :, 2], [real, synthetic[2]], settings)
    indicators["TOST size"] = _rejects(margin.p_equivalence)
    alike = equivalence_conclusion(aucs[3], cov[3, :, 3], [real, synthetic[3]], settings)
    indicators["type I, AUC = 0.5"] = float(alike.state == "distinguishable")
    indicators["TOST power at 0.5"] = _rejects(alike.p_equivalence)
    return indicators


def _constant_readers(latent: np.ndarray, truth: float, seed: tuple[int, ...]) -> float:
    """Coverage of mean realism when some readers call everything most real and ratings are missing.

    The readers are one in seven of the population, ``CONSTANT_SHARE``; so many are in the study as
    chance brings, none included.
    """
    rng = np.random.default_rng((1, *np.atleast_1d(seed)))
    top = THRESHOLDS.size + 1.0
    ratings = np.where(rng.random((latent.shape[0], 1)) < CONSTANT_SHARE, top, realism(latent))
    ratings[rng.random(ratings.shape) < CONSTANT_MISSING] = np.nan
    estimate = mean_realism(ratings, AnalysisSettings(), bounds=(1.0, top))
    mixed = (1.0 - CONSTANT_SHARE) * truth + CONSTANT_SHARE * top
    return _covers(estimate.low, estimate.high, mixed)


def _covers(low: float | None, high: float | None, truth: float) -> float:
    return math.nan if low is None or high is None else float(low <= truth <= high)


def _rejects(p_value: float | None) -> float:
    return math.nan if p_value is None or math.isnan(p_value) else float(p_value < 0.05)


def slice_of_studies(job: tuple[Cell, int, int, int]) -> list[dict[str, float]]:
    """Studies ``first`` to ``last`` of a cell; the seed of a study depends on nothing else."""
    cell, seed, first, last = job
    arms = arms_of(cell.level)
    truth = {
        "deception": deception_rate(arms.rated),
        "realism": true_mean_realism(arms.rated),
        "auc": auc(arms.real, arms.detected),
    }
    key = GRID.index(cell)
    return [
        one_study(
            cell, arms, truth, np.random.SeedSequence((seed, key, study)).generate_state(1)[0]
        )
        for study in range(first, last)
    ]


def run(cell: Cell, *, studies: int, seed: int, processes: int) -> dict[str, float]:
    """Mean of every indicator over the studies of a cell, and the share not estimable."""
    step = max(1, min(250, studies))
    jobs = [(cell, seed, first, min(first + step, studies)) for first in range(0, studies, step)]
    results: Iterator[list[dict[str, float]]]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            results = iter(list(pool.map(slice_of_studies, jobs)))
    else:
        results = map(slice_of_studies, jobs)
    rows = [row for part in results for row in part]
    summary: dict[str, float] = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        seen = np.isfinite(values)
        summary[name] = float(values[seen].mean()) if seen.any() else math.nan
        if not seen.all():
            summary[f"{name}, not estimable"] = float(1.0 - seen.mean())
    return summary


def markdown(table: dict[str, dict[str, float]]) -> str:
    """The table of docs/statistics.md, in per cent."""
    columns = {
        "deception": "deception rate",
        "realism": "mean realism",
        "realism, constant readers": "mean realism, 15% constant readers, 30% missing",
        "AUC": "AUC",
        "deception, pooled": "deception rate, ratings pooled",
        "type I, deception": "type I, deception",
        "type I, realism": "type I, realism",
        "type I, AUC": "type I, AUC",
        "type I, AUC = 0.5": "called distinguishable at AUC 0.5",
        "TOST size": "called equivalent at the margin",
    }
    lines = [
        "| J/K, level, ratings | " + " | ".join(columns.values()) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for name, figures in table.items():
        values = " | ".join(f"{100 * figures[key]:.1f}" for key in columns)
        lines.append(f"| {name} | {values} |")
    return "\n".join(lines)


def main() -> int:
    """Run the grid, print its table and, when asked, keep the numbers as JSON."""
    parser = argparse.ArgumentParser(description="Coverage of the intervals, by simulation.")
    parser.add_argument("--studies", type=int, default=4000, help="simulated studies per cell")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--cells", type=str, default="", help="such as 0,3,5; all when left out")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    given = parser.parse_args()
    chosen = [int(part) for part in given.cells.split(",")] if given.cells else range(len(GRID))
    table = {}
    for index in chosen:
        cell = GRID[index]
        started = time.perf_counter()
        table[cell.name] = run(
            cell, studies=given.studies, seed=given.seed, processes=given.processes
        )
        figures = "  ".join(f"{name} {value:.3f}" for name, value in table[cell.name].items())
        print(f"{cell.name} ({time.perf_counter() - started:.0f} s)\n  {figures}", flush=True)
    print(markdown(table))
    if given.json:
        given.json.write_text(json.dumps(table, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
