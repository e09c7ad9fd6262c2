"""What was said to every question: counts and distributions by arm, as tables."""

from collections.abc import Mapping, Sequence

from app.domain.questions.registry import kind_of
from app.domain.questions.short_names import short_name
from app.domain.said import joined, said
from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.numbers import NONE, number, percent
from app.report.words.terms import term
from app.statistics.protocols.distribution import Distribution
from app.statistics.protocols.marks import MarkCounts
from app.statistics.protocols.sides import SideCounts
from app.steps.describe_answers import DescribedQuestion

Labels = Mapping[str, str]
_POOLED = said("Readings of all readers are pooled, so there are no intervals here.")


def question_tables(
    described: Sequence[DescribedQuestion], labels: Labels, real: Sequence[str]
) -> tuple[ReportTable, ...]:
    """One table a question, phase and kind of reader."""
    return tuple(_table(one, labels, real) for one in described)


def _table(one: DescribedQuestion, labels: Labels, real: Sequence[str]) -> ReportTable:
    first = next(iter(one.by_arm.values()))
    if isinstance(first, SideCounts):
        return _sides(one, first, labels, real)
    if isinstance(first, MarkCounts):
        return _marks(one, labels, real)
    if isinstance(first, Distribution) and first.median is None and not _is_graded(one):
        return _words(one, labels, real)
    return _grades(one, labels, real)


def _is_graded(one: DescribedQuestion) -> bool:
    return kind_of(one.question).spread == "grades"


def _title(one: DescribedQuestion) -> str:
    called = one.phase_title or (said("phase {phase}", phase=one.phase) if one.phase > 1 else "")
    phase = said(" ({called})", called=called) if called else ""
    who = said(" (machine readers)") if one.reader_kind == "machine" else ""
    return said("{prompt}{phase}{who}", prompt=one.question.prompt, phase=phase, who=who)


def _name(one: DescribedQuestion) -> str:
    return f"question-{one.phase}-{one.question.key}-{one.reader_kind}"


def _notes(one: DescribedQuestion, *more: str) -> list[str]:
    when = (
        said("Asked once of each reader, after the last case of the phase.")
        if one.is_phase_end
        else _POOLED
    )
    asked_if = one.question.asked_if
    only = (
        said(
            "Asked only where {question} is {join}.",
            question=short_name(asked_if.question),
            join=joined(map(term, asked_if.values), said(" or ")),
        )
        if asked_if
        else ""
    )
    return [only, *more, when]


def _row(arm: str, labels: Labels, real: Sequence[str], cells: Sequence[Cell]) -> Row:
    label = labels.get(arm, arm) or said("All readings")
    below = "" if label == arm or not arm else arm
    return Row(label, tuple(cells), below=below, is_real=arm in real)


def _answered(asked: int, answered: int) -> Cell:
    return Cell(str(answered), "" if answered == asked else said("of {asked} asked", asked=asked))


def _grades(one: DescribedQuestion, labels: Labels, real: Sequence[str]) -> ReportTable:
    spreads = {arm: it for arm, it in one.by_arm.items() if isinstance(it, Distribution)}
    points = list(next(iter(spreads.values())).counts)
    rows = [
        _row(
            arm,
            labels,
            real,
            [
                _answered(spread.asked, spread.answered),
                _centre(
                    spread.mean, "" if spread.sd is None else said("SD {sd}", sd=number(spread.sd))
                ),
                _centre(
                    spread.median,
                    ""
                    if spread.low_quartile is None or spread.high_quartile is None
                    else said(
                        "{low_quartile} to {high_quartile}",
                        low_quartile=number(spread.low_quartile),
                        high_quartile=number(spread.high_quartile),
                    ),
                ),
                *(_count(spread, point) for point in points),
            ],
        )
        for arm, spread in spreads.items()
    ]
    question = one.question
    labelled = [point for point in question.points if question.label_at(point)] if points else []
    ends = [question.low, question.high] if not points and question.labels else []
    told = [
        said("{point} = {label_at}", point=point, label_at=question.label_at(point))
        for point in labelled or ends
    ]
    return table(
        _name(one),
        _title(one),
        [said("Arm"), said("Answered"), said("Mean"), said("Median, quartiles"), *points],
        rows,
        _notes(one, said("{join}.", join=joined(told, "; ")) if told else ""),
    )


