"""One sentence an arm, with its verdict; what isn't shown is never said."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.report.words.numbers import interval, number, p_phrase, percent, why_not, with_interval
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.realness.equivalence import Verdict
from app.statistics.table.estimate import Estimate

MEASURES: Mapping[str, str] = {
    "auc_realism": "realism",
    "auc_confidence": "signed confidence",
    "auc_score": "score",
}


@dataclass(frozen=True)
class ArmSentence:
    """The verdict on one arm: its state, the state in words, and the sentences that carry it."""

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
            state=arm.verdict.state,
            heading=verdict_words(arm.verdict),
            text=f"{_verdict_sentence(analysis, arm, arm.verdict)} {_rate_sentence(analysis, arm)}",
        )
        for name, arm in analysis.arms.items()
        if arm.verdict is not None
    )


def verdict_words(verdict: Verdict) -> str:
    """The state in words fit for a heading or a cell."""
    return {
        "distinguishable": "Distinguishable from real",
        "equivalent": f"Equivalent to real within ±{verdict.margin:g}",
        "inconclusive": "Inconclusive",
    }[verdict.state]


def estimate_of(arm: ArmAnalysis, family: str, key: str) -> Estimate:
    """One estimate of an arm."""
    figure = arm.families[family][key]
    if not isinstance(figure, Estimate):
        raise KeyError(f"{family}.{key}")
    return figure


def _verdict_sentence(analysis: Analysis, arm: ArmAnalysis, verdict: Verdict) -> str:
    auc = estimate_of(arm, "discrimination", verdict.measure)
    level = f"{percent(analysis.settings.level)}"
    if auc.estimate is None and verdict.p_difference is None:
        why = verdict.why or why_not(auc)
        return f"Neither a difference from real nor equivalence is shown: {why}."
    if auc.estimate is None:
        # Every reader separated the arms completely: there is a test and no interval.
        sentence = (
            "Every reader ranked all its images on one side of the real ones "
            f"({p_phrase(verdict.p_difference)}, permutation test of one reader)"
        )
        if verdict.state == "distinguishable":
            return f"{sentence}."
        return f"{sentence}; with so few images that shows no difference."
    value = (
        f"AUC {number(auc.estimate)} from {MEASURES[verdict.measure]} "
        f"({level} interval {interval(auc.low, auc.high)})"
    )
    inner = (
        f"the {percent(2 * analysis.settings.level - 1)} interval, "
        f"{interval(verdict.low, verdict.high)},"
    )
    region = f"{number(0.5 - verdict.margin)} to {number(0.5 + verdict.margin)}"
    if verdict.state == "distinguishable":
        direction = (
            "Readers told its images from real ones"
            if auc.estimate > 0.5
            else "Readers rated its images as more real than the real ones"
        )
        small = (
            f" The difference is smaller than the margin: {inner} lies inside {region}."
            if verdict.within_margin
            else ""
        )
        return f"{direction}: {value}, which excludes 0.5.{small}"
    if verdict.state == "equivalent":
        return (
            f"{value}; {inner} lies inside the margin of {region} "
            f"({p_phrase(verdict.p_equivalence)} for equivalence)."
        )
    return (
        f"{value}, which holds 0.5, but {inner} is not inside the margin of {region}: neither a "
        "difference from real nor equivalence is shown."
    )


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
