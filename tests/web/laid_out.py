"""Orders laid out by hand, so that a test of the journey says itself what is shown when."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from app.db.tables import Case, Presentation, Reader, ShownCase
from app.domain.blinding import opaque_token
from tests.studies import House


@dataclass(frozen=True)
class Part:
    """The presentations of one phase: so many, each of `pictures`; then perhaps its end."""

    phase: int
    presentations: int
    pictures: int = 1
    exposure_ms: int | None = None
    has_end: bool = False


def lay_out(house: House, parts: Sequence[Part]) -> None:
    """Give every reader these parts instead of what opening laid out; cases by their codes."""
    with house.database.writing() as session:
        session.execute(delete(ShownCase))
        session.execute(delete(Presentation))
        for reader in session.scalars(select(Reader)):
            cases = session.scalars(
                select(Case.id)
                .where(Case.study_id == reader.study_id, Case.is_practice.is_(False))
                .order_by(Case.code)
            ).all()
            for part in parts:
                rows = [
                    Presentation(
                        reader_id=reader.id,
                        token=opaque_token(),
                        phase=part.phase,
                        position=position,
                        is_phase_end=position > part.presentations,
                        exposure_ms=part.exposure_ms if position <= part.presentations else None,
                    )
                    for position in range(1, part.presentations + 1 + part.has_end)
                ]
                session.add_all(rows)
                session.flush()
                session.add_all(
                    ShownCase(
                        presentation_id=row.id,
                        slot=slot,
                        case_id=cases[(row.position - 1) * part.pictures + slot - 1],
                    )
                    for row in rows[: part.presentations]
                    for slot in range(1, part.pictures + 1)
                )
