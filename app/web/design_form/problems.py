"""Where on the form each problem of a design stands, in the words of the form."""

import re
from collections.abc import Collection, Mapping, Sequence

from app.domain.errors import Problem
from app.domain.said import Said, cased, joined, said, to_say

_LAST = re.compile(r"(.*?)(?:\.[^.\[\]]+|\[\d+\])")
_ARM = re.compile(r"arms\[(\d+)\](.*)", re.DOTALL)
_LINE = re.compile(r"options\[(\d+)\](?:\.(value|label|key))?$")
# The check speaks as a file is written; here the same in the words beside the boxes.
_WORDS: Mapping[str, str] = {
    "name at least one, as [[arms]] with arm and cases": to_say(
        "ask for cases of at least one arm"
    ),
    'belongs to cases = "same" or "part"; leave it out': to_say(
        "is for cases of an earlier phase; leave it empty"
    ),
    'belongs to cases = "part" and says how many of them return': to_say(
        "is for some cases of an earlier phase and says how many return; otherwise it is 0"
    ),
    'is {part_count} of {case_count}; use cases = "same"': to_say(
        "is {part_count} of {case_count}; choose the same cases as in that phase"
    ),
    "are picked by hand and {phases} phases ask for new cases; "
    'let the later ones show the same cases (cases = "same")': to_say(
        "are picked by hand and {phases} phases ask for new cases; "
        "let the later ones show the same cases"
    ),
    'belongs to scheme = "quota"': to_say("is for so many cases a reader; otherwise it is 0"),
    "makes {points} points; a scale has 2 to {most_points}, "
    'a longer one is kind = "slider"': to_say(
        "makes {points} points; a scale has 2 to {most_points}, a longer one is asked with a slider"
    ),
    '{key} asks for the real picture; it needs "one_real"': to_say(
        "{key} asks for the real picture; one of the pictures must be real"
    ),
    "quota deals out single pictures; use crossed for sets": to_say(
        "this deals out single pictures; let every reader read every set"
    ),
    "can't be given together with a vocabulary; choose one": to_say(
        "can't be given together with a list of words; empty one of the two"
    ),
}

# What says at its end what was given, as it says it where nothing was.
_OF_NOTHING: Mapping[str, str] = {
    template: template
    for template in (
        to_say("a stratum has at most {longest_stratum} characters"),
        to_say("must be 1 to {case_count}, the cases of the study"),
        to_say("must be a day such as 2027-01-31"),
        to_say("must be a letter that the page does not use itself"),
        to_say("must be a list of answers"),
        to_say("must be a list of numbers from 0 to 1"),
        to_say("must be a list of texts"),
        to_say("must be a tag such as en or pt-BR"),
        to_say("must be a whole number from {least} to {most}"),
        to_say("must be a-z, 0-9 and _, a letter first, at most 40"),
        to_say("must be above low ({low})"),
        to_say("must be one of {names}"),
        to_say("must be one of {names} for this measure"),
        to_say("must be text"),
        to_say("must be true or false"),
        to_say("must have 2 texts (the ends) or {points} (every point)"),
        to_say("must have 2 texts, one for each end"),
        to_say("must list 2 to {most} answers"),
        to_say("must name an earlier phase whose cases return"),
        to_say("names an image by the SHA-256 of its file"),
        to_say("names images by the SHA-256 of their files"),
    )
}
_LAYOUTS: Mapping[str, str] = {
    "single": said("one picture"),
    "side_by_side": said("side by side"),
    "one_after_other": said("one after the other"),
}
_GIVEN = re.compile(r"[,;] not \{\w+(?:!r)?\}$")


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
    sentence = _in_words_of_the_form(problem.reason)
    line = _LINE.search(problem.field)
    if line and problem.field not in names:
        place = {"line": line[1], "part": line[2], "sentence": sentence}
        sentence = (
            said("line {line}, {part}: {sentence}", **place)
            if line[2]
            else said("line {line}: {sentence}", **place)
        )
    return joined((cased(sentence, "upper_first"), "."), "")


def _in_words_of_the_form(reason: str) -> str:
    """The reason as the form says it, by its template, so that it can still be translated."""
    if not isinstance(reason, Said):
        return _WORDS.get(reason, reason)
    fields = dict(reason.fields)
    if "layout" in fields:
        fields["layout"] = _LAYOUTS.get(fields["layout"], fields["layout"])
    template = reason.template
    if reason.endswith("not ''"):
        template = _GIVEN.sub("", template)
    meant = _WORDS.get(template) or _OF_NOTHING.get(template)
    return Said(str(meant or reason.template), reason.plural, fields)
