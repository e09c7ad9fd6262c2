"""JSON from files we did not write, reduced to what every database can keep."""

import json
from typing import Any

from app.domain.said import said


def parse_json(raw: bytes) -> Any:
    """Parse UTF-8 JSON; raises ValueError whose text continues a sentence ("line 3 ...").

    Refused beyond what is no JSON: NaN and infinities (also as 1e999), and the characters that
    PostgreSQL can't store, NUL and halves of surrogate pairs.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(said("is not UTF-8 text")) from None
    try:
        value = json.loads(text)
        plain = json.dumps(value, ensure_ascii=False, allow_nan=False)
        plain.encode("utf-8")
    except json.JSONDecodeError as error:
        raise ValueError(
            said("is not JSON ({why} at character {place})", why=error.msg, place=error.pos + 1)
        ) from None
    except RecursionError:
        raise ValueError(said("is nested too deeply")) from None
    except UnicodeEncodeError:
        raise ValueError(said("has half of a surrogate pair, which is no character")) from None
    except ValueError:
        raise ValueError(said("has a number that is not finite or too long")) from None
    if "\\u0000" in plain and _has_nul(value):
        raise ValueError(said("has a NUL character"))
    return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_has_nul(item) for item in value)
