"""What the page of a study's record says of an event's detail."""

from app.web.record_words import event_words
from app.words.language import language


def test_how_many_readers_is_a_count_of_readers_and_not_a_bare_number() -> None:
    assert str(event_words({"readers": 2})) == "2 readers"
    assert language("pt-BR").say(event_words({"readers": 1})) == "1 leitor"
    assert str(event_words({"readers": ["R01", "R02"]})) == "R01, R02"


def test_what_somebody_wrote_stands_in_quotes_with_its_own_full_stop() -> None:
    words = event_words({"reason": "A label was seen.", "status": "draft"})
    assert str(words) == "reason: “A label was seen.”; while draft"
    assert language("es").say(words).startswith("motivo: «A label was seen.»; ")
