"""The figures by reader beside those of one model of all ratings."""

from app.domain.said import said
from app.report.tables.results import Labels
from app.report.tables.side_by_side import (
    Figure,
    headings_of_both_ways,
    made_both_ways,
    rows_of_both_ways,
)
from app.report.tables.table import ReportTable, table
from app.statistics.analysis import Analysis

_FIGURES: tuple[Figure, ...] = (
    (said("AUC, realism"), "discrimination", "auc_realism", "auc_realism", "plain"),
    (said("Judged real"), "deception", "rate", "deception_rate", "percent"),
    ("d′", "detection", "d_prime", "d_prime", "plain"),
)


def model_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Figures by reader and by model side by side; None where the model gave none."""
    if not analysis.settings.model:
        return None
    arms = list(analysis.arms.values())
    shown = made_both_ways(_FIGURES, arms, "model")
    if not shown:
        return None
    effects = (
        said("readers, images, and readers by arm as samples")
        if len(analysis.table.readers) > 1
        else said("images as a sample and the reader as fixed")
    )
    return table(
        "model",
        said("The same from one model of all ratings"),
        headings_of_both_ways(shown, (said("by reader"), said("by model"))),
        rows_of_both_ways(analysis, labels, arms, shown, "model"),
        [
            said(
                "By reader: as in the tables above. By model: an ordinal probit "
                "model of every rating with {effects}; the conclusions do not rest "
                "on it. Its AUC is that of a scale without steps, on which no two "
                "images are rated alike.",
                effects=effects,
            ),
        ],
    )
