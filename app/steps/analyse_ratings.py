"""The one analysis of a study: what its report and its files both show."""

from collections.abc import Sequence

from app.db.truth.ratings_table import AnalysedQuestions
from app.domain.design.design import StudyDesign, Target
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings, Generalisation

# Whom a design's intervals speak for, as the statistics say what is a sample.
SAMPLES: dict[Target, Generalisation] = {
    "readers_and_images": "readers_and_cases",
    "readers": "readers",
    "images": "cases",
}


def analysis_of_study(
    table: RatingsTable | None, design: StudyDesign, *, bootstrap: int = 0
) -> Analysis | None:
    """The analysis as the design has frozen it; None without ratings.

    `bootstrap` is the number of two-way resamples, 0 for none.
    """
    if table is None:
        return None
    return analyse(
        table,
        settings=settings_of_design(
            design, synthetic_arms=table.synthetic_arms, bootstrap=bootstrap
        ),
    )


def settings_of_design(
    design: StudyDesign, *, synthetic_arms: Sequence[str] | None = None, bootstrap: int = 0
) -> AnalysisSettings:
    """How a study is analysed: as its design has frozen it.

    `synthetic_arms` are those with ratings: an arm that nobody has rated yet can't be held against
    real. Left out, all of the design count.
    """

    def is_rated(arm: str) -> bool:
        return synthetic_arms is None or arm in synthetic_arms

    plan = design.analysis
    controls = [arm.arm for arm in design.arms if arm.role == "positive_control"]
    return AnalysisSettings(
        margin=plan.margin,
        measure=AnalysedQuestions.of(design).conclusion_measure(plan.primary),
        generalise_to=SAMPLES[plan.target],
        adjustment=plan.adjustment,
        primary_arm=plan.primary_arm if is_rated(plan.primary_arm) else "",
        positive_controls=tuple(arm for arm in controls if is_rated(arm)),
        least_answered=plan.least_answered,
        seed=design.seed % 2**32,
        bootstrap=bootstrap,
    )
