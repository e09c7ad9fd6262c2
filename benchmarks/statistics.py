"""How much faster are the statistics than the loop, or the library in a loop, of today?

    OMP_NUM_THREADS=1 python -m benchmarks.statistics

Every ratio is measured side by side in one run on the same ratings and, for the bootstraps, the
same number B of resamples; a loop that would take minutes is timed on some resamples or pairs and
extrapolated, and the table says so. Before anything is timed the two sides are held against each
other on the same resample. The last lines are the whole analysis of a study with its peak memory,
in a process of its own.

Compared with: the krippendorff package, scikit-learn, pandas, numpy and plain Python. The first two
are needed here only: `pip install krippendorff scikit-learn`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.statistics.agreement.kappa import pairwise_kappa
from app.statistics.agreement.resampled_alpha import resampled_alphas
from app.statistics.analysis import analyse
from app.statistics.realness.auc import reader_aucs
from app.statistics.realness.resampled_auc import resampled_aucs
from app.statistics.table.ratings import Float, RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.bootstrap import (
    resampled_means,
    two_way_resamples,
)

SEED = 20240910
STEPS = (1.0, 2.0, 3.0, 4.0, 5.0)
MISSING = 0.10
ROUNDS = 3


@dataclass(frozen=True)
class Comparison:
    """One line of the table; times in seconds for the whole task."""

    task: str
    against: str
    loop_s: float
    ours_s: float
    extrapolated_from: str

    @property
    def ratio(self) -> float:
        return self.loop_s / self.ours_s

    def __str__(self) -> str:
        return (
            f"{self.task:<44} {self.against:<34} {self.loop_s:>10.2f} s {self.ours_s:>9.4f} s "
            f"{self.ratio:>9.0f} x  {self.extrapolated_from}"
        )


def latent_ratings(readers: int, cases: int, level: float, seed: int) -> Float:
    rng = np.random.default_rng(seed)
    of_case, of_reader = rng.normal(size=(1, cases)) * 0.6, rng.normal(size=(readers, 1)) * 0.3
    latent = level + of_case + of_reader + rng.normal(size=(readers, cases)) * 0.8
    return np.asarray(latent, dtype=np.float64)


def ratings(readers: int, cases: int, level: float, seed: int) -> Float:
    """Readers x cases on a scale of 1 to 5, 10 % missing."""
    rng = np.random.default_rng(seed + 1)
    latent = latent_ratings(readers, cases, level, seed)
    matrix: Float = (np.digitize(latent, (-1.5, -0.5, 0.5, 1.5)) + 1).astype(np.float64)
    matrix[rng.random(matrix.shape) < MISSING] = np.nan
    return matrix


def side_by_side(
    task: str,
    against: str,
    loop: Callable[[int], object],
    ours: Callable[[], object],
    *,
    whole: int,
    part: int,
    unit: str = "resamples",
) -> Comparison:
    """Best of some rounds, loop and ours taking turns; ``loop(n)`` does n of ``whole``."""
    part = min(part, whole)
    ours()
    loop_s, ours_s = math.inf, math.inf
    for _ in range(ROUNDS):
        loop_s = min(loop_s, seconds(lambda: loop(part)) * whole / part)
        ours_s = min(ours_s, seconds(ours))
    note = "" if part == whole else f"extrapolated from {part} of {whole} {unit}"
    return Comparison(task, against, loop_s, ours_s, note)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alphas(readers: int, cases: int, n: int, part: int) -> list[Comparison]:
    """Two-way bootstrap of Krippendorff's alpha."""
    krippendorff = needed("krippendorff")
    matrix = ratings(readers, cases, 0.0, SEED)
    rng = np.random.default_rng(SEED)
    expected = krippendorff.alpha(reliability_data=matrix, level_of_measurement="ordinal")
    once = np.ones((1, readers), np.float32), np.ones((1, cases), np.float32)
    alpha = resampled_alphas(matrix, *once, metrics=("ordinal",), categories=STEPS)["ordinal"][0]
    agree("alpha", alpha, expected, 1e-5)

    def by_package(level: str) -> Callable[[int], object]:
        def loop(some: int) -> object:
            return [
                krippendorff.alpha(
                    reliability_data=matrix[rng.integers(readers, size=readers)][
                        :, rng.integers(cases, size=cases)
                    ],
                    level_of_measurement=level,
                )
                for _ in range(some)
            ]

        return loop

    def ours(metric: Any) -> Callable[[], object]:
        def all_at_once() -> object:
            drawn = two_way_resamples(readers, {"arm": cases}, n_resamples=n, seed=SEED)
            return resampled_alphas(
                matrix, drawn.readers, drawn.cases["arm"], metrics=(metric,), categories=STEPS
            )

        return all_at_once

    return [
        side_by_side(
            f"alpha {metric}, {readers} x {cases}, B = {n}",
            "krippendorff package in a loop",
            by_package(metric),
            ours(metric),
            whole=n,
            part=part,
        )
        for metric in ("nominal", "ordinal", "interval")
    ]


