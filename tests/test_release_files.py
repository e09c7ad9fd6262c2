"""What a release is cited, described and licensed by."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from docs.making.licences import PAGE, declared, licence_of, renewed

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_citation_is_of_this_version_and_of_the_contributors() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    # What the format's schema (1.2.0) asks for, and what would be wrong silently.
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["version"] == PROJECT["version"]
    assert citation["authors"] == PROJECT["authors"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(citation["date-released"]))
    assert "license" not in citation


def test_the_metadata_are_whole_and_name_no_licence_and_no_address() -> None:
    known = pytest.importorskip("trove_classifiers", reason="trove-classifiers is not installed")
    assert PROJECT["authors"] == [{"name": "Negatoscope contributors"}]
    assert len(set(PROJECT["keywords"])) >= 5
    assert set(PROJECT["classifiers"]) <= known.classifiers
    assert not any("License" in line for line in PROJECT["classifiers"])
    assert not {"license", "license-files", "urls"} & set(PROJECT)
    assert not list(ROOT.glob("LICENSE*"))


def test_every_package_that_is_asked_for_stands_in_the_table_with_its_licence() -> None:
    page = PAGE.read_text()
    for group, needed in declared().items():
        for one in needed:
            line = re.search(rf"^\| {re.escape(one.name)} \| ([^|]+) \| ([^|]+) \|$", page, re.M)
            assert line, f"{one.name}: run python -m docs.making.licences"
            assert group in line[2].split(", ")
            assert line[1] == (licence_of(one.name) or line[1])
    assert renewed(page) == page, "run python -m docs.making.licences"


def test_no_package_of_the_app_is_under_the_gpl_alone() -> None:
    lines = PAGE.read_text().split("ask for more than a notice:")[1]
    for name, licence in re.findall(r"^\| (\S+) \| ([^|]+) \|$", lines, re.MULTILINE):
        choices = re.split(r" or ", licence)
        assert not all(re.search(r"\bA?GPL|Affero|GNU General", one) for one in choices), name


def test_every_check_before_a_commit_is_a_tool_of_this_environment() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = config["repos"]
    assert repository["repo"] == "local"
    tools = {Path(hook["entry"].split()[0]).name for hook in repository["hooks"]}
    makefile = (ROOT / "Makefile").read_text()
    for tool in tools - {"python"}:
        assert f"$(BIN)/{tool}" in makefile
    assert all(hook["entry"].startswith(".venv/bin/") for hook in repository["hooks"])


def test_every_file_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:app|ml|tests|docs|templates|static|benchmarks)/[^`\s]*)`", text)
    assert len(named) > 30
    for name in named:
        assert (ROOT / name).exists(), name
    for short in re.findall(r"`([a-z/_]+\.py)`", text):
        rooms = ("app", "ml", "tests", "docs", "benchmarks")
        places = [
            ROOT / short,
            *(path for room in rooms for path in (ROOT / room).glob(f"**/{short}")),
        ]
        assert any(path.is_file() for path in places), short
