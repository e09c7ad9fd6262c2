"""The ratings as Parquet, where pyarrow is installed."""

import importlib
import importlib.util
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.services.export_study.columns import rating_columns
from app.services.export_study.csv_text import Rows

_WHOLE = (
    "replicate",
    "position",
    "session",
    "reading_time_ms",
    "hidden_time_ms",
    "superseded",
    "simulated",
)
_MOMENTS = ("shown_at", "submitted_at")
MISSING = "Parquet needs pyarrow, which is not installed; pip install 'negatoscope[parquet]'."


def parquet_is_available() -> bool:
    """Whether pyarrow can be imported."""
    return importlib.util.find_spec("pyarrow") is not None


def parquet_bytes(rows: Rows, questions: Sequence[Question]) -> bytes:
    """Columns of `rating_columns` with their types: whole numbers, UTC moments, text."""
    pa: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    names = [name for name, _ in rating_columns(questions)]
    kinds = {
        **dict.fromkeys(_WHOLE, pa.int64()),
        **{one.key: pa.int64() for one in questions if kind_of(one).stored_as == "whole"},
        **dict.fromkeys(_MOMENTS, pa.timestamp("ms", tz="UTC")),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
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
