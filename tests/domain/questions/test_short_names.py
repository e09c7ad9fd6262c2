"""A question's own name is said in every language; what an investigator wrote stays."""

import pytest

from app.domain.questions.measures import MEASURES
from app.domain.questions.short_names import SHORT_NAMES, short_name
from app.words.language import language


def test_every_measure_has_a_short_name() -> None:
    assert set(SHORT_NAMES) == set(MEASURES)


@pytest.mark.parametrize(("tag", "said"), [("pt-BR", "veredito"), ("es", "veredicto")])
def test_it_is_said_in_the_language_of_the_page(tag: str, said: str) -> None:
    assert language(tag).say(short_name("verdict")) == said
    assert language(tag).say(short_name("verdict_of_mine")) == "verdict_of_mine"
