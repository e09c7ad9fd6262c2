"""points.R recomputes in R, without a package, what the analysis says of every arm."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.services.create_study import create_study
from app.services.example_study import example_study, list_protocols
from app.services.export_study import StudyExport
from app.services.import_bank import import_bank
from app.services.rehearse_study import rehearse_study
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.studies import NOW


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def recomputed(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["Rscript", "points.R"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_every_protocols_points_are_the_same_in_r(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path
) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed; the script is checked by its text only")
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    compared = 0
    for protocol in (one.name for one in list_protocols()):
        with database.writing() as session:
            design = example_study(session, protocol, size=SIZE).filled.design
            slug = create_study(session, design, now=NOW, actor="test")
            copy = rehearse_study(session, slug, seed=1, now=NOW, actor="test")
        files = StudyExport(database, store, copy.slug).files()
        folder = tmp_path / protocol
        folder.mkdir()
        for name in ("ratings.csv", "points.csv", "points.R"):
            (folder / name).write_bytes(b"".join(files[name]()))
        rows = list(csv.DictReader(io.StringIO((folder / "points.csv").read_text())))
        done = recomputed(folder)
        if not rows:
            continue
        assert done.returncode == 0, f"{protocol}: {done.stdout}{done.stderr}"
        assert f"{len(rows)} points recomputed, 0 differ." in done.stdout
        compared += len(rows)
        changed = (folder / "points.csv").read_text().replace(rows[0]["estimate"], "0.123", 1)
        (folder / "points.csv").write_text(changed)
        assert recomputed(folder).returncode == 1
    assert compared > 50
