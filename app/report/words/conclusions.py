"""One sentence an arm, with its conclusion; what isn't shown is never said."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.said import said
from app.report.words.numbers import interval, number, p_phrase, percent, why_not, with_interval
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.realness.equivalence import Conclusion
from app.statistics.table.estimate import Estimate

MEASURES: Mapping[str, str] = {
    "auc_realism": said("realism"),
    "auc_confidence": said("signed confidence"),
    "auc_score": said("score"),
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
            text=said(
                "{auc_sentence} {rate_sentence}",
                auc_sentence=_auc_sentence(analysis, arm, arm.conclusion),
                rate_sentence=_rate_sentence(analysis, arm),
            ),
        )
        for name, arm in analysis.arms.items()
        if arm.conclusion is not None
    )


def conclusion_words(conclusion: Conclusion) -> str:
    """The state in words fit for a heading or a cell."""
    return {
        "distinguishable": said("Distinguishable from real"),
        "equivalent": said("Equivalent to real within ±{margin:g}", margin=conclusion.margin),
        "inconclusive": said("Inconclusive"),
    }[conclusion.state]


def estimate_of(arm: ArmAnalysis, family: str, key: str) -> Estimate:
    """One estimate of an arm."""
    figure = arm.families[family][key]
    if not isinstance(figure, Estimate):
        raise KeyError(f"{family}.{key}")
    return figure


def _auc_sentence(analysis: Analysis, arm: ArmAnalysis, conclusion: Conclusion) -> str:
    auc = estimate_of(arm, "discrimination", conclusion.measure)
    level = percent(analysis.settings.level)
    if conclusion.p_difference is None:
        why = conclusion.why or why_not(auc)
        known = (
            ""
            if auc.estimate is None
            else said(" {for_whom}", for_whom=_for_whom(analysis, auc, conclusion))
        )
        return said(
            "Neither a difference from real nor equivalence is shown: {why}.{known}",
            why=why,
            known=known,
        )
    p = conclusion.p_difference
    if conclusion.why.startswith("every reader separates"):
        return _separated(analysis, auc, conclusion, p)
    value = said(
        "AUC {estimate} from {measures} ({level} interval {low})",
        estimate=number(auc.estimate),
        measures=MEASURES[conclusion.measure],
        level=level,
        low=interval(auc.low, auc.high),
    )
    inner = said(
        "the {percent} interval, {low},",
        percent=percent(2 * analysis.settings.level - 1),
        low=interval(conclusion.low, conclusion.high),
    )
    region = said(
        "{number} to {number2}",
        number=number(0.5 - conclusion.margin),
        number2=number(0.5 + conclusion.margin),
    )
    if conclusion.state == "distinguishable":
        return _told_apart(auc, conclusion, value, inner, region)
    return _not_told_apart(analysis, conclusion, p, value, inner, region)


def _separated(analysis: Analysis, auc: Estimate, conclusion: Conclusion, p: float) -> str:
    """The sentence of an arm that every reader separates completely."""
    everyone = said("The reader") if auc.n_readers == 1 else said("Every reader")
    sentence = said(
        "{everyone} ranked all its images on one side of the real ones (AUC "
        "{estimate}, exact {level} bound {low}, {p_difference})",
        everyone=everyone,
        estimate=number(auc.estimate),
        level=percent(analysis.settings.level),
        low=interval(auc.low, auc.high),
        p_difference=p_phrase(p),
    )
    if conclusion.state == "distinguishable":
        return said("{sentence}{adjusted}.", sentence=sentence, adjusted=_adjusted(conclusion))
    if p < 1.0 - analysis.settings.level:
        return said(
            "{sentence}; adjusted for {n_adjusted_for} arms "
            "({p_difference_adjusted}) that shows no difference.",
            sentence=sentence,
            n_adjusted_for=conclusion.n_adjusted_for,
            p_difference_adjusted=p_phrase(conclusion.p_difference_adjusted),
        )
    return said("{sentence}; with so few images that shows no difference.", sentence=sentence)


def _told_apart(auc: Estimate, conclusion: Conclusion, value: str, inner: str, region: str) -> str:
    """The sentence of an arm whose AUC excludes 0.5."""
    direction = (
        said("Readers told its images from real ones")
        if (auc.estimate or 0.0) > 0.5
        else said("Readers rated its images as more real than the real ones")
    )
    small = (
        said(
            " The difference is smaller than the margin: {inner} lies inside {region}.",
            inner=inner,
            region=region,
        )
        if conclusion.within_margin
        else ""
    )
    return said(
        "{direction}: {value}, which excludes 0.5{adjusted}.{small}",
        direction=direction,
        value=value,
        adjusted=_adjusted(conclusion),
        small=small,
    )


def _not_told_apart(
    analysis: Analysis, conclusion: Conclusion, p: float, value: str, inner: str, region: str
) -> str:
    """The sentence of an arm that is equivalent, or of which nothing is shown."""
    passed = said(
        "{value}; {inner} lies inside the margin of {region} ({p_equivalence} for equivalence)",
        value=value,
        inner=inner,
        region=region,
        p_equivalence=p_phrase(conclusion.p_equivalence),
    )
    if conclusion.state == "equivalent":
        return said(
            "{passed}{adjusted}.",
            passed=passed,
            adjusted=_adjusted(conclusion, of_equivalence=True),
        )
    if conclusion.withheld:
        return said(
            "{passed}, but it is not called equivalent: {withheld}.",
            passed=passed,
            withheld=conclusion.withheld,
        )
    if p < 1.0 - analysis.settings.level:
        return said(
            "{value}, which excludes 0.5, but not when adjusted for "
            "{n_adjusted_for} arms ({p_difference_adjusted} by Holm’s method): "
            "no difference from real is shown.",
            value=value,
            n_adjusted_for=conclusion.n_adjusted_for,
            p_difference_adjusted=p_phrase(conclusion.p_difference_adjusted),
        )
    if conclusion.within_margin:
        return said(
            "{passed}, but not when adjusted for {n_adjusted_for} arms "
            "({p_equivalence_adjusted} by Holm’s method): neither a difference "
            "from real nor equivalence is shown.",
            passed=passed,
            n_adjusted_for=conclusion.n_adjusted_for,
            p_equivalence_adjusted=p_phrase(conclusion.p_equivalence_adjusted),
        )
    return said(
        "{value}, which holds 0.5, but {inner} is not inside the margin of "
        "{region}: neither a difference from real nor equivalence is shown.",
        value=value,
        inner=inner,
        region=region,
    )


def _adjusted(conclusion: Conclusion, *, of_equivalence: bool = False) -> str:
    """The adjusted p value in a clause; nothing where there was nothing to adjust for."""
    if conclusion.n_adjusted_for == 1:
        return ""
    p = conclusion.p_equivalence_adjusted if of_equivalence else conclusion.p_difference_adjusted
    return said(
        " ({p} adjusted for {n_adjusted_for} arms)",
        p=p_phrase(p),
        n_adjusted_for=conclusion.n_adjusted_for,
    )


def _for_whom(analysis: Analysis, auc: Estimate, conclusion: Conclusion) -> str:
    """The AUC where no conclusion rests on it, with whom its interval speaks for."""
    limits = interval(auc.low, auc.high)
    whom = (
        said("this reader and images like these")
        if auc.n_readers == 1
        else said("images like these")
    )
    inside = (
        said(
            " ({level} interval {limits}, for {whom})",
            level=percent(analysis.settings.level),
            limits=limits,
            whom=whom,
        )
        if limits
        else ""
    )
    return said(
        "AUC {estimate} from {measures}{inside}.",
        estimate=number(auc.estimate),
        measures=MEASURES[conclusion.measure],
        inside=inside,
    )


def _rate_sentence(analysis: Analysis, arm: ArmAnalysis) -> str:
    rate = estimate_of(arm, "deception", "rate")
    if rate.estimate is None:
        return ""
    sentence = said("Judged real: {rate} of its images", rate=with_interval(rate, "percent"))
    real = [analysis.arms[name] for name in analysis.table.real_arms]
    beside = [estimate_of(other, "deception", "rate") for other in real]
    known = [other for other in beside if other.estimate is not None]
    if not known:
        return sentence + "."
    return said(
        "{sentence}, against {known} of the real ones.",
        sentence=sentence,
        known=with_interval(known[0], "percent"),
    )
