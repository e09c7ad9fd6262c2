"""PostgreSQL's plan of the statement that every rating asks stays good while ratings come."""

import pytest

from app.db.blind.presentations import asks_way
from app.db.engine import Database


@pytest.mark.parametrize("backend", ["postgresql"])
def test_no_plan_that_is_made_before_the_first_rating_reads_all_ratings_of_everybody(
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
    # The showings that were chosen are read by their key or at one go; nothing else is joined.
    assert len(joins) <= 1, "joined by how many ratings there were when the plan was made"
    assert not any("Anti" in line or "Semi" in line for line in plan)
    assert any("SubPlan" in line for line in plan)
