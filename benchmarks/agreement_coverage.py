"""Do the 95 % intervals cover 95 % of the time? Before and after decisions 0082, 0083 and 0231.

Readers, cases and single readings are drawn anew in every simulated study: latent realism is

    X_jk = m + a R_j + c b_j C_k + E_jk

with C and E standard normal, R standard normal or, in the skewed design, exponential less its mean,
b_j = 1 or, of unequal slopes, exp(.4 N_j); m = 0 or, at the ceiling, 1.4; cut at four thresholds to
1 to 5 and at a fifth to a verdict. Of constant readers one in seven gives every image a 5. In
clusters two images share .8 of the variance of C. The true value of a figure is its mean in large
studies of the design; that of the AUC against an arm drawn alike is 0.5. Every study goes through
the room's own estimators.

    OMP_NUM_THREADS=1 python -m benchmarks.agreement_coverage

prints for each figure, over the cells design x J x K x missing, how many cells cover 93 to 97 %,
the least, mean and most coverage and the mean width, of the intervals as they were (agreement: V_R
+ V_C on the coefficient's own scale, F limits for the ICCs, these of complete ratings only; rate,
mean and AUC: no floor under the readers' mean square; every image as if it stood alone) and as they
are now; then the mean coverage of each design. 80 studies a cell take a quarter of an hour of one
core.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from app.statistics.agreement.by_arm import interval_rule
from app.statistics.agreement.coefficients import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from app.statistics.agreement.icc import IccForm, iccs, with_ratings
from app.statistics.agreement.kappa import kappa_of_tables, pair_mean, pair_tables
from app.statistics.agreement.krippendorff import alpha_interval, alpha_of_coincidences
from app.statistics.agreement.left_out_clusters import left_out_clusters
from app.statistics.agreement.statistics import Coefficient, Kind, agreement_statistics
from app.statistics.agreement.tallies import whole
from app.statistics.agreement.weights import Weights, agreement_weights
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.table.categories import one_hot
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers, limits
from app.statistics.variance.jackknife import two_way_estimate
from app.statistics.variance.obuchowski_rockette import single_arm
from app.statistics.variance.reader_means import reader_means

THRESHOLDS = (-1.5, -0.5, 0.5, 1.5)
VERDICT_THRESHOLD = -0.6
SCALES: Mapping[Kind, tuple[float, ...]] = {
    "realism": (1.0, 2.0, 3.0, 4.0, 5.0),
    "verdict": (0.0, 1.0),
}
FORMS: Mapping[str, IccForm] = {"icc_1": "1", "icc_a1": "A1", "icc_c1": "C1"}


@dataclass(frozen=True)
class Design:
    """Standard deviations of cases and readers beside a residual of 1, and what is uneven.

    `slopes` is the sd of the logarithm of a reader's slope, `shift` what is added to all,
    `constant` the share of readers who give every image the top of the scale, `cluster` images of a
    patient.
    """

    case: float
    reader: float
    skewed: bool = False
    slopes: float = 0.0
    shift: float = 0.0
    constant: float = 0.0
    cluster: int = 1


DESIGNS = {
    "plain": Design(1.0, 0.6),
    "low agreement": Design(0.6, 0.6),
    "readers alike": Design(1.2, 0.3),
    "high agreement": Design(2.0, 0.8),
    "skewed readers": Design(1.0, 0.6, skewed=True),
    "unequal slopes": Design(1.0, 0.6, slopes=0.4),
    "ceiling": Design(1.0, 0.6, shift=1.4),
    "constant readers": Design(1.0, 0.6, constant=1.0 / 7.0),
    "clusters of 2": Design(1.0, 0.6, cluster=2),
}
OF_CLUSTER = 0.8
SETTINGS = AnalysisSettings()


@dataclass(frozen=True)
class Tally:
    """Studies with an interval, how many covered, and the sum of the widths."""

    studies: int = 0
    covered: int = 0
    width: float = 0.0

    def with_one(self, estimate: Estimate, true: float) -> Tally:
        if estimate.low is None or estimate.high is None:
            return self
        return Tally(
            self.studies + 1,
            self.covered + (estimate.low <= true <= estimate.high),
            self.width + estimate.high - estimate.low,
        )


def arms(
    rng: np.random.Generator, design: Design, readers: int, cases: int, missing: float, count: int
) -> list[dict[Kind, Float]]:
    """Ratings and verdicts of some arms that are alike, (J, K) each, of the same readers."""
    leaning = (
        rng.exponential(size=(readers, 1)) - 1.0 if design.skewed else rng.normal(size=(readers, 1))
    )
    slopes = np.exp(design.slopes * rng.normal(size=(readers, 1))) if design.slopes else 1.0
    constant = rng.random((readers, 1)) < design.constant
    made: list[dict[Kind, Float]] = []
    for _ in range(count):
        images = rng.normal(size=(1, cases))
        if design.cluster > 1:
            patients = rng.normal(size=(1, -(-cases // design.cluster))).repeat(design.cluster, 1)
            images = (1.0 - OF_CLUSTER) ** 0.5 * images + OF_CLUSTER**0.5 * patients[:, :cases]
        latent = (
            design.shift
            + leaning * design.reader
            + slopes * images * design.case
            + rng.normal(size=(readers, cases))
        )
        latent = np.where(constant, np.inf, latent)
        gaps = rng.random(latent.shape) < missing
        made.append(
            {
                "realism": np.where(gaps, np.nan, np.digitize(latent, THRESHOLDS) + 1.0),
                "verdict": np.where(gaps, np.nan, (latent < VERDICT_THRESHOLD).astype(np.float64)),
            }
        )
    return made


def study(
    rng: np.random.Generator, design: Design, readers: int, cases: int, missing: float
) -> dict[Kind, Float]:
    """Ratings and verdicts of one arm."""
    return arms(rng, design, readers, cases, missing, 1)[0]


def points(matrix: Float, kind: Kind) -> dict[str, float]:
    """Every coefficient of a complete table, without an interval."""
    values = np.array(SCALES[kind])
    indicator = one_hot(matrix, values)
    sums, tables = whole(indicator), pair_tables(indicator)
    exact = agreement_weights(values, "unweighted")
    squared = agreement_weights(values, "quadratic")
    of_pairs: dict[str, Weights] = {
        "cohen_kappa_mean": "unweighted",
        "cohen_kappa_mean_linear": "linear",
        "cohen_kappa_mean_quadratic": "quadratic",
    }
    everyone, all_cases = np.ones((1, matrix.shape[0])), np.ones((1, matrix.shape[1]))
    coincidences = sums.coincidences
    coefficients: dict[str, float] = {
        "percent_agreement": percent_agreement(sums, exact)[0],
        "fleiss_kappa": fleiss_kappa(sums, exact)[0],
        "conger_kappa": conger_kappa(sums, exact)[0],
        "gwet_ac1": gwet_ac(sums, exact)[0],
        "gwet_ac2": gwet_ac(sums, squared)[0],
        "brennan_prediger": brennan_prediger(sums, exact)[0],
        "krippendorff_alpha_nominal": alpha_of_coincidences(coincidences, "nominal", values)[0],
        "krippendorff_alpha_ordinal": alpha_of_coincidences(coincidences, "ordinal", values)[0],
        "krippendorff_alpha_interval": alpha_interval(matrix, everyone, all_cases)[0],
    }
    for name, weighting in of_pairs.items():
        coefficients[name] = pair_mean(
            kappa_of_tables(tables, agreement_weights(values, weighting))
        )
    for name, form in FORMS.items():
        coefficients[name] = iccs(matrix, (form,))[form].estimate or 0.0
    return {name: float(value) for name, value in coefficients.items()}


@cache
def truth(design: Design, kind: Kind) -> dict[str, float]:
    """Mean of each figure over large studies."""
    rng = np.random.default_rng(99)
    large = [study(rng, design, 300, 1000, 0.0)[kind] for _ in range(6)]
    values = [points(one, kind) for one in large]
    return {
        "mean": float(np.mean([study(rng, design, 4000, 100, 0.0)[kind].mean() for _ in range(5)])),
        "AUC of arms alike": 0.5,
        **{name: float(np.mean([one[name] for one in values])) for name in values[0]},
    }


def before(name: str, coefficient: Coefficient, by_form: Mapping[IccForm, Estimate]) -> Estimate:
    """The interval as it was; ``by_form`` are the ICCs with their F limits."""
    if name in FORMS:
        return by_form[FORMS[name]]
    return two_way_estimate(
        replace(coefficient.values, without_both=None),
        coefficient.counts,
        why_undefined="",
        bounds=coefficient.bounds,
    )


def after(name: str, coefficient: Coefficient, kind: Kind) -> Estimate:
    """The interval as it is."""
    return two_way_estimate(
        coefficient.values,
        coefficient.counts,
        why_undefined="",
        bounds=coefficient.bounds,
        rule=interval_rule(name, kind),
    )


Cell = tuple[str, int, int, float]
Row = tuple[Kind, str]


def main_figures(
    tables: Sequence[dict[Kind, Float]], kind: Kind, clusters: Int | None
) -> Iterator[tuple[str, Estimate, Estimate]]:
    """Mean (of verdicts: rate) and AUC, before and after."""
    one, other = (table[kind] for table in tables)
    both = None if clusters is None else [clusters, clusters + clusters.size]
    bounds = (0.0, 1.0) if kind == "verdict" else (1.0, 5.0)
    yield (
        "mean",
        *_both_ways(
            reader_means(one),
            reader_means(one, clusters),
            [one],
            None if both is None else both[:1],
            bounds,
        ),
    )
    figures: list[tuple[Float, Float]] = []
    for pair in (None, None if both is None else (both[0], [both[1]])):
        thetas, covariances = reader_aucs_of_arms(one, [other], clusters=pair)
        figures.append((thetas[0], covariances[0, :, 0]))
    yield "AUC of arms alike", *_both_ways(figures[0], figures[1], [one, other], both, (0.0, 1.0))


def _both_ways(
    plain: tuple[Float, Float],
    clustered: tuple[Float, Float],
    matrices: Sequence[Float],
    clusters: Sequence[Int] | None,
    bounds: tuple[float, float],
) -> tuple[Estimate, Estimate]:
    now = averaged_over_readers(
        *clustered, matrices, SETTINGS, scale="logit", bounds=bounds, what="", clusters=clusters
    )
    without_floor = single_arm(*plain)
    old = replace(now, low=None, high=None)
    if without_floor.why_not is None and bounds[0] < without_floor.estimate < bounds[1]:
        low, high = limits(
            without_floor.estimate,
            without_floor.se,
            without_floor.df,
            level=SETTINGS.level,
            scale="logit",
            bounds=bounds,
        )
        old = replace(now, low=low, high=high)
    return old, now


def coefficients_of(
    matrix: Float, kind: Kind, clusters: Int | None
) -> dict[str, tuple[Estimate, Estimate]]:
    """Every coefficient before and after."""
    if clusters is not None:
        clusters = clusters[np.isfinite(matrix).any(axis=0)]
    matrix = with_ratings(matrix)
    coefficients = agreement_statistics(matrix, kind=kind, categories=SCALES[kind])
    # F limits are of complete ratings; with missing ones REML would be searched once more.
    by_form = iccs(matrix, tuple(FORMS.values())) if np.isfinite(matrix).all() else {}
    left = (
        left_out_clusters(matrix, clusters, categories=SCALES[kind]) if clusters is not None else {}
    )
    made: dict[str, tuple[Estimate, Estimate]] = {}
    for name, one in coefficients.items():
        clustered = replace(
            one, values=replace(left.get(name, one.values), estimate=one.values.estimate)
        )
        now = after(name, clustered, kind)
        missing = name in FORMS and not by_form
        old = replace(now, low=None, high=None) if missing else before(name, one, by_form)
        made[name] = (old, now)
    return made


def run(cell: Cell, studies: int, seed: int) -> dict[Row, tuple[Tally, Tally]]:
    """Tallies before and after of every figure in one cell."""
    name_of_design, readers, cases, missing = cell
    design = DESIGNS[name_of_design]
    index = [list(DESIGNS).index(name_of_design), readers, cases, round(100 * missing)]
    rng = np.random.default_rng([seed, *index])
    true = {kind: truth(design, kind) for kind in SCALES}
    clusters = np.arange(cases) // design.cluster if design.cluster > 1 else None
    tallies: dict[Row, tuple[Tally, Tally]] = defaultdict(lambda: (Tally(), Tally()))
    for _ in range(studies):
        tables = arms(rng, design, readers, cases, missing, 2)
        for kind in SCALES:
            made = coefficients_of(tables[0][kind], kind, clusters)
            made |= {name: (a, b) for name, a, b in main_figures(tables, kind, clusters)}
            for name, value in true[kind].items():
                old, new = tallies[kind, name]
                was, now = made[name]
                tallies[kind, name] = (old.with_one(was, value), new.with_one(now, value))
    return tallies


def of_designs(rows: Mapping[str, dict[Row, list[tuple[Tally, Tally]]]]) -> Iterator[str]:
    """Lines of the second table: mean coverage by design, before and after."""
    yield f"| figure | {' | '.join(rows)} |"
    yield "|---" * (1 + len(rows)) + "|"
    for row in next(iter(rows.values())):
        cells = []
        for of_design in rows.values():
            shares = [
                sum(pair[way].covered for pair in of_design[row])
                / max(sum(pair[way].studies for pair in of_design[row]), 1)
                for way in range(2)
            ]
            before_it = f"{100 * shares[0]:.1f}" if shares[0] else "-"
            cells.append(f"{before_it} to {100 * shares[1]:.1f}")
        yield f"| {row[0]} {row[1]} | {' | '.join(cells)} |"


def line(row: Row, cells: list[tuple[Tally, Tally]]) -> str:
    """One line of the table: before and after, over the cells."""
    parts = []
    for way in range(2):
        counted = [cell[way] for cell in cells if cell[way].studies]
        if not counted:
            parts.append(" | ".join("-" * 5))
            continue
        covered = np.array([one.covered / one.studies for one in counted])
        width = np.mean([one.width / one.studies for one in counted])
        inside = int(((covered >= 0.93) & (covered <= 0.97)).sum())
        parts.append(
            f"{inside}/{len(counted)} | {100 * covered.min():.1f} | {100 * covered.mean():.1f} | "
            f"{100 * covered.max():.1f} | {width:.2f}"
        )
    return f"| {row[0]} {row[1]} | {' | '.join(parts)} |"


def main() -> int:
    """Run the cells, print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--studies", type=int, default=80, help="simulated studies per cell")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, nargs="+", default=[3, 5, 8])
    parser.add_argument("--cases", type=int, nargs="+", default=[20, 60])
    parser.add_argument("--missing", type=float, nargs="+", default=[0.0, 0.3])
    parser.add_argument("--designs", nargs="+", default=list(DESIGNS), choices=list(DESIGNS))
    parser.add_argument("--each", action="store_true", help="also print every cell")
    given = parser.parse_args()
    rows: dict[Row, list[tuple[Tally, Tally]]] = defaultdict(list)
    by_design: dict[str, dict[Row, list[tuple[Tally, Tally]]]] = {
        name: defaultdict(list) for name in given.designs
    }
    for cell in itertools.product(given.designs, given.readers, given.cases, given.missing):
        of_cell = run(cell, given.studies, given.seed)
        for row, tallies in of_cell.items():
            rows[row].append(tallies)
            by_design[cell[0]][row].append(tallies)
            if given.each:
                old, new = (100 * one.covered / max(one.studies, 1) for one in tallies)
                print(f"{cell}  {row[0]} {row[1]}: {old:.1f} -> {new:.1f}", flush=True)
    print(f"Monte Carlo standard error of a cell: {100 * np.sqrt(0.0475 / given.studies):.1f}")
    columns = "cells 93-97 | least | mean | most | width"
    print(f"| coefficient | before: {columns} | after: {columns} |")
    print("|---" * 11 + "|")
    for row, cells in rows.items():
        print(line(row, cells))
    for text in of_designs(by_design):
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
