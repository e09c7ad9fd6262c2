"""Text in one order on every database.

PostgreSQL sorts text as the language of its database does, SQLite by code points. What hangs on an
order (the arms of a design, and with them its digest and its draw) must be the same on both.
"""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class by_code_point(FunctionElement[str]):  # noqa: N801 - it is called like a function of SQL
    """A column of text to order by, whatever the database's own order is."""

    inherit_cache = True
    name = "by_code_point"
    type = Text()


@compiles(by_code_point)
def _plain(element: by_code_point, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(by_code_point, "postgresql")
def _of_postgresql(element: by_code_point, compiler: SQLCompiler, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'
