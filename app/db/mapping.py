"""How rows are mapped: moments in UTC, fixed names of constraints, words as plain text."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from app.domain.access import Role
from app.domain.design.status import Status

ReaderKind = Literal["human", "simulated", "machine"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; it would be ambiguous."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite returns naive moments; they are UTC because nothing else was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class IsoDay(TypeDecorator[date]):
    """A day in UTC, kept as its ISO text: the same in every database and in files of rows."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """The day as 2027-01-31."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """The day that is kept."""
        return None if value is None else date.fromisoformat(value)


class Base(DeclarativeBase):
    """Mapped base with fixed constraint names, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # Words of a closed list are plain text with a check of their own, not the database's enums.
    type_annotation_map: ClassVar = {
        date: IsoDay(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        Status: String(6),
        ReaderKind: String(9),
        Role: String(12),
    }