def means(readers: int, cases: int, n: int, part: int) -> list[Comparison]:
    """Two-way bootstrap of the deception rate (readers weigh equally)."""
    pandas = needed("pandas")
    matrix = ratings(readers, cases, 0.0, SEED)
    judged_real = np.where(np.isnan(matrix), np.nan, matrix > 2)
    rows = [
        (j, k, float(judged_real[j, k]))
        for j in range(readers)
        for k in range(cases)
        if not math.isnan(judged_real[j, k])
    ]
    tidy = pandas.DataFrame(rows, columns=["reader", "case", "judged_real"])
    by_reader: list[dict[int, float]] = [{} for _ in range(readers)]
    for j, k, value in rows:
        by_reader[j][k] = value
    rng = np.random.default_rng(SEED)

    def plain(some: int) -> list[float]:
        means = []
        for _ in range(some):
            drawn_readers = rng.integers(readers, size=readers).tolist()
            drawn_cases = rng.integers(cases, size=cases).tolist()
            rates = []
            for j in drawn_readers:
                own = by_reader[j]
                values = [own[k] for k in drawn_cases if k in own]
                rates.append(sum(values) / len(values))
            means.append(sum(rates) / len(rates))
        return means

    def by_pandas(some: int) -> list[float]:
        means = []
        for _ in range(some):
            drawn_readers = pandas.DataFrame({"reader": rng.integers(readers, size=readers)})
            drawn_readers["draw"] = range(readers)
            drawn_cases = pandas.DataFrame({"case": rng.integers(cases, size=cases)})
            drawn = tidy.merge(drawn_cases, on="case").merge(drawn_readers, on="reader")
            means.append(float(drawn.groupby("draw")["judged_real"].mean().mean()))
        return means

    def by_numpy(some: int) -> list[float]:
        return [
            float(
                np.nanmean(
                    np.nanmean(
                        judged_real[rng.integers(readers, size=readers)][
                            :, rng.integers(cases, size=cases)
                        ],
                        axis=1,
                    )
                )
            )
            for _ in range(some)
        ]

    def ours() -> Float:
        drawn = two_way_resamples(readers, {"arm": cases}, n_resamples=n, seed=SEED)
        return resampled_means(judged_real, drawn.readers, drawn.cases["arm"])

    agree("spread of the deception rate", ours().std(), np.std(by_numpy(200)), 0.25)
    task = f"deception rate, {readers} x {cases}, B = {n}"
    return [
        side_by_side(task, "plain loop over ratings", plain, ours, whole=n, part=part),
        side_by_side(task, "pandas, tidy table, loop", by_pandas, ours, whole=n, part=part),
        side_by_side(task, "numpy, indexed matrix, loop", by_numpy, ours, whole=n, part=part * 5),
    ]


