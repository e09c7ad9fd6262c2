"""points.R recomputes in R, without a package, what the analysis says, and tells what it leaves."""

import csv
import io
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.services.analyse_export import analyse_export
from app.services.create_study import create_study
from app.services.example_study import example_study, list_protocols
from app.services.export_study import StudyExport
from app.services.export_study.csv_text import csv_bytes
from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.points import POINT_COLUMNS, point_rows, points_script
from app.services.export_study.points_facts import as_r
from app.services.export_study.ratings_file import RatingsFile
from app.services.import_bank import import_bank
from app.services.rehearse_study import rehearse_study
from app.steps.analyse_ratings import settings_of_design
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.studies import NOW

PARTS = Path(__file__).parents[2] / "app/services/export_study/points_r"
DOCS = Path(__file__).parents[2] / "docs/submission.md"
Row = dict[str, str]
LAST = re.compile(
    r"(\d+) of (\d+) numbers recomputed, (\d+) differ, (\d+) left to analysis.py\.\s*\Z"
)
# Of a hundred numbers so many have a closed form; rankings are fitted nearly whole.
LEAST = {"model-arena": 30, "mrmc-split-plot": 93, "pet-pairs-2023": 95}
NEARLY_ALL = 96


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def recomputed(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["Rscript", "--vanilla", "points.R"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def counts(done: subprocess.CompletedProcess[str]) -> tuple[int, int, int, int]:
    """Numbers recomputed, all of them, those that differ, those left."""
    last = LAST.search(done.stdout)
    assert last is not None, done.stdout[-2000:] + done.stderr
    made, total, differ, left = (int(one) for one in last.groups())
    assert made + left == total
    return made, total, differ, left


def export(database: Database, store: RenditionStore, protocol: str, folder: Path) -> int:
    """Files of a rehearsed protocol that the script needs; how many numbers there are."""
    with database.writing() as session:
        design = example_study(session, protocol, size=SIZE).filled.design
        slug = create_study(session, design, now=NOW, actor="test")
        copy = rehearse_study(session, slug, seed=1, now=NOW, actor="test")
    files = StudyExport(database, store, copy.slug).files()
    folder.mkdir()
    for name in ("ratings.csv", "readers.csv", "design.json", "points.csv", "points.R"):
        (folder / name).write_bytes(b"".join(files[name]()))
    return len((folder / "points.csv").read_text().splitlines()) - 1


def rows_of(folder: Path) -> list[Row]:
    text = (folder / "ratings.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def write_rows(folder: Path, rows: list[Row]) -> None:
    with (folder / "ratings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def analyse_again(folder: Path) -> None:
    """points.csv and points.R of the ratings and the design as they lie in the folder now."""
    made = analyse_export(folder / "ratings.csv", folder / "design.json")
    content = {} if made.analysis is None else made.analysis.to_json()
    content["choices"] = None if made.choices is None else made.choices.to_json()
    content["question_figures"] = [one.to_json() for one in made.figures]
    numbers = point_rows(json.loads(json.dumps(content)))
    (folder / "points.csv").write_bytes(b"".join(csv_bytes(POINT_COLUMNS, numbers)))
    design = made.design
    has_machines = "reader_kind" in rows_of(folder)[0]
    layout = RatingsFile(
        made.slug,
        design,
        has_machines=has_machines,
        has_reasons=False,
        references={},
        clusters={},
        strata={},
    )
    settings = settings_of_design(
        design, synthetic_arms=() if made.analysis is None else made.analysis.table.synthetic_arms
    )
    script = points_script(made.slug, design, layout, HeldRatings.of(design), settings)
    (folder / "points.R").write_text(script, encoding="utf-8")


def with_gaps(rows: list[Row]) -> list[Row]:
    """Three of ten readings missing, one reader with two, some read twice."""
    draws = random.Random(7)
    idle = min(row["reader"] for row in rows)
    of_idle = [row for row in rows if row["reader"] == idle]
    kept = [row for row in rows if row["reader"] != idle and draws.random() < 0.7]
    again = [
        {**row, "replicate": "1", "position": str(900 + number)}
        for number, row in enumerate(kept)
        if row["arm"] and row.get("asked_at", "case") == "case" and draws.random() < 0.2
    ]
    return [*of_idle[:2], *kept, *again]


def with_machines(rows: list[Row]) -> list[Row]:
    """Two readers are programs."""
    machines = {"S01": "X01", "S02": "X02"}
    return [
        {
            "study": row["study"],
            "reader": machines.get(row["reader"], row["reader"]),
            "reader_kind": "machine" if row["reader"] in machines else "simulated",
            **{name: value for name, value in row.items() if name not in ("study", "reader")},
        }
        for row in rows
    ]


def in_subgroups(rows: list[Row]) -> list[Row]:
    """Words, some of them missing; ages; numbers of more values than can be shown."""

    def of(row: Row) -> Row:
        case = int(row["case"][1:])
        return {
            "case_sex": ("F", "M", "")[case % 3],
            "case_patient_age": f"{case * 7 % 95:03d}Y",
            "case_dose": f"{case * 3.7 % 31:.2f}",
        }

    return [{**row, **of(row)} for row in rows]


def in_clusters(rows: list[Row]) -> list[Row]:
    """Every ninth image is of the same patient."""
    return [
        {**row, "cluster": f"P{int(row['case'][1:]) % 9}" if row["arm"] else ""} for row in rows
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_comes_to_the_same_numbers_as_the_analysis(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    for protocol in (one.name for one in list_protocols()):
        folder = tmp_path / protocol
        numbers = export(database, store, protocol, folder)
        done = recomputed(folder)
        assert done.returncode == 0, f"{protocol}: {done.stdout[-3000:]}{done.stderr}"
        made, total, differ, left = counts(done)
        assert (total, differ) == (numbers, 0), protocol
        assert made >= LEAST.get(protocol, NEARLY_ALL) / 100 * total, f"{protocol}: {left} left"
    _a_changed_rating_is_noticed(tmp_path)
    _a_changed_number_is_noticed(tmp_path / "khader-2023")
    _with_all_that_can_happen_to_ratings(tmp_path)


def _a_changed_rating_is_noticed(folder: Path) -> None:
    """Of each kind of protocol one answer."""
    changes: dict[str, tuple[str, Callable[[str], str], str]] = {
        "clode-da-silva-2024": (
            "realism",
            lambda one: "1" if one != "1" else "5",
            "/realism/mean/estimate",
        ),
        "jang-2023": ("verdict", _other_verdict, "/deception/rate/estimate"),
        "tordjman-2026": ("verdict", _other_verdict, "choices/phases/"),
        "cervical-quartets-2025": ("real_one", lambda one: str(int(one) % 4 + 1), "choices/sets/0"),
        "pet-pairs-2023": ("real_one", lambda one: str(3 - int(one)), "/correct/share/estimate"),
        "gazevalm-2026": ("atelectasis", _other_finding, "question_figures/0/by_arm/"),
    }
    for protocol, (column, change, named) in changes.items():
        before = (folder / protocol / "ratings.csv").read_bytes()
        rows = rows_of(folder / protocol)
        row = next(one for one in rows if one[column])
        row[column] = change(row[column])
        write_rows(folder / protocol, rows)
        done = recomputed(folder / protocol)
        (folder / protocol / "ratings.csv").write_bytes(before)
        assert done.returncode == 1, protocol
        assert counts(done)[2] > 0
        assert any(
            named in line and line.endswith("recomputed") for line in done.stdout.splitlines()
        ), f"{protocol}: {done.stdout[:2000]}"


def _other_verdict(one: str) -> str:
    return "real" if one == "synthetic" else "synthetic"


def _other_finding(one: str) -> str:
    return "absent" if one == "present" else "present"


def _a_changed_number_is_noticed(folder: Path) -> None:
    """One that was printed wrong, one that is not there, and one too many."""
    lines = (folder / "points.csv").read_text().splitlines()
    name, value = next(
        one for one in lines if "/accuracy_slope/se" not in one and "." in one
    ).split(",")
    for changed in (
        [f"{name},{float(value) * (1 + 1e-8)!r}" if one.startswith(name) else one for one in lines],
        [one for one in lines if not one.startswith(name)],
        [*lines, "arms/film/realism/mean/more,1"],
    ):
        (folder / "points.csv").write_text("\n".join(changed) + "\n")
        done = recomputed(folder)
        assert (done.returncode, counts(done)[2]) == (1, 1)
    (folder / "points.csv").write_text("\n".join(lines) + "\n")


def _with_all_that_can_happen_to_ratings(tmp_path: Path) -> None:
    cases: dict[str, tuple[str, Callable[[list[Row]], list[Row]], dict[str, object]]] = {
        "gaps": ("khader-2023", with_gaps, {}),
        "gaps in phases": ("tordjman-2026", with_gaps, {}),
        "gaps in groups": ("mrmc-split-plot", with_gaps, {}),
        "gaps in sets": ("cervical-quartets-2025", with_gaps, {}),
        "gaps in marks": ("schuit-2025", with_gaps, {"target": "readers"}),
        "these readers": ("xreal-2024", with_gaps, {"target": "images"}),
        "machines": ("gazevalm-2026", with_machines, {}),
        "clusters": ("hype-time", in_clusters, {"cluster": "patient"}),
        "subgroups": ("jang-2023", in_subgroups, {"subgroups": ["sex", "patient_age", "dose"]}),
        "two readers": ("clode-da-silva-2024", _two_readers, {"target": "readers_and_images"}),
    }
    for name, (protocol, change, plan) in cases.items():
        folder = tmp_path / name
        shutil.copytree(tmp_path / protocol, folder)
        write_rows(folder, change(rows_of(folder)))
        design = json.loads((folder / "design.json").read_text())
        design["analysis"].update(plan)
        (folder / "design.json").write_text(json.dumps(design))
        analyse_again(folder)
        done = recomputed(folder)
        assert done.returncode == 0, f"{name}: {done.stdout[-3000:]}{done.stderr}"
        made, total, differ, _ = counts(done)
        assert differ == 0
        assert made > total / 2, name


def _two_readers(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["reader"] in ("S01", "S02")]


def test_every_number_is_on_a_line_of_its_own() -> None:
    content = {
        "arms": {"M1": {"truth": "synthetic", "n": 3, "within": True, "none": None}},
        "contrasts": {"pairs": [{"estimate": -0.25}]},
        "questions": {"not": 1},
    }

    assert list(point_rows(content)) == [("arms/M1/n", 3), ("contrasts/pairs/0/estimate", -0.25)]


def test_the_script_is_told_of_the_study_in_words_of_any_alphabet() -> None:
    facts = {"a": None, "b": [True, 1.5], "c": {"x": 1}, "d": [{"k": 'é"\U0001f600'}], "e": []}

    assert as_r(facts) == (
        'list(\n  "a" = NULL,\n  "b" = c(TRUE, 1.5),\n  "c" = c("x" = 1),\n'
        '  "d" = list(c("k" = "\\U000000e9\\"\\U0001f600")),\n  "e" = c()\n)'
    )


def test_what_r_leaves_is_what_the_documentation_says_it_leaves() -> None:
    comparing = (PARTS / "8_comparing.R").read_text(encoding="utf-8")
    named = comparing.partition("reasons <- c(")[2].partition("\n)")[0]
    reasons = dict(re.findall(r'(\w+) = "([^"]+)"', named))
    script = "".join(one.read_text(encoding="utf-8") for one in sorted(PARTS.glob("*.R")))
    left = comparing.partition("\nleft <- c(")[2].partition("has_sets <-")[0]
    used = set(re.findall(r'leave\(.*"(\w+)"\)', script)) | set(
        re.findall(r'(?:=\s+)"(\w+)"', left)
    )
    said = " ".join(DOCS.read_text(encoding="utf-8").split())

    assert used == set(reasons)
    assert [one for one in reasons.values() if one not in said] == []


def test_the_script_has_plain_letters_and_short_lines() -> None:
    for part in PARTS.glob("*.R"):
        text = part.read_text(encoding="utf-8")
        assert text.isascii(), part.name
        assert max(len(line) for line in text.splitlines()) <= 100, part.name
