"""What readers tell apart, and beside it what a classifier does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.bank.evaluation import SetMeasures, ToldApart
from app.domain.said import said
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import Cell, ReportTable, estimate_cell, table, words
from app.report.words.conclusions import MEASURES, estimate_of
from app.report.words.numbers import NONE, number
from app.statistics.analysis import Analysis, ArmAnalysis

if TYPE_CHECKING:
    from app.services.summarise_study import ArmFacts


def classifier_table(
    analysis: Analysis, labels: Labels, facts: Sequence[ArmFacts]
) -> ReportTable | None:
    """A row for every synthetic arm that the bank says it of; None where it says it of none."""
    measured = {
        one.key: one.evaluation.measures
        for one in facts
        if one.evaluation is not None and one.evaluation.measures.told_apart is not None
    }
    keys = [key for key in MEASURES if _is_told(analysis, key)]
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                *(estimate_cell(estimate_of(arm, "discrimination", key)) for key in keys),
                told_cell(measured[arm.arm]),
                words(_beside(arm, measured[arm.arm].told_apart, keys)),
            ],
        )
        for arm in analysis.arms.values()
        if arm.truth != "real" and arm.arm in measured
    ]
    if not rows or not keys:
        return None
    return table(
        "classifier",
        said("Readers, and beside them a classifier"),
        [
            said("Arm"),
            *(said("Readers, AUC, {measures}", measures=MEASURES[key]) for key in keys),
            said("Classifier, AUC"),
            said("Together"),
        ],
        rows,
        [
            said(
                "Classifier: a logistic regression on features, cross-validated over "
                "all images of the arm in the bank and real images kept out of "
                "training, with its 95% interval; readers saw the cases of this "
                "study. A classifier may tell apart what no reader sees, such as "
                "grain; where readers tell an arm apart and it does not, its "
                "features miss what they saw."
            )
        ],
    )


def told_cell(measures: SetMeasures | None) -> Cell:
    """How well a classifier tells a set from real images: its AUC, below it the interval."""
    told = None if measures is None else measures.told_apart
    if told is None:
        return Cell(NONE)
    return Cell(
        number(told.auc),
        said(
            "{auc_low} to {auc_high}", auc_low=number(told.auc_low), auc_high=number(told.auc_high)
        ),
    )


def _is_told(analysis: Analysis, key: str) -> bool:
    return any(
        estimate_of(arm, "discrimination", key).estimate is not None
        for arm in analysis.arms.values()
        if arm.truth != "real"
    )


def _beside(arm: ArmAnalysis, told: ToldApart | None, keys: Sequence[str]) -> str:
    """Who tells the arm apart, by whether an interval lies above one half."""
    if told is None:
        return ""
    figures = [estimate_of(arm, "discrimination", key) for key in keys]
    readers = any(one.low is not None and one.low > 0.5 for one in figures)
    classifier = told.auc_low > 0.5
    if readers and classifier:
        return said("both tell it apart")
    if classifier:
        return said("the classifier tells it apart; of readers it isn’t shown")
    if readers:
        return said("readers tell it apart; of the classifier it isn’t shown")
    return said("of neither is it shown")
