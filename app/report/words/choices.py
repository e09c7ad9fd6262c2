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
_FEW_READERS = 6


def choice_answers(figures: ChoiceFigures, labels: Labels) -> tuple[Answer, ...]:
    """One line for each question about sets, each phase's noticing, and the curve of exposure."""
    lines: list[Answer] = []
    for one in figures.sets:
        lines += [_found(one, forced) for forced in one.forced]
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
    if not figures.sets and not figures.exposure:
        whom = "readers like these"
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
    told = [p for p in one.pairs if p.p_holm is not None and p.p_holm < 1.0 - level]
    if not told:
        why = "strengths have no bound, so" if one.is_bounded else "but"
        line = (
            f"{name} is preferred most often, in {percent(first.share.estimate)}"
            f"{_bracket(first.share)} of its sets; {why} no arm is told from another."
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


def few_readers_caution(figures: ChoiceFigures) -> tuple[Caution, ...]:
    """Whom the intervals speak for, where no analysis by arm says it already."""
    readers = max((len(one.readers) for one in figures.sets), default=0)
    if not readers or figures.settings.generalise_to == "cases":
        return ()
    if readers == 1:
        text = "There was one reader, so that nothing is known of other readers."
    else:
        text = f"Readers like these {readers}; other specialties and experience are not covered."
    if 1 < readers < _FEW_READERS:
        text += " With so few the intervals are wide."
    return (Caution("top", "Whom the intervals speak for.", text),)


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
