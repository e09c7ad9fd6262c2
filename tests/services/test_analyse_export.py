"""A study's own files, read by its design, give what its report shows."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.tables import Image
from app.domain.errors import BadRatings
from app.report.page.view import report_view
from app.services.analyse_export import ExportAnalysis, analyse_export
from app.services.create_study import create_study
from app.services.example_study import example_study
from app.services.export_study import StudyExport
from app.services.import_bank import import_bank
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import StudySummary, summarise_study
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.studies import NOW
from tests.two_lengths import SLOW


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def both_ways(
    database: Database, store: RenditionStore, folder: Path, protocol: str, cluster: str = ""
) -> tuple[StudySummary, ExportAnalysis]:
    """The rehearsal of a protocol as its report has it, and as its files give it."""
    with database.writing() as session:
        design = example_study(session, protocol, size=SIZE).filled.design
        design = replace(design, analysis=replace(design.analysis, cluster=cluster))
        slug = create_study(session, design, now=NOW, actor="test")
        copy = rehearse_study(session, slug, seed=1, now=NOW, actor="test")
    files = StudyExport(database, store, copy.slug).files()
    for name in ("ratings.csv", "design.json", "readers.csv"):
        (folder / name).write_bytes(b"".join(files[name]()))
    with database.reading() as session:
        summary = summarise_study(session, copy.slug, interim=True)
    return summary, analyse_export(folder / "ratings.csv", folder / "design.json")


# Several phases, pictures, findings, marks and words; the others ask less of the same.
PROTOCOLS = {
    "gazevalm-2026": {"findings", "artefacts", "confidence"},
    "model-arena": set(),
    "pet-pairs-2023": {"confidence"},
    "roentgen-alignment": {"prompt-agreement"},
    "schuit-2025": {"findings", "artefacts", "places"},
}
OF_EVERY_RUN = ("pet-pairs-2023", "roentgen-alignment", "schuit-2025")
PARTS = {"findings", "prompt-agreement", "artefacts", "places", "confidence"}


@pytest.mark.parametrize(
    "protocols", [OF_EVERY_RUN, pytest.param(PROTOCOLS.keys() - set(OF_EVERY_RUN), marks=SLOW)]
)
def test_the_files_of_a_protocol_give_what_its_report_shows(
    protocols: Collection[str],
    database: Database,
    store: RenditionStore,
    phantom_bank: Path,
    tmp_path: Path,
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    for protocol in sorted(protocols):
        parts = PROTOCOLS[protocol]
        summary, read = both_ways(database, store, tmp_path, protocol)
        assert read.is_simulated
        assert (read.analysis is None) == (summary.analysis is None)
        if read.analysis is not None and summary.analysis is not None:
            assert read.analysis.to_json() == summary.analysis.to_json()
        assert read.questions == summary.questions
        assert [one.to_json() for one in read.figures] == [one.to_json() for one in summary.figures]
        sections = {section.name: section for section in report_view(summary).sections}
        assert parts == PARTS & set(sections)
        assert all(table.rows for part in parts for table in sections[part].tables)
        assert set(read.arms) == {arm.key for arm in summary.arms}


def test_pictures_of_sets_that_belong_together_do_so_in_the_files_too(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path
) -> None:
    """Every row of several pictures says what each belongs to, by which sets are joined."""
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    with database.writing() as session:
        for image in session.scalars(select(Image)):
            image.provenance = {**image.provenance, "patient": f"P;{image.id % 7}"}
    alone, _ = both_ways(database, store, tmp_path, "pet-pairs-2023")
    summary, read = both_ways(database, store, tmp_path, "pet-pairs-2023", cluster="patient")
    assert summary.choices is not None
    assert read.choices is not None
    assert read.choices.to_json() == summary.choices.to_json()
    # Else nothing hung on it.
    assert alone.choices is not None
    assert alone.choices.to_json() != summary.choices.to_json()


def test_files_of_two_exports_and_spoilt_cells_are_refused_in_one_sentence(
    database: Database, store: RenditionStore, phantom_bank: Path, tmp_path: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    both_ways(database, store, tmp_path, "gazevalm-2026")
    ratings, design = tmp_path / "ratings.csv", tmp_path / "design.json"
    good = ratings.read_bytes().decode()

    def refused(text: str) -> str:
        ratings.write_text(text, newline="")
        with pytest.raises(BadRatings) as told:
            analyse_export(ratings, design)
        assert len(str(told.value).splitlines()) == 1
        return str(told.value)

    header, first, *rest = good.splitlines()
    assert "has no column 'edema'" in refused(good.replace(",edema,", ",swelling,"))
    spoilt = first.replace(",absent,", ",perhaps,", 1).replace(",present,", ",perhaps,", 1)
    assert "line 2: atelectasis" in refused("\r\n".join([header, spoilt, *rest]))
    assert "has not as many fields" in refused("\r\n".join([header, first + ",1", *rest]))
    assert "has no ratings" in refused(header)
    ratings.write_text(good, newline="")
    design.write_text("[1, 2]")
    with pytest.raises(BadRatings, match="not a stored design"):
        analyse_export(ratings, design)