def kappas(readers: int, cases: int, part: int) -> list[Comparison]:
    """Quadratic kappa of every pair of readers."""
    metrics = needed("sklearn.metrics")
    matrix = ratings(readers, cases, 0.0, SEED)
    pairs = list(itertools.combinations(range(readers), 2))

    def by_sklearn(some: int) -> list[float]:
        values = []
        for j, k in pairs[:some]:
            both = np.isfinite(matrix[j]) & np.isfinite(matrix[k])
            values.append(
                metrics.cohen_kappa_score(
                    matrix[j, both], matrix[k, both], weights="quadratic", labels=STEPS
                )
            )
        return values

    def ours() -> Float:
        return pairwise_kappa(matrix, STEPS, "quadratic")

    agree("quadratic kappa", ours()[0, 1], by_sklearn(1)[0], 1e-9)
    return [
        side_by_side(
            f"quadratic kappa of {len(pairs)} pairs, {readers} x {cases}",
            "scikit-learn in a loop",
            by_sklearn,
            ours,
            whole=len(pairs),
            part=part,
            unit="pairs",
        )
    ]


def aucs(readers: int, cases: int, n: int, part: int) -> list[Comparison]:
    """Two-way bootstrap of the reader-averaged AUC of realism."""
    metrics = needed("sklearn.metrics")
    real, synthetic = (ratings(readers, cases, level, SEED + int(9 * level)) for level in (0.5, 0))
    rng = np.random.default_rng(SEED)

    def reader_auc(of_real: Float, of_synthetic: Float) -> float:
        of_real = of_real[np.isfinite(of_real)]
        of_synthetic = of_synthetic[np.isfinite(of_synthetic)]
        truth = np.repeat((0, 1), (of_real.size, of_synthetic.size))
        # Less real is more synthetic, and synthetic is what is to be detected.
        return float(metrics.roc_auc_score(truth, -np.concatenate((of_real, of_synthetic))))

    def by_sklearn(some: int) -> list[float]:
        values = []
        for _ in range(some):
            drawn_real = rng.integers(cases, size=cases)
            drawn_synthetic = rng.integers(cases, size=cases)
            values.append(
                sum(
                    reader_auc(real[j, drawn_real], synthetic[j, drawn_synthetic])
                    for j in rng.integers(readers, size=readers)
                )
                / readers
            )
        return values

    def ours() -> Float:
        drawn = two_way_resamples(readers, {"real": cases, "arm": cases}, n_resamples=n, seed=SEED)
        areas = resampled_aucs(
            real, [synthetic], drawn.readers, drawn.cases["real"], [drawn.cases["arm"]]
        )
        return np.asarray(areas[0])

    agree("AUC", reader_aucs(real, synthetic)[0][0], reader_auc(real[0], synthetic[0]), 1e-9)
    agree("mean of the resampled AUC", ours().mean(), reader_aucs(real, synthetic)[0].mean(), 0.01)
    return [
        side_by_side(
            f"AUC, {readers} x {cases} + {cases}, B = {n}",
            "scikit-learn, loop over readers",
            by_sklearn,
            ours,
            whole=n,
            part=part,
        )
    ]


def agree(what: str, ours: Any, theirs: Any, tolerance: float) -> None:
    """Stop when the two sides do not compute the same thing."""
    if not abs(float(ours) - float(theirs)) <= tolerance * max(abs(float(theirs)), 1e-12):
        raise SystemExit(f"{what}: ours {float(ours):g} is not theirs {float(theirs):g}.")


def needed(name: str) -> Any:
    try:
        return __import__(name, fromlist=["_"])
    except ModuleNotFoundError:
        package = {"sklearn.metrics": "scikit-learn"}.get(name, name)
        print(
            f"This benchmark compares with {package}, which is not installed: "
            f"run pip install {package}.",
            file=sys.stderr,
        )
        raise SystemExit(1) from None


