"""Lists in a text area: one entry a line, with `|` between the parts of an option."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\|": "|"}
_ESCAPED = re.compile(r"\\[\\nr|]")


def text_of(entries: Sequence[str]) -> str:
    """Entries as lines; a line break within one becomes `\\n`."""
    return "\n".join(_escape(entry) for entry in entries)


def entries_of(text: str) -> list[str]:
    """The lines of a text area that hold something."""
    return [_unescape(line.strip()) for line in lines_of(text)]


def lines_of(text: str) -> list[str]:
    """Lines as typed, empty ones left out; only line feeds end a line."""
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def options_text(options: Sequence[Mapping[str, str]]) -> str:
    """Options as lines of value, label and, where there is one, key."""
    return "\n".join(
        " | ".join(
            _escape(part).replace("|", "\\|")
            for part in (option["value"], option["label"], *filter(None, [option.get("key")]))
        )
        for option in options
    )


def options_of(text: str) -> list[Any]:
    """Options of lines: a label alone, value and label, or value, label and key.

    A line with more parts is handed on whole as a table that the document's check refuses.
    """
    options: list[Any] = []
    for line in lines_of(text):
        parts = [_unescape(part.strip()) for part in _split(line)]
        if len(parts) == 1:
            options.append(parts[0])
        elif len(parts) > 3:
            options.append({"value": parts[0], "label": parts[1], "key": " | ".join(parts[2:])})
        else:
            named = dict(zip(("value", "label", "key"), parts, strict=False))
            # Left empty, a value is made of the label.
            options.append({name: part for name, part in named.items() if part or name == "label"})
    return options


def named_text(words: Mapping[str, str]) -> str:
    """Words by what they name, as lines of the two."""
    return options_text([{"value": name, "label": said} for name, said in words.items()])


def named_of(text: str) -> dict[str, str]:
    """Words by what they name; a name that is there twice is kept so that the check refuses it."""
    named: dict[str, str] = {}
    for line in lines_of(text):
        name, *words = (_unescape(part.strip()) for part in _split(line))
        said = " | ".join(words)
        named[f"{name} | {said}" if name in named else name] = said
    return named


def _split(line: str) -> list[str]:
    parts, part, place = [], "", 0
    while place < len(line):
        if line[place] == "\\" and place + 1 < len(line):
            part += line[place : place + 2]
            place += 2
            continue
        if line[place] == "|":
            parts.append(part)
            part = ""
        else:
            part += line[place]
        place += 1
    return [*parts, part]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES[match.group(0)], text)
