"""The boxes of a question's words in other languages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.questions.house_words import first_part
from app.domain.questions.question import KindName
from app.domain.questions.translations import TRANSLATED
from app.domain.said import joined, said
from app.web.design_form.boxes import ANSWERS, ANSWERS_OF, QUESTION, Box, Group
from app.words.language import LANGUAGES

PATH = "translations."
IN_OTHER_LANGUAGES = Group(
    said("In other languages"),
    (),
    folded=True,
    hint=said(
        "For reports and codebooks; readers see the study's language alone. Where the question's "
        "own words are usual ones, one box is enough: the others are filled in."
    ),
)
_ANSWERS = ("labels", "options", "none_label", "tie_label")
_WORDS = tuple(box for box in (*QUESTION, *ANSWERS) if box.name in ("prompt", "hint", *_ANSWERS))


def _in(tag: str, box: Box) -> Box:
    is_named = box.name == "options"
    return replace(
        box,
        name=f"{PATH}{tag}.{box.name}",
        label=joined((box.label, LANGUAGES[tag][0]), ", "),
        hint=said("One a line: stored value | words.") if is_named else "",
        kind="named" if is_named else box.kind,
        usual="",
    )


TRANSLATIONS: tuple[Box, ...] = tuple(_in(tag, box) for tag in TRANSLATED for box in _WORDS)


def boxes_of(kind: KindName) -> tuple[Box, ...]:
    """Those that a question of a kind has, in every language."""
    own = {"prompt", "hint", *(box.name for box in ANSWERS_OF[kind])}
    return tuple(box for box in TRANSLATIONS if box.name.rpartition(".")[2] in own)


def boxes_shown(kind: KindName, row: Mapping[str, str], language: str) -> tuple[Box, ...]:
    """Those that the form of a study in `language` shows: its own only where they hold words.

    Words for what the question lacks can't be given, so an empty box for them is not shown.
    """
    return tuple(
        box
        for box in boxes_of(kind)
        if row.get(box.name, "").strip()
        or (first_part(_tag(box)) != first_part(language) and _has(row, box))
    )


def without_empty(given: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a document with what was written, and only those where something was."""
    written = {
        tag: {name: words for name, words in table.items() if words} for tag, table in given.items()
    }
    return {tag: table for tag, table in written.items() if table}


def _tag(box: Box) -> str:
    return box.name.split(".")[1]


def _has(row: Mapping[str, str], box: Box) -> bool:
    return box.name.endswith(".prompt") or bool(row.get(box.name.rpartition(".")[2], "").strip())
