"""Do the 95 % intervals of sets, rankings and exposures cover 95 % of the time?

    OMP_NUM_THREADS=1 python -m benchmarks.choice_coverage --studies 300

draws studies of :mod:`benchmarks.choice_studies`, sends them through the estimators of the product
and prints for each design the per cent covered and the mean width.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator

import numpy as np
from scipy import integrate, stats

from app.statistics.protocols.exposure import exposure_of_verdicts
from app.statistics.protocols.forced_choice import forced_choice
from app.statistics.protocols.preference import preference
from app.statistics.table.estimate import Estimate
from app.statistics.table.settings import AnalysisSettings
from benchmarks.choice_studies import found_real, preferred, timed_verdicts

_SETTINGS = AnalysisSettings()
_SPREAD, _D_PRIME = 0.5, 1.0
_OF_READERS, _OF_SETS = 0.5, 0.8
_STRENGTHS = {"A": 0.5, "B": 0.0, "C": -0.5}
_THRESHOLD = 150.0


def true_share(m: int) -> float:
    """Share correct over readers and sets whose d' is normal around 1."""
    sd = _SPREAD * math.sqrt(2.0)

    def density(x: float) -> float:
        shifted = stats.norm.pdf(x, _D_PRIME, math.sqrt(1.0 + sd**2))
        return float(shifted * stats.norm.cdf(x) ** (m - 1))

    return float(integrate.quad(density, -12.0, 14.0)[0])


def true_chance(difference: float) -> float:
    """Chance of the stronger arm, over readers and sets whose differences are normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    sd = math.sqrt(2.0 * _OF_READERS**2 / 2.0 + _OF_SETS**2)
    return float((weights / (1.0 + np.exp(-difference - sd * nodes))).sum() / weights.sum())


def _found(readers: int, sets: int, m: int, studies: int) -> Iterator[tuple[Estimate, float]]:
    true = true_share(m)
    for seed in range(studies):
        readings = found_real(
            readers=readers, sets=sets, m=m, d_prime=_D_PRIME, spread=_SPREAD, seed=seed
        )
        result = forced_choice(readings, _SETTINGS)
        if result is not None:
            yield result.correct.share, true


def _ranked(readers: int, sets: int, studies: int) -> Iterator[tuple[Estimate, float, bool]]:
    true = true_chance(_STRENGTHS["A"] - _STRENGTHS["C"])
    for seed in range(studies):
        readings = preferred(
            _STRENGTHS,
            readers=readers,
            sets_a_pair=sets,
            of_readers=_OF_READERS / math.sqrt(2.0),
            of_sets=_OF_SETS,
            tie=0.4,
            seed=seed,
        )
        result = preference(readings, _SETTINGS)
        if result is None:
            continue
        places = {arm.arm: arm for arm in result.arms}
        ranks = all(
            places[arm].best_rank <= rank <= places[arm].worst_rank
            for rank, arm in enumerate(_STRENGTHS, start=1)
        )
        pair = next(one for one in result.pairs if {one.arm, one.against} == {"A", "C"})
        yield pair.chance, true if pair.arm == "A" else 1.0 - true, ranks


def _timed(readers: int, cases: int, studies: int) -> Iterator[tuple[Estimate, float]]:
    for seed in range(studies):
        readings = timed_verdicts(
            readers=readers,
            cases=cases,
            threshold=_THRESHOLD,
            durations=(50.0, 100.0, 200.0, 400.0, 800.0),
            seed=seed,
        )
        (curve,) = exposure_of_verdicts(readings, _SETTINGS)
        yield curve.fit.threshold_ms, _THRESHOLD


def _line(name: str, pairs: list[tuple[Estimate, float]], more: str = "") -> None:
    known = [
        (one.low <= true <= one.high, one.high - one.low)
        for one, true in pairs
        if one.low is not None and one.high is not None
    ]
    covered = 100.0 * float(np.mean([inside for inside, _ in known]))
    width = float(np.mean([width for _, width in known]))
    print(f"{name:<44} {covered:5.1f} %  width {width:8.3f}  of {len(known)}{more}", flush=True)


def main() -> None:
    """Print a line a design."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=300)
    studies = parser.parse_args().studies
    for readers, sets, m in ((3, 40, 2), (6, 40, 2), (8, 80, 2), (3, 40, 4), (8, 50, 4)):
        pairs = list(_found(readers, sets, m, studies))
        _line(f"share correct, {m} pictures, J {readers}, K {sets}", pairs)
    for readers, sets in ((3, 12), (6, 12), (10, 20)):
        made = list(_ranked(readers, sets, studies))
        ranks = 100.0 * float(np.mean([right for *_, right in made]))
        _line(
            f"preference A over C, J {readers}, {sets} sets a pair",
            [(one, true) for one, true, _ in made],
            f"; all ranks {ranks:.1f} %",
        )
    for readers, cases in ((3, 60), (6, 60), (8, 100)):
        made_timed = list(_timed(readers, cases, studies // 3))
        _line(f"threshold, J {readers}, {cases} films an arm", made_timed)


if __name__ == "__main__":
    main()
