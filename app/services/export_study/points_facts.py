"""What points.R has to know of a study besides its ratings, and how R is told it."""

import json
from collections.abc import Mapping, Sequence

from app.domain.design.design import Phase, StudyDesign
from app.domain.design.subgroups import subgroup_columns
from app.domain.profile import EXPERIENCE_BANDS, SPECIALTIES
from app.domain.questions.question import Question
from app.domain.questions.reference import reference_column
from app.domain.questions.registry import kind_of
from app.services.export_study.held_ratings import HeldRatings
from app.statistics.table.settings import AnalysisSettings
from app.steps.protocol_answers import single_figures_of_phase, tells_who_noticed
from app.steps.question_figures import HAS_FIGURES, cut_of, levels_of

Facts = Mapping[str, object]


def study_facts(
    design: StudyDesign, held: HeldRatings, settings: AnalysisSettings, cluster_column: str
) -> Facts:
    """Questions, scales, phases and the frozen plan of the analysis."""
    asked = held.questions
    return {
        "realism": _question(asked.realism),
        "verdict": _question(asked.verdict),
        "confidence": _question(asked.confidence),
        "target": settings.generalise_to,
        "level": settings.level,
        "margin": settings.margin,
        "measure": settings.measure,
        "adjustment": settings.adjustment,
        "primary_arm": settings.primary_arm,
        "positive_controls": list(settings.positive_controls),
        "least_answered": settings.least_answered,
        "specialties": {key: str(name) for key, name in SPECIALTIES.items()},
        "bands": {str(name): least for least, name in EXPERIENCE_BANDS},
        "subgroups": subgroup_columns(design),
        "side": design.rendition_size,
        "cluster": cluster_column if design.analysis.cluster else "",
        "is_naive_design": {one.purpose_blinded for one in design.phases} >= {True, False},
        "phases": [_phase(design, phase) for phase in design.phases],
    }


def _phase(design: StudyDesign, phase: Phase) -> Facts:
    asked = design.questions_of(phase)
    several = phase.presentation.pictures > 1
    return {
        "key": phase.key,
        "figures": [
            _with_figures(design, one, asked) for one in asked if one.measure in HAS_FIGURES
        ],
        "sets": [
            {"key": one.key, "measure": one.measure}
            for one in asked
            if several and one.measure in ("find_the_real", "preference")
        ],
        "singles": []
        if several
        else [
            {"key": key, "as": answered, **_answer(one, asked)}
            for key, answered, one in single_figures_of_phase(design, phase)
        ],
        "ends": [
            one.key for one in design.questions_of(phase, at_end=True) if tells_who_noticed(one)
        ],
    }


def _answer(question: Question, asked: Sequence[Question]) -> Facts:
    """How an answer becomes a number; `subject` is the question that a confidence is of."""
    subject = next((one for one in asked if one.key == question.of), None)
    return {
        "question": _question(question),
        "subject": None if subject is None else _question(subject),
    }


def _with_figures(design: StudyDesign, question: Question, asked: Sequence[Question]) -> Facts:
    verdict = next((one for one in asked if one.measure == "verdict"), None)
    made: dict[str, object] = {
        "measure": question.measure,
        **_answer(question, asked),
        "verdict": _question(verdict),
        "options": [option.value for option in question.options],
    }
    subject = next((one for one in asked if one.key == question.of), None)
    for name, one in (("reference", question), ("subject_reference", subject)):
        if one is not None and one.measure == "finding":
            made[name] = reference_column(one, design.questions)
    if question.measure == "confidence":
        made["levels"] = list(levels_of(question))
        made["first"], made["points"] = question.points.start, len(question.points)
        made["stated"] = list(question.probabilities)
        made["ends"] = [float(question.points.start), float(question.points.stop - 1)]
    return made


def _question(question: Question | None) -> Facts | None:
    if question is None:
        return None
    condition = question.asked_if
    return {
        "key": question.key,
        "measure": question.measure,
        "low": question.low,
        "high": question.high,
        "cut": cut_of(question),
        "graded": kind_of(question).spread == "grades",
        "asked_if": "" if condition is None else condition.question,
        "asked_values": [] if condition is None else [str(one) for one in condition.values],
    }


def as_r(value: object, indent: str = "") -> str:
    """A value as R has it: a mapping is a list, of names to words or to numbers a vector."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        # A JSON string is an R string, but for what needs two escapes there; R reads the file in
        # whatever encoding its locale has.
        plain = json.dumps(value, ensure_ascii=False)
        return "".join(one if one.isascii() else f"\\U{ord(one):08x}" for one in plain)
    if isinstance(value, Mapping):
        kinds = {type(one) for one in value.values()}
        made = [f"{as_r(str(key))} = {as_r(one, indent + '  ')}" for key, one in value.items()]
        if kinds in ({str}, {int}):
            return f"c({', '.join(made)})"
        inner = f",\n{indent}  ".join(made)
        return f"list(\n{indent}  {inner}\n{indent})"
    if isinstance(value, Sequence):
        parts = [as_r(one, indent + "  ") for one in value]
        of_lists = any(isinstance(one, Mapping) for one in value)
        return f"{'list' if of_lists else 'c'}({', '.join(parts)})"
    return repr(value)
