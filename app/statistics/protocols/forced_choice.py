"""Finding the real picture among m: share correct against 1/m, and d', overall and by arm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import integrate, optimize, special, stats

from app.domain.said import said
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers, t_against
from app.statistics.variance.reader_means import reader_means

# Beyond so large a d' a share is 1 to every digit of a float.
_LARGEST = 12.0


@dataclass(frozen=True)
class AgainstChance:
    """A share with what guessing gives, and the two-sided p value of their difference."""

    share: Estimate
    chance: float
    p_value: float | None

    def to_json(self) -> dict[str, Any]:
        return {"share": self.share.to_json(), "chance": self.chance, "p": self.p_value}


@dataclass(frozen=True)
class ArmFound:
    """One synthetic arm beside the real picture.

    Attributes
    ----------
    arm : str
    against_real : AgainstChance
        Of readings that chose the real picture or one of this arm, the share that chose the real
        one. In a pair, and where all other pictures of a set are of this arm, the share correct.
    taken : AgainstChance
        Of readings that were shown the arm, the share that took a picture of it for the real one.
    d_prime : Estimate
        From sets whose synthetic pictures are all of this arm.
    """

    arm: str
    against_real: AgainstChance
    taken: AgainstChance
    d_prime: Estimate

    def to_json(self) -> dict[str, Any]:
        return {
            "against_real": self.against_real.to_json(),
            "taken": self.taken.to_json(),
            "d_prime": self.d_prime.to_json(),
        }


@dataclass(frozen=True)
class ForcedChoice:
    """Finding the one real picture among `pictures`.

    `readers` holds readings answered, and their share correct, by reader. `ties` counts answers
    that chose none; each counts as 1/m correct, what a guess would give.
    """

    pictures: int
    correct: AgainstChance
    d_prime: Estimate
    arms: tuple[ArmFound, ...]
    readers: Mapping[str, tuple[int, float]]
    ties: int

    def to_json(self) -> dict[str, Any]:
        return {
            "pictures": self.pictures,
            "correct": self.correct.to_json(),
            "d_prime": self.d_prime.to_json(),
            "arms": {one.arm: one.to_json() for one in self.arms},
            "readers": {
                name: {"n": n, "share": share} for name, (n, share) in self.readers.items()
            },
            "ties": self.ties,
        }


def share_of_d_prime(d_prime: float, m: int) -> float:
    """Share correct of an unbiased observer in m-alternative forced choice.

    Pc = integral of phi(x - d') Phi(x)^(m - 1) dx: the real picture's evidence, shifted by d', is
    the largest of m independent normal ones.

    References
    ----------
    Hacker MJ, Ratcliff R (1979), Percept Psychophys 26:168-170, doi:10.3758/BF03208311;
    Green DM, Dai H (1991), Percept Psychophys 49:100-101, doi:10.3758/BF03211621.

    Examples
    --------
    >>> round(share_of_d_prime(1.0, 2), 4), round(share_of_d_prime(0.0, 4), 4)
    (0.7602, 0.25)
    """

    if m == 2:
        return float(special.ndtr(d_prime / math.sqrt(2.0)))

    def density(x: float) -> float:
        return math.exp(-0.5 * (x - d_prime) ** 2 + (m - 1) * float(special.log_ndtr(x)))

    low, high = min(0.0, d_prime) - 9.0, max(0.0, d_prime) + 9.0
    area, _ = integrate.quad(density, low, high, epsabs=1e-13, epsrel=1e-12, limit=200)
    return float(area) / math.sqrt(2.0 * math.pi)


def d_prime_of_share(share: float, m: int) -> float:
    """d' at which an unbiased observer has this share correct; infinite at 0 and 1.

    Parameters
    ----------
    share : float
        From 0 to 1; below 1/m gives a negative d'.
    m : int
        Pictures shown, 2 or more.

    References
    ----------
    Hacker MJ, Ratcliff R (1979), Percept Psychophys 26:168-170, doi:10.3758/BF03208311.

    Examples
    --------
    Of Hacker and Ratcliff's table:

    >>> [round(d_prime_of_share(0.5, m), 2) for m in (2, 3, 4)]
    [0.0, 0.56, 0.84]
    """
    if m == 2:
        return math.sqrt(2.0) * float(stats.norm.ppf(share))
    if share in (0.0, 1.0):
        return math.copysign(math.inf, share - 0.5)
    ends = (-_LARGEST, _LARGEST)
    if not share_of_d_prime(ends[0], m) < share < share_of_d_prime(ends[1], m):
        return math.copysign(math.inf, share - 0.5)
    return float(optimize.brentq(lambda d: share_of_d_prime(d, m) - share, *ends, xtol=1e-10))


def forced_choice(readings: SetReadings, settings: AnalysisSettings) -> ForcedChoice | None:
    """How well readers find the real picture, readers and matched sets both samples.

    Parameters
    ----------
    readings : SetReadings
        Of sets of one size; those without exactly one real picture are left out.
    settings : AnalysisSettings

    Returns
    -------
    ForcedChoice or None
        None without a set of one real picture that was read.
    """
    one_real = readings.only(lambda row: row.side.chosen is not None and len(row.side.real) == 1)
    if not one_real.rows:
        return None
    m = len(one_real.rows[0].side.arms)
    correct = against_chance(one_real, is_correct, 1.0 / m, settings, said("the share correct"))
    matrix = one_real.matrix(is_correct)
    return ForcedChoice(
        pictures=m,
        correct=correct,
        d_prime=d_prime_estimate(correct.share, m),
        arms=tuple(
            _arm(one_real, arm, m, settings) for arm in one_real.arms if not _is_real(one_real, arm)
        ),
        readers={
            reader: (int(np.isfinite(row).sum()), float(np.nanmean(row)))
            for reader, row in zip(one_real.readers, matrix, strict=True)
        },
        ties=sum(row.side.chosen == 0 for row in one_real.rows),
    )


def is_correct(row: SetReading) -> float:
    """1 where the real picture was chosen, 0 where another, 1/m at a tie."""
    if row.side.chosen == 0:
        return 1.0 / len(row.side.arms)
    return float(row.side.chosen in row.side.real)


def against_chance(
    readings: SetReadings,
    value: Callable[[SetReading], float],
    chance: float,
    settings: AnalysisSettings,
    what: str,
) -> AgainstChance:
    """A share over readers and sets with its test against what guessing gives.

    Obuchowski and Rockette's interval on the logit scale with Hillis' degrees of freedom, the sets
    being the cases; the p value is that of t on the same scale, so that it is below alpha exactly
    when the interval excludes `chance`.
    """
    matrix = readings.matrix(value)
    theta, covariance = reader_means(matrix, readings.clusters)
    share = averaged_over_readers(
        theta,
        covariance,
        [matrix],
        settings,
        scale="logit",
        what=what,
        clusters=readings.clusters_of_matrix,
    )
    if readings.hang_together and share.low is not None:
        share = replace(share, caution=_HANG_TOGETHER)
    return AgainstChance(share, chance, p_against(share, chance, settings.level))


_HANG_TOGETHER = said(
    "pictures return in so many sets that no two sets are independent; "
    "sets were taken one by one, which makes the interval too narrow"
)


def p_against(share: Estimate, chance: float, level: float) -> float | None:
    """Two-sided p value of a share being `chance`; None without an interval.

    At an end of the scale, where the limit is alpha/2 = (1 - distance)^n, it is solved for alpha.
    """
    if share.estimate is None or share.low is None or share.high is None:
        return None
    if share.estimate in (0.0, 1.0):
        limit = share.low if share.estimate == 1.0 else 1.0 - share.high
        if limit <= 0.0:
            return 1.0
        trials = math.log((1.0 - level) / 2.0) / math.log(limit)
        of_one = chance if share.estimate == 1.0 else 1.0 - chance
        return float(min(1.0, 2.0 * of_one**trials))
    if not share.se:
        return None
    t = t_against(chance, share.estimate, share.se, scale="logit")
    return float(2.0 * stats.t.sf(abs(t), share.df or math.inf))


def d_prime_estimate(share: Estimate, m: int) -> Estimate:
    """d' of a share correct with its interval, both carried over from the share.

    At a share of 0 or 1, where d' is unbounded, the point is that of (n share + 1/2) / (n + 1) with
    n the readings, and one limit is infinite.
    """
    if share.estimate is None:
        return share
    at_end = share.estimate in (0.0, 1.0)
    n = share.n_ratings
    seen = (n * share.estimate + 0.5) / (n + 1.0) if at_end else share.estimate
    point = d_prime_of_share(seen, m)
    limits = [None if end is None else d_prime_of_share(end, m) for end in (share.low, share.high)]
    caution = share.caution
    if at_end:
        caution = said(
            "the share correct is {estimate:.0%} for every reader, so d′ has no "
            "bound on one side; the point is that of half an answer more on the "
            "other side",
            estimate=share.estimate,
        )
    return replace(
        share,
        estimate=point,
        low=limits[0],
        high=limits[1],
        se=None if share.se is None else share.se / _slope(point, m),
        caution=caution,
    )


def _slope(d_prime: float, m: int) -> float:
    """Derivative of the share correct by d'."""
    step = 1e-4
    rise = share_of_d_prime(d_prime + step, m) - share_of_d_prime(d_prime - step, m)
    return rise / (2.0 * step)


def _is_real(readings: SetReadings, arm: str) -> bool:
    return any(row.side.arms[place - 1] == arm for row in readings.rows for place in row.side.real)


def _arm(readings: SetReadings, arm: str, m: int, settings: AnalysisSettings) -> ArmFound:
    shown = readings.only(lambda row: arm in row.side.arms)
    own = shown.only(lambda row: row.side.arms.count(arm) == m - 1)
    decided = shown.only(lambda row: _chosen_arm(row) in (arm, "", None) or is_correct(row) == 1.0)
    here = float(np.mean([row.side.arms.count(arm) for row in shown.rows]))
    against = AgainstChance(
        not_estimable(said("no reading chose the real picture or one of this arm")),
        1 / (1 + here),
        None,
    )
    if decided.rows:
        against = against_chance(
            decided,
            _real_share(arm),
            1.0 / (1.0 + here),
            settings,
            said("the share for the real one"),
        )
    d_prime = not_estimable(said("its sets show other arms too, which take choices from it"))
    if len(own.rows) == len(shown.rows):
        d_prime = d_prime_estimate(against.share, m)
    return ArmFound(
        arm,
        against,
        against_chance(shown, _taken(arm), here / m, settings, said("the share taken for real")),
        d_prime,
    )


def _chosen_arm(row: SetReading) -> str | None:
    """Arm of the picture chosen, "" for a tie, None where the question was left open."""
    chosen = row.side.chosen
    return row.side.arms[chosen - 1] if chosen else "" if chosen == 0 else None


def _real_share(arm: str) -> Callable[[SetReading], float]:
    def value(row: SetReading) -> float:
        if row.side.chosen == 0:
            return 1.0 / (1.0 + row.side.arms.count(arm))
        return is_correct(row)

    return value


def _taken(arm: str) -> Callable[[SetReading], float]:
    def value(row: SetReading) -> float:
        if row.side.chosen == 0:
            return row.side.arms.count(arm) / len(row.side.arms)
        return float(_chosen_arm(row) == arm)

    return value
