"""What the documentation says is there: commands, options, links, settings, fields, columns."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from app.cli import program
from app.domain.design.reading import design_from_mapping
from app.services.export_study import READER_COLUMNS, RatingsFile
from app.settings import Settings

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), ROOT / "benchmarks/README.md", *ROOT.glob("docs/**/*.md")])
DECISIONS = sorted(ROOT.glob("docs/decisions/[0-9]*.md"))
COMMAND = re.compile(
    r"(?:python -m app|^negatoscope|docker compose run [^\n]*?\bapp) ([a-z][a-z-]+)([^\n`#|]*)",
    re.MULTILINE,
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def help_of(command: str) -> str:
    result = CliRunner().invoke(program, [command, "--help"])
    return result.output if result.exit_code == 0 else ""


def commands_named() -> dict[str, set[str]]:
    """Every command that a page names, with the options it names there."""
    named: dict[str, set[str]] = {}
    for page in PAGES:
        for command, rest in COMMAND.findall(page.read_text()):
            named.setdefault(command, set()).update(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest))
    return named


@pytest.mark.parametrize("command", sorted(commands_named()))
def test_every_command_that_is_named_exists_with_its_options(command: str) -> None:
    explained = help_of(command)
    assert explained, f"python -m app {command} is documented and is not a command"
    for option in commands_named()[command] - {"--help"}:
        assert re.search(rf"{option}\b", explained), f"{command} has no {option}"


ML_COMMAND = re.compile(r"python -m (ml\.(?:prepare [a-z]+|\w+))([^\n`#|]*)")


def ml_commands_named() -> dict[str, set[str]]:
    """Every command of ml that a page shows on a line of its own, with the options it has there."""
    named: dict[str, set[str]] = {}
    for page in PAGES:
        for block in FENCE.findall(page.read_text().replace("\\\n", " ")):
            for command, rest in ML_COMMAND.findall(block[1]):
                named.setdefault(command, set()).update(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest))
    return named


@pytest.mark.parametrize("command", sorted(ml_commands_named()))
def test_every_command_of_ml_that_is_shown_exists_with_its_options(command: str) -> None:
    asked = [sys.executable, "-m", *command.split(), "--help"]
    explained = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for option in ml_commands_named()[command]:
        assert re.search(rf"{option}\b", explained), f"{command} has no {option}"


@pytest.mark.parametrize("folder", ["app", "ml"])
def test_every_reference_of_a_docstring_leads_somewhere(folder: str) -> None:
    references = {
        name
        for source in ROOT.glob(f"{folder}/**/*.py")
        for name in re.findall(
            rf":(?:func|class|mod|data):`~?({folder}\.[\w.]+)`", source.read_text()
        )
    }
    assert [name for name in sorted(references) if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Whether a module, or a name in one, is there; nothing is imported."""
    path = ROOT / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    module = path.parent.with_suffix(".py")
    return module.is_file() and bool(
        re.search(rf"^(?:def |class )?{path.name}\b", module.read_text(), re.MULTILINE)
    )


def test_every_command_is_documented() -> None:
    there = {command.name for command in program.registered_commands}
    assert there - set(commands_named()) == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_module_and_target_that_is_named_exists(page: Path) -> None:
    text = page.read_text()
    for module in re.findall(r"python -m (benchmarks\.\w+)", text):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"`make ([a-z-]+)", text):
        assert target in targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), f"{name_of(page)} links to {target}"
        if anchor:
            assert anchor in anchors_of(goal), f"{name_of(page)} links to {target}"


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_every_decision_is_one_page_with_the_four_headings(decision: Path) -> None:
    text = decision.read_text()
    assert len(text.splitlines()) <= 40
    assert text.startswith(f"# {decision.name[:4]}")
    for heading in ("Context", "Decision", "Consequences", "Alternatives"):
        assert re.search(rf"^(\*\*{heading}\.\*\*|## {heading}$)", text, re.MULTILINE), heading


STATUS = re.compile(
    r"# .+\n\n\*\d{4}-\d\d-\d\d, (accepted|overtaken by \[(\d{4})\]|withdrawn)", re.MULTILINE
)


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_every_decision_has_a_date_and_a_status(decision: Path) -> None:
    status = STATUS.match(decision.read_text())
    assert status, f"{decision.name}: its third line is not '*YEAR-MONTH-DAY, accepted.*' or such"
    if status[2]:
        assert list(decision.parent.glob(f"{status[2]}-*.md")), f"no decision {status[2]}"


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_that_takes_anothers_place_is_named_there(decision: Path) -> None:
    status = decision.read_text().split("\n\n")[1]
    changes = re.search(
        r"(Overtakes|Replaces|Takes back|Takes the place of|Narrows)(.*)", status, re.DOTALL
    )
    for number in re.findall(r"\b(\d{4})\b(?!-)", changes[2]) if changes else ():
        (other,) = decision.parent.glob(f"{number}-*.md")
        assert decision.name[:4] in other.read_text().split("\n\n")[1], other.name


def test_decisions_are_all_listed_and_numbered_once() -> None:
    listed = LINK.findall((ROOT / "docs/decisions/README.md").read_text())
    assert listed == [decision.name for decision in DECISIONS]
    numbers = [decision.name[:4] for decision in DECISIONS]
    assert len(set(numbers)) == len(numbers)


def test_the_settings_named_are_the_settings_there_are() -> None:
    there = {f"NEGATOSCOPE_{field.upper()}" for field in Settings.model_fields}
    files = [*PAGES, ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "docker-compose.yml"]
    for file in files:
        named = set(re.findall(r"NEGATOSCOPE_[A-Z_]+[A-Z]", file.read_text()))
        assert named <= there, name_of(file)
    table = (ROOT / "docs/running.md").read_text().split("\n## Settings\n")[1].split("\n## ")[0]
    assert there == set(re.findall(r"^\| `(NEGATOSCOPE_[A-Z_]+[A-Z])`", table, re.MULTILINE))


def test_the_readme_is_short_and_shows_the_reading_page() -> None:
    text = README.read_text()
    assert len(text.split()) < 600
    with Image.open(ROOT / re.findall(r"^!\[.*\]\((.*)\)$", text, re.MULTILINE)[0]) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 900


RATINGS = RatingsFile(
    "study", design_from_mapping({"title": "x", "arms": [{"arm": "real", "normal": 1}]}), False
)


@pytest.mark.parametrize(
    ("heading", "columns"), [("ratings.csv", RATINGS.columns), ("readers.csv", READER_COLUMNS)]
)
def test_every_column_of_an_export_is_explained(
    heading: str, columns: tuple[tuple[str, str], ...]
) -> None:
    explained = [
        name
        for line in (ROOT / "docs/exports.md").read_text().split(f"\n## {heading}\n")[1].split("\n")
        if line.startswith("|")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    ]
    names = [name for name, _ in columns]
    assert explained[: len(names)] == names
