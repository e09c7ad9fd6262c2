"""Whether readers are right as often as they are sure: calibration, Brier score, type-2 AUC."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.domain.said import said
from app.statistics.protocols.judgements import Judgements
from app.statistics.protocols.metacognition import Metacognition, metacognition
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, StatisticsInputError
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import Scale, averaged_over_readers

FIGURES = (
    "accuracy",
    "mean_probability",
    "overconfidence",
    "brier",
    "reliability",
    "resolution",
    "uncertainty",
    "type2_auc",
)


@dataclass(frozen=True)
class LevelOfConfidence:
    """One point of the calibration curve.

    ``probability`` is what the level was taken to say, ``correct`` the share of right answers given
    at it, ``n`` the readings.
    """

    level: float
    name: str
    probability: float
    n: int
    correct: Estimate


@dataclass(frozen=True)
class Calibration:
    """Result of :func:`calibration`.

    Attributes
    ----------
    levels : tuple of LevelOfConfidence
        Over all arms, the least sure first.
    by_arm : mapping of arm to mapping of figure to Estimate
        One of each of ``FIGURES``; ``""`` is all arms together.
    metacognition : Metacognition or None
        None where there were not two alternatives.
    is_stated : bool
        Whether the study stated what the levels say; else they were taken as equal steps.
    """

    levels: tuple[LevelOfConfidence, ...]
    by_arm: Mapping[str, Mapping[str, Estimate]]
    metacognition: Metacognition | None
    is_stated: bool = False

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate."""
        of_arms = [one for figures in self.by_arm.values() for one in figures.values()]
        meta = () if self.metacognition is None else self.metacognition.estimates()
        return (*(level.correct for level in self.levels), *of_arms, *meta)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; all arms together under ``all``."""
        return {
            "probabilities": "stated" if self.is_stated else said("equal steps"),
            "levels": [
                {
                    "level": one.level,
                    "name": one.name,
                    "probability": one.probability,
                    "n": one.n,
                    "correct": one.correct.to_json(),
                }
                for one in self.levels
            ],
            "by_arm": {
                arm or "all": {name: figure.to_json() for name, figure in figures.items()}
                for arm, figures in self.by_arm.items()
            },
            "metacognition": None if self.metacognition is None else self.metacognition.to_json(),
        }


def probabilities(n_levels: int, alternatives: int) -> Float:
    """What each level of confidence is taken to say of being right.

    From 1 / m at the least sure (a guess among m alternatives) to 1 at the surest, in equal steps::

        p_l = 1/m + (1 - 1/m) l / (L - 1),    l = 0 .. L - 1

    >>> [round(float(p), 3) for p in probabilities(5, 2)]
    [0.5, 0.625, 0.75, 0.875, 1.0]
    """
    guess = 1.0 / alternatives
    return guess + (1.0 - guess) * np.arange(n_levels) / max(1, n_levels - 1)


def stated_probabilities(
    levels: Sequence[float], stated: Sequence[float], ends: tuple[float, float]
) -> Float:
    """What each level says where a study states it, (L,).

    Parameters
    ----------
    levels : sequence of float
        Low to high.
    stated : sequence of float
        One a level, or two: those of the ends of the scale.
    ends : (float, float)
        Of the scale; the outermost levels unless it is cut into classes.

    Raises
    ------
    StatisticsInputError
        Where there are neither two nor as many as levels.

    >>> [round(float(p), 3) for p in stated_probabilities([10, 50, 90], [0.5, 1.0], (0, 100))]
    [0.55, 0.75, 0.95]
    """
    if len(stated) == len(levels):
        return np.array(stated, dtype=np.float64)
    if len(stated) != 2:
        raise StatisticsInputError(
            said(
                "There are {n_stated} probabilities for {n_levels} levels of "
                "confidence: state {n_levels}, or 2 for the ends.",
                n_stated=len(stated),
                n_levels=len(levels),
            )
        )
    return np.interp(levels, ends, stated)


def calibration(
    judgements: Judgements,
    arms: tuple[str, ...],
    settings: AnalysisSettings,
    *,
    two_kinds: tuple[str, str] | None = None,
    stated: Sequence[float] = (),
) -> Calibration:
    """Calibration curve, Brier score with its parts, over-confidence and type-2 AUC.

    With p the probability a level was taken to say, o 1 for a right answer and 0 for a wrong one,
    of each reader, averaged over readers::

        Brier          = mean (p - o)^2 = reliability - resolution + uncertainty
        reliability    = sum_l n_l (p_l - o_l)^2 / N      0 is perfect calibration
        resolution     = sum_l n_l (o_l - o)^2 / N        how far levels tell right from wrong
        uncertainty    = o (1 - o)                        of the task, not of the confidence
        overconfidence = mean p - mean o                  above 0: surer than right
        type-2 AUC     = P(surer of a right than of a wrong answer), ties one half

    n_l, o_l being readings and share right at level l. What chance adds to each part with few
    readings a level is taken out as Ferro and Fricker do, so that the parts still add up; one that
    is near 0 can then come out below it. The curve, resolution, uncertainty and the type-2 AUC do
    not rest on what the levels are taken to say (:func:`probabilities`); the others do.

    Parameters
    ----------
    judgements : Judgements
    arms : tuple of str
        All arms, in the order of the report.
    settings : AnalysisSettings
    two_kinds : (str, str), optional
        What the first and the second alternative are called; meta-d' needs two.
    stated : sequence of float, optional
        What the levels say, as the study states it: one each, or two for the ends, between which
        it rises with the level. Without it :func:`probabilities`.

    Raises
    ------
    StatisticsInputError
        Where neither two nor as many as there are levels are stated.

    References
    ----------
    Brier GW (1950), Mon Weather Rev 78:1-3,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2;
    Murphy AH (1973), J Appl Meteorol 12:595-600,
    doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2 (the parts);
    Ferro CAT, Fricker TE (2012), Q J R Meteorol Soc 138:1954-1960, doi:10.1002/qj.1924 (without
    the bias of few readings);
    Lichtenstein S, Fischhoff B (1977), Organ Behav Hum Perform 20:159-183,
    doi:10.1016/0030-5073(77)90001-0 (over-confidence);
    Galvin SJ et al. (2003), Psychon Bull Rev 10:843-876, doi:10.3758/BF03196546 (type 2).
    """
    says = (
        stated_probabilities(judgements.levels, stated, judgements.ends)
        if stated
        else probabilities(len(judgements.levels), judgements.alternatives)
    )
    of_arms = {"": judgements} | (
        {arm: judgements.of_arms((arm,)) for arm in arms} if len(arms) > 1 else {}
    )
    return Calibration(
        levels=tuple(
            _level(judgements, place, float(says[place]), settings) for place in range(says.size)
        ),
        by_arm={arm: _figures(part, says, settings) for arm, part in of_arms.items()},
        metacognition=(
            None if two_kinds is None else metacognition(judgements, settings, kinds=two_kinds)
        ),
        is_stated=bool(stated),
    )


def _level(
    judgements: Judgements, place: int, probability: float, settings: AnalysisSettings
) -> LevelOfConfidence:
    correct = np.where(judgements.seen & (judgements.level == place), judgements.correct, np.nan)
    part = replace(judgements, correct=correct)
    return LevelOfConfidence(
        level=judgements.levels[place],
        name=judgements.names[place],
        probability=probability,
        n=int(part.seen.sum()),
        correct=_mean(part, correct, settings, (0.0, 1.0), said("the share right")),
    )


def _figures(
    judgements: Judgements, says: Float, settings: AnalysisSettings
) -> dict[str, Estimate]:
    seen = judgements.seen
    right = np.where(seen, judgements.correct, np.nan)
    told = np.where(seen, says[np.where(seen, judgements.level, 0).astype(np.int64)], np.nan)
    parts = {name: _part(judgements, says, part, settings) for name, part in _PARTS.items()}
    ends = float(says[0]), float(says[-1])
    return {
        "accuracy": _mean(judgements, right, settings, (0.0, 1.0), said("the accuracy")),
        "mean_probability": _mean(judgements, told, settings, ends, said("the mean probability")),
        "overconfidence": _mean(judgements, told - right, settings, None, ""),
        "brier": _mean(
            judgements, (told - right) ** 2, settings, (0.0, 1.0), said("the Brier score")
        ),
        **parts,
        "type2_auc": _type2_auc(judgements, settings),
    }


def _mean(
    judgements: Judgements,
    values: Float,
    settings: AnalysisSettings,
    bounds: tuple[float, float] | None,
    what: str,
) -> Estimate:
    """The mean of a value of every reading, by reader."""
    seen = np.isfinite(values)
    n = seen.sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        theta = np.where(seen, values, 0.0).sum(axis=1) / n
        influence = np.where(seen, (values - theta[:, None]) / n[:, None], 0.0)
    scale: Scale = "identity" if bounds is None else "logit"
    return averaged_over_readers(
        theta,
        judgements.covariance(influence),
        [values],
        settings,
        scale=scale,
        bounds=bounds or (0.0, 1.0),
        what=what,
        clusters=None if judgements.clusters is None else [judgements.clusters],
    )


# A part of the Brier score, from counts by level (..., L), right ones among them, and p (L,).
_Part = Callable[[Float, Float, Float], Float]


def _reliability(counts: Float, right: Float, says: Float) -> Float:
    total: Float = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_level = np.where(counts > 0, counts * (says - right / counts) ** 2, 0.0)
        return np.asarray(of_level.sum(axis=-1) / total) - _noise(counts, right)


def _resolution(counts: Float, right: Float, says: Float) -> Float:
    total, all_right = counts.sum(axis=-1), right.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = all_right / total
        of_level = np.where(counts > 0, counts * (right / counts - mean[..., None]) ** 2, 0.0)
        plain = np.asarray(of_level.sum(axis=-1) / total)
        corrected: Float = plain - _noise(counts, right) + mean * (1.0 - mean) / (total - 1.0)
    return corrected


def _uncertainty(counts: Float, right: Float, says: Float) -> Float:
    total = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = right.sum(axis=-1) / total
        return np.asarray(mean * (1.0 - mean) * total / (total - 1.0))


def _noise(counts: Float, right: Float) -> Float:
    """What chance alone adds to reliability and to resolution; a single reading tells nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = right / counts
        of_level = np.where(counts > 1, counts * share * (1.0 - share) / (counts - 1.0), 0.0)
        return np.asarray(of_level.sum(axis=-1) / counts.sum(axis=-1))


