"""A psychometric function: how the share correct rises with the time a picture is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.influence import infinitesimal_jackknife, influence_table
from app.statistics.variance.jackknife import IntervalRule, two_way_estimate

MOST_LAPSES = 0.1
FEWEST_DURATIONS = 3
# With fewer durations than parameters and one more the lapse rate can't be told from the rest.
FEWEST_FOR_LAPSES = 4
STEEPEST = 50.0
# A curve that is nearer to its ends than this at every duration shown is a step between two.
_AT_END = 0.005
_TINY = 1e-9
# With the floor of half that rankings have, thresholds of 3 and 8 readers cover 93.1 and 93.0 %,
# with this one 94.3 and 95.2 % (docs/decisions/0235).
_RULE = IntervalRule(least_share=0.75)


@dataclass(frozen=True)
class Trials:
    """Answers under known exposure.

    Attributes
    ----------
    reader, cluster : (N,) arrays of int
        Codes from 0.
    exposure_ms : (N,) array of float
    correct : (N,) array of float
        1, 0, or what a guess gives where no picture was chosen.
    weight : (N,) array of float
    """

    reader: Int
    cluster: Int
    exposure_ms: Float
    correct: Float
    weight: Float


@dataclass(frozen=True)
class PsychometricFit:
    """P(t) = guess + (1 - guess - lapse) Phi(slope (log10 t - log10 threshold)).

    Attributes
    ----------
    guess, lapse : float
        Share correct at no exposure; share lost however long it is.
    lapse_is_fitted : bool
        False: too few durations, 0 was taken.
    threshold_ms : Estimate
        Exposure, in milliseconds, half-way up the curve.
    slope : Estimate
        Of the normal quantile, per tenfold of exposure.
    why_not : str
        Why the fit is withheld; then both estimates say it too.
    """

    guess: float
    lapse: float
    lapse_is_fitted: bool
    threshold_ms: Estimate
    slope: Estimate
    why_not: str = ""

    def share_at(self, exposure_ms: Float) -> Float:
        """Share correct on the fitted curve."""
        if self.threshold_ms.estimate is None or self.slope.estimate is None:
            raise ValueError("There is no curve: see why_not.")
        z = self.slope.estimate * np.log10(exposure_ms / self.threshold_ms.estimate)
        share: Float = self.guess + (1.0 - self.guess - self.lapse) * special.ndtr(z)
        return share

    def to_json(self) -> dict[str, Any]:
        return {
            "guess": self.guess,
            "lapse": None if self.why_not else self.lapse,
            "lapse_is_fitted": self.lapse_is_fitted,
            "threshold_ms": self.threshold_ms.to_json(),
            "slope": self.slope.to_json(),
            "why_not": self.why_not,
        }


def fit_psychometric(
    trials: Trials, guess: float, counts: tuple[int, int, int], settings: AnalysisSettings
) -> PsychometricFit:
    """Fit by maximum likelihood, with intervals over readers and images.

    A cumulative Gaussian of log10 exposure with the guess rate of the task and a lapse rate between
    0 and 0.1, which is fitted with four durations or more and 0 with three. Withheld where it can't
    be estimated: fewer than three durations; accuracy that does not rise by the likelihood ratio
    test at 1 - level; a step between two durations; a threshold outside the durations shown, or
    less certain than these are apart.
    Variance: two-way jackknife on influences (:mod:`app.statistics.variance.influence`).

    Parameters
    ----------
    trials : Trials
    guess : float
        1/2 for a verdict, 1/m for m pictures.
    counts : (int, int, int)
        Readers, cases and answers.
    settings : AnalysisSettings

    References
    ----------
    Wichmann FA, Hill NJ (2001), Percept Psychophys 63:1293-1313, doi:10.3758/BF03194544;
    Treutwein B, Strasburger H (1999), Percept Psychophys 61:87-106, doi:10.3758/BF03211951.
    """
    durations: Float = np.unique(trials.exposure_ms)
    fits_lapse = durations.size >= FEWEST_FOR_LAPSES
    if durations.size < FEWEST_DURATIONS:
        return _withheld(
            guess, said("{size} durations, three are needed", size=durations.size), counts
        )
    place, slope, lapse, likely = maximise(trials, guess, fits_lapse=fits_lapse)
    why = _why_not(trials, durations, place, slope, likely, settings.level)
    if why:
        return _withheld(guess, why, counts)
    influence = _influence(trials, guess, np.array([place, slope, lapse]), fits_lapse)
    if influence is None:
        return _withheld(guess, said("the durations shown do not fix the threshold"), counts)
    of_place, of_slope = (
        two_way_estimate(
            infinitesimal_jackknife(
                value, influence_table(influence[:, k], trials.reader, trials.cluster)
            ),
            counts,
            why_undefined=said("no answers"),
            level=settings.level,
            generalise_to=settings.generalise_to,
            bounds=(-math.inf if k == 0 else 0.0, math.inf),
            note=said("psychometric function"),
            fewest_readers=2,
            rule=_RULE,
        )
        for k, value in enumerate((place, slope))
    )
    if of_place.se is not None and of_place.se > np.log10(durations.max() / durations.min()):
        return _withheld(guess, said("the durations shown do not fix the threshold"), counts)
    return PsychometricFit(guess, lapse, fits_lapse, _in_ms(of_place), of_slope)


def maximise(
    trials: Trials, guess: float, *, fits_lapse: bool
) -> tuple[float, float, float, float]:
    """Place (log10 ms), slope, lapse rate and log-likelihood at the maximum.

    From nine starts, since the likelihood may have several maxima; slope from 0 to STEEPEST.
    """
    logs = np.log10(trials.exposure_ms)
    low, high = float(logs.min()), float(logs.max())
    wide = high - low

    def loss(beta: Float) -> tuple[float, Float]:
        share, gradient = _share(beta, logs, guess)
        likely, by_share = _likelihood(share, trials)
        return -likely, -(by_share @ gradient)

    most = MOST_LAPSES if fits_lapse else 0.0
    bounds = [(low - 2.0 * wide, high + 2.0 * wide), (0.0, STEEPEST), (0.0, most)]
    best = min(
        (
            optimize.minimize(
                loss,
                np.array([low + at * wide, steep / wide, min(0.02, most)]),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 1000},
            )
            for at in (0.1, 0.5, 0.9)
            for steep in (1.0, 3.0, 8.0)
        ),
        key=lambda result: float(result.fun),
    )
    return float(best.x[0]), float(best.x[1]), float(best.x[2]), -float(best.fun)


def _share(beta: Float, logs: Float, guess: float) -> tuple[Float, Float]:
    """Share correct of every trial, and its derivatives by place, slope and lapse rate."""
    place, slope, lapse = beta
    z = slope * (logs - place)
    height, density = 1.0 - guess - lapse, np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    area = special.ndtr(z)
    gradient = np.stack(
        [-slope * height * density, (logs - place) * height * density, -area], axis=1
    )
    share: Float = np.clip(guess + height * area, _TINY, 1.0 - _TINY)
    return share, gradient


def _likelihood(share: Float, trials: Trials) -> tuple[float, Float]:
    y, w = trials.correct, trials.weight
    likely = float(w @ (y * np.log(share) + (1.0 - y) * np.log1p(-share)))
    return likely, w * (y - share) / (share * (1.0 - share))


def _why_not(
    trials: Trials, durations: Float, place: float, slope: float, likely: float, level: float
) -> str:
    """Why a fit says nothing, or ""."""
    mean = float(np.average(trials.correct, weights=trials.weight))
    if mean in (0.0, 1.0):
        return said("every answer was right") if mean else said("every answer was wrong")
    flat, _ = _likelihood(np.full(trials.correct.size, mean), trials)
    ratio = max(0.0, 2.0 * (likely - flat))
    p_value = float(stats.chi2.sf(ratio, 1))
    if slope <= 0.0 or p_value > 1.0 - level:
        return said("accuracy does not rise with exposure (p = {p_value:.2f})", p_value=p_value)
    risen = special.ndtr(slope * (np.log10(durations) - place))
    if slope >= STEEPEST or not ((risen > _AT_END) & (risen < 1.0 - _AT_END)).any():
        return said("accuracy jumps between two durations, so the slope has no bound")
    if not durations.min() <= 10.0**place <= durations.max():
        side = (
            said("below the shortest")
            if 10.0**place < durations.min()
            else said("above the longest")
        )
        return said("the threshold lies {side} duration shown", side=side)
    return ""


def _influence(trials: Trials, guess: float, beta: Float, fits_lapse: bool) -> Float | None:
    """(N, 2) influences on place and slope; a lapse rate at a bound counts as known.

    None where the answers leave a direction of place, slope and lapse rate open.
    """
    share, whole = _share(beta, np.log10(trials.exposure_ms), guess)
    inside = fits_lapse and 1e-6 < beta[2] < MOST_LAPSES - 1e-6
    gradient: Float = whole[:, : 3 if inside else 2]
    scaled: Float = trials.weight / (share * (1.0 - share))
    information = (gradient * scaled[:, None]).T @ gradient
    score = gradient * (scaled * (trials.correct - share))[:, None]
    if np.linalg.matrix_rank(information, hermitian=True) < information.shape[0]:
        return None
    influence = np.linalg.solve(information, score.T).T
    return np.asarray(influence[:, :2], dtype=np.float64)


def _in_ms(place: Estimate) -> Estimate:
    """The threshold in milliseconds, from its log10."""
    if place.estimate is None:
        return place
    centre = 10.0**place.estimate
    return replace(
        place,
        estimate=centre,
        low=None if place.low is None else 10.0**place.low,
        high=None if place.high is None else 10.0**place.high,
        se=None if place.se is None else centre * math.log(10.0) * place.se,
    )


def _withheld(guess: float, why: str, counts: tuple[int, int, int]) -> PsychometricFit:
    readers, cases, ratings = counts
    missing = not_estimable(
        why,
        method=said("psychometric function"),
        n_readers=readers,
        n_cases=cases,
        n_ratings=ratings,
    )
    return PsychometricFit(guess, 0.0, False, missing, missing, why)
