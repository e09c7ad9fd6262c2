"""Figures made in two ways, side by side in a table."""

from collections.abc import Iterable, Sequence

from app.domain.said import said
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import Row, estimate_cell
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import Style
from app.statistics.analysis import Analysis, ArmAnalysis

# Name of the figure, family and key the one way, key the other way, style. The key is "" for the
# AUC that the conclusion rests on.
Figure = tuple[str, str, str, str, Style]

MAIN: tuple[Figure, ...] = (
    ("AUC", "discrimination", "", "auc", "plain"),
    (said("Judged real"), "deception", "rate", "deception_rate", "percent"),
    (said("Realism, mean"), "realism", "mean", "realism_mean", "plain"),
)


def made_both_ways(
    figures: Iterable[Figure], arms: Iterable[ArmAnalysis], other: str
) -> list[Figure]:
    """Those that the family `other` has for any of the arms."""
    several = list(arms)
    return [
        figure
        for figure in figures
        if any(estimate_of(arm, other, figure[3]).is_estimated for arm in several)
    ]


def rows_of_both_ways(
    analysis: Analysis,
    labels: Labels,
    arms: Sequence[ArmAnalysis],
    figures: Sequence[Figure],
    other: str,
) -> list[Row]:
    """A row an arm; of each figure the one way, then as the family `other` has it."""
    measure = next((arm.conclusion.measure for arm in arms if arm.conclusion), "auc_realism")
    return [
        arm_row(
            analysis,
            arm,
            labels,
            [
                cell
                for _, family, key, other_key, style in figures
                for cell in (
                    estimate_cell(estimate_of(arm, family, key or measure), style),
                    estimate_cell(estimate_of(arm, other, other_key), style),
                )
            ],
        )
        for arm in arms
    ]


def headings_of_both_ways(figures: Iterable[Figure], ways: tuple[str, str]) -> list[str]:
    """The arm's column and two a figure."""
    names = [name for name, *_ in figures]
    return [
        said("Arm"),
        *(said("{name}, {way}", name=name, way=way) for name in names for way in ways),
    ]
