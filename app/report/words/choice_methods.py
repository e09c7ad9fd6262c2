"""Methods of sets, phases, noticing and exposure: what was computed, and nothing else."""

from collections.abc import Iterator

from app.report.words.numbers import percent
from app.statistics.protocols.choices import ChoiceFigures, SetFigures
from app.statistics.protocols.preference import Preference
from app.statistics.protocols.psychometric import MOST_LAPSES
from app.statistics.realness.contrasts import Contrast
from app.statistics.table.estimate import Estimate

Paragraph = tuple[str, str]


def choice_paragraphs(figures: ChoiceFigures) -> list[Paragraph]:
    """Paragraphs with their citations in brackets; those without a figure are left out."""
    parts = [
        ("Sets", _sets(figures)),
        ("Noticing", _noticing(figures)),
        ("Phases", _phases(figures)),
        ("Exposure", _exposure(figures)),
        ("Intervals of these", _intervals(figures)),
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
            " with Hillis’ degrees of freedom [or, hillis, hillis2014]"
            if _is_used(figures, "Obuchowski", "random readers")
            else " [or]"
        )
        logit = ", of shares and AUCs on the logit scale"
        sets = "; sets shown together count as cases" if figures.sets else ""
        parts.append(
            f"Intervals are those of Obuchowski and Rockette{degrees}"
            f"{logit if _is_used(figures, 'Obuchowski', 'logit') else ''}{sets}."
        )
    if _is_used(figures, "exact bound"):
        parts.append(
            "A figure at the end of its scale for every reader has an exact bound [clopper]."
        )
    if _is_used(figures, "jackknife"):
        parts.append(f"{_of_models(figures)} have jackknife intervals on influences [cgm, ij].")
    return " ".join(parts)


def _of_models(figures: ChoiceFigures) -> str:
    named = []
    if _is_used(figures, "Bradley-Terry", "jackknife"):
        named.append("Strengths of arms")
    if _is_used(figures, "psychometric", "jackknife"):
        named.append("thresholds and slopes" if named else "Thresholds and slopes")
    return " and ".join(named)


def _sets(figures: ChoiceFigures) -> str:
    forced = [one for asked in figures.sets for one in asked.forced]
    preferred = [asked.preferred for asked in figures.sets if asked.preferred is not None]
    parts = []
    if forced:
        several = any(len(one.readers) > 1 for one in forced)
        averaged = "averaged over readers and " * several
        parts.append(
            f"The share of sets in which the real image was chosen was {averaged}held against 1/m "
            "for m images; d′ is that of an unbiased observer in m-alternative forced choice "
            "[mafc]."
        )
    if preferred:
        parts += _ranking(preferred)
    methods = dict.fromkeys(asked.places.method for asked in figures.sets if asked.places)
    if methods:
        parts.append(f"Choices by place were held against equal shares ({', '.join(methods)}).")
    return " ".join(parts)


def _ranking(preferred: list[Preference]) -> list[str]:
    ties = " with Davidson’s ties [davidson]" if any(one.ties for one in preferred) else ""
    parts = [
        f"Preferences were fitted by the model of Bradley and Terry [bradley]{ties}, readers "
        "weighing equally."
    ]
    if any(pair.p_holm is not None for one in preferred for pair in one.pairs):
        parts.append(
            "Pairs of arms were adjusted by Holm’s method [holm]; ranks have the simultaneous "
            "intervals that the pairs told apart leave [ranks]."
        )
    if any(one.is_bounded for one in preferred):
        parts.append("Where strengths had no bound half a win each way was added to every pair.")
    return parts


def _noticing(figures: ChoiceFigures) -> str:
    methods = [one.share.method for one in figures.noticed if one.share.low is not None]
    named = []
    if any(method.startswith("Wilson") for method in methods):
        named.append("Wilson’s interval [wilson]")
    if any(method.startswith("exact") for method in methods):
        named.append("the exact interval of Clopper and Pearson [clopper] where none or all did")
    if not named:
        return ""
    return f"The share of readers who noticed something has {' and '.join(named)}, a reader a draw."


def _phases(figures: ChoiceFigures) -> str:
    if not figures.phases:
        return ""
    every = [difference for one in figures.phases for difference in one.differences]
    differences = [one for one in every if one.contrast.low is not None]
    noticing = [one for one in figures.phases if one.measure == "noticed"]
    text = "Figures of each phase were computed for every reader."
    if len(noticing) == len(figures.phases):
        text = "The share of readings in which something was noticed was computed for every reader."
    if differences:
        by_case = any(one.same_cases for one in differences)
        text += (
            " Two phases were compared as two readings of one analysis, paired by reader"
            f"{' and, where cases returned, by case' * by_case}."
        )
    return text


def _exposure(figures: ChoiceFigures) -> str:
    curves = [curve for one in figures.exposure for curve in one.curves]
    if not curves:
        return ""
    text = (
        "Accuracy is given at every exposure; of verdicts it is the mean of the shares of real and "
        "of synthetic images called what they are."
    )
    fitted = [curve.fit for curve in curves if not curve.fit.why_not]
    if fitted:
        lapse = (
            f"a lapse rate of at most {percent(MOST_LAPSES)}"
            if any(fit.lapse_is_fitted for fit in fitted)
            else "no lapses"
        )
        text += (
            f" A cumulative Gaussian of log exposure with the guess rate of the task and {lapse} "
            "was fitted by maximum likelihood [wichmann]."
        )
    if len(fitted) < len(curves):
        text += " A curve that the answers do not fix was withheld."
    return text
