"""The trial that once failed: ten lines that put arms, seed and truth into the case page.

With every contract kept and mypy content, so nothing would have said a word. Written again into a
copy of the code they must break a contract, or be an error of types, wherever they are put.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

IMPORTS = """
from sqlalchemy import select
from app.db.tables import Arm, Case, Image
"""
# As they were written on the old desk, whose session and whole design lay open.
TEN_LINES = """

def _leak(desk, context, session):
    rows = session.execute(
        select(Case.code, Arm.key, Arm.kind)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
    ).all()
    context["arms"] = [arm for _, arm, _ in rows]
    context["seed"] = desk.design.seed
    context["truth"] = {code: kind for code, _, kind in rows}
"""
PAGES = "the reader's pages reach no database and nobody who has one, by no path"
BEHIND = "what stands behind a reader's desk knows no arm and no image, by no path"
PRACTICE = "only the page of practice feedback can ask for a truth, by no path any other"


def lint(folder: Path) -> dict[str, bool]:
    """Whether each contract of the code in a folder is kept."""
    outcome = subprocess.run(
        [LINT, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    kept = re.findall(r"^(.+?) (KEPT|BROKEN)$", outcome.stdout, re.MULTILINE)
    assert len(kept) > 10, outcome.stdout + outcome.stderr
    return {name: word == "KEPT" for name, word in kept}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("app", "ml"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "demo_images"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def write_into(folder: Path, module: str, imports: str, lines: str = "") -> None:
    """Put imports after a module's docstring and lines at its end."""
    path = folder / (module.replace(".", "/") + ".py")
    text = path.read_text()
    end = text.index('"""', 3) + 3
    path.write_text(text[:end] + "\n" + imports + text[end:] + lines)


def test_the_code_as_it_stands_keeps_the_contracts_of_the_blindfold(copy: Path) -> None:
    kept = lint(copy)
    assert kept[PAGES]
    assert kept[BEHIND]
    assert kept[PRACTICE]


@pytest.mark.parametrize(
    ("module", "contract"),
    [
        ("app.web.routes.reading", PAGES),
        ("app.web.reading_context", PAGES),
        ("app.web.routes.images", PAGES),
        ("app.web.reader_access", PAGES),
        ("app.web.blind_desk", BEHIND),
        ("app.services.read_case", BEHIND),
        ("app.services.record_rating", BEHIND),
        ("app.db.blind.presentations", BEHIND),
        ("app.db.blind.designs", BEHIND),
    ],
)
def test_the_ten_lines_break_a_contract_wherever_they_are_written(
    copy: Path, module: str, contract: str
) -> None:
    write_into(copy, module, IMPORTS, TEN_LINES)
    kept = lint(copy)
    assert kept[contract] is False


@pytest.mark.parametrize(
    ("borrowed", "contract"),
    [
        ("from app.web.state import web_state", PAGES),
        ("from app.web.access import investigator_at_desk", PAGES),
        ("from app.services.study_progress import study_overview", PAGES),
        ("from app.steps.draw_cases import draw_cases", PAGES),
        ("from app.statistics.analysis import analyse", PAGES),
        ("from app.web.practice_state import tells_practice", PRACTICE),
    ],
)
def test_neither_does_the_case_page_get_them_from_somebody_who_knows(
    copy: Path, borrowed: str, contract: str
) -> None:
    write_into(copy, "app.web.routes.reading", borrowed + "\n")
    assert lint(copy)[contract] is False


def test_nor_through_a_module_of_its_own_in_between(copy: Path) -> None:
    (copy / "app/web/in_between.py").write_text('"""Between."""\n' + IMPORTS + TEN_LINES)
    write_into(copy, "app.web.reading_context", "from app.web.in_between import _leak\n")
    assert lint(copy)[PAGES] is False


ALLOWED = """
from app.domain.desk import ReaderDesk


def page(desk: ReaderDesk) -> dict[str, object]:
    return {
        "title": desk.design.title,
        "questions": desk.design.phase(1).questions,
        "token": desk.case().case.token,
    }
"""
# What needs no import, because the old desk handed it out.
HANDED_OUT = (
    "desk.session",
    "desk._session",
    "desk.reader",
    "desk.reader.study.design",
    "desk.design.arms",
    "desk.design.seed",
    "desk.design.strata",
    "desk.design.matched_by",
    "desk.design.analysis",
    "desk.design.phase(1).purpose_blinded",
    "desk.case().case.arm",
    "desk.case().case.stratum",
    "desk.case().case.case_code",
    "desk.case().case.set_id",
    "desk.case().case.pictures[0].case",
    "desk.standing().seed",
)


def type_errors(folder: Path, text: str) -> list[str]:
    """What mypy, as strict as the project's, says of a module that uses the desk."""
    (folder / "page_of_a_reader.py").write_text(text)
    outcome = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
            *("--follow-imports=silent", f"--cache-dir={folder / 'cache'}"),
            "page_of_a_reader.py",
        ],
        cwd=folder,
        env={"MYPYPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode in (0, 1), outcome.stdout + outcome.stderr
    return re.findall(r"^page_of_a_reader\.py:\d+: error: .*$", outcome.stdout, re.MULTILINE)


def test_what_the_old_desk_handed_out_is_an_error_of_types(copy: Path) -> None:
    assert type_errors(copy, ALLOWED) == []
    leaks = "".join(f'        "{number}": {what},\n' for number, what in enumerate(HANDED_OUT))
    told = type_errors(copy, ALLOWED.replace("    }\n", leaks + "    }\n"))
    assert len(told) == len(HANDED_OUT), told
    assert all("[attr-defined]" in one for one in told)


def test_only_main_and_small_modules_touch_what_hangs_on_the_application() -> None:
    """`app.state` has no types, so a page that reached into it would be told nothing by mypy."""
    touching = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"\bapp\.state\b", path.read_text())
    }
    assert touching == {
        "app/main.py",
        "app/web/certificate_state.py",
        "app/web/desk.py",
        "app/web/front.py",
        "app/web/metrics.py",
        "app/web/office_state.py",
        "app/web/practice_state.py",
        "app/web/state.py",
    }


def test_no_query_behind_the_desk_is_written_as_text() -> None:
    """Text would pass every contract; the statements here name the rows that they ask."""
    for path in (ROOT / "app" / "db" / "blind").glob("*.py"):
        assert not re.search(r"\b(text|exec_driver_sql|literal_column)\(", path.read_text()), path
