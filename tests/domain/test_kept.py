"""A kept sentence is said again as it was, and parts that can't be believed are not."""

import json
from typing import Any

import pytest

from app.domain.kept import kept, told_again
from app.domain.leak_verdict import LeakVerdict, verdict_from_json, verdict_to_json
from app.domain.said import Numeral, Said, figure, joined, said, said_many
from app.words.language import language

SENTENCES = [
    said("{name} is purpose-blinded, but an earlier phase is not: readers know by then.", name="P"),
    said_many("{count} image", "{count} images", 2),
    said("{count} of {of}", count=figure(1234.5, ",.1f"), of=said("January")),
    joined((said("March"), said("May")), " and "),
    said("{share:.1%} of {name!r}", share=0.125, name="ü"),
]


def through_json(parts: list[Any]) -> Any:
    return json.loads(json.dumps(parts, allow_nan=False))


def test_sentences_come_back_with_their_parts() -> None:
    again = told_again([str(one) for one in SENTENCES], through_json(kept(SENTENCES)))
    assert again == tuple(SENTENCES)
    assert [one.template for one in again if isinstance(one, Said)] == [
        one.template for one in SENTENCES
    ]
    assert language("es").say(again[0]).startswith("P está enmascarada")
    assert language("pt-BR").say(again[2]) == "1.234,5 of janeiro"


def test_a_record_without_parts_says_what_it_stored() -> None:
    assert told_again(["As it was."], None) == ("As it was.",)
    assert told_again(["As it was.", "Two."], [None]) == ("As it was.", "Two.")
    assert kept(["typed", Numeral("1")]) == [None, None]


@pytest.mark.parametrize(
    "parts",
    [
        {"says": "Another sentence", "fields": {}},
        {"says": "{a.__class__}", "fields": {"a": 1}},
        {"says": "{a:>999999999}", "fields": {"a": "x"}},
        {"says": "{a!s}", "fields": {"a": "x"}},
        {"says": "{a[0]}", "fields": {"a": "x"}},
        {"says": "{a:.{b}}", "fields": {"a": "x", "b": 1}},
        {"says": "{missing}", "fields": {}},
        {"says": "{", "fields": {}},
        {"says": "{a:.2f}", "fields": {"a": "x"}},
        {"says": "x", "many": "y", "fields": {}},
        {"says": 1, "fields": {}},
        {"says": "x"},
        {"number": "x"},
        [],
        "x",
        3,
        None,
    ],
)
def test_parts_that_say_otherwise_or_are_no_parts_are_not_believed(parts: object) -> None:
    (told,) = told_again(["x"], [parts])
    assert told == "x"
    assert not isinstance(told, Said)


def test_parts_too_deep_are_not_believed() -> None:
    parts: Any = "x"
    for _ in range(2000):
        parts = {"says": "{a}", "fields": {"a": parts}}
    assert told_again(["x"], [parts]) == ("x",)


def test_a_leak_verdict_is_said_in_any_language_and_an_older_one_as_it_was() -> None:
    leak = said("{label!r} is there twice; readers could not tell them apart", label="a")
    verdict = LeakVerdict("0" * 64, (leak,), (), 3, 2, 6)
    again = verdict_from_json(json.loads(json.dumps(verdict_to_json(verdict))))
    assert again == verdict
    assert language("es").say(again.leaks[0]).startswith("'a' aparece dos veces")
    older = {key: one for key, one in verdict_to_json(verdict).items() if "made_of" not in key}
    assert verdict_from_json(older) == verdict
    assert not isinstance(verdict_from_json(older).leaks[0], Said)
