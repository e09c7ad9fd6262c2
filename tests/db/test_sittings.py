"""Where one sitting of a reader ends and the next begins."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.blind.readers import continue_sitting, start_session
from app.db.tables import Reader
from app.domain.sittings import LONGEST_PAUSE
from tests.studies import NOW, House


@pytest.mark.parametrize(
    ("pause", "number"),
    [
        (timedelta(0), 1),
        (LONGEST_PAUSE, 1),
        (LONGEST_PAUSE + timedelta(microseconds=1), 2),
        # A clock that was set back begins none.
        (timedelta(days=-1), 1),
    ],
)
def test_a_sitting_ends_after_the_longest_pause(
    house: House, pause: timedelta, number: int
) -> None:
    house.open_study_with_reader()
    with house.database.writing() as session:
        reader = session.scalars(select(Reader)).one()
        first = start_session(session, reader, NOW)
        sitting = continue_sitting(session, reader, NOW + pause)
        assert sitting.number == number
        assert sitting.is_new == (number == 2)
        assert (sitting.id == first.id) == (number == 1)
