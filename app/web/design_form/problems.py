"""Where on the form each problem of a design stands, in the words of the form."""

import re
from collections.abc import Collection, Mapping, Sequence

from app.domain.errors import Problem

_LAST = re.compile(r"(.*?)(?:\.[^.\[\]]+|\[\d+\])")
_ARM = re.compile(r"arms\[(\d+)\](.*)", re.DOTALL)
_LINE = re.compile(r"options\[(\d+)\](?:\.(value|label|key))?$")
# The check speaks as a file is written; here the same in the words beside the boxes.
_WORDS: tuple[tuple[str, str], ...] = (
    ("name at least one, as [[arms]] with arm and cases", "ask for cases of at least one arm"),
    (
        'belongs to cases = "same" or "part"; leave it out',
        "is for cases of an earlier phase; leave it empty",
    ),
    (
        'belongs to cases = "part" and says how many of them return',
        "is for some cases of an earlier phase and says how many return; otherwise it is 0",
    ),
    ('use cases = "same"', "choose the same cases as in that phase"),
    ('belongs to scheme = "quota"', "is for so many cases a reader; otherwise it is 0"),
    ('a longer one is kind = "slider"', "a longer one is asked with a slider"),
    ('it needs "one_real"', "one of the pictures must be real"),
    (
        "quota deals out single pictures; use crossed for sets",
        "this deals out single pictures; let every reader read every set",
    ),
    ("side_by_side", "side by side"),
    ("one_after_other", "one after the other"),
    ("single does not show", "one picture does not show"),
    (
        "together with a vocabulary; choose one",
        "together with a list of words; empty one of the two",
    ),
    (", not ''", ""),
    ("; not ''", ""),
)


def placed(
    problems: Sequence[Problem], names: Collection[str], arm_rows: Sequence[int]
) -> dict[str, list[str]]:
    """The reasons, as sentences, by the name of the box or part of the form where they stand.

    A problem of something that has no box of its own stands at the nearest part that has one;
    `arm_rows` has the form's row of each arm of the document. What fits nowhere stands at "".
    """
    at: dict[str, list[str]] = {}
    for problem in problems:
        name = _on_the_form(problem.field, arm_rows)
        at.setdefault(_nearest(name, names), []).append(_sentence(problem, names))
    return at


def _on_the_form(field: str, arm_rows: Sequence[int]) -> str:
    name = field.replace(".end_questions", ".questions")
    match = _ARM.fullmatch(name)
    if match is None:
        return name
    place = int(match[1])
    return f"arms[{arm_rows[place - 1]}]{match[2]}" if place <= len(arm_rows) else "arms"


def _nearest(name: str, names: Collection[str]) -> str:
    while name and name not in names:
        inner = next((one for one in names if one.startswith(f"{name}.")), None)
        if inner is not None:
            return inner
        match = _LAST.fullmatch(name)
        name = "" if match is None else match[1]
    return name


def _sentence(problem: Problem, names: Collection[str]) -> str:
    reason = problem.reason
    for written, meant in _WORDS:
        reason = reason.replace(written, meant)
    line = _LINE.search(problem.field)
    lead = ""
    if line and problem.field not in names:
        lead = f"line {line[1]}{f', {line[2]}' if line[2] else ''}: "
    sentence = f"{lead}{reason}"
    return f"{sentence[:1].upper()}{sentence[1:]}."


def count_of(problems: Mapping[str, Sequence[str]]) -> int:
    """How many there are."""
    return sum(map(len, problems.values()))
