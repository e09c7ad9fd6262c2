"""Machine readers beside people: both figures, their difference, and non-inferiority."""

from collections.abc import Mapping

from app.domain.said import said
from app.report.tables.results import Labels
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table, words
from app.report.words.numbers import NONE, p_value, percent
from app.statistics.analysis import Analysis
from app.statistics.protocols.machines import MachineComparison

MEASURES: Mapping[str, str] = {
    "auc_realism": said("AUC, realism"),
    "auc_confidence": said("AUC, signed confidence"),
    "auc_score": said("AUC, score"),
    "balanced_accuracy": said("Balanced accuracy"),
    "sensitivity": said("Sensitivity"),
    "specificity": said("Specificity"),
    "accuracy": said("Accuracy"),
    "auc": "AUC",
}


def machine_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """One row a machine, arm and figure; None without machines."""
    if not analysis.machines:
        return None
    level = analysis.settings.level
    return table(
        "machines",
        said("Machine readers beside people"),
        [
            said("Machine"),
            said("Arm"),
            said("Figure"),
            said("People"),
            said("Machine alone"),
            said("People − machine"),
            said("p, not inferior"),
            said("People not inferior?"),
        ],
        [_row(one, labels) for one in analysis.machines],
        [
            said(
                "Below each figure its {level} interval; that of a machine is over "
                "images, since machines are no sample of machines. No figure of "
                "people elsewhere in this report holds a machine’s answers. People "
                "are not inferior on an AUC if the interval of people minus machine "
                "lies above −{margin:g}, the design’s margin (one-sided test at "
                "{value:g}%); for the balanced accuracy the design states no margin.",
                level=percent(level),
                margin=analysis.settings.margin,
                value=100 * (1 - level) / 2,
            ),
        ],
    )


def _row(one: MachineComparison, labels: Labels) -> Row:
    return Row(
        one.machine,
        (
            words(labels.get(one.arm, one.arm)),
            words(MEASURES[one.measure]),
            estimate_cell(one.human),
            estimate_cell(one.own),
            estimate_cell(one.difference, "signed"),
            Cell(p_value(one.p_non_inferior)),
            words(_conclusion(one)),
        ),
    )


def _conclusion(one: MachineComparison) -> str:
    if one.is_non_inferior is None:
        return NONE
    if not one.is_non_inferior:
        return said("not shown")
    better = one.difference.low is not None and one.difference.low > 0
    return said("yes, and better") if better else "yes"
