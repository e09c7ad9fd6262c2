"""A message to readers is short plain text, and names no arm and no model."""

from datetime import UTC, date, datetime

import pytest

from app.domain.errors import BadInput
from app.domain.reader_message import LONGEST_MESSAGE, ensure_tells_nothing, read_message
from tests.domain.documents import design

NOW = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
NAMES = ("real", "Real radiographs", "M1", "M1: LoRA", "a", "Chest bank")


def test_it_is_shown_on_its_last_day_and_not_after() -> None:
    message = read_message("  Please rest.\r\nThank you. ", date(2026, 12, 1), now=NOW)
    assert message.text == "Please rest.\nThank you."
    assert message.shows(NOW)
    assert not message.shows(datetime(2026, 12, 2, tzinfo=UTC))
    assert read_message("Por favor, descansem.", None, now=NOW).shows(NOW)


@pytest.mark.parametrize(
    ("text", "until", "said"),
    [
        (" \n ", None, "empty"),
        ("x" * (LONGEST_MESSAGE + 1), None, "501 characters"),
        ("Half a \ud83d", None, "can't be shown"),
        ("\u202edrawkcab", None, "can't be shown"),
        ("Thanks", date(2026, 11, 30), "30 November 2026 is over"),
    ],
)
def test_what_can_not_be_used_is_refused(text: str, until: date | None, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_message(text, until, now=NOW)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("All m1 films come last.", "M1"),
        ("The REAL ones are darker.", "real"),
        ("Thanks from the Chest bank team.", "Chest bank"),
        ("Some come from Stable Diffusion.", "Stable Diffusion"),
        ("Mind the GAN artefacts.", "GAN"),
    ],
)
def test_names_of_arms_and_models_are_refused(text: str, word: str) -> None:
    with pytest.raises(BadInput, match=f"“{word}”"):
        ensure_tells_nothing(text, design(), NAMES)


def test_ordinary_sentences_pass() -> None:
    for text in (
        "A reminder: please read on by Friday.",
        "Really, M10 is a motorway.",
        "Obrigado!",
    ):
        ensure_tells_nothing(text, design(), NAMES)


def test_where_the_purpose_is_hidden_words_that_tell_it_are_refused() -> None:
    said = "Which films look artificial to you?"
    ensure_tells_nothing(said, design(), NAMES)
    blinded = design(
        phases=[{"key": "one", "questions": ["quality"], "purpose_blinded": True}],
        questions=[{"key": "quality", "measure": "quality"}],
    )
    with pytest.raises(BadInput, match="gives the purpose of the study away"):
        ensure_tells_nothing(said, blinded, NAMES)
