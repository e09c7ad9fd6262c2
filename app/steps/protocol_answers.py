"""A study's answers as the figures of its protocol take them: sets, phases, noticing, exposure."""

import math
from collections.abc import Iterator, Mapping, Sequence

from app.db.truth.answer_rows import AnswerRow
from app.domain.design.design import Phase, StudyDesign
from app.domain.questions.answer import Value
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.statistics.protocols.choices import (
    AskedAtEnd,
    AskedOfSets,
    ChoiceFigures,
    ProtocolAnswers,
    SetMeasure,
    analyse_choices,
)
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.sides import SideChoice
from app.statistics.protocols.single_readings import Answered, PhaseFacts, SingleReadings
from app.steps.analyse_ratings import settings_of_design

_SETS: Mapping[str, SetMeasure] = {"find_the_real": "find_the_real", "preference": "preference"}
_GRADES = ("realism", "quality", "prompt_agreement")
NOTICED = "yes"


def choices_of_study(
    design: StudyDesign, rows: Sequence[AnswerRow], clusters: Mapping[str, str]
) -> ChoiceFigures | None:
    """The figures of a study's protocol, as its design has frozen the analysis; None without any.

    `clusters` names what images belong together by, by the code of their case.
    """
    answers = protocol_answers(design, rows, clusters)
    arms = {picture.arm for row in rows for picture in row.pictures if picture.truth == "synthetic"}
    figures = analyse_choices(answers, settings_of_design(design, synthetic_arms=sorted(arms)))
    return None if figures.is_empty else figures


def protocol_answers(
    design: StudyDesign, rows: Sequence[AnswerRow], clusters: Mapping[str, str]
) -> ProtocolAnswers:
    """First readings of people that count, by question and phase; machines are left out."""
    counted = [
        row
        for row in rows
        if not row.is_superseded and row.replicate == 0 and row.reader_kind != "machine"
    ]
    sets: list[AskedOfSets] = []
    ends: list[AskedAtEnd] = []
    singles: list[SingleReadings] = []
    for number, phase in enumerate(design.phases, start=1):
        facts = _facts(design, phase)
        of_cases = [row for row in counted if row.phase == number and not row.is_phase_end]
        at_end = [row for row in counted if row.phase == number and row.is_phase_end]
        if of_cases and phase.presentation.pictures > 1:
            sets += _sets(design.questions_of(phase), facts, of_cases, clusters)
        elif of_cases:
            singles += _singles(design, phase, facts, of_cases, clusters)
        if at_end:
            ends += _ends(design.questions_of(phase, at_end=True), facts, at_end)
    labels = {question.key: question.prompt for question in design.questions}
    return ProtocolAnswers(tuple(sets), tuple(ends), tuple(singles), labels)


def _facts(design: StudyDesign, phase: Phase) -> PhaseFacts:
    """What readers knew is said only where the design has a phase in which they knew nothing."""
    has_naive = any(one.purpose_blinded for one in design.phases)
    return PhaseFacts(phase.key, phase.title, not phase.purpose_blinded if has_naive else None)


def _sets(
    questions: Sequence[Question],
    phase: PhaseFacts,
    rows: Sequence[AnswerRow],
    clusters: Mapping[str, str],
) -> Iterator[AskedOfSets]:
    for question in questions:
        measure = _SETS.get(question.measure)
        if measure is not None:
            readings = tuple(_set_reading(question, row, clusters) for row in rows)
            yield AskedOfSets(question.key, measure, phase, SetReadings(readings))


def _set_reading(question: Question, row: AnswerRow, clusters: Mapping[str, str]) -> SetReading:
    chosen = row.answers.get(question.key)
    cases = tuple(picture.case for picture in row.pictures)
    return SetReading(
        reader=row.reader,
        case=row.case,
        side=SideChoice(
            arms=tuple(picture.arm for picture in row.pictures),
            real=tuple(picture.slot for picture in row.pictures if picture.truth == "real"),
            chosen=chosen if isinstance(chosen, int) else None,
        ),
        linked=(*cases, *(f"\n{clusters[case]}" for case in cases if clusters.get(case))),
        exposure_ms=math.nan if row.exposure_ms is None else float(row.exposure_ms),
    )


def single_figures_of_phase(
    design: StudyDesign, phase: Phase
) -> Iterator[tuple[str, Answered, Question]]:
    """What answers about single pictures are read as: the question that figures name, how, whose.

    By phase or exposure everything; else the analysis by arm has all but the noticing.
    """
    by_phase = len(design.phases) > 1 or bool(phase.presentation.exposures_ms)
    asked = design.questions_of(phase)
    for question in asked:
        if by_phase or question.measure == "noticed":
            for answered in _answered_as(question, asked):
                key = question.of if question.measure == "confidence" else question.key
                yield key, answered, question


