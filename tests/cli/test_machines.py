"""A study written for a machine and its answers brought back, as they are typed."""

import json
from pathlib import Path

from tests.cli.conftest import Run

DESIGN = """\
format = 2
title = "Arena"
rendition_size = 64

[[arms]]
arm = "simulated"
cases = { normal = 2 }

[[arms]]
arm = "grid"
cases = { normal = 2 }

[[questions]]
measure = "find_the_real"

[presentation]
pictures = 2
"""


def test_a_machine_reads_a_study(run: Run, tmp_path: Path) -> None:
    run("demo-bank", "--out", tmp_path / "bank", "--per-condition", 2, "--size", 128)
    run("import-bank", tmp_path / "bank", "--size", 64)
    arms = {
        json.loads(line)["arm"]
        for line in (tmp_path / "bank/images.jsonl").read_text().split("\n")
        if line
    }
    other = next(arm for arm in sorted(arms) if arm != "simulated")
    (tmp_path / "design.toml").write_text(DESIGN.replace('"grid"', f'"{other}"'))
    slug = run("create-study", tmp_path / "design.toml").stdout.split()[-1]
    refused = run("blinded-set", slug, "--out", tmp_path / "set", code=1)
    assert "open it first" in refused.stderr
    assert "with 4 cases in 2 sets" in run("open-study", slug).stdout
    assert "2 entries with 4 pictures" in run("blinded-set", slug, "--out", tmp_path / "set").stdout
    document = json.loads((tmp_path / "set/set.json").read_text())
    rows = [f"{document['set']},{one['entry']},1" for one in document["entries"][:1]]
    answers = tmp_path / "answers.csv"
    answers.write_text("\n".join(["set,entry,find_the_real", *rows, ""]))
    brought = run("import-answers", slug, answers, "--machine", "Model X")
    assert "X01 (Model X) answered 1 of 2 entries; 1 are missing" in brought.stdout
    again = run("import-answers", slug, answers, "--machine", "Model X", code=1)
    assert "already" in again.stderr
    assert "0/0 readers finished\t0 ratings" in run("studies").stdout


def test_codes_and_labels_stand_before_the_links(run: Run, tmp_path: Path) -> None:
    run("demo-bank", "--out", tmp_path / "bank", "--per-condition", 1, "--size", 128)
    run("import-bank", tmp_path / "bank")
    (tmp_path / "design.toml").write_text(run("example-study").stdout)
    slug = run("create-study", tmp_path / "design.toml").stdout.split()[-1]
    lines = run("invite", slug, "--label", "Dr A", "--label", "Dr B").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["R01 Dr A", "R02 Dr B"]
    assert all("/r/" in line.split("\t")[1] for line in lines)
    assert "one for each" in run("invite", slug, "--count", 3, "--label", "x", code=1).stderr
