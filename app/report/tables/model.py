"""The figures by reader beside those of one model of all ratings."""

from app.domain.said import said
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import ReportTable, estimate_cell, table
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import Style
from app.statistics.analysis import Analysis

# Name of the figure, family and key by reader, key in the model, style.
_PAIRS: tuple[tuple[str, str, str, str, Style], ...] = (
    (said("AUC, realism"), "discrimination", "auc_realism", "auc_realism", "plain"),
    (said("Judged real"), "deception", "rate", "deception_rate", "percent"),
    ("d′", "detection", "d_prime", "d_prime", "plain"),
)


def model_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Figures by reader and by model side by side; None where the model gave none."""
    if not analysis.settings.model:
        return None
    pairs = [
        pair
        for pair in _PAIRS
        if any(estimate_of(arm, "model", pair[3]).is_estimated for arm in analysis.arms.values())
    ]
    if not pairs:
        return None
    effects = (
        said("readers, images, and readers by arm as samples")
        if len(analysis.table.readers) > 1
        else said("images as a sample and the reader as fixed")
    )
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                cell
                for _, family, key, modelled, style in pairs
                for cell in (
                    estimate_cell(estimate_of(arm, family, key), style),
                    estimate_cell(estimate_of(arm, "model", modelled), style),
                )
            ],
        )
        for arm in analysis.arms.values()
    ]
    return table(
        "model",
        said("The same from one model of all ratings"),
        [
            said("Arm"),
            *(
                said("{name}, {way}", name=name, way=way)
                for name, *_ in pairs
                for way in (said("by reader"), said("by model"))
            ),
        ],
        rows,
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
