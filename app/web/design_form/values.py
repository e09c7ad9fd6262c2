"""From a design to the values of the form's boxes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.domain.design.design import StudyDesign
from app.domain.design.writing import design_to_mapping, withdrawal_to_mapping
from app.domain.questions.document import default_reference
from app.web.design_form.boxes import (
    ANSWERS,
    ARM,
    DEPENDENCE,
    PHASE,
    PHASE_CASES,
    PRESENTATION,
    QUESTION,
    TOP,
    Box,
)
from app.web.design_form.document import CASES
from app.web.design_form.lines import named_text, options_text, text_of
from app.web.design_form.translations import TRANSLATIONS


def values_of(design: StudyDesign) -> dict[str, str]:
    """A design of any format as the values of the form; `document_of` gives it back."""
    plain = design_to_mapping(design)
    # A document without this table has its defaults; the form has boxes for them all the same.
    plain["remedies"] = asdict(design.remedies)
    plain["memorised"] = design.memorised
    plain["withdrawal"] = withdrawal_to_mapping(design.withdrawal)
    values = dict(_written(plain, (box for group in TOP for box in group.boxes)))
    for number, question in enumerate(plain["questions"], start=1):
        values |= _in_row(f"questions[{number}]", question_values(question))
    keys = [question["key"] for question in plain["questions"]]
    for number, phase in enumerate(plain["phases"], start=1):
        values |= _in_row(f"phases[{number}]", phase_values(phase, keys))
    strata = list(design.strata)
    for number, arm in enumerate(plain["arms"], start=1):
        values |= _in_row(f"arms[{number}]", _arm_values(arm, strata))
    return values


def question_values(question: Mapping[str, Any]) -> dict[str, str]:
    """A question of a document as the boxes of its row."""
    boxes = [*QUESTION, *DEPENDENCE, *(box for box in ANSWERS if box.name in question)]
    given = question.get("translations", {})
    boxes += [box for box in TRANSLATIONS if box.name.split(".")[1] in given]
    usual = {"reference": default_reference(question["measure"])}
    return dict(_written({**usual, **question}, boxes))


def phase_values(phase: Mapping[str, Any], keys: Sequence[str]) -> dict[str, str]:
    """A phase of a document as the boxes of its row; `keys` are those of all questions."""
    values = dict(_written(phase, (*PHASE, *PHASE_CASES, *PRESENTATION)))
    for number, key in enumerate(keys, start=1):
        at_case, at_end = key in phase["questions"], key in phase["end_questions"]
        asked = "both" if at_case and at_end else "case" if at_case else "end" if at_end else ""
        values[f"asked[{number}]"] = asked
    for name in ("questions", "end_questions"):
        numbers = [keys.index(key) + 1 for key in phase[name] if key in keys]
        if numbers != sorted(set(numbers)):
            values[f"{name}.order"] = " ".join(map(str, numbers))
    return values


def _arm_values(arm: Mapping[str, Any], strata: Sequence[str]) -> dict[str, str]:
    cases = dict(arm.get("cases", ()))
    values = {"arm": arm["arm"], **dict(_written(arm, ARM))}
    values |= {f"{CASES}{stratum}": str(cases[stratum]) for stratum in strata if stratum in cases}
    if list(cases) != [stratum for stratum in strata if stratum in cases]:
        values["order"] = json.dumps(list(cases), ensure_ascii=False)
    return values


def _in_row(row: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((f"{row}.{name}", value) for name, value in values.items())


def _written(data: Mapping[str, Any], boxes: Iterable[Box]) -> Iterator[tuple[str, str]]:
    for box in boxes:
        value: Any = data
        for key in box.name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        yield box.name, _text(box, value)


def _text(box: Box, value: Any) -> str:
    if box.kind == "tick":
        return "yes" if value else ""
    if value is None:
        # A document leaves out what is empty or nought.
        return "0" if box.kind == "whole" else ""
    match box.kind:
        case "lines":
            return text_of(value)
        case "options":
            return options_text(value)
        case "named":
            return named_text(value)
        case "numbers":
            return ", ".join(map(str, value))
        case "decimals":
            return "\n".join(map(repr, value))
        case "decimal":
            return repr(value)
        case _:
            return str(value)
