"""A design as plain values and as the one text that is stored and hashed."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from app.domain.design.design import (
    FORMAT,
    AnalysisPlan,
    Phase,
    RemedyPlan,
    StudyDesign,
    Withdrawal,
)
from app.domain.display import DisplayPlan
from app.domain.questions.document import write_question


def design_to_mapping(design: StudyDesign) -> dict[str, Any]:
    """The design as plain values of format 2, readable again by `design_from_mapping`."""
    plain: dict[str, Any] = {
        "format": FORMAT,
        "title": design.title,
        "language": design.language,
        "arms": [_arm(plan) for plan in asdict(design)["arms"]],
        "stratify_by": design.stratify_by,
        "questions": [write_question(question) for question in design.questions],
        "phases": [_phase(phase) for phase in design.phases],
        "instructions": design.instructions,
        "consent": {"text": design.consent, "line": design.consent_line},
        "notice": design.notice,
        "replicates": asdict(design.replicates),
        "practice": asdict(design.practice),
        "allocation": asdict(design.allocation),
        "registration": {key: text for key, text in asdict(design.registration).items() if text},
        "analysis": _analysis(design.analysis),
        "break_every": design.break_every,
        "longest_run": design.longest_run,
        "rendition_size": design.rendition_size,
        "seed": design.seed,
    }
    if design.display != DisplayPlan():
        plain["display"] = asdict(design.display)
    if design.withdrawal != Withdrawal():
        plain["withdrawal"] = withdrawal_to_mapping(design.withdrawal)
    if design.remedies != RemedyPlan():
        plain["remedies"] = asdict(design.remedies)
    if design.excluded:
        plain["excluded"] = [asdict(one) for one in design.excluded]
    if design.matched_by:
        plain["matched_by"] = design.matched_by
    # Always: a stored design without it is of before there was a choice, and drew them.
    plain["memorised"] = design.memorised
    if design.own_score:
        # Left out where it is not, so that older designs keep their digest.
        plain["own_score"] = True
    if design.closes_on is not None:
        plain["closes_on"] = design.closes_on.isoformat()
    return plain


def withdrawal_to_mapping(withdrawal: Withdrawal) -> dict[str, str]:
    """The table of a document; without a day where none is named, as older designs have it."""
    plain: dict[str, str] = {"until": withdrawal.until, "answers": withdrawal.answers}
    if withdrawal.last_day is not None:
        plain["last_day"] = withdrawal.last_day.isoformat()
    return plain


def design_to_json(design: StudyDesign) -> str:
    """One text for one design: sorted keys, no spaces; this is what is hashed."""
    return json.dumps(
        design_to_mapping(design), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def digest(text: str) -> str:
    """SHA-256 of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _arm(plan: dict[str, Any]) -> dict[str, Any]:
    plain = {"arm": plan["arm"], "role": plan["role"]}
    if plan["images"]:
        return plain | {"images": list(plan["images"])}
    return plain | {"cases": [list(pair) for pair in plan["cases"]]}


def _analysis(plan: AnalysisPlan) -> dict[str, Any]:
    plain = asdict(plan)
    # Left out where there are none, so that older designs keep their digest.
    subgroups = plain.pop("subgroups")
    return plain | ({"subgroups": list(subgroups)} if subgroups else {})


def _phase(phase: Phase) -> dict[str, Any]:
    plain = {key: value for key, value in asdict(phase).items() if value not in ("", 0, ())}
    plain["presentation"]["exposures_ms"] = list(phase.presentation.exposures_ms)
    # An empty introduction is written, since there may be a default one.
    plain["introduction"] = phase.introduction
    plain["questions"] = list(phase.questions)
    plain["end_questions"] = list(phase.end_questions)
    return plain