def _singles(
    design: StudyDesign,
    phase: Phase,
    facts: PhaseFacts,
    rows: Sequence[AnswerRow],
    clusters: Mapping[str, str],
) -> Iterator[SingleReadings]:
    questions = design.questions_of(phase)
    for key, answered, question in single_figures_of_phase(design, phase):
        sure_of = next((one for one in questions if one.key == question.of), None)
        values = [(row, _value(question, answered, row, sure_of)) for row in rows]
        kept = [(row, value) for row, value in values if value is not None]
        if kept:
            yield _columns(key, answered, facts, kept, clusters)


def _columns(
    question: str,
    answered: Answered,
    phase: PhaseFacts,
    kept: Sequence[tuple[AnswerRow, float]],
    clusters: Mapping[str, str],
) -> SingleReadings:
    rows = [row for row, _ in kept]
    return SingleReadings(
        question=question,
        answered=answered,
        phase=phase,
        reader=tuple(row.reader for row in rows),
        case=tuple(row.case for row in rows),
        arm=tuple(row.picture.arm for row in rows),
        truth=tuple(row.picture.truth for row in rows),
        cluster=tuple(clusters.get(row.case, "") for row in rows),
        value=tuple(value for _, value in kept),
        exposure_ms=tuple(
            math.nan if row.exposure_ms is None else float(row.exposure_ms) for row in rows
        ),
    )


def _answered_as(question: Question, questions: Sequence[Question]) -> tuple[Answered, ...]:
    """What a question's answers can be read as; none for what has no figure between phases."""
    graded = kind_of(question).spread == "grades"
    if question.measure == "verdict":
        return ("verdict", "signed_confidence") if graded else ("verdict",)
    if question.measure in _GRADES and graded:
        return ("grade",)
    if question.measure == "finding":
        return ("finding", "finding_grade") if graded else ("finding",)
    if question.measure == "noticed" and tells_who_noticed(question):
        return ("noticed",)
    of_verdict = any(one.key == question.of and one.measure == "verdict" for one in questions)
    return ("signed_confidence",) if question.measure == "confidence" and of_verdict else ()


def _value(
    question: Question, answered: Answered, row: AnswerRow, sure_of: Question | None
) -> float | None:
    """An answer as a number, None where there is none; see `SingleReadings`."""
    said = row.answers.get(question.key)
    if answered == "signed_confidence":
        if question.measure == "verdict":
            return float(question.low + question.high - said) if isinstance(said, int) else None
        verdict = None if sure_of is None else _verdict(sure_of, row)
        if verdict is None or not isinstance(said, int):
            return None
        return (said + 0.5) * (1.0 - 2.0 * verdict)
    if answered == "verdict":
        return _verdict(question, row)
    if answered == "finding":
        return _called_present(question, said)
    if answered == "noticed":
        return None if said is None else float(said == NOTICED)
    return float(said) if isinstance(said, int) else None


def _called_present(question: Question, said: Value | None) -> float | None:
    """1 where a finding was called present; of a scale above its middle."""
    if isinstance(said, int):
        return float(said > (question.low + question.high) / 2)
    return None if said is None else float(said == "present")


def tells_who_noticed(question: Question) -> bool:
    """Whether it can be told who noticed: own words without a "yes" leave that open."""
    return kind_of(question).spread != "written" and NOTICED in {
        option.value for option in question.options
    }


def _verdict(question: Question, row: AnswerRow) -> float | None:
    """1 for synthetic, 0 for real; the upper half of a scale is synthetic."""
    said = row.answers.get(question.key)
    if isinstance(said, int):
        return float(said > (question.low + question.high) / 2)
    return None if said is None else float(said == "synthetic")


def _ends(
    questions: Sequence[Question], phase: PhaseFacts, rows: Sequence[AnswerRow]
) -> Iterator[AskedAtEnd]:
    for question in questions:
        # Those that leave open who noticed are counted elsewhere.
        if question.measure == "noticed" and tells_who_noticed(question):
            by_reader = {row.reader: _has_noticed(question, row) for row in rows}
            yield AskedAtEnd(question.key, phase, by_reader)


def _has_noticed(question: Question, row: AnswerRow) -> bool | None:
    said = row.answers.get(question.key)
    return None if said is None else said == NOTICED
