"""Whatever is in a design is in its form, and the form gives the very design back."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.document import Problems, Table
from app.domain.questions.document import read_questions
from app.domain.questions.kinds.choice import write_options
from app.domain.questions.registry import KINDS
from app.web.design_form import boxes
from app.web.design_form.document import document_of
from app.web.design_form.lines import entries_of, named_of, options_of, options_text, text_of
from app.web.design_form.translations import TRANSLATIONS
from app.web.design_form.values import values_of
from tests.domain.design.made_up import DESIGNS as MADE_UP
from tests.domain.documents import values as document
from tests.domain.questions.made_up import ROWS, TRANSLATED_ROWS
from tests.web.design_form.designs import DESIGNS, FORMAT_1


@given(MADE_UP)
def test_any_design_comes_back_equal(design: StudyDesign) -> None:
    assert design_from_mapping(document_of(values_of(design)).data) == design


@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "as it was stored"])
def test_every_design_of_the_tests_and_every_protocol_comes_back_equal(name: str) -> None:
    assert design_from_mapping(document_of(values_of(DESIGNS[name])).data) == DESIGNS[name]


def test_a_design_of_format_1_is_saved_as_format_2() -> None:
    design = design_from_mapping(FORMAT_1)
    assert document_of(values_of(design)).data["format"] == 2


# A box for every field


def paths(kind: type, prefix: str = "") -> Iterator[str]:
    """The path of every field of a dataclass, those of its rows with `[]`."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        hint = hints[field.name]
        inner = [one for one in (hint, *get_args(hint)) if is_dataclass(one)]
        rows = get_args(hint)[-1:] == (Ellipsis,)
        name = f"{prefix}{field.name}"
        if inner and inner[0].__name__ != "Option":
            yield from paths(inner[0], f"{name}[]." if rows else f"{name}.")  # type: ignore[arg-type]
        else:
            yield name


def _of_any_language() -> Iterator[boxes.Box]:
    """The boxes of words in other languages, named as the field of their language."""
    for box in TRANSLATIONS:
        yield replace(box, name=f"translations[].{box.name.rpartition('.')[2]}")


def boxed() -> set[str]:
    names = {box.name for group in boxes.TOP for box in group.boxes}
    for row, own in (
        (
            "questions",
            (*boxes.QUESTION, *boxes.ANSWERS, *boxes.DEPENDENCE, *_of_any_language()),
        ),
        ("phases", (*boxes.PHASE, *boxes.PHASE_CASES, *boxes.PRESENTATION)),
        ("arms", boxes.ARM),
    ):
        names |= {f"{row}[].{box.name}" for box in own}
    return names


# Fields that are no box of their own: a name, and what the form shows as a table.
TABLES = {"arms[].arm", "arms[].cases", "phases[].questions", "phases[].end_questions"}
# Set where the draft's very cases are looked at; the form keeps it as it is.
# What their table is called.
NAMES = {"questions[].translations[].language"}
ELSEWHERE = {"excluded[].image", "excluded[].reason"}
RENAMED = {"consent": "consent.text", "consent_line": "consent.line"}


def test_every_field_of_a_design_has_a_box() -> None:
    wanted = {RENAMED.get(path, path) for path in paths(StudyDesign)}
    wanted -= TABLES | ELSEWHERE | NAMES
    assert wanted == boxed()


def test_every_kind_of_question_has_boxes_for_what_it_writes() -> None:
    written = {name for kind in KINDS.values() for name in kind.write(boxes.FULL_QUESTION)}
    assert written == {box.name for box in boxes.ANSWERS}


# Lists in a text area

LABELS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text and "\x00" not in text
)


@given(st.lists(LABELS))
def test_any_list_of_words_comes_back(entries: list[str]) -> None:
    assert entries_of(text_of(entries).replace("\n", "\r\n")) == entries


@given(TRANSLATED_ROWS)
def test_words_in_other_languages_come_back(row: dict[str, object]) -> None:
    design = design_from_mapping(document(questions=[row]))
    form = {name: value.replace("\n", "\r\n") for name, value in values_of(design).items()}
    assert design_from_mapping(document_of(form).data) == design


def test_a_name_that_is_there_twice_is_left_to_the_check() -> None:
    assert named_of("a | b\n\na | c \\| d\ne") == {"a": "b", "a | c | d": "c | d", "e": ""}


@given(ROWS)
def test_the_answers_of_any_question_come_back(row: dict[str, object]) -> None:
    (question,) = read_questions(Table("", {"questions": [row]}, Problems(checking=False)))
    written = write_options(question)
    assert options_of(options_text(written)) == written


def test_an_option_may_be_words_alone_and_its_value_may_be_left_out() -> None:
    text = "Yes, clearly\n | No | n \n\nmaybe | Perhaps"
    assert options_of(text) == [
        "Yes, clearly",
        {"label": "No", "key": "n"},
        {"value": "maybe", "label": "Perhaps"},
    ]


def test_a_line_with_too_many_parts_is_left_to_the_check() -> None:
    assert options_of("a | b | c | d") == [{"value": "a", "label": "b", "key": "c | d"}]


# What is typed otherwise


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12", 12), (" −3 ", -3), ("+4", 4), ("", ""), ("1.5", "1.5"), ("9" * 30, "9" * 30)],
)
def test_what_is_no_whole_number_is_handed_on_as_typed(typed: str, read: int | str) -> None:
    assert document_of({"seed": typed}).data["seed"] == read


@pytest.mark.parametrize(("typed", "read"), [("0.2", 0.2), ("0,2", 0.2), ("wide", "wide")])
def test_a_margin_may_have_a_comma(typed: str, read: float | str) -> None:
    assert document_of({"analysis.margin": typed}).data["analysis"] == {"margin": read}


def test_an_arm_with_nothing_or_nought_is_left_out_and_rows_are_remembered() -> None:
    form = {
        "arms[1].arm": "a",
        "arms[1].cases.normal": "0",
        "arms[2].arm": "b",
        "arms[2].cases.normal": "3",
        "arms[3].arm": "c",
        "arms[3].images": "0123456789ab\r\n",
        "arms[3].cases.normal": "",
    }
    read = document_of(form)
    assert [arm["arm"] for arm in read.data["arms"]] == ["b", "c"]
    assert read.arm_rows == (2, 3)
    assert read.data["arms"][1]["images"] == ["0123456789ab"]


def test_cases_and_images_of_one_arm_are_both_handed_on_to_be_refused() -> None:
    form = {"arms[1].arm": "a", "arms[1].images": "0123456789ab", "arms[1].cases.normal": "3"}
    (arm,) = document_of(form).data["arms"]
    assert arm["images"]
    assert arm["cases"] == [["normal", 3]]


def test_a_condition_without_its_question_is_not_silently_dropped() -> None:
    form = {"questions[1].measure": "realism", "questions[1].asked_if.values": "4"}
    form["questions[1].asked_if.question"] = ""
    (question,) = document_of(form).data["questions"]
    assert question["asked_if"] == {"question": "", "values": ["4"]}
