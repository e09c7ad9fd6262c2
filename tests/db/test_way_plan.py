"""What is asked for a reader's way: the right rows, by plans that stay good while ratings come."""

import random

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.blind.presentations import PresentationRow, asks_way, way_of
from app.db.engine import Database
from app.db.tables import Presentation, Rating, Reader, ReadingSession
from app.domain.blinding import opaque_token
from tests.studies import NOW, House
from tests.web.laid_out import Part, lay_out


@pytest.mark.parametrize("backend", ["postgresql"])
def test_no_plan_that_is_made_before_the_first_rating_reads_all_ratings(
    database: Database,
) -> None:
    statement, values = asks_way(1)
    way = statement.on(database.engine.dialect)
    given = ", ".join(map(str, way.values(values)))
    with database.engine.connect() as connection:
        # The one that a connection keeps, made while there are few ratings or none.
        connection.exec_driver_sql("SET plan_cache_mode TO force_generic_plan")
        connection.exec_driver_sql(f"PREPARE way AS {way.sql}")
        plan = connection.exec_driver_sql(f"EXPLAIN EXECUTE way({given})").scalars().all()
        connection.invalidate()

    joins = [line for line in plan if " Join " in line and "Nested" not in line]
    assert not joins, "joined by how many ratings there were when the plan was made"
    scans = [line for line in plan if "Seq Scan" in line]
    assert not scans, "read from end to end, whoever's rows they are"
    assert any("ix_ratings_session_id_id" in line for line in plan)


def test_the_way_is_the_same_wherever_a_reader_stands(house: House) -> None:
    """Through practice and phases, over several sittings, beside a reader who has read more."""
    house.open_study_with_reader()
    lay_out(house, (Part(1, 5, has_end=True), Part(2, 4)))
    with house.database.writing() as session:
        reader = session.scalars(select(Reader)).one()
        session.add_all(
            Presentation(
                reader_id=reader.id,
                token=opaque_token(),
                phase=phase,
                is_practice=True,
                position=position,
            )
            for phase, position in ((1, 1), (1, 2), (2, 1))
        )
        session.flush()
        rows = sorted(
            session.scalars(select(Presentation).where(Presentation.reader_id == reader.id)),
            key=lambda row: (row.phase, not row.is_practice, row.position),
        )
        assert len({(row.phase, row.is_practice) for row in rows}) == 4
        chance = random.Random(7)
        sitting = 0
        for rated in range(len(rows) + 1):
            way = way_of(session, reader)
            told = [way.current, way.following, way.after]
            expected = [*(row.id for row in rows[rated : rated + 3]), None, None, None][:3]
            assert [_number(row) for row in told] == expected, rated
            assert _number(way.last) == (rows[rated - 1].id if rated else None)
            if rated == len(rows):
                break
            if not sitting or chance.random() < 0.3:
                sitting += 1
                session.add(
                    ReadingSession(
                        reader_id=reader.id, number=sitting, started_at=NOW, last_active_at=NOW
                    )
                )
                session.flush()
            number = session.scalars(
                select(ReadingSession.id).where(ReadingSession.number == sitting)
            ).one()
            corrections = chance.randint(0, 2)
            for version in range(1 + corrections):
                _rate(session, rows[rated], number, version)


def test_what_was_left_out_is_not_forgotten(house: House) -> None:
    """Nobody can leave a case out; were one left out all the same, it would still be shown."""
    house.open_study_with_reader()
    lay_out(house, (Part(1, 6),))
    with house.database.writing() as session:
        reader = session.scalars(select(Reader)).one()
        session.add(
            ReadingSession(reader_id=reader.id, number=1, started_at=NOW, last_active_at=NOW)
        )
        session.flush()
        number = session.scalars(select(ReadingSession.id)).one()
        rows = session.scalars(select(Presentation).order_by(Presentation.position)).all()
        for row in rows:
            if row.position != 2:
                _rate(session, row, number, 0)
        way = way_of(session, reader)
        assert way.current is not None
        assert way.current.position == 2


def _rate(session: Session, row: Presentation, sitting: int, version: int) -> None:
    values = {
        "presentation_id": row.id,
        "session_id": sitting,
        "submission": f"{version}.x",
        "is_first": None if version else True,
        "submitted_at": NOW,
    }
    session.execute(insert(Rating), [values])


def _number(row: PresentationRow | None) -> int | None:
    return None if row is None else row.id
