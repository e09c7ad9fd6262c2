"""Made-up studies of sets and exposures, for coverage and for tests.

Readers and sets (or pictures) differ by normal amounts, so that true values are integrals.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.sides import SideChoice
from app.statistics.protocols.single_readings import PhaseFacts, SingleReadings


def found_real(
    *, readers: int, sets: int, m: int = 2, d_prime: float = 1.0, spread: float = 0.0, seed: int = 1
) -> SetReadings:
    """Readers who look for the real picture of every set; sets and readers differ by `spread`."""
    rng = np.random.default_rng(seed)
    of_reader, of_set = spread * rng.standard_normal(readers), spread * rng.standard_normal(sets)
    rows = []
    for j in range(readers):
        for k in range(sets):
            evidence = rng.standard_normal(m)
            place = int(rng.integers(m))
            evidence[place] += d_prime + of_reader[j] + of_set[k]
            arms = ["M1"] * m
            arms[place] = "real"
            side = SideChoice(tuple(arms), (place + 1,), int(np.argmax(evidence)) + 1)
            rows.append(SetReading(f"R{j:02}", f"S{k:03}", side))
    return SetReadings(tuple(rows))


def preferred(
    strengths: dict[str, float],
    *,
    readers: int,
    sets_a_pair: int,
    tie: float = 0.0,
    of_readers: float = 0.0,
    of_sets: float = 0.0,
    seed: int = 1,
) -> SetReadings:
    """Readers who compare every two arms in so many sets; strengths vary by reader and picture."""
    rng = np.random.default_rng(seed)
    arms = list(strengths)
    pairs = [
        (a, b, k) for i, a in enumerate(arms) for b in arms[i + 1 :] for k in range(sets_a_pair)
    ]
    moved = {pair: of_sets * rng.standard_normal() for pair in pairs}
    rows = []
    for j in range(readers):
        own = {arm: strengths[arm] + of_readers * rng.standard_normal() for arm in arms}
        for a, b, k in pairs:
            left, right = (a, b) if rng.random() < 0.5 else (b, a)
            lean = moved[a, b, k] / 2
            worth = {a: np.exp(own[a] + lean), b: np.exp(own[b] - lean)}
            weights = np.array(
                [worth[left], worth[right], tie * np.sqrt(worth[left] * worth[right])]
            )
            said = int(rng.choice(3, p=weights / weights.sum()))
            side = SideChoice((left, right), (), (said + 1) % 3)
            rows.append(SetReading(f"R{j:02}", f"{a}{b}{k:03}", side))
    return SetReadings(tuple(rows))


def timed_verdicts(
    *, readers: int, cases: int, threshold: float = 150.0, durations: tuple[float, ...], seed: int
) -> SingleReadings:
    """Readers who see real and synthetic films for a drawn time, and guess or know."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str, str, float, float]] = []
    for j in range(readers):
        own = 0.1 * rng.standard_normal()
        for arm in ("real", "M1"):
            times = np.resize(durations, cases)
            rng.shuffle(times)
            for k in range(cases):
                z = 3.0 * (np.log10(times[k]) - math.log10(threshold) + own)
                right = rng.random() < 0.5 + 0.5 * special.ndtr(z)
                said = (arm != "real") == right
                rows.append((f"R{j}", f"C{k:03}", arm, float(said), float(times[k])))
    return SingleReadings(
        "verdict",
        "verdict",
        PhaseFacts("main"),
        reader=tuple(row[0] for row in rows),
        case=tuple(row[1] for row in rows),
        arm=tuple(row[2] for row in rows),
        truth=tuple("real" if row[2] == "real" else "synthetic" for row in rows),
        cluster=("",) * len(rows),
        value=tuple(row[3] for row in rows),
        exposure_ms=tuple(row[4] for row in rows),
    )
