"""`python -m app plan`: tables, JSON and figure; a pilot; one sentence for bad input."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.report.plan.text import answers, few_readers
from app.statistics.planning.plan import plan
from app.statistics.planning.simulation import LatentVariances, Scenario, simulate_studies, solve
from app.statistics.table.settings import AnalysisSettings
from tests.cli.conftest import Run

SMALL = ("--readers", "2,6", "--cases", "10,20", "--simulations", "20")
SHARED = Path(__file__).parents[2] / ".." / "shared" / "reference" / "sim_balanced.csv"


@pytest.fixture
def pilot(tmp_path: Path) -> Path:
    """A pilot of 8 readers and 2 x 30 images, as `export` writes ratings."""
    made = simulate_studies(
        solve(Scenario(components=LatentVariances(0.3, 0.2, 0.5))),
        readers=8,
        cases=30,
        studies=1,
        rng=np.random.default_rng(3),
    )
    path = tmp_path / "ratings.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["reader", "case", "modality", "truth", "realism", "verdict"])
        for arm, truth, ratings, judged in (
            ("real", "real", made.real[0], made.real_judged_real[0]),
            ("M1", "synthetic", made.detected[0], made.detected_judged_real[0]),
        ):
            for (j, k), rating in np.ndenumerate(ratings):
                verdict = "real" if judged[j, k] else "synthetic"
                writer.writerow([f"R{j}", f"{arm}{k}", arm, truth, rating, verdict])
    return path


def test_it_prints_a_table_a_question_and_what_it_assumed(run: Run) -> None:
    out = " ".join(run("plan", *SMALL).stdout.split())
    assert "True AUC 0.60" in out
    assert "structure HH; that of readers is our assumption" in out
    for title in ("Deception rate", "Balanced accuracy", "AUC of realism", "Equivalence: half"):
        assert title in out
    assert "2 readers can't answer, even with 20 images an arm" in out
    assert "no design of this grid reaches a power of 80%" in out
    assert "±0." in out


def test_json_is_the_same_for_the_same_seed(run: Run) -> None:
    first = run("plan", *SMALL, "--json", "--auc", "0.7", "--margin", "0.15").stdout
    assert first == run("plan", *SMALL, "--json", "--auc", "0.7", "--margin", "0.15").stdout
    printed = json.loads(first)
    assert printed["scenario"]["auc"] == 0.7
    assert printed["settings"]["margin"] == 0.15
    assert [(cell["readers"], cell["cases"]) for cell in printed["grid"]] == [
        (2, 10),
        (2, 20),
        (6, 10),
        (6, 20),
    ]
    assert any("2 readers can't answer" in line for line in printed["cautions"])
    other = json.loads(
        run("plan", *SMALL, "--json", "--auc", "0.7", "--margin", "0.15", "--seed", "2").stdout
    )
    assert other["grid"] != printed["grid"]


def test_the_figure_is_written_as_svg_and_png(run: Run, tmp_path: Path) -> None:
    svg, png = tmp_path / "plan.svg", tmp_path / "plan.PNG"
    run("plan", *SMALL, "--out-figure", svg)
    assert "with --force" in run("plan", *SMALL, "--out-figure", svg, code=1).stderr
    run("plan", *SMALL, "--out-figure", svg, "--force")
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    run("plan", *SMALL, "--readers", "3", "--cases", "10", "--out-figure", png)
    with Image.open(io.BytesIO(png.read_bytes())) as picture:
        assert picture.width > 1000
        assert len(picture.convert("L").getcolors(256) or []) > 10


def test_a_pilot_brings_its_variances_and_what_is_stated_goes_before(run: Run, pilot: Path) -> None:
    common = ("plan", *SMALL, "--pilot", pilot, "--map", "arm=modality", "--json")
    printed = json.loads(run(*common).stdout)["components"]
    assert printed["source"].endswith("realism of 8 readers and 60 images")
    assert 0.05 < printed["reader"] < 1.0
    assert 0.3 < printed["case"] < 0.7
    stated = json.loads(run(*common, "--reader-variance", "0.11").stdout)["components"]
    assert stated["reader"] == 0.11
    assert stated["case"] == printed["case"]
    assert stated["source"].startswith("reader stated; pilot")


def test_a_pilot_of_another_tool_can_be_read(run: Run) -> None:
    if not SHARED.exists():
        pytest.skip("the shared reference data are not beside the checkout")
    names = ("arm=modality", "realism=rating", "verdict=call_real")
    renamed = [word for name in names for word in ("--map", name)]
    meant = ("--map-value", "verdict", "1=real")
    printed = json.loads(run("plan", *SMALL, "--pilot", SHARED, *renamed, *meant, "--json").stdout)
    assert 0.0 < printed["components"]["case"] < 1.0


def test_enough_readers_are_not_told_that_they_can_not_answer() -> None:
    easy = Scenario(auc=0.85, components=LatentVariances(0.0, 0.01, 0.3))
    made = plan(
        readers=(3, 8),
        cases=(40,),
        scenario=easy,
        settings=AnalysisSettings(margin=0.3),
        simulations=20,
        seed=1,
    )
    (sentence,) = few_readers(made)
    assert sentence.startswith("3 readers (df ")
    assert "say little about readers at large" in sentence
    assert all("is the least work that is enough" in line for line in answers(made))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--readers", "four"], "--readers 'four' is not a list of whole numbers"),
        (["--readers", "1,4"], "one says nothing about others"),
        (["--cases", "0"], "0 cases"),
        (["--auc", "0.5"], "other than 0.5"),
        (["--margin", "0.7"], "margin is 0.7"),
        (["--case-variance", "1.5"], "case variance is 1.5"),
        (["--simulations", "1"], "1 simulations"),
        (["--pilot", "missing.csv"], "missing.csv"),
        (["--out-figure", "plan.jpg"], "ends in .svg, .pdf, .png, .tiff"),
        (["--out-figure", "nowhere/plan.svg"], "no folder nowhere"),
    ],
)
def test_bad_input_is_one_sentence(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("plan", *SMALL, "--out-figure", "x.svg", *arguments, code=1)
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""
    assert not (tmp_path / "x.svg").exists()


def test_an_unfit_pilot_is_named_in_one_sentence(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("reader,case,arm,truth,realism\nA,1,real,real,3\nA,2,m,synthetic,2\n")
    error = run("plan", *SMALL, "--pilot", path, code=1).stderr
    assert f"{path}: The pilot has one reader" in error


def test_wrong_usage_is_told_apart_from_bad_input(run: Run) -> None:
    run("plan", "--seed", "one", code=2)
    run("plan", "--map", "arm=modality", code=2)
    run("plan", "--pilot", "x.csv", "--map", "nonsense", code=2)


@pytest.mark.parametrize(
    ("asks", "title", "answer"),
    [
        ("words", "Share of readings with it", "To tell a share of 30% from 10%"),
        ("noticing", "Share of readers who notice", "To tell 30% of readers from 50%"),
        ("phases", "AUC after readers are told", "0.60 after readers are told from 0.50 before"),
    ],
)
def test_other_questions_have_tables_of_their_own(
    run: Run, tmp_path: Path, asks: str, title: str, answer: str
) -> None:
    options = SMALL if asks != "noticing" else SMALL[:4]
    figure = tmp_path / "plan.svg"
    out = run("plan", *options, "--asks", asks, "--out-figure", str(figure)).stdout
    words = " ".join(out.split())
    assert title in words
    assert answer in words
    assert "Balanced accuracy" not in words
    assert ElementTree.parse(figure).getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--share", "0.2"), "--share"),
        (("--asks", "words", "--auc", "0.7"), "--auc"),
        (("--asks", "noticing", "--case-variance", "0.5"), "--case-variance"),
        (("--asks", "phases", "--margin", "0.1"), "--margin"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    run: Run, options: tuple[str, ...], name: str
) -> None:
    done = run("plan", *options, code=2)
    assert f"Invalid value for {name}: has no use" in done.stderr
