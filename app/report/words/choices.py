"""Words for sets, phases, noticing and exposure: first lines, warnings, methods."""

from collections.abc import Iterator, Mapping

from app.domain.said import said, said_many
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
        "readers_and_cases": said("readers like these and images like these"),
        "readers": said("readers like these and these images only"),
        "cases": said("these readers only and images like these"),
    }[figures.settings.generalise_to]
    of_one = any(len(one.readers) == 1 for one in figures.sets)
    if of_one and figures.settings.generalise_to != "readers":
        whom = said("this reader and images like these")
    if not figures.sets and not figures.exposure:
        whom = said("readers like these")
    return said(
        "In brackets the {level} interval, for {whom}.",
        level=percent(figures.settings.level),
        whom=whom,
    )


def _bracket(estimate: Estimate) -> str:
    limits = interval(estimate.low, estimate.high, "percent")
    return said(" ({limits})", limits=limits) if limits else ""


def _found(figures: SetFigures, one: ForcedChoice) -> Answer:
    share, chance = one.correct.share, one.correct.chance
    who = said("This reader finds") if len(figures.readers) == 1 else said("Readers find")
    told = share.low is not None and (share.low > chance or (share.high or 1.0) < chance)
    state = "distinguishable" if told else "inconclusive"
    word: str = said("open")
    if told:
        word = said("told apart") if (share.estimate or 0.0) > chance else said("misled")
    return Answer(
        figures.question,
        figures.question,
        state,
        word,
        said(
            "{who} the real one of {pictures} images in {estimate}{bracket}; "
            "guessing gives {chance}.",
            who=who,
            pictures=one.pictures,
            estimate=percent(share.estimate),
            bracket=_bracket(share),
            chance=percent(chance),
        ),
    )


def _preferred(figures: SetFigures, one: Preference, labels: Labels, level: float) -> Answer:
    first, last = one.arms[0], one.arms[-1]
    name = labels.get(first.arm, first.arm)
    told = [p for p in one.pairs if p.p_holm is not None and p.p_holm < 1.0 - level]
    if not told:
        why = said("strengths have no bound, so") if one.is_bounded else "but"
        line = said(
            "{name} is preferred most often, in {estimate}{bracket} of its sets; "
            "{why} no arm is told from another.",
            name=name,
            estimate=percent(first.share.estimate),
            bracket=_bracket(first.share),
            why=why,
        )
        return Answer(figures.question, figures.question, "inconclusive", said("open"), line)
    alone = said("alone at the top") if first.worst_rank == 1 else said("among the first")
    line = said(
        "{name} is preferred most often, in {estimate}{bracket} of its sets, "
        "and {alone}; {get} least often. {n_told} of {n_pairs} pairs of arms "
        "are told apart.",
        name=name,
        estimate=percent(first.share.estimate),
        bracket=_bracket(first.share),
        alone=alone,
        get=labels.get(last.arm, last.arm),
        n_told=len(told),
        n_pairs=len(one.pairs),
    )
    return Answer(figures.question, figures.question, "distinguishable", said("ranked"), line)


def _noticed(one: Noticed) -> Answer:
    when = {None: "", False: said(" before they were told"), True: said(" after they were told")}
    line = said_many(
        "{count} of {answered} readers{value} said that something struck them{when}.",
        "{count} of {answered} readers{value} said that something struck them{when}.",
        len(one.noticing),
        answered=one.answered,
        value=_bracket(one.share) or said(" ({estimate})", estimate=percent(one.share.estimate)),
        when=when[one.phase.told],
    )
    word = said("noticed") if one.noticing else said("not noticed")
    return Answer(one.question, one.question, "inconclusive", word, line)


def _exposed(figures: ChoiceFigures) -> Iterator[Answer]:
    for one in figures.exposure:
        curve = one.curves[0]
        (shortest, first), (longest, last) = curve.points[0], curve.points[-1]
        line = said(
            "Accuracy goes from {estimate} at {shortest} ms to {estimate2} at "
            "{longest} ms; guessing gives {chance}.",
            estimate=percent(first.share.estimate),
            shortest=number(shortest, 0),
            estimate2=percent(last.share.estimate),
            longest=number(longest, 0),
            chance=percent(first.chance),
        )
        threshold = curve.fit.threshold_ms
        if threshold.estimate is not None:
            limits = ""
            if threshold.low is not None and threshold.high is not None:
                limits = said(
                    " ({low} to {high})",
                    low=number(threshold.low, 0),
                    high=number(threshold.high, 0),
                )
            line += said(
                " It is half-way up at {estimate} ms{limits}.",
                estimate=number(threshold.estimate, 0),
                limits=limits,
            )
        state = "inconclusive" if curve.fit.why_not else "distinguishable"
        word = said("no curve") if curve.fit.why_not else said("rises")
        yield Answer(one.question, one.question, state, word, line)


def few_readers_caution(figures: ChoiceFigures) -> tuple[Caution, ...]:
    """Whom the intervals speak for, where no analysis by arm says it already."""
    readers = max((len(one.readers) for one in figures.sets), default=0)
    if not readers or figures.settings.generalise_to == "cases":
        return ()
    if readers == 1:
        text = said("There was one reader, so that nothing is known of other readers.")
    else:
        text = said(
            "Readers like these {readers}; other specialties and experience are not covered.",
            readers=readers,
        )
    if 1 < readers < _FEW_READERS:
        text += said(" With so few the intervals are wide.")
    return (Caution("top", said("Whom the intervals speak for."), text),)


def place_cautions(one: SetFigures, level: float) -> tuple[Caution, ...]:
    """A leaning to a place, said beside the choices that it touches."""
    places = one.places
    if places is None:
        return ()
    alpha = 1.0 - level
    if places.p_value is not None and places.p_value < alpha:
        how = said("{method}, {p_value}", method=places.method, p_value=p_phrase(places.p_value))
    elif places.p_readers is not None and places.p_readers < alpha:
        how = said(
            "readers lean in different directions, {p_readers}",
            p_readers=p_phrase(places.p_readers),
        )
    else:
        return ()
    return (
        Caution(
            "sets",
            said("Readers lean to a place."),
            said(
                "What stood where mattered ({how}). Places were drawn at random, so "
                "shares are not shifted to one side, but they lie nearer to guessing "
                "than without the leaning.",
                how=how,
            ),
        ),
    )
