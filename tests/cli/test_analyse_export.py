"""`analyse` of a study's own files by their design."""

import json
from pathlib import Path

import pytest

from app.domain.design.writing import design_to_json
from tests.cli.conftest import Run
from tests.steps.test_question_figures import CONFIDENCE, FINDING, VERDICT, design

HEADER = (
    "study,reader,case,arm,condition,truth,replicate,position,session,effusion,"
    "effusion_reference,verdict,confidence,superseded,simulated"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """ratings.csv and design.json of two readers and eight cases."""
    lines = [HEADER]
    for reader in ("R01", "R02"):
        for case in range(8):
            arm, truth = ("real", "real") if case % 2 else ("M0", "synthetic")
            verdict = truth if case < 6 else {"real": "synthetic"}.get(truth, "real")
            reference = "present" if case < 4 else "absent" if case < 7 else ""
            lines.append(
                f"trial,{reader},C{case},{arm},normal,{truth},0,{case + 1},1,present,{reference},"
                f"{verdict},{1 + case % 5},0,0"
            )
    ratings, plan = tmp_path / "ratings.csv", tmp_path / "design.json"
    ratings.write_text("\n".join(lines) + "\n")
    plan.write_text(design_to_json(design(FINDING, VERDICT, CONFIDENCE)))
    return ratings, plan


def test_the_questions_of_the_design_have_their_tables(run: Run, files: tuple[Path, Path]) -> None:
    ratings, plan = files
    out = run("analyse", ratings, "--design", plan).stdout
    assert "Trial study: 2 readers, 2 arms, 16 ratings that count." in out
    assert "Of 1 image the bank’s records don’t say whether Effusion is there: it is in" in out
    assert "Each level was taken to say a probability" in out
    printed = json.loads(run("analyse", ratings, "--design", plan, "--json").stdout)
    by_question = {one["question"]: one for one in printed["question_figures"]}
    assert by_question["effusion"]["by_arm"]["real"]["n_without_reference"] == 1
    assert by_question["effusion"]["by_arm"]["M0"]["sensitivity"]["estimate"] == 1.0
    assert by_question["confidence"]["by_arm"]["all"]["accuracy"]["estimate"] == 0.75
    assert printed["study"] == {
        "slug": "trial",
        "title": "Trial study",
        "simulated_readers": False,
    }


def test_what_the_design_says_can_not_be_said_twice(run: Run, files: tuple[Path, Path]) -> None:
    ratings, plan = files
    page = ratings.parent / "page.html"
    run("analyse", ratings, "--design", plan, "--html", page, "--language", "pt-BR")
    assert '<html lang="pt-BR"' in page.read_text()
    refused = run("analyse", ratings, "--design", plan, "--margin", "0.2", code=2).stderr
    assert "--margin" in refused
    assert "the design says it already" in " ".join(refused.replace("│", " ").split())
    assert run("analyse", ratings, "--design", ratings, code=1).stderr.count("\n") == 1
    plan.write_text("[" * 100_000)
    assert "is not JSON" in run("analyse", ratings, "--design", plan, code=1).stderr
