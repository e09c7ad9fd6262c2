"""A short name that no study has yet."""

from app.steps.free_slug import free_slug
from tests.studies import House


def test_the_stem_itself_comes_first_then_numbers_from_two(house: House) -> None:
    names = []
    for _ in range(3):
        with house.database.reading() as session:
            names.append(free_slug(session, "trial-study"))
        house.draft(title="Trial study")
    assert names == ["trial-study", "trial-study-2", "trial-study-3"]
