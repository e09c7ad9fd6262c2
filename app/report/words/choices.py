"""Words for sets, phases, noticing and exposure: first lines, warnings, methods."""

from collections.abc import Iterator, Mapping

from app.report.words.answers import Answer
from app.report.words.cautions import Caution
from app.report.words.numbers import interval, number, p_phrase, percent
from app.statistics.protocols.choices import ChoiceFigures, SetFigures
from app.statistics.protocols.forced_choice import ForcedChoice
from app.statistics.protocols.noticed import Noticed
from app.statistics.protocols.preference import Preference
from app.statistics.table.estimate import Estimate

Labels = Mapping[str, str]
Paragraph = tuple[str, str]


def choice_answers(figures: ChoiceFigures, labels: Labels) -> tuple[Answer, ...]:
    """One line for each question about sets, each phase's noticing, and the curve of exposure."""
    lines: list[Answer] = []
    for one in figures.sets:
        lines += [_found(one, found) for found in one.found]
        if one.preferred is not None:
            lines.append(_preferred(one, one.preferred, labels, figures.settings.level))
    lines += [_noticed(one) for one in figures.noticed if one.share.estimate is not None]
    lines += _exposed(figures)
    return tuple(lines)


def choice_note(figures: ChoiceFigures) -> str:
    """What stands in brackets in the lines, and whom it speaks for."""
    if not choice_answers(figures, {}):
        return ""
    whom = {
        "readers_and_cases": "readers like these and images like these",
        "readers": "readers like these and these images only",
        "cases": "these readers only and images like these",
    }[figures.settings.generalise_to]
    of_one = any(len(one.readers) == 1 for one in figures.sets)
    if of_one and figures.settings.generalise_to != "readers":
        whom = "this reader and images like these"
    return f"In brackets the {percent(figures.settings.level)} interval, for {whom}."


def _bracket(estimate: Estimate) -> str:
    limits = interval(estimate.low, estimate.high, "percent")
    return f" ({limits})" if limits else ""


def _found(figures: SetFigures, one: ForcedChoice) -> Answer:
    share, chance = one.correct.share, one.correct.chance
    who = "This reader finds" if len(figures.readers) == 1 else "Readers find"
    told = share.low is not None and (share.low > chance or (share.high or 1.0) < chance)
    state = "distinguishable" if told else "inconclusive"
    word = "open"
    if told:
        word = "told apart" if (share.estimate or 0.0) > chance else "misled"
    return Answer(
        figures.question,
        figures.question,
        state,
        word,
        f"{who} the real one of {one.pictures} images in {percent(share.estimate)}"
        f"{_bracket(share)}; guessing gives {percent(chance)}.",
    )


def _preferred(figures: SetFigures, one: Preference, labels: Labels, level: float) -> Answer:
    first, last = one.arms[0], one.arms[-1]
    name = labels.get(first.arm, first.arm)
    told = [pair for pair in one.pairs if (pair.p_holm or 1.0) < 1.0 - level and pair.p_holm]
    if one.is_bounded or not told:
        line = (
            f"No arm is told from another by preference; {name} is preferred most often, in "
            f"{percent(first.share.estimate)}{_bracket(first.share)} of its sets."
        )
        return Answer(figures.question, figures.question, "inconclusive", "open", line)
    alone = "alone at the top" if first.worst_rank == 1 else "among the first"
    line = (
        f"{name} is preferred most often, in {percent(first.share.estimate)}"
        f"{_bracket(first.share)} of its sets, and {alone}; "
        f"{labels.get(last.arm, last.arm)} least often. "
        f"{len(told)} of {len(one.pairs)} pairs of arms are told apart."
    )
    return Answer(figures.question, figures.question, "distinguishable", "ranked", line)


def _noticed(one: Noticed) -> Answer:
    when = {None: "", False: " before they were told", True: " after they were told"}
    line = (
        f"{len(one.noticing)} of {one.answered} readers"
        f"{_bracket(one.share) or f' ({percent(one.share.estimate)})'} said that something struck "
        f"them{when[one.phase.told]}."
    )
    word = "noticed" if one.noticing else "not noticed"
    return Answer(one.question, one.question, "inconclusive", word, line)


def _exposed(figures: ChoiceFigures) -> Iterator[Answer]:
    for one in figures.exposure:
        curve = one.curves[0]
        (shortest, first), (longest, last) = curve.points[0], curve.points[-1]
        line = (
            f"Accuracy goes from {percent(first.share.estimate)} at {number(shortest, 0)} ms to "
            f"{percent(last.share.estimate)} at {number(longest, 0)} ms; guessing gives "
            f"{percent(first.chance)}."
        )
        threshold = curve.fit.threshold_ms
        if threshold.estimate is not None:
            limits = ""
            if threshold.low is not None and threshold.high is not None:
                limits = f" ({number(threshold.low, 0)} to {number(threshold.high, 0)})"
            line += f" It is half-way up at {number(threshold.estimate, 0)} ms{limits}."
        state = "inconclusive" if curve.fit.why_not else "distinguishable"
        word = "no curve" if curve.fit.why_not else "rises"
        yield Answer(one.question, one.question, state, word, line)


