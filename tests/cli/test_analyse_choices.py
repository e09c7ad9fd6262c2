"""`analyse --design` of a study of sets: its figures as tables and as JSON."""

import json
from pathlib import Path

import pytest

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.services.import_bank import import_bank
from tests.cli.conftest import Run
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.services.test_choices_of_protocols import rehearsed
from tests.studies import NOW


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def test_a_ranking_is_printed_and_written_as_in_the_report(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path, run: Run
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    summary, _, _ = rehearsed(database, store, tmp_path, "model-arena")
    assert summary.choices is not None
    files = (tmp_path / "ratings.csv", "--design", tmp_path / "design.json")
    out = run("analyse", *files).stdout
    for title in ("Ranking of the arms", "Arms against each other", "Choices by place"):
        assert title in out
    printed = json.loads(run("analyse", *files, "--json").stdout)
    assert printed["choices"] == json.loads(json.dumps(summary.choices.to_json()))
    assert printed["arms"] == {}
