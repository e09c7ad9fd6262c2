"""pack: a closed study as one file, and what it refuses."""

import zipfile
from pathlib import Path

import pytest

from app.domain.errors import Unavailable
from app.report.submission import contents
from tests.cli.conftest import Filled, Run
from tests.cli.test_commands import folder_of_images


def rehearse_a_study(run: Run, tmp_path: Path) -> str:
    """A rehearsed study."""
    for arm, seed in (("real", 1), ("M1", 2)):
        images = folder_of_images(tmp_path / arm, seed=seed)
        run("import-images", images, "--index", "index.csv", "--arm", arm)
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    run("open-study", slug, "--as", "Ada Lovelace")
    return run("rehearse", slug, "--readers", "2").stdout.splitlines()[-1]


@pytest.fixture
def closed(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its short name; its submission is made without figures, which take long."""
    monkeypatch.setattr(contents, "figure_files", lambda *_: iter(()))
    return filled(rehearse_a_study)


def test_a_closed_study_is_packed_and_signed_for(
    run: Run, closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here without what sets text: the rest is packed, and the README says what is missing."""

    def unavailable(*_: object, **__: object) -> bytes:
        raise Unavailable("Pango is missing.")

    monkeypatch.setattr(contents, "report_pdf", unavailable)
    out = tmp_path / "submission.zip"
    told = run("pack", closed, "--out", out, "--as", "Ada Lovelace")
    assert "signed by Ada Lovelace" in told.stderr
    assert told.stdout.startswith(f"Wrote {out}. The record holds: ")
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert f"{closed}-submission/report/report.html" in archive.namelist()
        assert f"{closed}-submission/report/report.pdf" not in archive.namelist()
        read_me = archive.read(f"{closed}-submission/README.md").decode()
    assert "There is no report.pdf: Pango is missing." in read_me
    before = out.read_bytes()
    refused = run("pack", closed, "--out", out, "--as", "Ada Lovelace", code=1).stderr
    assert "write over it with --force" in refused
    # Nobody has signed for what was not written.
    assert "signed" not in refused
    assert out.read_bytes() == before


def test_what_can_not_be_packed_is_one_sentence_and_no_file(
    run: Run, closed: str, tmp_path: Path
) -> None:
    out = tmp_path / "submission.zip"
    still_open = closed.removesuffix("-rehearsal")
    assert "once the study is closed" in run("pack", still_open, "--out", out, code=1).stderr
    assert "let it end in .zip" in run("pack", closed, "--out", tmp_path / "s.tar", code=1).stderr
    assert "no study 'nothing'" in run("pack", "nothing", "--out", out, code=1).stderr
    assert not out.exists()


def test_in_portuguese_words_change_and_data_do_not(
    run: Run, closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "report_pdf", lambda *_, **__: b"%PDF-")
    out = tmp_path / "submission.zip"
    run("pack", closed, "--out", out, "--as", "Ada Lovelace", "--language", "pt-BR")
    with zipfile.ZipFile(out) as archive:
        texts = ("data/ratings.csv", "data/codebook.csv", "text/methods.md", "README.md")
        portuguese = {name: archive.read(f"{closed}-submission/{name}").decode() for name in texts}
    ratings = tmp_path / "ratings.csv"
    run("export", closed, "--out", ratings, "--as", "Ada Lovelace")
    assert ratings.read_text() == portuguese["data/ratings.csv"].replace("\r\n", "\n")
    assert portuguese["text/methods.md"].startswith("# Métodos")
    assert "O registro está íntegro" in portuguese["README.md"]
    codebook = tmp_path / "codebook.csv"
    run("export", closed, "--out", codebook, "--as", "Ada Lovelace", "--language", "pt-BR")
    assert codebook.read_text() == portuguese["data/codebook.csv"].replace("\r\n", "\n")
    out = tmp_path / "none.zip"
    refused = run("pack", closed, "--out", out, "--language", "xx", code=1)
    assert "There are no words in 'xx'" in refused.stderr
    assert not out.exists()
