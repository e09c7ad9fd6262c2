"""A document of plain values is read field by field: strictly when written, as it is when kept."""

from typing import Any

import pytest

from app.domain.document import Problems, Table, plain_text, told
from app.domain.errors import BadDesign


def problem_of(key: str, value: Any, read: str, *arguments: Any, **options: Any) -> str:
    """What is said of `value` when the method `read` of a table takes it."""
    problems = Problems()
    getattr(Table("top", {key: value}, problems), read)(key, *arguments, **options)
    assert [one.field for one in problems.listed] == [f"top.{key}"], problems.listed
    return problems.listed[0].reason


@pytest.mark.parametrize(
    "value", [True, 1.0, "1", None, [1], pytest.param(10**5000, id="huge"), -1, 11]
)
def test_a_whole_number_is_one_within_its_limits(value: Any) -> None:
    assert problem_of("n", value, "whole", 5, 0, 10).startswith("must be a whole number from 0")


@pytest.mark.parametrize(
    "value",
    [True, "0.1", None, float("nan"), float("inf"), 0, -0.0, pytest.param(10**400, id="huge")],
)
def test_a_number_is_finite_and_within_its_limits(value: Any) -> None:
    assert problem_of("n", value, "number", 0.1, 0.0, 0.5).startswith("must be a number above 0")


@pytest.mark.parametrize("value", [7, None, ["a"], b"a", True, {"a": 1}])
def test_text_is_text(value: Any) -> None:
    assert problem_of("t", value, "text").startswith("must be text, not")


def test_text_has_limits_and_whole_characters() -> None:
    assert "at most 3" in problem_of("t", "four", "text", longest=3)
    assert problem_of("t", " \n ", "text", required=True) == "is missing"
    assert "half a character" in problem_of("t", "a\ud800b", "text")


@pytest.mark.parametrize("value", ["ab", 3, {"a": "b"}, [""], [1], ["x" * 201], ["\udc80"], b"ab"])
def test_a_list_of_texts_is_one(value: Any) -> None:
    problem_of("l", value, "texts")


@pytest.mark.parametrize("value", ["yes", 1, None, 0])
def test_a_flag_is_true_or_false(value: Any) -> None:
    assert problem_of("f", value, "flag", False).startswith("must be true or false")


@pytest.mark.parametrize("value", ["three", ["one"], None, {"one": 1}])
def test_a_word_is_one_of_a_few(value: Any) -> None:
    assert problem_of("w", value, "word", "one", ("one", "two")).startswith("must be one of one")


@pytest.mark.parametrize("value", ["rows", 3, {"a": 1}, b"rows"])
def test_tables_are_a_list(value: Any) -> None:
    assert problem_of("rows", value, "tables") == "must be a list of tables"


def test_a_row_that_is_no_table_is_named_by_its_number() -> None:
    problems = Problems()
    rows = Table("", {"rows": [{"a": 1}, 7, ["a"]]}, problems).tables("rows")
    assert [row.place for row in rows] == ["rows[1]"]
    assert [one.field for one in problems.listed] == ["rows[2]", "rows[3]"]


def test_what_nobody_took_is_refused_by_name() -> None:
    problems = Problems()
    table = Table("top", {"a": 1, "b": 2}, problems)
    table.take("a")
    table.refuse_the_rest("a trial")
    assert problems.listed == [("top.b", "is not an option of a trial")]
    problems = Problems()
    Table("", {"\ud800\n": 1, "x" * 1000: 2}, problems).refuse_the_rest()
    assert [one.field.isprintable() and len(one.field) <= 80 for one in problems.listed] == [
        True
    ] * 2


def test_all_problems_are_told_at_once() -> None:
    problems = Problems()
    table = Table("", {"a": "x", "b": 7}, problems)
    table.whole("a", 1, 0, 2)
    table.text("b")
    with pytest.raises(BadDesign) as caught:
        problems.raise_if_any()
    assert [one.field for one in caught.value.problems] == ["a", "b"]
    assert caught.value.field == "a"


def test_a_stored_document_is_read_whatever_the_limits() -> None:
    problems = Problems(checking=False)
    table = Table("", {"n": 99, "x": 7.5, "t": "four", "w": "older", "more": 1}, problems)
    assert table.whole("n", 1, 0, 10) == 99
    assert table.number("x", 0.1, 0.0, 0.5) == 7.5
    assert table.text("t", longest=3) == "four"
    assert table.word("w", "one", ("one", "two")) == "older"
    table.refuse_the_rest()
    problems.raise_if_any()


def test_what_nothing_can_stand_for_stops_a_stored_document() -> None:
    with pytest.raises(BadDesign, match=r"measure: is not known"):
        Problems(checking=False).unreadable("measure", "is not known")
    problems = Problems()
    problems.unreadable("measure", "is not known")
    assert len(problems.listed) == 1


def test_plain_text_is_the_same_when_read_again() -> None:
    for given in ("a\r\nb", "a\r\x00\nb", "a\rb", "\x00 a \x00", "é", ""):
        assert plain_text(plain_text(given)) == plain_text(given)
    assert plain_text("a\r\x00\nb") == "a\nb"


def test_a_value_is_told_short() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert told(deep) == "this list"
    assert told(10**5000) == "this int"
    assert len(told("x" * 1000)) == 80
    assert told("é") == "'é'"
    # Taken apart one by one: a list this deep can't be freed by recursion either.
    while deep:
        deep = deep[0]
