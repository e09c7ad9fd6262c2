"""verify, export-protocol, and the names that sign on the command line."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Filled, Run
from tests.cli.test_commands import folder_of_images


def open_a_study(run: Run, tmp_path: Path) -> str:
    """A study that Ada has opened."""
    for arm, seed in (("real", 1), ("M1", 2)):
        images = folder_of_images(tmp_path / arm, seed=seed)
        run("import-images", images, "--index", "index.csv", "--arm", arm)
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    signed = run("open-study", slug, "--as", "Ada Lovelace").stderr
    assert "signed by Ada Lovelace (local shell, no password): I declare that the design" in signed
    return slug


@pytest.fixture
def opened(filled: Filled) -> str:
    """Its short name."""
    return filled(open_a_study)


def test_a_record_that_holds_is_told_with_its_head(run: Run, opened: str) -> None:
    one = run("verify", opened).stdout
    assert one.startswith(f"{opened}: holds, 3 events, 0 ratings, head ")
    everything = run("verify", "--all").stdout.splitlines()
    assert everything[0].startswith("installation: holds, ")
    assert everything[1] == one.strip()


def test_a_break_is_a_sentence_and_exit_code_1(run: Run, opened: str, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "var" / "negatoscope.db")
    database.execute("UPDATE studies SET design = replace(design, 'Real', 'Unreal')")
    database.commit()
    database.close()
    broken = run("verify", opened, code=1).stderr
    assert broken.startswith(f"{opened}: BROKEN. The design was changed: its SHA-256 is ")
    assert broken.count("\n") == 1
    assert "BROKEN" in run("verify", "--all", code=1).stderr


def test_what_to_verify_has_to_be_said_once(run: Run, opened: str) -> None:
    for words in ([], [opened, "--all"]):
        assert "Name one study to verify, or give --all" in run("verify", *words, code=1).stderr
    assert "no study 'nothing'" in run("verify", "nothing", code=1).stderr


def test_a_protocol_is_written_in_words_and_as_json(run: Run, opened: str, tmp_path: Path) -> None:
    words = run("export-protocol", opened).stdout
    head = run("verify", opened).stdout.split("head ")[1].strip()
    run("export-protocol", opened, "--out", tmp_path / "p.json")
    protocol = json.loads((tmp_path / "p.json").read_text())
    assert protocol["record_head"] == head
    for name in ("design_sha256", "cases_sha256", "renditions_sha256", "analysis_sha256"):
        assert f"`{protocol['opening'][name]}`" in words
    assert protocol["opening"]["software"]["source_sha256"] in words
    assert "- Signed: Ada Lovelace (local shell, no password): I declare" in words
    assert "- Equivalence margin: AUC within 0.5 ± 0.1" in words
    assert "- Margin: 0.1" in words
    assert protocol["design"]["title"] in words.splitlines()[0]
    assert (
        "let it end in .md"
        in run("export-protocol", opened, "--out", tmp_path / "p.pdf", code=1).stderr
    )


def test_a_drafts_protocol_says_that_it_is_not_frozen(run: Run, tmp_path: Path) -> None:
    images = folder_of_images(tmp_path / "a")
    run("import-images", images, "--index", "index.csv", "--arm", "real")
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    words = run("export-protocol", slug).stdout
    assert f"A draft (`{slug}`): cases, pictures, settings and software are frozen when" in words
    assert "SHA-256 of the cases" not in words


def test_a_name_is_asked_for_where_somebody_can_answer(
    run: Run, opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.signing.typer.prompt", lambda *_, **__: "Grace Hopper")
    monkeypatch.setattr("app.cli.signing._at_a_terminal", lambda: True)
    told = run("close-study", opened).stderr
    assert told.startswith("I declare that reading ends here")
    assert "signed by Grace Hopper" in told
