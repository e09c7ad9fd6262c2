"""meta-d': as published code has it, recovered at random, withheld where there is none."""

import csv
from pathlib import Path

import numpy as np
import pytest

from app.statistics.protocols.judgements import Judgements
from app.statistics.protocols.metacognition import (
    meta_d_prime,
    metacognition,
    moved_by_leaving_out,
)
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

SETTINGS = AnalysisSettings()
KINDS = ("real", "synthetic")
LEVELS = 4


def published() -> list[dict[str, str]]:
    with (Path(__file__).parent / "meta_d_prime.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", published(), ids=lambda row: row["first"])
def test_fits_are_those_of_maniscalco_and_laus_program(row: dict[str, str]) -> None:
    first, second = (np.array(row[name].split(), dtype=float) for name in ("first", "second"))
    fit = meta_d_prime(first, second, pad=False)
    assert fit.d_prime == pytest.approx(float(row["d_prime"]), abs=1e-5)
    assert fit.meta_d_prime == pytest.approx(float(row["meta_d_prime"]), abs=1e-4)
    assert fit.log_likelihood == pytest.approx(float(row["log_likelihood"]), abs=1e-5)


def readers(
    rng: np.random.Generator, n: int, cases: int, *, d_prime: float, noise: float = 0.0
) -> Judgements:
    """Signal-detection readers; `noise` spoils what confidence sees of the evidence."""
    kind = np.arange(cases) % 2
    evidence = d_prime * (kind - 0.5) + rng.normal(size=(n, cases))
    called = (evidence > 0).astype(float)
    felt = np.abs(evidence + noise * rng.normal(size=(n, cases)))
    level = np.digitize(felt, [0.4, 0.9, 1.5]).astype(float)
    return Judgements(
        level=level,
        correct=(called == kind).astype(float),
        called=called,
        arm=np.array(["film"] * cases),
        clusters=None,
        levels=(1.0, 2.0, 3.0, 4.0),
        names=("",) * LEVELS,
    )


def test_an_ideal_reader_has_a_meta_d_of_d() -> None:
    made = metacognition(
        readers(np.random.default_rng(1), 1, 60_000, d_prime=1.4), SETTINGS, kinds=KINDS
    )
    assert made.d_prime.estimate == pytest.approx(1.4, abs=0.03)
    assert made.meta_d_prime.estimate == pytest.approx(1.4, abs=0.05)
    assert made.ratio.estimate == pytest.approx(1.0, abs=0.04)


def test_confidence_that_is_noise_has_a_lower_one() -> None:
    rng = np.random.default_rng(2)
    made = metacognition(readers(rng, 1, 40_000, d_prime=1.4, noise=2.0), SETTINGS, kinds=KINDS)
    assert (made.meta_d_prime.estimate or 9.0) < 0.8


def test_one_step_is_what_leaving_a_reading_out_does() -> None:
    first = np.array([36.0, 24, 17, 20, 10, 12, 9, 2])
    second = np.array([1.0, 4, 10, 11, 19, 18, 28, 39])
    counts = np.stack([first, second])
    n, whole = counts.sum(), meta_d_prime(first, second)
    moved = moved_by_leaving_out(counts, whole)
    for kind, cell in ((0, 0), (0, 3), (0, 6), (1, 5), (1, 7)):
        left = counts.copy()
        left[kind, cell] -= 1
        # The program pads again; what is left out must not change how much.
        without = meta_d_prime(left[0], left[1])
        for place, name in enumerate(("d_prime", "meta_d_prime")):
            exact = (getattr(whole, name) - getattr(without, name)) * (n - 1) / n
            assert moved[place, kind, cell] == pytest.approx(exact, rel=0.05, abs=2e-4)


@pytest.mark.parametrize("repetitions", lengths(25, 60))
def test_intervals_cover_what_they_state(repetitions: int) -> None:
    rng = np.random.default_rng(3)
    inside = {"d_prime": 0, "meta_d_prime": 0}
    for _ in range(repetitions):
        made = metacognition(readers(rng, 4, 120, d_prime=1.4), SETTINGS, kinds=KINDS)
        for name in inside:
            one = getattr(made, name)
            assert one.low is not None
            inside[name] += one.low <= 1.4 <= one.high
    shares = {name: count / repetitions for name, count in inside.items()}
    least = least_covered(repetitions, 0.88)
    assert all(share >= least for share in shares.values()), shares


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ([5, 4, 1, 0], [0, 1, 4, 5], "fewer than 20 readings"),
        ([15, 15, 0, 0], [15, 15, 0, 0], "one answer was never given"),
        ([15, 15, 0, 0], [0, 0, 15, 15], "no answer was wrong"),
        ([0, 20, 10, 0], [0, 10, 20, 0], "one level of confidence"),
        ([10, 10, 10, 10], [10, 10, 10, 10], "d′ is below 0.2"),
    ],
)
def test_it_is_withheld_with_its_reason(first: list[int], second: list[int], why: str) -> None:
    fit = meta_d_prime(np.array(first, dtype=float), np.array(second, dtype=float))
    assert why in fit.why_not
    assert np.isnan(fit.meta_d_prime)


def test_readers_without_one_are_left_out_and_said_to_be() -> None:
    rng = np.random.default_rng(4)
    good, guessing = (readers(rng, 2, 100, d_prime=d) for d in (1.6, 0.0))
    joined = Judgements(
        np.vstack([good.level, guessing.level]),
        np.vstack([good.correct, guessing.correct]),
        np.vstack([good.called, guessing.called]),
        good.arm,
        None,
        good.levels,
        good.names,
    )
    made = metacognition(joined, SETTINGS, kinds=KINDS)
    left_out = [one.why_not for one in made.readers if one.why_not]
    assert left_out == ["d′ is below 0.2: there is no scale to hold by"] == list(made.why_left_out)
    assert made.meta_d_prime.n_readers == len(made.readers) - 1 == 3
    assert "not among these" in made.meta_d_prime.caution
    nobody = metacognition(readers(rng, 2, 30, d_prime=1.0), SETTINGS, kinds=KINDS)
    assert "fewer than 20 readings of a kind" in nobody.meta_d_prime.state
