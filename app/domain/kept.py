"""Sentences that are kept for years: what they said, and beside it what they were made of.

The record keeps a sentence in English, which anybody can read in it. Beside it stand the template
and the fields of app.domain.said, so that a page can say it in the language of whoever looks. A
record may come from elsewhere: its parts are believed only where they are harmless and say, in
English, exactly the sentence that they stand beside.
"""

import re
import string
from collections.abc import Iterable, Sequence
from typing import Any

from app.domain.said import CASES, Numeral, Said

# Formats that house sentences use; a width could make a text as long as a server has memory for.
_FORMAT = re.compile(rf"|{'|'.join(CASES)}|,|,?\.\d{{1,2}}[fg%]|[gd]")
_DEEPEST = 8
_MOST_FIELDS = 64


class _NotKept(Exception):
    """What parts can't hold, or what isn't to be believed."""


def kept(sentences: Iterable[str]) -> list[Any]:
    """Of each sentence its parts as plain values of JSON; None where nothing made it of parts."""
    return [_kept(one) for one in sentences]


def told_again(sentences: Sequence[str], parts: object) -> tuple[str, ...]:
    """The sentences with their parts where these can be believed, else as they were stored."""
    known = parts if isinstance(parts, list) and len(parts) == len(sentences) else []
    return tuple(
        _told_again(str(one), known[at] if known else None) for at, one in enumerate(sentences)
    )


def _kept(sentence: str) -> Any:
    try:
        return _parts(sentence) if isinstance(sentence, Said) else None
    except _NotKept:
        return None


def _parts(value: object) -> Any:
    if isinstance(value, Said):
        made: dict[str, Any] = {"says": value.template}
        if value.plural:
            made["many"] = value.plural
        return made | {"fields": {name: _parts(one) for name, one in value.fields.items()}}
    if isinstance(value, Numeral):
        return {"number": str(value)}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return value
    raise _NotKept(type(value).__name__)


def _told_again(stored: str, parts: Any) -> str:
    try:
        sentence = _made(parts, 0)
    except (_NotKept, ValueError, KeyError, IndexError, TypeError):
        return stored
    return sentence if isinstance(sentence, Said) and str(sentence) == stored else stored


def _made(parts: Any, depth: int) -> object:
    if isinstance(parts, str | int | float):
        return parts
    if not isinstance(parts, dict) or depth > _DEEPEST:
        raise _NotKept(type(parts).__name__)
    if isinstance(parts.get("number"), str):
        return Numeral(parts["number"])
    template, plural = parts.get("says"), parts.get("many", "")
    fields = parts.get("fields")
    if not (isinstance(template, str) and isinstance(plural, str) and isinstance(fields, dict)):
        raise _NotKept("no sentence")
    if len(fields) > _MOST_FIELDS:
        raise _NotKept("too many fields")
    for text in (template, plural):
        _ensure_harmless(text, fields)
    return Said(template, plural, {name: _made(one, depth + 1) for name, one in fields.items()})


def _ensure_harmless(template: str, fields: dict[str, Any]) -> None:
    """Raise _NotKept where a field is no name of its own or has a format we don't use."""
    for _, name, form, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if name not in fields or not name.isidentifier() or not _FORMAT.fullmatch(form or ""):
            raise _NotKept(name)
        if conversion not in (None, "r"):
            raise _NotKept(conversion)
