"""The lines of a report's first screen: one an arm, in words a radiologist reads once."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.said import Said, joined, said, to_say
from app.report.words.conclusions import MEASURES, estimate_of
from app.report.words.numbers import interval, number, percent, why_not
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.realness.contrasts import Contrast
from app.statistics.realness.equivalence import Conclusion
from app.statistics.table.estimate import Estimate


@dataclass(frozen=True)
class Answer:
    """What the study says of one arm: a word for it, and the line.

    `state` is the conclusion's; `word` says it shorter: "told apart", "rated alike", "open".
    """

    arm: str
    label: str
    state: str
    word: str
    line: str


def answers(analysis: Analysis, labels: Mapping[str, str]) -> tuple[Answer, ...]:
    """One line a synthetic arm."""
    return tuple(
        _answer(analysis, arm, arm.conclusion, labels.get(name, name))
        for name, arm in analysis.arms.items()
        if arm.conclusion is not None
    )


def answers_note(analysis: Analysis) -> str:
    """What the numbers in the lines are, and whom they speak for."""
    aucs = [
        estimate_of(arm, "discrimination", arm.conclusion.measure)
        for arm in analysis.arms.values()
        if arm.conclusion is not None
    ]
    known = [auc for auc in aucs if auc.estimate is not None]
    if not known:
        return ""
    spoken = list(dict.fromkeys(whom(analysis, auc) for auc in known))
    measure = next(arm.conclusion.measure for arm in analysis.arms.values() if arm.conclusion)
    level = percent(analysis.settings.level)
    adjusted = (
        said(", not adjusted for the number of arms")
        if known[0].n_readers == 1 and len(known) > 1
        else ""
    )
    return said(
        "AUC, from {measures}: the chance that a real image is rated more "
        "real than a synthetic one; 0.5 is a toss of a coin. Behind it its "
        "{level} interval, for {spoken}{adjusted}.",
        measures=MEASURES[measure],
        level=level,
        spoken=spoken[0],
        adjusted=adjusted,
    ) + joined(
        (said(" Of arms told apart completely: for {one}.", one=one) for one in spoken[1:]), ""
    )


def whom(analysis: Analysis, auc: Estimate) -> str:
    """Whom an interval speaks for; an exact bound is of the readers who all said the same."""
    settled = analysis.settings.generalise_to
    is_exact = auc.method.startswith("exact bound")
    if settled == "readers":
        return said("readers like these and these images only")
    if auc.n_readers == 1:
        return said("this reader and images like these")
    if settled == "cases" or is_exact:
        return said("these readers only and images like these")
    return said("readers like these and images like these")


def is_told_by_one(arm: ArmAnalysis, conclusion: Conclusion) -> bool:
    """Whether the interval of a single reader, who allows no conclusion, excludes 0.5."""
    auc = estimate_of(arm, "discrimination", conclusion.measure)
    return auc.n_readers == 1 and conclusion.state == "inconclusive" and _excludes_half(auc)


def _answer(analysis: Analysis, arm: ArmAnalysis, conclusion: Conclusion, label: str) -> Answer:
    auc = estimate_of(arm, "discrimination", conclusion.measure)
    word, line = (
        _without_auc(analysis, arm, auc, label)
        if auc.estimate is None
        else _with_auc(analysis, conclusion, auc, label)
    )
    return Answer(arm.arm, label, conclusion.state, word, line)


def _with_auc(
    analysis: Analysis, conclusion: Conclusion, auc: Estimate, label: str
) -> tuple[str, str]:
    """The word and the line where there is an AUC."""
    limits = interval(auc.low, auc.high)
    # Whole, since a language with decimal commas parts the two numbers by another mark.
    value = (
        said("(AUC {estimate}, {limits})", estimate=number(auc.estimate), limits=limits)
        if limits
        else said("(AUC {estimate})", estimate=number(auc.estimate))
    )
    whose = _whose(analysis, auc)
    fields = {
        "of": said("these images of {label}", label=label)
        if analysis.settings.generalise_to == "readers"
        else label,
        "value": value,
    }
    if conclusion.state == "equivalent":
        line = _line(whose, "alike", margin=conclusion.margin, **fields)
        return said("rated alike"), line
    told = conclusion.state == "distinguishable"
    of_one = whose == "one" and not told and _excludes_half(auc)
    if told or of_one:
        rest = said(" What other readers can tell is not known.") if of_one else ""
        if (auc.estimate or 0.0) > 0.5:
            word = said("told apart by this reader") if of_one else said("told apart")
            return word, _line(whose, "told", rest=rest, **fields)
        return said("more real"), _line(whose, "more", rest=rest, **fields)
    return said("open"), _line(whose, "open", **fields)


# Whole sentences: how readers are named, and what follows from it, differs between languages.
_LINES: Mapping[tuple[str, str], str] = {
    ("one", "alike"): to_say(
        "This reader rates {of} like real images, within ±{margin:g} {value}."
    ),
    ("these", "alike"): to_say(
        "These readers rate {of} like real images, within ±{margin:g} {value}."
    ),
    ("all", "alike"): to_say("Readers rate {of} like real images, within ±{margin:g} {value}."),
    ("one", "told"): to_say("This reader can tell {of} from real {value}.{rest}"),
    ("these", "told"): to_say("These readers can tell {of} from real {value}.{rest}"),
    ("all", "told"): to_say("Readers can tell {of} from real {value}.{rest}"),
    ("one", "more"): to_say("This reader rates {of} as more real than real images {value}.{rest}"),
    ("these", "more"): to_say(
        "These readers rate {of} as more real than real images {value}.{rest}"
    ),
    ("all", "more"): to_say("Readers rate {of} as more real than real images {value}.{rest}"),
    ("one", "open"): to_say("It is open whether this reader can tell {of} from real {value}."),
    ("these", "open"): to_say("It is open whether these readers can tell {of} from real {value}."),
    ("all", "open"): to_say("It is open whether readers can tell {of} from real {value}."),
}


def _line(whose: str, what: str, **fields: object) -> Said:
    """One of `_LINES`."""
    return Said(_LINES[whose, what], "", fields)


def _whose(analysis: Analysis, auc: Estimate) -> str:
    """Of whom a line speaks: one reader, these readers, or readers at large."""
    if auc.n_readers == 1:
        return "one"
    return "these" if analysis.settings.generalise_to == "cases" else "all"


def _without_auc(
    analysis: Analysis, arm: ArmAnalysis, auc: Estimate, label: str
) -> tuple[str, str]:
    """The rates judged real, where nothing was graded."""
    rate = estimate_of(arm, "deception", "rate")
    real = [estimate_of(analysis.arms[name], "deception", "rate") for name in _real(analysis)]
    if rate.estimate is None or not real or real[0].estimate is None:
        return said("open"), said(
            "Whether readers can tell {label} from real can’t be said: {why_not}.",
            label=label,
            why_not=why_not(auc),
        )
    against = _difference(analysis, arm.arm)
    rates = said(
        "{label} is judged real in {estimate}, real images in {estimate2}",
        label=label,
        estimate=percent(rate.estimate),
        estimate2=percent(real[0].estimate),
    )
    if against is None or against.p_holm is None or against.low is None:
        return said("open"), said(
            "{rates}; whether that is more than chance can’t be said.", rates=rates
        )
    points, low, high = (
        number(None if share is None else 100 * share, 0)
        for share in (against.estimate, against.low, against.high)
    )
    difference = said(
        "(difference {points} points, {low} to {high})", points=points, low=low, high=high
    )
    if against.p_holm >= 1.0 - analysis.settings.level:
        return said("open"), said(
            "{rates}: no difference is shown, nor that there is none {difference}.",
            rates=rates,
            difference=difference,
        )
    less = (against.estimate or 0.0) < 0
    return (said("told apart") if less else said("more real")), said(
        "{rates} {difference}.", rates=rates, difference=difference
    )


def _difference(analysis: Analysis, arm: str) -> Contrast | None:
    """The contrast of an arm's rate judged real with that of the real arm."""
    for pair in analysis.contrasts.pairs:
        if pair.measure == "deception.rate" and pair.against in _real(analysis) and pair.arm == arm:
            return pair
    return None


def _real(analysis: Analysis) -> list[str]:
    return list(analysis.table.real_arms)


def _excludes_half(auc: Estimate) -> bool:
    return auc.low is not None and auc.high is not None and (auc.low > 0.5 or auc.high < 0.5)
