"""`erase-reader`: asks, erases, and says that the record holds."""

import sqlite3
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_commands import folder_of_images


def test_a_reader_is_erased_once_and_the_record_holds(run: Run, tmp_path: Path) -> None:
    folder_of_images(tmp_path / "real")
    run("import-images", tmp_path / "real", "--index", "index.csv", "--arm", "real")
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    assert 'until = "closing"' in design.read_text()
    slug = run("create-study", design).stdout.splitlines()[-1]
    # As a server has one, whose being open keeps SQLite's log.
    beside = sqlite3.connect(tmp_path / "var" / "negatoscope.db")
    assert beside.execute("SELECT count(*) FROM readers").fetchone() == (0,)
    run("invite", slug, "--label", "Dr Grünwald", "--label", "Dr B")
    assert (
        "Nothing of R01 was erased" in run("erase-reader", slug, "R01", code=1, input="n\n").stderr
    )
    said = run("erase-reader", slug, "R01", input="y\n").stdout
    assert "R01 is erased; 0 ratings are tombstones now." in said
    assert f"The record of {slug} holds, head " in said
    assert "was erased already" in run("erase-reader", slug, "R01", "--yes", code=1).stderr
    assert "no reader 'R07'" in run("erase-reader", slug, "R07", "--yes", code=1).stderr
    assert "R02 is erased" in run("erase-reader", slug, "R02", "--yes").stdout
    assert f"{slug}: holds" in run("verify", slug).stdout
    data = b"".join(path.read_bytes() for path in (tmp_path / "var").glob("negatoscope.db*"))
    assert "Grünwald".encode() not in data
    beside.close()
