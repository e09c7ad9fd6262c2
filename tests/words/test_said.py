"""A sentence is English for whoever does not care, and knows how it was made for whoever does."""

import copy
import gettext
import pickle
from datetime import UTC, date, datetime

import pytest
from babel import Locale

from app.domain.errors import BadAnswer, BadDesign, NotFound
from app.domain.said import Said, figure, joined, said, said_many
from app.words.language import Language, language, nearest

WORDS = {
    "{share:.1f} of {what}": "{share:.1f} de {what}",
    "the films": "as radiografias",
    "Not found.": "Não encontrado.",
}


class _Portuguese(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return WORDS.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "{count} caso" if n < 2 else "{count} casos"


PORTUGUESE = Language("pt-BR", "Português", Locale.parse("pt_BR"), _Portuguese())


def test_it_is_an_english_str() -> None:
    sentence = said("{share:.1f} of {what}", share=12.25, what=said("the films"))
    assert sentence == "12.2 of the films"
    assert f"<{sentence}>" == "<12.2 of the films>"


def test_it_is_said_anew_with_its_fields_and_their_marks() -> None:
    sentence = said("{share:.1f} of {what}", share=12.25, what=said("the films"))
    assert PORTUGUESE.say(sentence) == "12,2 de as radiografias"
    assert PORTUGUESE.say("the films") == "the films"


@pytest.mark.parametrize(
    ("count", "english", "other"), [(0, "0 cases", "0 caso"), (1, "1 case", "1 caso")]
)
def test_each_language_has_its_own_plural(count: int, english: str, other: str) -> None:
    sentence = said_many("{count} case", "{count} cases", count)
    assert sentence == english
    assert PORTUGUESE.say(sentence) == other


def test_what_is_joined_or_added_stays_sayable() -> None:
    both = joined((said("the films"), "x{y}"), "; {") + "."
    assert both == "the films; {x{y}."
    assert PORTUGUESE.say(both) == "as radiografias; {x{y}."
    assert PORTUGUESE.say("(" + both) == "(as radiografias; {x{y}."


def test_numbers_stand_alone_too() -> None:
    assert figure(1234.5, ",.2f") == "1,234.50"
    assert PORTUGUESE.say(figure(1234.5, ",.2f")) == "1.234,50"


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("0.1", "0,1"),
        ("-.5", "-0,5"),
        ("1.5\n2", "1,5\n2"),
        ("0,1", "0,1"),
        ("a.1", "a.1"),
        ("", ""),
    ],
)
def test_a_box_for_a_number_has_the_mark_of_its_language(held: str, shown: str) -> None:
    assert PORTUGUESE.typed(held) == shown
    assert language("en").typed(held) == held


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_it_survives_being_copied(copied: object) -> None:
    sentence = copied(said("{share:.1f} of {what}", share=1.0, what="x"))  # type: ignore[operator]
    assert isinstance(sentence, Said)
    assert PORTUGUESE.say(sentence) == "1,0 de x"


def test_errors_keep_their_sentence() -> None:
    assert PORTUGUESE.say(NotFound(said("Not found.")).sentence) == "Não encontrado."
    assert PORTUGUESE.say(BadAnswer({"a": said("the films")}).sentence) == "as radiografias"
    wrong = BadDesign("field", said("the films"))
    assert str(wrong) == "field: the films"
    assert PORTUGUESE.say(wrong.sentence) == "field: as radiografias"


def test_days_are_in_words() -> None:
    assert language("en").day(date(2026, 12, 4)) == "4 December 2026"
    assert PORTUGUESE.day(date(2026, 12, 4)) == "4 de dezembro de 2026"
    assert language("en").moment(datetime(2026, 12, 4, 3, 4, tzinfo=UTC)) == "4 Dec 2026, 03:04"


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("pt-BR", "pt-BR"),
        ("pt", "pt-BR"),
        ("PT_pt", "pt-BR"),
        ("en-US", "en"),
        ("es-419", "es"),
        ("de", None),
    ],
)
def test_a_tag_is_served_by_the_nearest(wanted: str, tag: str | None) -> None:
    assert nearest([wanted]) == tag


def test_days_and_moments_in_a_sentence_are_written_as_its_language_has_them() -> None:
    at = datetime(2026, 12, 4, 3, 4, tzinfo=UTC)
    sentence = said("{day:%Y-%m-%d}; {at:%Y-%m-%d %H:%M} UTC", day=date(2026, 2, 1), at=at)
    assert language("en").say(sentence) == "1 Feb 2026; 4 Dec 2026, 03:04 UTC"
    assert language("pt-BR").say(sentence) == "1 fev. 2026; 4 dez. 2026, 03:04 UTC"
    assert language("es").say(sentence) == "1 feb 2026; 4 dic 2026, 03:04 UTC"
    # In no language, as in a record: one that all read alike.
    assert str(sentence) == "2026-02-01; 2026-12-04 03:04 UTC"
