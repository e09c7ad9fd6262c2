"""Adding, removing and moving rows of a form without saving it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.domain.design import texts
from app.domain.design.design import MOST_PHASES, Phase
from app.domain.questions.document import MOST_QUESTIONS
from app.domain.questions.measures import MEASURES
from app.web.design_form.document import question_keys
from app.web.design_form.renewal import free_key, language_in, usual_question
from app.web.design_form.rows import LISTS, asked_of, row_count, split_row
from app.web.design_form.values import phase_values

MOST = {"questions": MOST_QUESTIONS, "phases": MOST_PHASES}
_MOVE = re.compile(r"((?:questions|phases)\[[1-9]\d{0,2}\]) (up|down)")


@dataclass(frozen=True)
class Changed:
    """The form's values with its rows changed, and the row that was added or moved."""

    values: dict[str, str]
    row: str


def change_rows(form: Mapping[str, str]) -> Changed | None:
    """What the button `add`, `remove` or `move` asks for; None where none of them was pressed.

    A row that is not there, or one too many, changes nothing.
    """
    if "add" in form:
        return _add(form, form["add"])
    if "remove" in form:
        row = split_row(form["remove"])
        if row is None or row[0] not in LISTS:
            return Changed(dict(form), "")
        name, number, _ = row
        old = [one for one in range(1, row_count(form, name) + 1) if one != number]
        return Changed(_renumbered(form, name, old), "")
    if "move" in form:
        return _move(form, form["move"])
    return None


def _add(form: Mapping[str, str], name: str) -> Changed:
    count = row_count(form, name) if name in LISTS else 0
    if name not in LISTS or count >= MOST[name]:
        return Changed(dict(form), "")
    row = f"{name}[{count + 1}]"
    new = _new_question(form) if name == "questions" else _new_phase(form)
    values = dict(form) | {f"{row}.{key}": value for key, value in new.items()}
    phases = row_count(form, "phases")
    if name == "questions" and phases:
        at_end = MEASURES[new["measure"]].places[0] == "phase_end"
        values[f"phases[{phases}].asked[{count + 1}]"] = "end" if at_end else "case"
    return Changed(values, row)


def _new_question(form: Mapping[str, str]) -> dict[str, str]:
    asked = {value for name, value in form.items() if name.endswith(".measure")}
    measure = next((one for one in MEASURES if one not in asked), "comment")
    return usual_question(measure, language=language_in(form)) | {
        "key": free_key(measure, question_keys(form))
    }


def _new_phase(form: Mapping[str, str]) -> dict[str, str]:
    count = row_count(form, "phases")
    keys = [form.get(f"phases[{number}].key", "") for number in range(1, count + 1)]
    last = f"phases[{count}]"
    was_blinded = form.get(f"{last}.purpose_blinded") == "yes"
    phase = Phase(
        key=next(key for n in range(count + 1, 1000) if (key := f"phase{n}") not in keys),
        introduction=texts.in_language(texts.DISCLOSURE, language_in(form)) if was_blinded else "",
    )
    asked = {
        name.removeprefix(f"{last}."): value
        for name, value in form.items()
        if name.startswith(f"{last}.asked[")
    }
    return phase_values(asdict(phase), ()) | asked


def _move(form: Mapping[str, str], asked: str) -> Changed:
    match = _MOVE.fullmatch(asked)
    row = None if match is None else split_row(match[1])
    if match is None or row is None:
        return Changed(dict(form), "")
    name, number, _ = row
    other = number - 1 if match[2] == "up" else number + 1
    count = row_count(form, name)
    if not (1 <= number <= count and 1 <= other <= count):
        return Changed(dict(form), "")
    old = list(range(1, count + 1))
    old[number - 1], old[other - 1] = other, number
    return Changed(_renumbered(form, name, old), f"{name}[{other}]")


def _renumbered(form: Mapping[str, str], name: str, old: Sequence[int]) -> dict[str, str]:
    """The form with the rows of a list in the order of their `old` numbers; others are gone."""
    new = {before: number for number, before in enumerate(old, start=1)}
    values: dict[str, str] = {}
    for key, value in form.items():
        row, asked = split_row(key), asked_of(key)
        if row is not None and row[0] == name:
            if row[1] in new:
                values[f"{name}[{new[row[1]]}].{row[2]}"] = value
        elif asked is not None and name == "questions":
            if asked[1] in new:
                values[f"{asked[0]}[{new[asked[1]]}]"] = value
        elif name == "questions" and key.endswith("questions.order"):
            numbers = [int(one) for one in value.split() if one.isascii() and one.isdigit()]
            values[key] = " ".join(str(new[one]) for one in numbers if one in new)
        else:
            values[key] = value
    return values
