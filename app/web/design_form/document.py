"""From a form to the document that a TOML file would give; its own check does the rest."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.design.design import FORMAT
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import KindName
from app.web.design_form.boxes import (
    ANSWERS_OF,
    ARM,
    DEPENDENCE,
    PHASE,
    PHASE_CASES,
    PRESENTATION,
    QUESTION,
    TOP,
    VOCABULARY,
    Box,
)
from app.web.design_form.lines import entries_of, lines_of, named_of, options_of
from app.web.design_form.rows import row_count, row_values
from app.web.design_form.translations import boxes_of, without_empty

# Where one of these is empty the document leaves it out, so that its usual value holds.
_LEFT_OUT_EMPTY = ("key", "vocabulary")
CASES = "cases."


@dataclass(frozen=True)
class FormDocument:
    """The document, and the number of the form's row for each of its arms, in their order."""

    data: dict[str, Any]
    arm_rows: tuple[int, ...]


def document_of(form: Mapping[str, str]) -> FormDocument:
    """The form as plain values of format 2; what can't be read is handed on as it was typed."""
    data: dict[str, Any] = {"format": FORMAT}
    _fill(data, (box for group in TOP for box in group.boxes), form)
    keys = question_keys(form)
    data["questions"] = [
        _question(row_values(form, "questions", number))
        for number in range(1, row_count(form, "questions") + 1)
    ]
    data["phases"] = [
        _phase(row_values(form, "phases", number), keys)
        for number in range(1, row_count(form, "phases") + 1)
    ]
    arms = {
        number: arm
        for number in range(1, row_count(form, "arms") + 1)
        if (arm := _arm(row_values(form, "arms", number))) is not None
    }
    data["arms"] = list(arms.values())
    return FormDocument(data, tuple(arms))


def question_keys(form: Mapping[str, str]) -> list[str]:
    """The key of every question: its own, or that of what it is for."""
    return [
        form.get(f"questions[{number}].key", "").strip()
        or form.get(f"questions[{number}].measure", "")
        for number in range(1, row_count(form, "questions") + 1)
    ]


def kind_in(row: Mapping[str, str]) -> KindName:
    """How a row's question is asked; as its measure usually is where the row says nothing known."""
    measure = MEASURES.get(row.get("measure", ""))
    usual: KindName = "text" if measure is None else measure.kinds[0]
    return next((kind for kind in ANSWERS_OF if kind == row.get("kind")), usual)


def _question(row: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    kind = kind_in(row)
    boxes = [*QUESTION, *ANSWERS_OF[kind], *DEPENDENCE, *boxes_of(kind)]
    if kind == "choices":
        boxes.append(VOCABULARY)
    _fill(data, boxes, row)
    if not data.get("options") and data.get("vocabulary"):
        del data["options"]
    asked_if = data.get("asked_if", {})
    if not asked_if.get("question") and not asked_if.get("values"):
        data.pop("asked_if", None)
    translations = without_empty(data.pop("translations", {}))
    return data | ({"translations": translations} if translations else {})


def _phase(row: Mapping[str, str], keys: Sequence[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    _fill(data, (*PHASE, *PHASE_CASES, *PRESENTATION), row)
    for name, meant in (("questions", "case"), ("end_questions", "end")):
        chosen = [
            number
            for number in range(1, len(keys) + 1)
            if row.get(f"asked[{number}]") in (meant, "both")
        ]
        data[name] = [keys[number - 1] for number in _in_order(chosen, row.get(f"{name}.order"))]
    return data


def _in_order(chosen: Sequence[int], order: str | None) -> list[int]:
    """The numbers of questions as an earlier design had them; those it had not come last."""
    before = [int(one) for one in (order or "").split() if one.isascii() and one.isdigit()]
    kept = [number for number in before if number in chosen]
    return kept + [number for number in chosen if number not in kept]


def _arm(row: Mapping[str, str]) -> dict[str, Any] | None:
    """An arm of the document; None where nothing is asked of it."""
    data: dict[str, Any] = {"arm": row.get("arm", "")}
    _fill(data, ARM, row)
    cases = {
        name.removeprefix(CASES): _whole(text)
        for name, text in row.items()
        if name.startswith(CASES) and text.strip()
    }
    if not data.get("images"):
        if all(count == 0 for count in cases.values()):
            return None
        data.pop("images", None)
    elif all(count == 0 for count in cases.values()):
        return data
    strata = _ordered_strata(list(cases), row.get("order", ""))
    return data | {"cases": [[stratum, cases[stratum]] for stratum in strata]}


def _ordered_strata(strata: list[str], order: str) -> list[str]:
    try:
        before = json.loads(order) if order else []
    except (ValueError, RecursionError):
        before = []
    first = [one for one in before if one in strata] if isinstance(before, list) else []
    return first + [one for one in strata if one not in first]


def _fill(data: dict[str, Any], boxes: Iterable[Box], form: Mapping[str, str]) -> None:
    """Put what the boxes hold at their paths; a tick that was not sent is no."""
    for box in boxes:
        if box.name not in form and box.kind != "tick":
            continue
        value = _read(box, form.get(box.name, ""))
        if value == "" and box.name in _LEFT_OUT_EMPTY:
            continue
        table = data
        *outer, last = box.name.split(".")
        for key in outer:
            table = table.setdefault(key, {})
        table[last] = value


def _read(box: Box, text: str) -> Any:
    match box.kind:
        case "tick":
            return text == "yes"
        case "whole":
            return _whole(text)
        case "decimals":
            return [_decimal(line) for line in lines_of(text)]
        case "decimal":
            return _decimal(text)
        case "lines":
            return entries_of(text)
        case "options":
            return options_of(text)
        case "named":
            return named_of(text)
        case "numbers":
            return [_whole(part) for part in text.replace(",", " ").split()]
        case _:
            return text


def _whole(text: str) -> int | str:
    """A whole number, its sign included; what is none stays text, so that the check names it."""
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    digits = plain[1:] if plain[:1] in "+-" else plain
    is_whole = digits.isascii() and digits.isdigit() and len(digits) < 20
    return int(plain) if is_whole else plain


def _decimal(text: str) -> float | str:
    plain = text.strip()
    try:
        return float(plain.replace(",", ".", 1))
    except ValueError:
        return plain
