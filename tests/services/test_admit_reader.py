"""Nobody begins a study in which there is nothing to read."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.blind.designs import blinded_design_of
from app.db.tables import Reader
from app.domain.errors import Refused
from app.services.admit_reader import begin_reading
from tests.studies import NOW, House


def lay_out_nothing(session: Session, reader: Reader, now: object) -> None:
    """As where every case has been read often enough."""


def test_a_reader_without_cases_is_told_so_and_has_not_begun(house: House) -> None:
    slug = house.draft()
    house.invite(slug)
    with house.database.writing() as session:
        reader = session.scalars(select(Reader)).one()
        design = blinded_design_of(reader.study)
        with pytest.raises(Refused, match="no cases for you"):
            begin_reading(session, reader, design, lay_out_nothing, now=NOW)
        assert reader.began_at is None
