"""Free text is kept as it was typed."""

from typing import Any

import pytest

from app.domain.questions.kinds.kind import WrongAnswer
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import answer, answer_of_form


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" left base \n", "left base"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\x00b\x07c\x85d", "abcd"),
        ("half\ud83d", "half"),
        # Wide and narrow blanks part words; joiners are letters of Persian and of emoji.
        ("10\u00a0mm\u3000右", "10\u00a0mm\u3000右"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d⚕️", "👩\u200d⚕️"),
        ("=1+1", "=1+1"),
    ],
)
def test_what_was_typed_is_kept(typed: str, kept: str) -> None:
    assert answer_of_form(question(measure="comment"), comment=typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "\x00", "\r\n", "\ud800"])
def test_nothing_typed_is_no_answer(typed: str) -> None:
    assert answer_of_form(question(measure="comment"), comment=typed) is None


@pytest.mark.parametrize("raw", [7, None, ["text"], {"text": 1}, "", "\x00", True])
def test_only_text_is_text(raw: Any) -> None:
    with pytest.raises(WrongAnswer):
        answer(question(measure="comment"), raw)


def test_it_is_never_cut() -> None:
    with pytest.raises(WrongAnswer, match="has 31 characters"):
        answer(question(measure="comment", longest=30), "x" * 31)