def _centre(value: float | None, below: str) -> Cell:
    return Cell(NONE) if value is None else Cell(number(value), below)


def _count(spread: Distribution, answer: str) -> Cell:
    share = spread.share(answer)
    return Cell(str(spread.counts[answer]), "" if share is None else percent(share))


def _words(one: DescribedQuestion, labels: Labels, real: Sequence[str]) -> ReportTable:
    spreads = {arm: it for arm, it in one.by_arm.items() if isinstance(it, Distribution)}
    named = {"written": said("Text written")} | kind_of(one.question).labels(one.question)
    answers = list(next(iter(spreads.values())).counts)
    rows = [
        Row(said("Answered"), tuple(_answered(it.asked, it.answered) for it in spreads.values())),
        *(
            Row(named.get(answer, answer), tuple(_count(it, answer) for it in spreads.values()))
            for answer in answers
        ),
    ]
    heads = [
        labels.get(arm, arm) or (said("Readers") if one.is_phase_end else said("All"))
        for arm in spreads
    ]
    several = bool(one.question.none_label)
    return table(
        _name(one),
        _title(one),
        [said("Answer"), *heads],
        rows,
        _notes(one, said("Several answers may be given to one film.") if several else ""),
    )


def _marks(one: DescribedQuestion, labels: Labels, real: Sequence[str]) -> ReportTable:
    rows = [
        _row(
            arm,
            labels,
            real,
            [
                _answered(it.asked, it.answered),
                Cell(
                    str(it.with_marks), percent(it.with_marks / it.answered) if it.answered else ""
                ),
                Cell(str(it.marks), _each(it)),
            ],
        )
        for arm, it in one.by_arm.items()
        if isinstance(it, MarkCounts)
    ]
    return table(
        _name(one),
        _title(one),
        [said("Arm"), said("Answered"), said("With marks"), said("Marks")],
        rows,
        _notes(one),
    )


def _each(counts: MarkCounts) -> str:
    return (
        said("{number} a film", number=number(counts.marks / counts.answered))
        if counts.answered
        else ""
    )


def _sides(
    one: DescribedQuestion, counts: SideCounts, labels: Labels, real: Sequence[str]
) -> ReportTable:
    rows = [
        _row(
            arm,
            labels,
            real,
            [
                Cell(str(shown)),
                Cell(str(counts.chosen[arm]), percent(counts.chosen[arm] / shown) if shown else ""),
            ],
        )
        for arm, shown in counts.shown.items()
    ]
    answered = said(
        "Answered: {answered} of {asked} showings.", answered=counts.answered, asked=counts.asked
    )
    correct = (
        said(
            "The real one was chosen in {correct} of {answered} ({percent}); "
            "guessing gives {chance}.",
            correct=counts.correct,
            answered=counts.answered,
            percent=percent(counts.correct / counts.answered),
            chance=percent(counts.chance),
        )
        if counts.correct is not None and counts.chance is not None and counts.answered
        else ""
    )
    places = joined(
        (
            said("{place}: {times}", place=place, times=times)
            for place, times in enumerate(counts.chosen_by_place, start=1)
        ),
        ", ",
    )
    ties = said(" Ties: {ties}.", ties=counts.ties) if one.question.tie_label else ""
    return table(
        _name(one),
        _title(one),
        [said("Arm"), said("Shown"), said("Chosen")],
        rows,
        _notes(
            one,
            correct,
            said(
                "{answered} Chosen by place: {places}.{ties}",
                answered=answered,
                places=places,
                ties=ties,
            ),
        ),
    )
