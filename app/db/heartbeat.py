"""Whether the database answers and can be written, asked without the pool that requests use."""

import logging

from sqlalchemy import NullPool, update
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database
from app.db.tables import Heartbeat
from app.domain.errors import DatabaseUnavailable

logger = logging.getLogger("negatoscope")

# An answer that takes longer is none to whoever watches the server.
PATIENCE_SECONDS = 0.8


class HeartbeatProbe:
    """Writes one number, durably, over a connection of its own each time.

    A question that is only read would be answered from memory while the disk is full.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url, patience=PATIENCE_SECONDS, pool=NullPool)

    def __call__(self) -> bool:
        """Whether the number was written; False without the schema too."""
        try:
            with self._database.writing() as session:
                beaten = session.scalars(
                    update(Heartbeat)
                    .where(Heartbeat.id == 1)
                    .values(beats=Heartbeat.beats + 1)
                    .returning(Heartbeat.id)
                ).all()
        except (SQLAlchemyError, DatabaseUnavailable) as error:
            reason = getattr(error, "reason", type(error).__name__)
            logger.warning("the database can't be written", extra={"fields": {"reason": reason}})
            return False
        return bool(beaten)
