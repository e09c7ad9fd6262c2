"""SHA-256 of a text as an expression that both databases compute."""

import hashlib
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

NAME_IN_SQLITE = "negatoscope_sha256"


class Sha256(GenericFunction[str]):
    """The SHA-256 of a text's UTF-8, as 64 hexadecimal digits; nothing of nothing."""

    type = String()
    inherit_cache = True


@compiles(Sha256, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


@compiles(Sha256, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"{NAME_IN_SQLITE}({compiler.process(element.clauses, **options)})"


def add_to_sqlite(connection: Any) -> None:
    """Teach a connection of SQLite's what SQLite lacks."""
    connection.create_function(NAME_IN_SQLITE, 1, _sha256, deterministic=True)


def _sha256(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
