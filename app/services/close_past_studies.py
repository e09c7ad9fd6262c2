"""Closing by itself: a study whose last day is over is closed by whoever looks first."""

from datetime import datetime

from app.db.blind.closing import close_by_date, studies_past_closing
from app.db.engine import Database


def close_past_studies(database: Database, *, now: datetime) -> None:
    """Close every open study whose closing date has passed, each in a transaction of its own."""
    with database.reading() as session:
        due = studies_past_closing(session, now)
    for study_id in due:
        with database.writing() as session:
            close_by_date(session, study_id, now)
