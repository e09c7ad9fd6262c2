"""What the server's log says: a line an event, and nothing that is a key, an answer or a name.

Never in it: a query string, a body, a cookie, the words of an error (they quote what was given) and
whatever in a path has the shape of a token.
"""

import json
import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any, Literal, get_args
from urllib.parse import unquote

LogFormat = Literal["text", "json"]
FORMATS = get_args(LogFormat)
MASK = "***"
MOST_FRAMES = 4

# Which request a line belongs to; the answer's X-Request-ID says it too.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What stands behind /r/ is a reader's key, however the address is written.
_LINK = re.compile(r"(/r/+)[^\s?#\"']+", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
# Words and dashes, such as a study's name in an address; a token is that once in a billion times.
_WORDS = re.compile(r"[a-z]+(-[a-z]+)*")
_APP = Path(__file__).parents[1]


def masked(text: str) -> str:
    """The text without readers' links, and without anything that could be a token."""
    # Decoded first: a percent sign would cut a token in two that are too short to be known.
    plain = _LINK.sub(rf"\1{MASK}", unquote(text))
    return _TOKEN.sub(_mask_unless_words, plain)


def _mask_unless_words(match: re.Match[str]) -> str:
    return match[0] if _WORDS.fullmatch(match[0]) else MASK


def where(error: BaseException) -> str:
    """The last places of the application that an error passed, on one line."""
    frames = [
        f"{Path(frame.filename).relative_to(_APP)}:{frame.lineno}"
        for frame in extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_APP)
    ]
    return "<".join(reversed(frames[-MOST_FRAMES:]))


def fields_of(error: BaseException) -> dict[str, Any]:
    """An error as a line tells it: its kind, its cause's kind and where it happened."""
    cause = getattr(error, "orig", None) or error.__cause__
    fields = {"error": type(error).__name__, "at": where(error)}
    if cause is not None:
        fields["cause"] = type(cause).__name__
        state = getattr(cause, "sqlstate", None) or getattr(
            getattr(cause, "orig", None), "sqlstate", None
        )
        if state:
            fields["sqlstate"] = state
    return fields


class MaskedPaths(logging.Filter):
    """For uvicorn's own access log, where somebody runs uvicorn without our commands."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask each text of the record; keep all records."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                masked(part.partition("?")[0]) if isinstance(part, str) and "/" in part else part
                for part in record.args
            )
        return True


class OneLine(logging.Formatter):
    """A record as one line of text or JSON; an error is told by kind and place, without a trace."""

    def __init__(self, kind: LogFormat = "text") -> None:
        super().__init__()
        self._kind = kind

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        fields: dict[str, Any] = dict(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            fields |= fields_of(record.exc_info[1])
        if request_id.get():
            fields["request"] = request_id.get()
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = " ".join(record.getMessage().split())
        head = {"time": moment, "level": record.levelname, "logger": record.name, "says": message}
        if self._kind == "json":
            return json.dumps({**head, **fields})
        told = "".join(f" {key}={_bare(value)}" for key, value in fields.items())
        return f"{moment} {record.levelname} {record.name}: {message}{told}"


def _bare(value: object) -> str:
    text = str(value)
    return json.dumps(text) if re.search(r"[\s\"]", text) or not text else text


def log_config(kind: LogFormat) -> Mapping[str, Any]:
    """Logging of a server's process: all to standard error, each record one line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "app.web.logs.OneLine", "kind": kind}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "negatoscope": {"level": "INFO"},
            "uvicorn": {"level": "INFO"},
            # Ours has the request's number and time, and masks paths.
            "uvicorn.access": {"level": "CRITICAL"},
        },
    }
