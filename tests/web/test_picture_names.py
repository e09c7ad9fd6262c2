"""What pictures that are shown together are called, on the film and among the answers."""

import pytest

from app.domain.questions.kinds.kind import Picture
from app.domain.questions.registry import kind_of
from app.web.reading_context import picture_name
from tests.domain.documents import question


@pytest.mark.parametrize("in_turn", [True, False])
@pytest.mark.parametrize("count", range(2, 9))
def test_a_picture_has_one_name_on_the_film_and_among_the_answers(
    count: int, in_turn: bool
) -> None:
    asked = question(measure="find_the_real")
    answers = kind_of(asked).options(asked, Picture(count, 512, in_turn))
    names = [picture_name(slot, count, in_turn=in_turn) for slot in range(1, count + 1)]
    assert [option.label for option in answers] == names
    assert ("Left" in names) == (count == 2 and not in_turn)


def test_one_picture_needs_no_name() -> None:
    assert picture_name(1, 1) == ""
