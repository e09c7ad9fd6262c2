"""Two readers: the main figures for readers like them, and for these two."""

from app.domain.said import said
from app.report.tables.results import Labels
from app.report.tables.side_by_side import (
    MAIN,
    headings_of_both_ways,
    made_both_ways,
    rows_of_both_ways,
)
from app.report.tables.table import ReportTable, table
from app.statistics.analysis import Analysis


def two_readers_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Both ways side by side; None unless two readers were taken as a sample."""
    arms = [arm for arm in analysis.arms.values() if "these_readers" in arm.families]
    shown = made_both_ways(MAIN, arms, "these_readers")
    if not shown:
        return None
    return table(
        "two-readers",
        said("Two readers, both ways"),
        headings_of_both_ways(shown, (said("readers like these"), said("these two"))),
        rows_of_both_ways(analysis, labels, arms, shown, "these_readers"),
        [
            said(
                "For readers like these: intervals over readers and images, as in "
                "all other tables, with one degree of freedom between two readers. "
                "For these two: over images like these only, which says nothing of "
                "other readers; no conclusion rests on it."
            )
        ],
    )
