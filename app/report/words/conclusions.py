"""One sentence an arm, with its conclusion; what isn't shown is never said."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.report.words.numbers import interval, number, p_phrase, percent, why_not, with_interval
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.realness.equivalence import Conclusion
from app.statistics.table.estimate import Estimate

MEASURES: Mapping[str, str] = {
    "auc_realism": "realism",
    "auc_confidence": "signed confidence",
    "auc_score": "score",
}


@dataclass(frozen=True)
class ArmSentence:
    """The conclusion on one arm: its state, the state in words, and the sentences that carry it."""

    arm: str
    label: str
    state: str
    heading: str
    text: str


def arm_sentences(analysis: Analysis, labels: Mapping[str, str]) -> tuple[ArmSentence, ...]:
    """Of every synthetic arm."""
    return tuple(
        ArmSentence(
            arm=name,
            label=labels.get(name, name),
            state=arm.conclusion.state,
            heading=conclusion_words(arm.conclusion),
            text=f"{_auc_sentence(analysis, arm, arm.conclusion)} {_rate_sentence(analysis, arm)}",
        )
        for name, arm in analysis.arms.items()
        if arm.conclusion is not None
    )


def conclusion_words(conclusion: Conclusion) -> str:
    """The state in words fit for a heading or a cell."""
    return {
        "distinguishable": "Distinguishable from real",
        "equivalent": f"Equivalent to real within ±{conclusion.margin:g}",
        "inconclusive": "Inconclusive",
    }[conclusion.state]


def estimate_of(arm: ArmAnalysis, family: str, key: str) -> Estimate:
    """One estimate of an arm."""
    figure = arm.families[family][key]
    if not isinstance(figure, Estimate):
        raise KeyError(f"{family}.{key}")
    return figure


def _auc_sentence(analysis: Analysis, arm: ArmAnalysis, conclusion: Conclusion) -> str:
    auc = estimate_of(arm, "discrimination", conclusion.measure)
    level = f"{percent(analysis.settings.level)}"
    if conclusion.p_difference is None:
        why = conclusion.why or why_not(auc)
        known = "" if auc.estimate is None else f" {_for_whom(analysis, auc, conclusion)}"
        return f"Neither a difference from real nor equivalence is shown: {why}.{known}"
    if conclusion.why.startswith("every reader separates"):
        everyone = "The reader" if auc.n_readers == 1 else "Every reader"
        sentence = (
            f"{everyone} ranked all its images on one side of the real ones (AUC "
            f"{number(auc.estimate)}, exact {level} bound {interval(auc.low, auc.high)}, "
            f"{p_phrase(conclusion.p_difference)})"
        )
        if conclusion.state == "distinguishable":
            return f"{sentence}{_adjusted(conclusion)}."
        if conclusion.p_difference < 1.0 - analysis.settings.level:
            return (
                f"{sentence}; adjusted for {conclusion.n_adjusted_for} arms "
                f"({p_phrase(conclusion.p_difference_adjusted)}) that shows no difference."
            )
        return f"{sentence}; with so few images that shows no difference."
    value = (
        f"AUC {number(auc.estimate)} from {MEASURES[conclusion.measure]} "
        f"({level} interval {interval(auc.low, auc.high)})"
    )
    inner = (
        f"the {percent(2 * analysis.settings.level - 1)} interval, "
        f"{interval(conclusion.low, conclusion.high)},"
    )
    region = f"{number(0.5 - conclusion.margin)} to {number(0.5 + conclusion.margin)}"
    adjusted = _adjusted(conclusion)
    if conclusion.state == "distinguishable":
        direction = (
            "Readers told its images from real ones"
            if (auc.estimate or 0.0) > 0.5
            else "Readers rated its images as more real than the real ones"
        )
        small = (
            f" The difference is smaller than the margin: {inner} lies inside {region}."
            if conclusion.within_margin
            else ""
        )
        return f"{direction}: {value}, which excludes 0.5{adjusted}.{small}"
    passed = (
        f"{value}; {inner} lies inside the margin of {region} "
        f"({p_phrase(conclusion.p_equivalence)} for equivalence)"
    )
    if conclusion.state == "equivalent":
        return f"{passed}{_adjusted(conclusion, of_equivalence=True)}."
    if conclusion.withheld:
        return f"{passed}, but it is not called equivalent: {conclusion.withheld}."
    if conclusion.p_difference < 1.0 - analysis.settings.level:
        return (
            f"{value}, which excludes 0.5, but not when adjusted for "
            f"{conclusion.n_adjusted_for} arms ({p_phrase(conclusion.p_difference_adjusted)} by "
            "Holm’s method): no difference from real is shown."
        )
    if conclusion.within_margin:
        return (
            f"{passed}, but not when adjusted for {conclusion.n_adjusted_for} arms "
            f"({p_phrase(conclusion.p_equivalence_adjusted)} by Holm’s method): neither a "
            "difference from real nor equivalence is shown."
        )
    return (
        f"{value}, which holds 0.5, but {inner} is not inside the margin of {region}: neither a "
        "difference from real nor equivalence is shown."
    )


def _adjusted(conclusion: Conclusion, *, of_equivalence: bool = False) -> str:
    """The adjusted p value in a clause; nothing where there was nothing to adjust for."""
    if conclusion.n_adjusted_for == 1:
        return ""
    p = conclusion.p_equivalence_adjusted if of_equivalence else conclusion.p_difference_adjusted
    return f" ({p_phrase(p)} adjusted for {conclusion.n_adjusted_for} arms)"


def _for_whom(analysis: Analysis, auc: Estimate, conclusion: Conclusion) -> str:
    """The AUC where no conclusion rests on it, with whom its interval speaks for."""
    limits = interval(auc.low, auc.high)
    whom = "this reader and images like these" if auc.n_readers == 1 else "images like these"
    inside = (
        f" ({percent(analysis.settings.level)} interval {limits}, for {whom})" if limits else ""
    )
    return f"AUC {number(auc.estimate)} from {MEASURES[conclusion.measure]}{inside}."


def _rate_sentence(analysis: Analysis, arm: ArmAnalysis) -> str:
    rate = estimate_of(arm, "deception", "rate")
    if rate.estimate is None:
        return ""
    sentence = f"Judged real: {with_interval(rate, 'percent')} of its images"
    real = [analysis.arms[name] for name in analysis.table.real_arms]
    beside = [estimate_of(other, "deception", "rate") for other in real]
    known = [other for other in beside if other.estimate is not None]
    if not known:
        return sentence + "."
    return f"{sentence}, against {with_interval(known[0], 'percent')} of the real ones."
