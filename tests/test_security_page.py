"""SECURITY.md names tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", (ROOT / "SECURITY.md").read_text())
THREATS = (
    "A curious reader",
    "A careless investigator",
    "A leaked link",
    "A stolen database",
    "A hostile bank",
    "Hostile weights",
)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)


@pytest.mark.parametrize("threat", THREATS)
def test_every_threat_meets_a_test(threat: str) -> None:
    text = (ROOT / "SECURITY.md").read_text()
    _, _, section = text.partition(f"## {threat}\n")
    assert re.search(r"`tests/[\w/]+\.py::test_\w+`", section.partition("\n## ")[0])