def place_cautions(one: SetFigures, level: float) -> tuple[Caution, ...]:
    """A leaning to a place, said beside the choices that it touches."""
    places = one.places
    if places is None:
        return ()
    alpha = 1.0 - level
    if places.p_value is not None and places.p_value < alpha:
        how = f"{places.method}, {p_phrase(places.p_value)}"
    elif places.p_readers is not None and places.p_readers < alpha:
        how = f"readers lean in different directions, {p_phrase(places.p_readers)}"
    else:
        return ()
    return (
        Caution(
            "sets",
            "Readers lean to a place.",
            f"What stood where mattered ({how}). Places were drawn at random, so shares are not "
            "shifted to one side, but they lie nearer to guessing than without the leaning.",
        ),
    )


def choice_paragraphs(figures: ChoiceFigures) -> list[Paragraph]:
    """Methods of what was computed, citations in brackets."""
    parts = [
        ("Sets", _set_methods(figures)),
        ("Noticing", _noticing_methods(figures)),
        ("Phases", _phase_methods(figures)),
        ("Exposure", _exposure_methods(figures)),
    ]
    return [(heading, text) for heading, text in parts if text]


def _set_methods(figures: ChoiceFigures) -> str:
    found = [one for asked in figures.sets for one in asked.found]
    preferred = [asked.preferred for asked in figures.sets if asked.preferred is not None]
    parts = []
    if found:
        parts.append(
            "The share of sets in which the real image was chosen was averaged over readers and "
            "held against 1/m for m images."
        )
        parts += _share_methods([one.correct.share for one in found])
        if any(one.d_prime.estimate is not None for one in found):
            parts.append(
                "d′ is that of an unbiased observer in m-alternative forced choice [mafc]."
            )
    if preferred:
        parts.append(
            "Preferences were fitted by the model of Bradley and Terry [bradley]"
            + (" with Davidson’s ties [davidson]" if any(one.ties for one in preferred) else "")
            + ", readers weighing equally."
        )
        parts += _model_methods(preferred)
    if any(asked.places is not None for asked in figures.sets):
        methods = dict.fromkeys(asked.places.method for asked in figures.sets if asked.places)
        parts.append(f"Choices by place were held against equal shares ({', '.join(methods)}).")
    return " ".join(parts)


def _share_methods(shares: list[Estimate]) -> list[str]:
    if any("Obuchowski" in one.method and one.low is not None for one in shares):
        return [
            "Intervals are those of Obuchowski and Rockette with sets as cases, on the logit scale "
            "[or, hillis2014]; p values come from the same t."
        ]
    if any("exact bound" in one.method for one in shares):
        return ["A share at the end of its scale for every reader has an exact bound [clopper]."]
    return []


def _model_methods(preferred: list[Preference]) -> list[str]:
    strengths = [arm.strength for one in preferred for arm in one.arms]
    methods = [one for one in strengths if one.low is not None]
    parts = []
    if methods:
        both = any("two-way jackknife" in one.method for one in methods)
        over = "readers and matched sets" if both else "matched sets for these readers"
        if not both and any("over readers" in one.method for one in methods):
            over = "readers for these sets"
        parts.append(
            f"Variances of log strengths are those of the jackknife on influences over {over} "
            "[cgm, ij]."
        )
    if any(pair.p_holm is not None for one in preferred for pair in one.pairs):
        parts.append(
            "Pairs of arms were adjusted by Holm’s method [holm]; ranks have the simultaneous "
            "intervals that the pairs told apart leave [ranks]."
        )
    if any(one.is_bounded for one in preferred):
        parts.append("Where strengths had no bound half a win each way was added to every pair.")
    return parts


def _noticing_methods(figures: ChoiceFigures) -> str:
    methods = [one.share.method for one in figures.noticed if one.share.low is not None]
    named = []
    if any(method.startswith("Wilson") for method in methods):
        named.append("Wilson’s interval [wilson]")
    if any(method.startswith("exact") for method in methods):
        named.append("the exact interval of Clopper and Pearson [clopper] where none or all did")
    if not named:
        return ""
    return f"The share of readers who noticed something has {' and '.join(named)}, a reader a draw."


def _phase_methods(figures: ChoiceFigures) -> str:
    if not figures.phases:
        return ""
    all_differences = [d for one in figures.phases for d in one.differences]
    differences = [one for one in all_differences if one.contrast.low is not None]
    text = "Figures of each phase were computed for every reader and averaged."
    if differences:
        by_case = any(one.same_cases for one in differences)
        text += (
            " Two phases were compared as two readings of one analysis of Obuchowski and Rockette "
            f"[or, hillis2014], paired by reader{' and, where cases returned, by case' * by_case}."
        )
    return text


def _exposure_methods(figures: ChoiceFigures) -> str:
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
            f"a lapse rate of at most {percent(0.1)}"
            if any(fit.lapse_is_fitted for fit in fitted)
            else "no lapses"
        )
        text += (
            f" A cumulative Gaussian of log exposure with the guess rate of the task and {lapse} "
            "was fitted by maximum likelihood [wichmann], with jackknife intervals on influences "
            "[ij]."
        )
    if len(fitted) < len(curves):
        text += " A curve that the answers do not fix was withheld."
    return text
