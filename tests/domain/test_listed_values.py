"""Several values in one cell come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.listed_values import listed, values_of


@given(some.lists(some.text(alphabet="aP1;\\\\ \n:", max_size=5), min_size=2, max_size=6))
def test_values_come_back(values: list[str]) -> None:
    assert values_of(listed(values), len(values)) == values


@pytest.mark.parametrize(("cell", "count"), [("a;b", 3), ("a;b;c", 2), ("a\\\\", 2)])
def test_another_number_of_values_is_refused(cell: str, count: int) -> None:
    with pytest.raises(ValueError, match="values"):
        values_of(cell, count)
