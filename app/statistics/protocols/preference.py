"""Which arm is preferred: strengths by Bradley and Terry with ties, and ranks with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special, stats

from app.domain.said import said
from app.statistics.protocols.davidson import Choice, DavidsonFit, fit_davidson
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.realness.contrasts import holm
from app.statistics.table.estimate import Estimate, without_interval
from app.statistics.table.ratings import Float
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.influence import RULE, infinitesimal_jackknife, influence_table
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.jackknife import two_way_estimate
from app.statistics.variance.reader_means import reader_means

MODEL = said("Bradley-Terry model with ties")
_BOUNDED = said(
    "some arm, or group of arms, was preferred or passed over in every "
    "comparison with the others, so strengths have no bound; half a win "
    "each way was added between every two arms"
)
_ALL_TIED = said(
    "nobody preferred any arm; half a win each way was added between every two arms to have a point"
)


@dataclass(frozen=True)
class ArmStrength:
    """One arm of a ranking.

    Attributes
    ----------
    share : Estimate
        Share of readings of its sets in which it was preferred, ties shared out evenly, averaged
        over readers.
    strength : Estimate
        Log strength against the mean of the arms; 0 = as strong as the mean.
    rank, best_rank, worst_rank : int
        1 is the most preferred. The interval has room for the arms that are not told from this one.
    """

    arm: str
    share: Estimate
    strength: Estimate
    rank: int
    best_rank: int
    worst_rank: int

    def to_json(self) -> dict[str, Any]:
        return {
            "share": self.share.to_json(),
            "strength": self.strength.to_json(),
            "rank": self.rank,
            "best_rank": self.best_rank,
            "worst_rank": self.worst_rank,
        }


@dataclass(frozen=True)
class PairOfArms:
    """One arm against another: the chance that it is preferred where one of the two is."""

    arm: str
    against: str
    chance: Estimate
    p_value: float | None
    p_holm: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "arm": self.arm,
            "against": self.against,
            "chance": self.chance.to_json(),
            "p": self.p_value,
            "p_holm": self.p_holm,
        }


@dataclass(frozen=True)
class Preference:
    """Preferences between arms; `arms` from the strongest to the weakest.

    `tie` is nu of the model: two equally strong arms tie with chance nu / (2 + nu); None where
    nobody answered a tie. `shown_together` counts answered readings by pair of arms.
    """

    arms: tuple[ArmStrength, ...]
    pairs: tuple[PairOfArms, ...]
    answers: int
    ties: int
    tie: float | None
    is_bounded: bool
    shown_together: Mapping[tuple[str, str], int]

    def to_json(self) -> dict[str, Any]:
        return {
            "arms": {one.arm: one.to_json() for one in self.arms},
            "pairs": [pair.to_json() for pair in self.pairs],
            "answers": self.answers,
            "ties": self.ties,
            "tie": self.tie,
            "is_bounded": self.is_bounded,
        }


def preference(readings: SetReadings, settings: AnalysisSettings) -> Preference | None:
    """Strengths, pairs and ranks of arms, readers and matched sets both samples.

    The model is fitted to all answers, readers weighing equally; its variance is that of the
    two-way jackknife on influences (:mod:`app.statistics.variance.influence`), which takes answers
    of one reader, and answers to one set, as dependent. Two arms are told apart where Holm's p over
    the pairs is below alpha; an arm's rank lies between 1 + the arms above it and A - the arms
    below it, for all arms at once.

    Parameters
    ----------
    readings : SetReadings
    settings : AnalysisSettings

    Returns
    -------
    Preference or None
        None where fewer than two arms were compared.

    References
    ----------
    Davidson RR (1970), J Am Stat Assoc 65:317-328, doi:10.1080/01621459.1970.10481082; Al Mohamad
    D, Goeman JJ, van Zwet EW (2022), Biometrics 78:238-247, doi:10.1111/biom.13419 (ranks by pairs
    told apart).
    """
    answered = readings.only(
        lambda row: row.side.chosen is not None and len(set(row.side.arms)) > 1
    )
    arms = answered.arms
    if len(arms) < 2:
        return None
    fit = fit_davidson(_choices(answered), len(arms), _reader_weights(answered))
    figures = _Figures(answered, arms, fit, settings)
    pairs = _pairs(figures)
    return Preference(
        arms=_ranked(figures, pairs),
        pairs=pairs,
        answers=len(answered.rows),
        ties=sum(row.side.chosen == 0 for row in answered.rows),
        tie=None if fit.log_tie is None else math.exp(fit.log_tie),
        is_bounded=fit.is_bounded,
        shown_together={
            (one, other): sum({one, other} <= set(row.side.arms) for row in answered.rows)
            for one, other in combinations(arms, 2)
        },
    )


def _choices(readings: SetReadings) -> list[Choice]:
    index = {arm: k for k, arm in enumerate(readings.arms)}
    return [
        Choice(
            tuple(index[arm] for arm in row.side.arms),
            row.side.chosen - 1 if row.side.chosen else None,
        )
        for row in readings.rows
    ]


def _reader_weights(readings: SetReadings) -> Float:
    """Weights that make readers count equally, of mean 1."""
    counts = np.bincount(readings.reader_codes)
    weights: Float = len(readings.rows) / counts.size / counts[readings.reader_codes]
    return weights


@dataclass(frozen=True)
class _Figures:
    """A fit with what its variance needs."""

    readings: SetReadings
    arms: tuple[str, ...]
    fit: DavidsonFit
    settings: AnalysisSettings

    def of(self, contrast: Float) -> Estimate:
        """A contrast of log strengths with its interval over readers and sets."""
        estimate = float(self.fit.strengths @ contrast)
        readings = self.readings
        sets = readings.clusters[readings.case_codes]
        table = influence_table(self.fit.influence @ contrast, readings.reader_codes, sets)
        counts = (len(readings.readers), len(readings.cases), len(readings.rows))
        figure = two_way_estimate(
            infinitesimal_jackknife(estimate, table),
            counts,
            why_undefined=said("no answers"),
            level=self.settings.level,
            generalise_to=self.settings.generalise_to,
            bounds=(-math.inf, math.inf),
            note=MODEL,
            fewest_readers=2,
            rule=RULE,
        )
        if not self.fit.is_bounded:
            return figure
        why = _ALL_TIED if self.all_tied else _BOUNDED
        return replace(
            figure,
            low=None,
            high=None,
            se=None,
            df=None,
            method=without_interval(MODEL, why),
        )

    @property
    def all_tied(self) -> bool:
        return all(row.side.chosen == 0 for row in self.readings.rows)


def _pairs(figures: _Figures) -> tuple[PairOfArms, ...]:
    pairs = []
    order = np.argsort(-figures.fit.strengths, kind="stable")
    for i, j in combinations(order, 2):
        contrast = np.zeros(len(figures.arms))
        contrast[i], contrast[j] = 1.0, -1.0
        log_odds = figures.of(contrast)
        pairs.append(
            PairOfArms(
                figures.arms[i],
                figures.arms[j],
                _as_chance(log_odds),
                _p_value(log_odds),
                None,
            )
        )
    adjusted = holm([pair.p_value for pair in pairs])
    return tuple(replace(pair, p_holm=p) for pair, p in zip(pairs, adjusted, strict=True))


def _p_value(log_odds: Estimate) -> float | None:
    if log_odds.estimate is None or not log_odds.se:
        return None
    t = log_odds.estimate / log_odds.se
    return float(2.0 * stats.t.sf(abs(t), log_odds.df or math.inf))


def _as_chance(log_odds: Estimate) -> Estimate:
    """pi_i / (pi_i + pi_j) and its limits, from the difference of log strengths."""
    if log_odds.estimate is None:
        return log_odds
    chance = float(special.expit(log_odds.estimate))
    return replace(
        log_odds,
        estimate=chance,
        low=None if log_odds.low is None else float(special.expit(log_odds.low)),
        high=None if log_odds.high is None else float(special.expit(log_odds.high)),
        se=None if log_odds.se is None else log_odds.se * chance * (1.0 - chance),
    )


def _ranked(figures: _Figures, pairs: tuple[PairOfArms, ...]) -> tuple[ArmStrength, ...]:
    strengths, n = figures.fit.strengths, len(figures.arms)
    alpha = 1.0 - figures.settings.level
    told = [pair for pair in pairs if pair.p_holm is not None and pair.p_holm < alpha]
    # Pairs stand with the stronger arm first.
    above = {arm: sum(pair.against == arm for pair in told) for arm in figures.arms}
    below = {arm: sum(pair.arm == arm for pair in told) for arm in figures.arms}
    ranked = []
    for k in np.argsort(-strengths, kind="stable"):
        arm = figures.arms[k]
        ranked.append(
            ArmStrength(
                arm,
                _share(figures, arm),
                figures.of(np.eye(n)[k] - 1.0 / n),
                rank=1 + int((strengths > strengths[k] + 1e-9).sum()),
                best_rank=1 + above[arm],
                worst_rank=n - below[arm],
            )
        )
    return tuple(ranked)


def _share(figures: _Figures, arm: str) -> Estimate:
    shown = figures.readings.only(lambda row: arm in row.side.arms)
    matrix = shown.matrix(lambda row: _points(row, arm))
    theta, covariance = reader_means(matrix, shown.clusters)
    return averaged_over_readers(
        theta,
        covariance,
        [matrix],
        figures.settings,
        scale="logit",
        what=said("the share preferring {arm}", arm=arm),
        clusters=shown.clusters_of_matrix,
    )


def _points(row: SetReading, arm: str) -> float:
    chosen = row.side.chosen
    if not chosen:
        return row.side.arms.count(arm) / len(row.side.arms)
    return float(row.side.arms[chosen - 1] == arm)
