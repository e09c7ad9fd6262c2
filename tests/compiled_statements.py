"""Statements compiled once for all databases of a process: tests make a new one each."""

from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from app.db import engine as app_engine

_compiled: dict[str, LRUCache[Any, Any]] = {}


def statements_are_compiled_once(patch: pytest.MonkeyPatch) -> None:
    """Let the app's engines share what SQLAlchemy has compiled for one kind of database.

    It is kept by the dialect, of which each engine has one of its own; they are alike, since the
    app makes all its engines of one kind with the same options.
    """
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(dialect, "__eq__", _is_alike)
        patch.setattr(dialect, "__hash__", _hash_of_kind)
    patch.setattr(app_engine, "create_engine", _sharing_engine)


def _is_alike(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hash_of_kind(one: Dialect) -> int:
    return hash(type(one))


def _sharing_engine(url: str, **options: Any) -> Engine:
    made = create_engine(url, **options)
    made._compiled_cache = _compiled.setdefault(made.dialect.name, LRUCache(5000))
    return made
