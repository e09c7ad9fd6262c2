"""The main figures with readers weighted by precision, beside those in which they weigh equally."""

from app.domain.said import said
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import ReportTable, estimate_cell, table
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import Style
from app.statistics.analysis import Analysis

FIGURES: tuple[tuple[str, str, str, str, Style], ...] = (
    ("AUC", "discrimination", "", "auc", "plain"),
    (said("Judged real"), "deception", "rate", "deception_rate", "percent"),
    (said("Realism, mean"), "realism", "mean", "realism_mean", "plain"),
)


def precision_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Both ways side by side; None with one reader, who has all the weight."""
    if len(analysis.table.readers) < 2:
        return None
    shown = [
        figure
        for figure in FIGURES
        if any(
            estimate_of(arm, "precision_weighted", figure[3]).is_estimated
            for arm in analysis.arms.values()
        )
    ]
    if not shown:
        return None
    measure = next(
        (arm.conclusion.measure for arm in analysis.arms.values() if arm.conclusion), "auc_realism"
    )
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                cell
                for _, family, key, weighted, style in shown
                for cell in (
                    estimate_cell(estimate_of(arm, family, key or measure), style),
                    estimate_cell(estimate_of(arm, "precision_weighted", weighted), style),
                )
            ],
        )
        for arm in analysis.arms.values()
    ]
    return table(
        "precision",
        said("The same with readers weighted by precision"),
        [
            said("Arm"),
            *(
                said("{name}, {way}", name=name, way=way)
                for name, *_ in shown
                for way in (said("equal"), said("weighted"))
            ),
        ],
        rows,
        [
            said(
                "Equal: every reader weighs the same, as in all other tables. "
                "Weighted: by the inverse of the variance, so that who read more "
                "weighs more. Where the two differ, the readers who read little say "
                "something else than those who read much; no conclusion rests on it."
            )
        ],
    )
