"""The ratings as Parquet, where pyarrow is installed."""

import importlib
import importlib.util
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.said import said
from app.services.export_study.csv_text import Rows
from app.services.export_study.viewing_columns import ColumnType

MISSING = said("Parquet needs pyarrow, which is not installed; pip install 'negatoscope[parquet]'.")


def parquet_is_available() -> bool:
    """Whether pyarrow can be imported."""
    return importlib.util.find_spec("pyarrow") is not None


def parquet_bytes(rows: Rows, types: Mapping[str, ColumnType]) -> bytes:
    """Columns with their types: whole and decimal numbers, UTC moments, text."""
    pa: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    names = list(types)
    kinds = {
        "whole": pa.int64(),
        "decimal": pa.float64(),
        "moment": pa.timestamp("ms", tz="UTC"),
        "text": pa.string(),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in types.items()])
    columns: list[list[object]] = [[] for _ in names]
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(_milliseconds(value) if isinstance(value, datetime) else value)
    table = pa.table(dict(zip(names, columns, strict=True)), schema=schema)
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
