"""What a reader said: one value a question, and nothing for what was not asked or left open."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Mark:
    """A point, or a box with width and height, in pixels of the rendition from its top left.

    `picture` is the 1-based place of the picture it is on.
    """

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    picture: int = 1


# A scale, slider or side gives a number, a choice or text a text, choices and marks a tuple.
Value = int | str | tuple[str, ...] | tuple[Mark, ...]
Answers = Mapping[str, Value]


def value_to_json(value: Value) -> str:
    """One text for one value: what is stored, hashed and sent to machine readers."""
    plain: Any = value
    if isinstance(value, tuple):
        plain = [asdict(one) if isinstance(one, Mark) else one for one in value]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def value_from_json(text: str) -> Value:
    """A stored value, as `value_to_json` wrote it."""
    plain = json.loads(text)
    if isinstance(plain, list):
        if plain and all(isinstance(one, dict) for one in plain):
            return tuple(Mark(**one) for one in plain)
        if all(isinstance(one, str) for one in plain):
            return tuple(plain)
    elif isinstance(plain, int | str) and not isinstance(plain, bool):
        return plain
    raise ValueError(f"not a stored answer: {text[:80]}")