def study(readers: int, cases: int) -> RatingsTable:
    """Four arms with realism, verdict, confidence, position and reading time, 10 % missing."""
    rng = np.random.default_rng(SEED)
    columns: dict[str, Any] = {
        name: []
        for name in (
            *("reader", "case", "arm", "truth"),
            *("realism", "verdict", "confidence", "position", "reading_time_ms"),
        )
    }
    levels: Mapping[str, float] = {"real": 0.6, "M0": 0.0, "M1": 0.3, "M2": 0.55}
    for arm, level in levels.items():
        latent = latent_ratings(readers, cases, level, SEED + int(100 * level))
        keep = rng.random(latent.shape) >= MISSING
        j, k = np.nonzero(keep)
        seen = latent[keep]
        columns["reader"] += [f"R{reader:03d}" for reader in j]
        columns["case"] += [f"{arm}-{case:04d}" for case in k]
        columns["arm"] += [arm] * seen.size
        columns["truth"] += ["real" if arm == "real" else "synthetic"] * seen.size
        columns["realism"] += (np.digitize(seen, (-1.5, -0.5, 0.5, 1.5)) + 1.0).tolist()
        heard = seen + rng.normal(size=seen.size) * 0.3
        columns["verdict"] += (heard < 0).astype(float).tolist()
        columns["confidence"] += np.clip(np.floor(np.abs(heard) * 2), 0, 3).tolist()
        columns["position"] += rng.integers(1, 4 * cases, size=seen.size).tolist()
        columns["reading_time_ms"] += np.exp(rng.normal(8.5, 0.6, size=seen.size)).tolist()
    return ratings_table(**columns, realism_min=1, realism_max=5, confidence_max=3)


def whole_analysis(readers: int, cases: int, n: int) -> None:
    """Print time and peak memory of one analysis as JSON; run in a process of its own."""
    table = study(readers, cases)
    before = peak_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    analyse(table, settings=AnalysisSettings(bootstrap=n, seed=SEED)).to_json()
    print(
        json.dumps(
            {
                "ratings": len(table),
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
                "peak_mb": peak_mb(),
                "table_mb": before,
            }
        )
    )


def peak_mb() -> float:
    """Largest resident size of this process so far, in MB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--whole", action="store_true", help="only the whole analysis, as JSON")
    options = parser.parse_args(arguments)
    if min(options.readers, options.cases, options.resamples) < 2:
        parser.error("readers, cases and resamples must be 2 or more")
    readers, cases, n = options.readers, options.cases, options.resamples
    if options.whole:
        whole_analysis(readers, cases, n)
        return 0
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{os.cpu_count()} cores, OMP_NUM_THREADS {threads}, load {load}; best of {ROUNDS}\n")
    print(f"{'task':<44} {'against':<34} {'loop':>12} {'ours':>11} {'ratio':>11}")
    families: tuple[Callable[[], list[Comparison]], ...] = (
        lambda: alphas(readers, cases, n, part=3),
        lambda: alphas(8, 100, n, part=100),
        lambda: means(readers, cases, n, part=5),
        lambda: means(8, 100, n, part=100),
        lambda: kappas(readers, cases, part=200),
        lambda: aucs(readers, cases, n, part=2),
        lambda: aucs(8, 100, n, part=50),
    )
    for family in families:
        for comparison in family():
            print(comparison, flush=True)
    command = [sys.executable, "-m", "benchmarks.statistics", "--whole"]
    for name in ("readers", "cases", "resamples"):
        command += [f"--{name}", str(getattr(options, name))]
    measured = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    print(
        f"\nwhole analysis, {readers} readers x {cases} images x 4 arms, 10 % missing "
        f"({measured['ratings']} ratings), B = {n}: {measured['wall_s']:.1f} s "
        f"({measured['cpu_s']:.1f} s of processor time), peak {measured['peak_mb']:.0f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
