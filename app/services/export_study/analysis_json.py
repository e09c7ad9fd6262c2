"""The analysis of a study as strict JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.bank.evaluation import ArmEvaluation
from app.services.export_study.held_ratings import HeldRatings
from app.statistics.analysis import Analysis
from app.statistics.conduct.sessions import Sittings
from app.statistics.protocols.choices import ChoiceFigures
from app.steps.describe_answers import DescribedQuestion
from app.steps.question_figures import QuestionFigures


def analysis_json(
    study: Mapping[str, Any],
    analysis: Analysis | None,
    questions: Sequence[DescribedQuestion],
    *,
    measures: Mapping[str, ArmEvaluation],
    choices: ChoiceFigures | None,
    held: HeldRatings,
    sittings: Sittings,
    figures: Sequence[QuestionFigures] = (),
) -> str:
    """The schema of docs/statistics.md, led by what study, phase and questions it is of; never NaN.

    `measures` is what the image bank says of the arms' images, for the arms that it says it of;
    `choices` what sets, phases and exposures come to, None where the protocol has none.
    """
    results: dict[str, Any] = {"arms": {}, "notes": ["Nobody has rated anything."]}
    if analysis is not None:
        results = analysis.to_json()
    images = {arm: asdict(evaluation) for arm, evaluation in measures.items()}
    described = [_question(one) for one in questions]
    content = {
        "study": dict(study),
        "analysed": dict(held.to_json()),
        "image_measures": images,
        "questions": described,
        "sittings": sittings.to_json(),
        "choices": None if choices is None else choices.to_json(),
        "question_figures": [one.to_json() for one in figures],
        **results,
    }
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _question(described: DescribedQuestion) -> dict[str, Any]:
    """What was said to one question: counts and distribution by arm."""
    return {
        "question": described.question.key,
        "measure": described.question.measure,
        "kind": described.question.kind,
        "phase": described.phase,
        "asked_at": "phase_end" if described.is_phase_end else "case",
        "reader_kind": described.reader_kind,
        "readers": described.readers,
        "by_arm": {arm: asdict(spread) for arm, spread in described.by_arm.items()},
    }
