"""Methods of sets, phases, noticing and exposure: what was computed, and nothing else."""

from collections.abc import Iterator

from app.domain.said import joined, said
from app.report.words.numbers import percent
from app.report.words.references import Paragraph
from app.statistics.protocols.choices import ChoiceFigures, SetFigures
from app.statistics.protocols.preference import Preference
from app.statistics.protocols.psychometric import MOST_LAPSES
from app.statistics.realness.contrasts import Contrast
from app.statistics.table.estimate import Estimate


def choice_paragraphs(figures: ChoiceFigures) -> list[Paragraph]:
    """Paragraphs with their citations in brackets; those without a figure are left out."""
    parts = [
        (said("Sets"), _sets(figures)),
        (said("Noticing"), _noticing(figures)),
        (said("Phases"), _phases(figures)),
        (said("Exposure"), _exposure(figures)),
        (said("Intervals of these"), _intervals(figures)),
    ]
    return [(heading, text) for heading, text in parts if text]


def estimates_of_choices(figures: ChoiceFigures) -> Iterator[Estimate | Contrast]:
    """Every figure with a method that a report of these prints."""
    for one in figures.sets:
        yield from _of_sets(one)
    for noticed in figures.noticed:
        yield noticed.share
    for phase in figures.phases:
        yield from (estimate for _, estimate in phase.by_phase)
        yield from (difference.contrast for difference in phase.differences)
    for exposed in figures.exposure:
        for curve in exposed.curves:
            yield from (point.share for _, point in curve.points)
            yield curve.fit.threshold_ms
            yield curve.fit.slope


def _of_sets(one: SetFigures) -> Iterator[Estimate]:
    for forced in one.forced:
        yield forced.correct.share
        for arm in forced.arms:
            yield arm.against_real.share
            yield arm.taken.share
    if one.preferred is not None:
        for ranked in one.preferred.arms:
            yield ranked.share
            yield ranked.strength
        yield from (pair.chance for pair in one.preferred.pairs)
    if one.places is not None:
        yield from one.places.shares


def _is_used(figures: ChoiceFigures, *words: str) -> bool:
    """Whether any interval was made by a method with all of these words."""
    return any(
        one.low is not None and all(word in one.method for word in words)
        for one in estimates_of_choices(figures)
    )


def _intervals(figures: ChoiceFigures) -> str:
    parts = []
    if _is_used(figures, "Obuchowski"):
        degrees = (
            said(" with Hillis’ degrees of freedom [or, hillis, hillis2014]")
            if _is_used(figures, "Obuchowski", "random readers")
            else said(" [or]")
        )
        logit = said(", of shares and AUCs on the logit scale")
        sets = said("; sets shown together count as cases") if figures.sets else ""
        parts.append(
            said(
                "Intervals are those of Obuchowski and Rockette{degrees}{which}{sets}.",
                degrees=degrees,
                which=logit if _is_used(figures, "Obuchowski", "logit") else "",
                sets=sets,
            )
        )
    if _is_used(figures, "exact bound"):
        parts.append(
            said("A figure at the end of its scale for every reader has an exact bound [clopper].")
        )
    if _is_used(figures, "jackknife"):
        parts.append(
            said(
                "{of_models} have jackknife intervals on influences [cgm, ij].",
                of_models=_of_models(figures),
            )
        )
    return joined(parts, " ")


def _of_models(figures: ChoiceFigures) -> str:
    named = []
    if _is_used(figures, "Bradley-Terry", "jackknife"):
        named.append(said("Strengths of arms"))
    if _is_used(figures, "psychometric", "jackknife"):
        named.append(said("thresholds and slopes") if named else said("Thresholds and slopes"))
    return joined(named, said(" and "))


def _sets(figures: ChoiceFigures) -> str:
    forced = [one for asked in figures.sets for one in asked.forced]
    preferred = [asked.preferred for asked in figures.sets if asked.preferred is not None]
    parts: list[str] = []
    if forced:
        several = any(len(one.readers) > 1 for one in forced)
        averaged = said("averaged over readers and ") * several
        parts.append(
            said(
                "The share of sets in which the real image was chosen was "
                "{averaged}held against 1/m for m images; d′ is that of an unbiased "
                "observer in m-alternative forced choice [mafc].",
                averaged=averaged,
            )
        )
    if preferred:
        parts += _ranking(preferred)
    methods = dict.fromkeys(asked.places.method for asked in figures.sets if asked.places)
    if methods:
        parts.append(
            said(
                "Choices by place were held against equal shares ({join}).",
                join=joined(methods, ", "),
            )
        )
    return joined(parts, " ")


def _ranking(preferred: list[Preference]) -> list[str]:
    ties = said(" with Davidson’s ties [davidson]") if any(one.ties for one in preferred) else ""
    parts: list[str] = [
        said(
            "Preferences were fitted by the model of Bradley and Terry "
            "[bradley]{ties}, readers weighing equally.",
            ties=ties,
        )
    ]
    if any(pair.p_holm is not None for one in preferred for pair in one.pairs):
        parts.append(
            said(
                "Pairs of arms were adjusted by Holm’s method [holm]; ranks have the "
                "simultaneous intervals that the pairs told apart leave [ranks]."
            )
        )
    if any(one.is_bounded for one in preferred):
        parts.append(
            said("Where strengths had no bound half a win each way was added to every pair.")
        )
    return parts


def _noticing(figures: ChoiceFigures) -> str:
    methods = [one.share.method for one in figures.noticed if one.share.low is not None]
    named = []
    if any(method.startswith("Wilson") for method in methods):
        named.append(said("Wilson’s interval [wilson]"))
    if any(method.startswith("exact") for method in methods):
        named.append(
            said("the exact interval of Clopper and Pearson [clopper] where none or all did")
        )
    if not named:
        return ""
    return said(
        "The share of readers who noticed something has {join}, a reader a draw.",
        join=joined(named, said(" and ")),
    )


def _phases(figures: ChoiceFigures) -> str:
    if not figures.phases:
        return ""
    every = [difference for one in figures.phases for difference in one.differences]
    differences = [one for one in every if one.contrast.low is not None]
    noticing = [one for one in figures.phases if one.measure == "noticed"]
    text = said("Figures of each phase were computed for every reader.")
    if len(noticing) == len(figures.phases):
        text = said(
            "The share of readings in which something was noticed was computed for every reader."
        )
    if differences:
        by_case = any(one.same_cases for one in differences)
        text += said(
            " Two phases were compared as two readings of one analysis, paired by reader{value}.",
            value=said(" and, where cases returned, by case") * by_case,
        )
    return text


def _exposure(figures: ChoiceFigures) -> str:
    curves = [curve for one in figures.exposure for curve in one.curves]
    if not curves:
        return ""
    text = said(
        "Accuracy is given at every exposure; of verdicts it is the mean of "
        "the shares of real and of synthetic images called what they are."
    )
    fitted = [curve.fit for curve in curves if not curve.fit.why_not]
    if fitted:
        lapse = (
            said("a lapse rate of at most {most_lapses}", most_lapses=percent(MOST_LAPSES))
            if any(fit.lapse_is_fitted for fit in fitted)
            else said("no lapses")
        )
        text += said(
            " A cumulative Gaussian of log exposure with the guess rate of the "
            "task and {lapse} was fitted by maximum likelihood [wichmann].",
            lapse=lapse,
        )
    if len(fitted) < len(curves):
        text += said(" A curve that the answers do not fix was withheld.")
    return text
