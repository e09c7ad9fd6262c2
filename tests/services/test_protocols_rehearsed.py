"""Every published protocol is rehearsed to its last question and written for machines."""

from pathlib import Path

import pytest

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.studies import study_by_slug
from app.db.truth.answer_rows import AnswerRow, answer_rows
from app.domain.design.design import StudyDesign
from app.services.blinded_set import write_blinded_set
from app.services.create_study import create_study
from app.services.example_study import example_study, list_protocols
from app.services.import_bank import import_bank
from app.services.rehearse_study import rehearse_study
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.studies import NOW, open_audited

NAMES = [protocol.name for protocol in list_protocols()]


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def unsaid(design: StudyDesign, rows: list[AnswerRow]) -> set[tuple[int, str]]:
    """Questions of a phase that no simulated reader has answered."""
    said = {(row.phase, key) for row in rows for key in row.answers}
    asked = {
        (number, key)
        for number, phase in enumerate(design.phases, start=1)
        for key in (*phase.questions, *phase.end_questions)
        if design.question(key).measure != "comment"
    }
    return asked - said


def test_all_thirteen_are_rehearsed(
    database: Database, store: RenditionStore, phantom_bank: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    for name in NAMES:
        with database.writing() as session:
            design = example_study(session, name, size=SIZE).filled.design
            slug = create_study(session, design, now=NOW, actor="test")
            open_audited(session, slug)
            made = rehearse_study(session, slug, seed=1, now=NOW, actor="test")
            rows = list(answer_rows(session, study_by_slug(session, made.slug)))
        assert len(rows) == made.ratings > 0, name
        assert unsaid(design, rows) == set(), name
        assert {row.phase for row in rows} == set(range(1, len(design.phases) + 1)), name


def test_all_thirteen_are_written_for_machines(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    for name in NAMES:
        with database.writing() as session:
            design = example_study(session, name, size=SIZE).filled.design
            slug = create_study(session, design, now=NOW, actor="test")
            opened = open_audited(session, slug)
        out = tmp_path / "sets" / name
        made = write_blinded_set(database, store, slug, out, now=NOW, actor="test")
        assert made.pictures == opened.cases, name
        assert made.entries >= opened.cases / design.phases[0].presentation.pictures, name
