"""The one analysis of a study: what its report and its files both show."""

from app.domain.design.design import StudyDesign
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings


def analysis_of_study(
    table: RatingsTable | None, design: StudyDesign, *, bootstrap: int = 0
) -> Analysis | None:
    """The analysis with the margin and the seed frozen in the design; None without ratings.

    `bootstrap` is the number of two-way resamples, 0 for none.
    """
    if table is None:
        return None
    return analyse(table, settings=settings_of_design(design, bootstrap=bootstrap))


def settings_of_design(design: StudyDesign, *, bootstrap: int = 0) -> AnalysisSettings:
    """How a study is analysed: the margin and the seed of its design, all else as usual."""
    return AnalysisSettings(
        margin=design.analysis.margin, seed=design.seed % 2**32, bootstrap=bootstrap
    )
