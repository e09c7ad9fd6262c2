"""docs/study-design.md explains every field, kind, measure and protocol; its examples are read."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app.domain.design.design import ArmPlan, Phase, Presentation, StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.questions.registry import KINDS
from app.report.words.design_text import commented_design
from app.services.example_study import list_protocols
from tests.domain.documents import values

PAGE = (Path(__file__).parents[1] / "docs/study-design.md").read_text()
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def read(block: str) -> StudyDesign:
    """The design of an example; one without arms stands for a piece of a design over two arms."""
    data = tomllib.loads(block)
    many = [{"arm": arm, "cases": {"normal": 50}} for arm in ("real", "M0")]
    return design_from_mapping(
        data if "title" in data and "arms" in data else values(arms=many) | data
    )


def written(design: StudyDesign) -> dict[str, Any]:
    return tomllib.loads(commented_design(design, {}))


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_an_example_is_a_design(block: str) -> None:
    read(block)


def test_the_examples_ask_in_every_way_for_everything() -> None:
    asked = [question for block in BLOCKS for question in read(block).questions]
    assert {question.kind for question in asked} == set(KINDS)
    assert {question.measure for question in asked} == set(MEASURES)


def test_the_second_example_sets_every_field() -> None:
    given, whole = tomllib.loads(BLOCKS[1]), written(read(BLOCKS[1]))
    assert set(given) == set(whole)
    for table in ("consent", "registration", "replicates", "practice", "display", "analysis"):
        assert set(given[table]) == set(whole[table]), table
    assert set(given["phases"][0]) == set(whole["phases"][0])
    assert set(given["phases"][0]["presentation"]) == set(whole["phases"][0]["presentation"])


def rows(heading: str, first: str) -> dict[str, list[str]]:
    """The table under a heading whose first column is `first`: its names to the other cells."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = section.split(f"\n| {first} |")[1].split("\n\n")[0]
    named: dict[str, list[str]] = {}
    for line in table.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        for name in re.findall(r"`([^`]+)`", cells[0]):
            named[name] = cells[1:]
    return named


def test_every_field_is_explained_with_its_default() -> None:
    shortest = read(BLOCKS[0])
    # Written only where they say something.
    whole = written(shortest) | {"presentation": {}, "closes_on": "", "excluded": []}
    whole["withdrawal"]["last_day"] = ""
    whole["analysis"]["subgroups"] = []
    tables = ("questions", "phases", "presentation", "arms")
    names = {
        f"{key}.{inner}" if isinstance(value, dict) and key not in tables else key
        for key, value in whole.items()
        for inner in (value if isinstance(value, dict) and value else ("",))
    }
    explained = rows("Fields", "field")
    assert set(explained) == names
    for name, cells in explained.items():
        value: Any = whole
        for key in name.split("."):
            value = value[key]
        if isinstance(value, bool):
            assert cells[0] == str(value).lower(), name
        elif isinstance(value, int | float) and name != "format":
            assert float(cells[0]) == value, name
        elif isinstance(value, str) and name not in ("title", "instructions", "consent.text"):
            assert cells[0].strip('`"') == (value or "none"), name


@pytest.mark.parametrize(
    ("heading", "explained"),
    [("Phases", Phase), ("What is shown", Presentation), ("Arms", ArmPlan)],
)
def test_every_field_of_a_part_is_explained(heading: str, explained: Any) -> None:
    assert set(rows(heading, "field")) == {field.name for field in fields(explained)}


def test_every_field_of_a_question_is_explained() -> None:
    general = rows("Questions", "field")
    by_kind = rows("Questions", "kind")
    of_kinds = set(re.findall(r"`([a-z_]+)`", " ".join(cells[0] for cells in by_kind.values())))
    names = {field.name for field in fields(Question)}
    assert set(general) <= names
    assert names <= set(general) | of_kinds
    assert of_kinds - names == {"vocabulary", "value", "label", "point", "box", "point_or_box"}


def test_every_kind_and_measure_is_explained() -> None:
    assert set(rows("Questions", "kind")) == set(KINDS)
    explained = rows("Questions", "measure")
    assert set(explained) == set(MEASURES)
    for name, cells in explained.items():
        assert cells[0] == ", ".join(MEASURES[name].kinds), name
        assert (cells[1].startswith("one film"), cells[1].startswith("several films")) == (
            MEASURES[name].pictures == "one",
            MEASURES[name].pictures == "several",
        ), name


def test_every_protocol_is_listed() -> None:
    assert set(rows("Published protocols", "protocol")) == {
        protocol.name for protocol in list_protocols()
    }
