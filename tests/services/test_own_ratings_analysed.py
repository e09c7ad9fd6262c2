"""Every published protocol's own ratings.csv is analysed, or refused with a way out."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.domain.errors import BadRatings
from app.services.analyse_file import FileAnalysis, analyse_file
from app.services.create_study import create_study
from app.services.example_study import example_study, list_protocols
from app.services.export_study import StudyExport
from app.services.import_bank import import_bank
from app.services.rehearse_study import rehearse_study
from app.statistics.table.settings import AnalysisSettings
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.studies import NOW
from tests.two_lengths import SLOW

WAYS_OUT = ("several pictures shown together", "--map realism=")
OUTCOMES = {
    "clode-da-silva-2024": "analysed",
    "jang-2023": "analysed",
    "roentgen-alignment": "analysed",
    "schuit-2025": "analysed",
    "hype-time": "analysed",
    "gazevalm-2026": "in phases",
    "tordjman-2026": "in phases",
    "cervical-quartets-2025": "several pictures shown together",
    "pet-pairs-2023": "several pictures shown together",
    # Their questions have names of their own, or ask for none of what is analysed by arm.
    "khader-2023": "--map realism=",
    "xreal-2024": "--map realism=",
    "model-arena": "--map realism=",
    "mrmc-split-plot": "--map realism=",
}
# One of each outcome.
OF_EVERY_RUN = ("jang-2023", "tordjman-2026", "pet-pairs-2023", "xreal-2024")


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def read(path: Path, phase: str | None = None) -> FileAnalysis | str:
    """The analysis, or the sentence that refuses it."""
    try:
        return analyse_file(path, columns={}, settings=AnalysisSettings(), phase=phase)
    except BadRatings as refused:
        return str(refused)


def exported(
    database: Database, store: RenditionStore, folder: Path, *names: str
) -> Iterator[tuple[str, Path]]:
    """The name of each protocol, or of these, and the ratings of its rehearsal."""
    for protocol in list_protocols():
        if names and protocol.name not in names:
            continue
        with database.writing() as session:
            design = example_study(session, protocol.name, size=SIZE).filled.design
            slug = create_study(session, design, now=NOW, actor="test")
            copy = rehearse_study(session, slug, seed=1, now=NOW, actor="test")
        path = folder / f"{protocol.name}.csv"
        files = StudyExport(database, store, copy.slug).files()
        path.write_bytes(b"".join(files["ratings.csv"]()))
        yield protocol.name, path


@pytest.mark.parametrize(
    "protocols", [OF_EVERY_RUN, pytest.param(OUTCOMES.keys() - set(OF_EVERY_RUN), marks=SLOW)]
)
def test_own_ratings_are_analysed_or_refused_with_a_way_out(
    protocols: Collection[str],
    database: Database,
    store: RenditionStore,
    phantom_bank: Path,
    tmp_path: Path,
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    outcomes: dict[str, str] = {}
    for name, path in exported(database, store, tmp_path, *protocols):
        result = read(path)
        if isinstance(result, FileAnalysis):
            outcomes[name] = "analysed"
            continue
        assert len(result.splitlines()) == 1
        phases = re.search(r"--phase KEY, of (.*)\.$", result)
        if phases:
            outcomes[name] = "in phases"
            taken = [read(path, phase) for phase in phases[1].split(", ")]
            assert all(isinstance(one, FileAnalysis) for one in taken), taken
        else:
            outcomes[name] = next((word for word in WAYS_OUT if word in result), result)
    assert outcomes == {name: OUTCOMES[name] for name in protocols}


def test_the_outcome_of_every_protocol_is_stated() -> None:
    assert set(OUTCOMES) == {protocol.name for protocol in list_protocols()}


def test_a_question_with_a_name_of_its_own_is_analysed_by_the_map(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    paths = dict(exported(database, store, tmp_path, "xreal-2024"))
    columns = {"realism": "anatomy"}
    read = analyse_file(paths["xreal-2024"], columns=columns, settings=AnalysisSettings())
    assert all(one.families["realism"] for one in read.analysis.arms.values())
