"""Format 1: four fixed questions, two conditions, one phase; read as it was written."""

from collections.abc import Mapping
from typing import Any

from app.domain.design.design import FORMAT, MOST_CASES
from app.domain.document import Problems, Table
from app.domain.questions.measures import CONFIDENCE_LABELS, REALISM_LABELS
from app.domain.said import said

_ENDS = [REALISM_LABELS[0], REALISM_LABELS[-1]]
REALISM: Mapping[str, Mapping[str, Any]] = {
    "1-5": {"kind": "scale", "low": 1, "high": 5, "labels": list(REALISM_LABELS)},
    "1-7": {"kind": "scale", "low": 1, "high": 7, "labels": _ENDS},
    "0-100": {"kind": "slider", "low": 0, "high": 100, "labels": _ENDS},
}


def format_2_of(data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """A document of format 1 as one of format 2 that means the same."""
    top = Table("", data, problems)
    top.take("format")
    questions = _questions(top)
    arms = [_arm(row) for row in top.tables("arms")]
    margin = top.number("equivalence_margin", 0.10, 0.0, 0.5)
    consent = {"text": top.text("consent", longest=20_000)} if top.has("consent") else {}
    rest = {key: top.take(key) for key in top.unread()}
    _refuse_later_keys(rest, problems)
    return {
        **rest,
        "format": FORMAT,
        "questions": questions,
        "arms": arms,
        "analysis": {"margin": margin},
        "consent": consent,
    }


# What format 1 has besides questions, arms, margin and consent.
_KNOWN = (
    "title",
    "instructions",
    "notice",
    "replicates",
    "practice",
    "break_every",
    "longest_run",
    "rendition_size",
    "seed",
)


def _refuse_later_keys(rest: Mapping[str, Any], problems: Problems) -> None:
    for key in rest:
        if key not in _KNOWN:
            problems.add(
                key, said("is not an option of a study design of format 1; write format = 2")
            )


def _arm(row: Table) -> dict[str, Any]:
    arm = {
        "arm": row.text("arm", longest=64, required=True),
        "cases": {
            condition: row.whole(condition, 0, 0, MOST_CASES)
            for condition in ("normal", "abnormal")
        },
    }
    row.refuse_the_rest("an arm of a design of format 1")
    return arm


def _questions(top: Table) -> list[dict[str, Any]]:
    table = top.table("questions")
    realism = table.word("realism", "1-5", (*REALISM, "off"))
    verdict = table.flag("verdict", True)
    confidence = table.flag("confidence", True)
    comment = table.flag("comment", True)
    table.refuse_the_rest("the questions of a design of format 1")
    if realism == "off" and not verdict:
        top.wrong("questions", said("ask at least for realism or for a verdict"))
    if confidence and not verdict:
        table.wrong("confidence", said("is confidence in the verdict; ask for both"))
    asked: list[dict[str, Any]] = []
    if realism != "off":
        asked.append({"measure": "realism", **REALISM[realism]})
    if verdict:
        asked.append({"measure": "verdict"})
    if confidence and verdict:
        asked.append(
            {
                "measure": "confidence",
                "of": "verdict",
                "low": 1,
                "high": 5,
                "labels": list(CONFIDENCE_LABELS),
            }
        )
    if comment:
        asked.append({"measure": "comment"})
    return asked
