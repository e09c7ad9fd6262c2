"""The main figures with readers weighted by precision, beside those in which they weigh equally."""

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


def precision_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Both ways side by side; None with one reader, who has all the weight."""
    if len(analysis.table.readers) < 2:
        return None
    arms = list(analysis.arms.values())
    shown = made_both_ways(MAIN, arms, "precision_weighted")
    if not shown:
        return None
    return table(
        "precision",
        said("The same with readers weighted by precision"),
        headings_of_both_ways(shown, (said("equal"), said("weighted"))),
        rows_of_both_ways(analysis, labels, arms, shown, "precision_weighted"),
        [
            said(
                "Equal: every reader weighs the same, as in all other tables. "
                "Weighted: by the inverse of the variance, so that who read more "
                "weighs more. Where the two differ, the readers who read little say "
                "something else than those who read much; no conclusion rests on it."
            )
        ],
    )
