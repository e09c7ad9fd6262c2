"""Two readers: the main figures for readers like them, and for these two."""

from app.domain.said import said
from app.report.tables.precision import FIGURES
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import ReportTable, estimate_cell, table
from app.report.words.conclusions import estimate_of
from app.statistics.analysis import Analysis


def two_readers_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Both ways side by side; None unless two readers were taken as a sample."""
    arms = [arm for arm in analysis.arms.values() if "these_readers" in arm.families]
    shown = [
        figure
        for figure in FIGURES
        if any(estimate_of(arm, "these_readers", figure[3]).is_estimated for arm in arms)
    ]
    if not shown:
        return None
    measure = next((arm.conclusion.measure for arm in arms if arm.conclusion), "auc_realism")
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                cell
                for _, family, key, fixed, style in shown
                for cell in (
                    estimate_cell(estimate_of(arm, family, key or measure), style),
                    estimate_cell(estimate_of(arm, "these_readers", fixed), style),
                )
            ],
        )
        for arm in arms
    ]
    ways = (said("readers like these"), said("these two"))
    return table(
        "two-readers",
        said("Two readers, both ways"),
        [
            said("Arm"),
            *(said("{name}, {way}", name=name, way=way) for name, *_ in shown for way in ways),
        ],
        rows,
        [
            said(
                "For readers like these: intervals over readers and images, as in "
                "all other tables, with one degree of freedom between two readers. "
                "For these two: over images like these only, which says nothing of "
                "other readers; no conclusion rests on it."
            )
        ],
    )
