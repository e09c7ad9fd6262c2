"""What an analysis is told besides the ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.domain.said import said
from app.statistics.table.ratings import StatisticsInputError

Generalisation = Literal["readers_and_cases", "readers", "cases"]
CovarianceMethod = Literal["unbiased", "delong", "jackknife"]
Adjustment = Literal["holm", "none"]
ConclusionMeasure = Literal["auto", "auc_realism", "auc_confidence", "auc_score"]

GENERALISATIONS: dict[Generalisation, str] = {
    "readers_and_cases": said("random readers, random cases"),
    "readers": said("random readers, these images only"),
    "cases": said("these readers only, random cases"),
}


@dataclass(frozen=True)
class AnalysisSettings:
    """Choices of an analysis; those of a study are frozen with its design.

    Attributes
    ----------
    margin : float
        Equivalence margin delta on the AUC scale: equivalent means inside 0.5 +- delta.
    measure : str
        The AUC the conclusion rests on: ``auc_realism``, ``auc_confidence``, ``auc_score``, or
        ``auto`` (the first of these that the ratings hold).
    generalise_to : str
        ``readers_and_cases`` (both are samples, the default), ``readers`` (these images only) or
        ``cases`` (these readers only).
    level : float
        Confidence level of the intervals; the equivalence test uses ``1 - 2 (1 - level)``.
    seed : int
        Seed of the bootstrap.
    bootstrap : int
        Number B of two-way bootstrap resamples; 0 = none.
    covariance : str
        Covariance of AUCs over cases: ``unbiased`` (U-statistic), ``delong`` or ``jackknife``.
    adjustment : str
        Of the conclusions for the number of arms: ``holm`` (the default) or ``none``.
    primary_arm : str
        The arm whose conclusion is not adjusted for the others; empty for none.
    positive_controls : tuple of str
        Arms known to be bad. Unless each is told from real no arm is called equivalent.
    least_answered : float
        Readers with fewer first readings than this share of the median reader's are left out, and
        named; 0 leaves nobody out.
    model : bool
        Whether the hierarchical model is fitted beside the figures by reader.

    Raises
    ------
    StatisticsInputError
        When a value is outside its range.
    """

    margin: float = 0.10
    measure: ConclusionMeasure = "auto"
    generalise_to: Generalisation = "readers_and_cases"
    level: float = 0.95
    seed: int = 0
    bootstrap: int = 0
    covariance: CovarianceMethod = "unbiased"
    adjustment: Adjustment = "holm"
    primary_arm: str = ""
    positive_controls: tuple[str, ...] = ()
    least_answered: float = 0.2
    model: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.margin < 0.5:
            raise StatisticsInputError(
                f"The equivalence margin is {self.margin:g}: give a number between 0 and 0.5."
            )
        if not 0.5 < self.level < 1:
            raise StatisticsInputError(
                f"The confidence level is {self.level:g}: give a number between 0.5 and 1."
            )
        if self.bootstrap < 0:
            raise StatisticsInputError(
                f"The number of bootstrap resamples is {self.bootstrap}: give 0 or more."
            )
        if self.generalise_to not in GENERALISATIONS:
            raise StatisticsInputError(
                f"Cannot generalise to {self.generalise_to!r}: "
                f"use one of {', '.join(GENERALISATIONS)}."
            )
        if self.covariance not in ("unbiased", "delong", "jackknife"):
            raise StatisticsInputError(
                f"Unknown covariance {self.covariance!r}: use unbiased, delong or jackknife."
            )
        if self.adjustment not in ("holm", "none"):
            raise StatisticsInputError(f"Unknown adjustment {self.adjustment!r}: use holm or none.")
        if not 0 <= self.least_answered < 1:
            raise StatisticsInputError(
                f"The least share of answers is {self.least_answered:g}: give a number from 0, "
                "below 1."
            )
        if self.measure not in ("auto", "auc_realism", "auc_confidence", "auc_score"):
            raise StatisticsInputError(
                f"Unknown measure {self.measure!r} for the conclusion: "
                "use auto, auc_realism, auc_confidence or auc_score."
            )
