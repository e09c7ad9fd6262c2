"""Methods of the intervals: whom they speak for, how they were made, the bootstrap."""

from app.domain.said import joined, said
from app.report.words import design_methods
from app.report.words.computed_methods import bootstrap_draws, is_computed, is_used
from app.report.words.listed import listed
from app.report.words.numbers import percent
from app.report.words.references import Paragraph
from app.statistics.analysis import Analysis


def intervals(analysis: Analysis) -> Paragraph:
    """Whom the intervals speak for and how they were made."""
    parts: list[str] = []
    who = _whom(analysis)
    if who:
        parts.append(said("{who}.", who=who))
    several = len(analysis.table.readers) > 1
    level = percent(analysis.settings.level)
    if several:
        parts.append(
            said(
                "Each figure was computed for every reader and averaged over "
                "readers, who weighed equally."
            )
        )
    parts += [_usual_intervals(analysis, level), _exact_bounds(analysis)]
    if is_computed(analysis, "these_readers."):
        parts.append(
            said(
                "With two readers the main figures are given both ways: for readers "
                "like these, and over images for these two."
            )
        )
    parts.append(design_methods.split_plot(analysis))
    if is_used(analysis, "images in clusters"):
        parts.append(
            said(
                "Images that belong together were not taken as independent: "
                "variances over images are over {n_clusters} clusters of images "
                "[clusters], and the part of them in an interval has as many degrees "
                "of freedom as the arm has clusters, less one.",
                n_clusters=analysis.n_clusters,
            )
        )
    if analysis.left_out:
        parts.append(
            said(
                "Readers with fewer ratings than {least_answered} of the median "
                "reader’s were left out ({list}).",
                least_answered=percent(analysis.settings.least_answered),
                list=listed(list(analysis.left_out)),
            )
        )
    parts.append(said("Only first readings entered. Missing ratings were left missing."))
    if analysis.table.has("verdict"):
        parts.append(said("Positive means synthetic."))
    return (said("Intervals"), joined((part for part in parts if part), " "))


def _usual_intervals(analysis: Analysis, level: str) -> str:
    """The intervals of Obuchowski and Rockette; empty where none was made."""
    if not is_used(analysis, "Obuchowski-Rockette"):
        return ""
    hillis = any(
        is_used(analysis, f"Obuchowski-Rockette{words}")
        for words in (
            ", random readers",
            " difference of mean logarithms, random readers",
        )
    )
    degrees = (
        said(" with Hillis’ degrees of freedom [or, hillis, hillis2014]")
        if hillis
        else said(" [or]")
    )
    logit = said(", on the logit scale for rates, AUC and mean realism")
    return said(
        "{level} intervals are those of Obuchowski and Rockette{degrees}{which}.",
        level=level,
        degrees=degrees,
        which=logit if is_used(analysis, "logit scale") else "",
    )


def _exact_bounds(analysis: Analysis) -> str:
    """The bound of a figure at the end of its scale; empty where none was."""
    if not is_used(analysis, "exact bound"):
        return ""
    return said(
        "A figure at the end of its scale for every reader has an exact bound [clopper], over "
    ) + (
        said("readers for these images.")
        if analysis.settings.generalise_to == "readers"
        else said(
            "{which} for these readers.",
            which=said("images") if analysis.n_clusters is None else said("clusters of images"),
        )
    )


def _whom(analysis: Analysis) -> str:
    """What was a sample in the intervals that were made; empty when there is none."""
    if is_used(analysis, "random readers, random cases"):
        return said("Readers and cases were both treated as samples")
    if is_used(analysis, "random readers, these images only"):
        return said(
            "Readers were treated as a sample and the images as fixed: results "
            "speak for these images only"
        )
    if is_used(analysis, "this reader, images like these"):
        return said(
            "With one reader, cases were treated as a sample and the reader as "
            "fixed: intervals speak for this reader and images like these"
        )
    if is_used(analysis, "these readers only, random cases"):
        return said(
            "Cases were treated as a sample and the readers as fixed: results "
            "speak for these readers only"
        )
    return ""


def bootstrap(analysis: Analysis) -> Paragraph | None:
    """The resamples; None where none were asked for."""
    if not analysis.settings.bootstrap:
        return None
    return (
        said("Bootstrap"),
        said(
            "Beside these, percentile intervals of {bootstrap} resamples (seed "
            "{seed}) in which {bootstrap_draws}.",
            bootstrap=analysis.settings.bootstrap,
            seed=analysis.settings.seed,
            bootstrap_draws=bootstrap_draws(analysis),
        ),
    )
