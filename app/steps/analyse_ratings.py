"""The one analysis of a study: what its report and its files both show."""

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
    plan = design.analysis
    synthetic = table.synthetic_arms
    settings = AnalysisSettings(
        margin=plan.margin,
        generalise_to=SAMPLES[plan.target],
        adjustment=plan.adjustment,
        # An arm that nobody has rated yet can't be held against real.
        primary_arm=plan.primary_arm if plan.primary_arm in synthetic else "",
        positive_controls=tuple(
            arm.arm
            for arm in design.arms
            if arm.role == "positive_control" and arm.arm in synthetic
        ),
        least_answered=plan.least_answered,
        seed=design.seed % 2**32,
        bootstrap=bootstrap,
    )
    return analyse(table, settings=settings)
