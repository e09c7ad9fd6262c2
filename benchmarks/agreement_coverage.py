"""Do the 95 % intervals of agreement cover 95 % of the time? Before and after decision 0083.

Readers, cases and single readings are drawn anew in every simulated study: latent realism is

    X_jk = a R_j + c C_k + E_jk

with C and E standard normal and R standard normal or, in the skewed design, exponential less its
mean; cut at four thresholds to 1 to 5 and at a fifth to a verdict. The true value of a coefficient
is its mean in large studies of the design. Every study goes through the room's own estimators.

    OMP_NUM_THREADS=1 python -m benchmarks.agreement_coverage --studies 200

prints for each coefficient, over the cells design x J x K x missing, how many cells cover 93 to
97 %, the least, mean and most coverage and the mean width, of the intervals as they were before
docs/decisions/0083 (V_R + V_C on the coefficient's own scale, F limits for the ICCs) and as they
are now.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import defaultdict
from collections.abc import Mapping
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
from app.statistics.agreement.statistics import Coefficient, Kind, agreement_statistics
from app.statistics.agreement.tallies import whole
from app.statistics.agreement.weights import Weights, agreement_weights
from app.statistics.table.categories import one_hot
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float
from app.statistics.variance.jackknife import two_way_estimate

THRESHOLDS = (-1.5, -0.5, 0.5, 1.5)
VERDICT_THRESHOLD = -0.6
SCALES: Mapping[Kind, tuple[float, ...]] = {
    "realism": (1.0, 2.0, 3.0, 4.0, 5.0),
    "verdict": (0.0, 1.0),
}
FORMS: Mapping[str, IccForm] = {"icc_1": "1", "icc_a1": "A1", "icc_c1": "C1"}


@dataclass(frozen=True)
class Design:
    """Standard deviations of cases and readers beside a residual of 1."""

    case: float
    reader: float
    skewed: bool = False


DESIGNS = {
    "plain": Design(1.0, 0.6),
    "low agreement": Design(0.6, 0.6),
    "readers alike": Design(1.2, 0.3),
    "high agreement": Design(2.0, 0.8),
    "skewed readers": Design(1.0, 0.6, skewed=True),
}


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


def study(
    rng: np.random.Generator, design: Design, readers: int, cases: int, missing: float
) -> dict[Kind, Float]:
    """Ratings and verdicts of one study, (J, K) each."""
    leaning = (
        rng.exponential(size=(readers, 1)) - 1.0 if design.skewed else rng.normal(size=(readers, 1))
    )
    latent = (
        leaning * design.reader
        + rng.normal(size=(1, cases)) * design.case
        + rng.normal(size=(readers, cases))
    )
    gaps = rng.random(latent.shape) < missing
    return {
        "realism": np.where(gaps, np.nan, np.digitize(latent, THRESHOLDS) + 1.0),
        "verdict": np.where(gaps, np.nan, (latent < VERDICT_THRESHOLD).astype(np.float64)),
    }


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
    """Mean of each coefficient over large studies."""
    rng = np.random.default_rng(99)
    large = [points(study(rng, design, 400, 1200, 0.0)[kind], kind) for _ in range(8)]
    return {name: float(np.mean([one[name] for one in large])) for name in large[0]}


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


def run(cell: Cell, studies: int, seed: int) -> dict[Row, tuple[Tally, Tally]]:
    """Tallies before and after of every coefficient in one cell."""
    design, readers, cases, missing = cell
    index = [list(DESIGNS).index(design), readers, cases, round(100 * missing)]
    rng = np.random.default_rng([seed, *index])
    true = {kind: truth(DESIGNS[design], kind) for kind in SCALES}
    tallies: dict[Row, tuple[Tally, Tally]] = defaultdict(lambda: (Tally(), Tally()))
    for _ in range(studies):
        tables = study(rng, DESIGNS[design], readers, cases, missing)
        for kind in SCALES:
            matrix = with_ratings(tables[kind])
            coefficients = agreement_statistics(matrix, kind=kind, categories=SCALES[kind])
            by_form = iccs(matrix, tuple(FORMS.values()))
            for name, value in true[kind].items():
                old, new = tallies[kind, name]
                tallies[kind, name] = (
                    old.with_one(before(name, coefficients[name], by_form), value),
                    new.with_one(after(name, coefficients[name], kind), value),
                )
    return tallies


def line(row: Row, cells: list[tuple[Tally, Tally]]) -> str:
    """One line of the table: before and after, over the cells."""
    parts = []
    for way in range(2):
        counted = [cell[way] for cell in cells if cell[way].studies]
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
    parser.add_argument("--studies", type=int, default=200, help="simulated studies per cell")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, nargs="+", default=[3, 5, 8])
    parser.add_argument("--cases", type=int, nargs="+", default=[20, 40, 60])
    parser.add_argument("--missing", type=float, nargs="+", default=[0.0, 0.3])
    parser.add_argument("--designs", nargs="+", default=list(DESIGNS), choices=list(DESIGNS))
    parser.add_argument("--each", action="store_true", help="also print every cell")
    given = parser.parse_args()
    rows: dict[Row, list[tuple[Tally, Tally]]] = defaultdict(list)
    for cell in itertools.product(given.designs, given.readers, given.cases, given.missing):
        of_cell = run(cell, given.studies, given.seed)
        for row, tallies in of_cell.items():
            rows[row].append(tallies)
            if given.each:
                old, new = (100 * one.covered / max(one.studies, 1) for one in tallies)
                print(f"{cell}  {row[0]} {row[1]}: {old:.1f} -> {new:.1f}", flush=True)
    print(f"Monte Carlo standard error of a cell: {100 * np.sqrt(0.0475 / given.studies):.1f}")
    columns = "cells 93-97 | least | mean | most | width"
    print(f"| coefficient | before: {columns} | after: {columns} |")
    print("|---" * 11 + "|")
    for row, cells in rows.items():
        print(line(row, cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
