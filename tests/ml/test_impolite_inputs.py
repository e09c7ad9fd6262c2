"""Each command answers what cannot be used with exit code 1, one sentence and nothing written."""

import json
from pathlib import Path

import pytest
from tuning_fixtures import six_films, tiny_base_folder  # noqa: F401

from ml import demo, evaluate, finetune, generate, prepare, reproduce, tiny_base, variants

NO_BASE = ("nowhere", "empty", "zero.safetensors", "text.txt", "cut.safetensors", "no-index")


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Return a folder of things that are not what a command wants."""
    root = tmp_path_factory.mktemp("impolite")
    (root / "empty").mkdir()
    (root / "no-index").mkdir()
    (root / "no-index" / "model_index.json").write_text("not JSON")
    (root / "zero.safetensors").touch()
    (root / "zero.zip").touch()
    (root / "cut.safetensors").write_bytes(b"\x40\0\0\0\0\0\0\0{")
    (root / "text.txt").write_text("text")
    bank = root / "no-images"
    bank.mkdir()
    (bank / "bank.json").write_text(json.dumps({"format_version": 1, "arms": []}))
    (bank / "images.jsonl").touch()
    return root


def refused(main, argv, capsys):
    """Run a command that must refuse; return its one sentence."""
    assert main([str(part) for part in argv]) == 1
    said = capsys.readouterr().err.strip()
    lines = [line for line in said.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1, said
    assert lines[0].startswith("ml.")
    assert lines[0].endswith(".")
    return lines[0]


@pytest.mark.parametrize("base", NO_BASE)
def test_a_base_that_is_none(base, places, data, tmp_path, capsys):
    given = ["--base", places / base, "--data", data, "--prompt-abnormal", "x"]
    for main, argv in (
        (finetune.main, ["M1", *given, "--out", tmp_path / "M1", "--device", "cpu"]),
        (generate.main, ["M0", "--base", places / base, "--bank", tmp_path / "bank"]),
        (reproduce.main, [*given, "--out", tmp_path / "study"]),
    ):
        said = refused(main, argv, capsys)
        assert base in said
    assert {p.name for p in tmp_path.rglob("*") if p.is_file()} <= {".lock"}


@pytest.mark.parametrize("data", ["nowhere", "empty", "text.txt", "zero.zip"])
def test_data_that_are_none(data, places, base, tmp_path, capsys):
    given = ["--base", base, "--data", places / data]
    for main, argv in (
        (finetune.main, ["M1", *given, "--out", tmp_path / "M1", "--device", "cpu"]),
        (reproduce.main, [*given, "--out", tmp_path / "study"]),
        (prepare.main, ["montgomery", "--source", places / data, "--out", tmp_path / "data"]),
        (prepare.main, ["folder", "--source", places / data, "--out", tmp_path / "data"]),
        (prepare.main, ["imagefolder", "--source", places / data, "--out", tmp_path / "data"]),
        (prepare.main, ["dicom", "--source", places / data, "--out", tmp_path / "data"]),
    ):
        said = refused(main, argv, capsys)
        assert data in said
    assert {p.name for p in tmp_path.rglob("*") if p.is_file()} <= {".lock"}


@pytest.mark.parametrize("bank", ["nowhere", "empty", "text.txt", "no-images"])
def test_a_bank_that_is_none(bank, places, base, data, capsys):
    argv = [places / bank, "--data", data, "--base", base]
    assert bank in refused(evaluate.main, argv, capsys)


def test_places_to_write_that_are_files(places, base, data, capsys):
    taken, under = places / "text.txt", places / "text.txt" / "under"
    for out in (taken, under):
        given = ["--base", base, "--data", data]
        for main, argv in (
            (finetune.main, ["M1", *given, "--out", out, "--prompt-abnormal", "x"]),
            (generate.main, ["M0", "--base", base, "--bank", out, "--count", "1"]),
            (reproduce.main, [*given, "--out", out, "--prompt-abnormal", "x"]),
            (prepare.main, ["imagefolder", "--source", data, "--out", out]),
            (tiny_base.main, ["--out", out, "--size", "32"]),
        ):
            assert "text.txt" in refused(main, argv, capsys)
    assert taken.read_text() == "text"


def test_what_is_left(places, tmp_path, capsys):
    absent = places / "nowhere"
    assert "nowhere" in refused(variants.main, ["--config", absent], capsys)
    for films in (absent, places / "empty", places / "text.txt"):
        given = ["--work", tmp_path / f"w-{films.name}", "--out", tmp_path / f"o-{films.name}"]
        assert films.name in refused(demo.main, ["--films", films, *given], capsys)
    merged = ["--bank", tmp_path / "b", "--merge", absent]
    assert "nowhere" in refused(generate.main, merged, capsys)
    assert not Path(tmp_path / "b").exists()


def test_a_folder_without_rights_and_a_full_disk_are_sentences(base, data, capsys, monkeypatch):
    def refuse(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    out = data.parent / "not-mine"
    monkeypatch.setattr(Path, "mkdir", refuse)
    given = ["--base", base, "--data", data, "--prompt-abnormal", "x", "--device", "cpu"]
    for main, argv in (
        (finetune.main, ["M1", *given, "--out", out]),
        (reproduce.main, [*given, "--out", out]),
        (generate.main, ["M0", "--base", base, "--bank", out]),
        (prepare.main, ["imagefolder", "--source", data, "--out", out / "data"]),
    ):
        said = refused(main, argv, capsys)
        assert "Permission denied" in said
        assert "not-mine" in said
