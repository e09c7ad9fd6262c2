"""Machine readers beside people: both figures, their difference, and non-inferiority."""

from collections.abc import Mapping

from app.report.tables.results import Labels
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table, words
from app.report.words.numbers import NONE, p_value, percent
from app.statistics.analysis import Analysis
from app.statistics.protocols.machines import MachineComparison

MEASURES: Mapping[str, str] = {
    "auc_realism": "AUC, realism",
    "auc_confidence": "AUC, signed confidence",
    "auc_score": "AUC, score",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "accuracy": "Accuracy",
    "auc": "AUC",
}


def machine_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """One row a machine, arm and figure; None without machines."""
    if not analysis.machines:
        return None
    level = analysis.settings.level
    return table(
        "machines",
        "Machine readers beside people",
        [
            "Machine",
            "Arm",
            "Figure",
            "People",
            "Machine alone",
            "People − machine",
            "p, not inferior",
            "People not inferior?",
        ],
        [_row(one, labels) for one in analysis.machines],
        [
            f"Below each figure its {percent(level)} interval; that of a machine is over images, "
            "since machines are no sample of machines. No figure of people elsewhere in this "
            "report holds a machine’s answers. People are not inferior on an AUC if the interval "
            f"of people minus machine lies above −{analysis.settings.margin:g}, the design’s "
            f"margin (one-sided test at {100 * (1 - level) / 2:g}%); for the balanced accuracy the "
            "design states no margin.",
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
        return "not shown"
    better = one.difference.low is not None and one.difference.low > 0
    return "yes, and better" if better else "yes"