_PARTS: Mapping[str, _Part] = {
    "reliability": _reliability,
    "resolution": _resolution,
    "uncertainty": _uncertainty,
}


def brier_parts(counts: Float, right: Float, says: Float) -> tuple[float, float, float]:
    """Reliability, resolution and uncertainty of one reader, without what chance adds.

    Parameters
    ----------
    counts, right : (L,) arrays of float
        Readings at each level and how many of them were right.
    says : (L,) array of float
        The probability that each level says.

    Examples
    --------
    >>> parts = brier_parts(np.array([4.0, 6.0]), np.array([2.0, 6.0]), np.array([0.5, 0.9]))
    >>> [round(part, 4) for part in parts]
    [-0.0273, 0.0444, 0.1778]
    """
    return (
        float(_reliability(counts, right, says)),
        float(_resolution(counts, right, says)),
        float(_uncertainty(counts, right, says)),
    )


def _part(judgements: Judgements, says: Float, part: _Part, settings: AnalysisSettings) -> Estimate:
    """A part of the Brier score, its covariance by leaving out single readings."""
    seen, level = judgements.seen, judgements.level
    at = (level[..., None] == np.arange(says.size)) & seen[..., None]
    counts = at.sum(axis=1).astype(np.float64)
    right = np.where(at, judgements.correct[..., None], 0.0).sum(axis=1)
    theta = part(counts, right, says)
    n = counts.sum(axis=1)
    influence = np.zeros(level.shape)
    # What leaving out a reading does depends on its level and whether it was right, on no more.
    for place in range(says.size):
        for was_right in (0.0, 1.0):
            step = np.eye(says.size)[place]
            left = part(counts - step, right - was_right * step, says)
            here = seen & (level == place) & (judgements.correct == was_right)
            with np.errstate(invalid="ignore", divide="ignore"):
                moved = (theta - left) * (n - 1.0) / n
            influence = np.where(here, moved[:, None], influence)
    influence = np.nan_to_num(influence)
    return averaged_over_readers(
        theta,
        judgements.covariance(influence),
        [np.where(seen, judgements.correct, np.nan)],
        settings,
        what="",
        clusters=None if judgements.clusters is None else [judgements.clusters],
    )


def _type2_auc(judgements: Judgements, settings: AnalysisSettings) -> Estimate:
    seen = judgements.seen
    right = np.where(seen & (judgements.correct == 1), judgements.level, np.nan)
    wrong = np.where(seen & (judgements.correct == 0), judgements.level, np.nan)
    if not (np.isfinite(right).any(axis=1) & np.isfinite(wrong).any(axis=1)).any():
        return not_estimable(said("no reader had both right and wrong answers"))
    codes = np.arange(right.shape[1]) if judgements.clusters is None else judgements.clusters
    # A case is right for one reader and wrong for another, so that both kinds share their cases.
    theta, covariance = reader_aucs_of_arms(right, [wrong], clusters=(codes, [codes]))
    return averaged_over_readers(
        theta[0],
        covariance[0, :, 0, :],
        [right, wrong],
        settings,
        scale="logit",
        what=said("the type-2 AUC"),
        clusters=None if judgements.clusters is None else [codes, codes],
    )
