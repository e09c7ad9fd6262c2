"""Which methods the figures of an analysis were made by, as their own `method` says."""

from collections.abc import Iterator

from app.domain.said import said
from app.statistics.analysis import Analysis
from app.statistics.table.estimate import Estimate


def estimates_of(analysis: Analysis) -> Iterator[tuple[str, Estimate]]:
    """Every estimate of every arm, with its path such as ``agreement.verdict.fleiss_kappa``."""
    for arm in analysis.arms.values():
        for family, figures in arm.families.items():
            for key, figure in figures.items():
                if isinstance(figure, Estimate):
                    yield f"{family}.{key}", figure
                else:
                    for inner, estimate in figure.items():
                        yield (
                            f"{family}.{key}.{inner}",
                            estimate,
                        )


def is_computed(analysis: Analysis, *prefixes: str) -> bool:
    """Whether any figure whose path begins so has a number."""
    return any(
        path.startswith(prefixes) and estimate.estimate is not None
        for path, estimate in estimates_of(analysis)
    )


def is_used(analysis: Analysis, words: str, *prefixes: str) -> bool:
    """Whether any figure whose path begins so has an interval made by a method of these words."""
    return any(
        words in estimate.method and estimate.low is not None
        for path, estimate in estimates_of(analysis)
        if not prefixes or path.startswith(prefixes)
    )


def bootstrap_draws(analysis: Analysis) -> str:
    """What the resamples of the bootstrap drew, as a clause."""
    target = analysis.settings.generalise_to
    together = analysis.n_clusters is not None and target != "readers"
    clusters = said(", images that belong together as one") if together else ""
    groups = ""
    if is_used(analysis, "readers within", "bootstrap."):
        both = "both " if target == "readers_and_cases" else ""
        groups = said(", {both}within the groups of readers who read the same images", both=both)
    drawn = {
        "readers_and_cases": said("readers and cases were drawn independently"),
        "readers": said("readers were drawn and all cases kept"),
        "cases": said("cases were drawn and all readers kept"),
    }[target]
    return said("{drawn}{clusters}{groups}", drawn=drawn, clusters=clusters, groups=groups)
