"""The published protocols with sets, phases and exposures: their figures in report and files."""

import json
import math
from collections.abc import Collection
from pathlib import Path

import pytest

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.report.page.document import report_document
from app.report.page.file_view import export_view
from app.report.page.view import ReportView, report_view
from app.services.analyse_export import ExportAnalysis, analyse_export
from app.services.create_study import create_study
from app.services.example_study import example_study
from app.services.export_study import StudyExport
from app.services.import_bank import import_bank
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import StudySummary, summarise_study
from app.settings import resource_dir
from app.statistics.protocols.choices import ChoiceFigures
from tests.phantom_bank import PHANTOM_SIZE as SIZE
from tests.studies import NOW
from tests.two_lengths import SLOW

# What each published protocol must show besides the analysis by arm.
PARTS = {
    "pet-pairs-2023": {"sets"},
    "cervical-quartets-2025": {"sets"},
    "model-arena": {"sets"},
    "tordjman-2026": {"noticed", "phases"},
    "gazevalm-2026": {"phases"},
    "jang-2023": {"phases"},
    "hype-time": {"exposure"},
    "mrmc-split-plot": {"phases"},
    "clode-da-silva-2024": set(),
}
# Between them they have every part, and one has none.
OF_EVERY_RUN = ("clode-da-silva-2024", "hype-time", "pet-pairs-2023", "tordjman-2026")


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between the databases is tested elsewhere."""
    return "sqlite"


def rehearsed(
    database: Database, store: RenditionStore, folder: Path, protocol: str
) -> tuple[StudySummary, ExportAnalysis, dict[str, object]]:
    """A protocol rehearsed: its summary, its files analysed, its analysis.json."""
    with database.writing() as session:
        design = example_study(session, protocol, size=SIZE).filled.design
        slug = create_study(session, design, now=NOW, actor="test")
        copy = rehearse_study(session, slug, seed=3, now=NOW, actor="test")
    files = StudyExport(database, store, copy.slug).files()
    for name in ("ratings.csv", "design.json", "readers.csv"):
        (folder / name).write_bytes(b"".join(files[name]()))
    stored = json.loads(b"".join(files["analysis.json"]()))
    with database.reading() as session:
        summary = summarise_study(session, copy.slug, interim=True)
    return summary, analyse_export(folder / "ratings.csv", folder / "design.json"), stored


def parts_of(choices: ChoiceFigures | None) -> set[str]:
    """Names of the parts that are not empty."""
    plain = {} if choices is None else choices.to_json()
    return {name for name, part in plain.items() if part}


@pytest.mark.parametrize(
    "protocols", [OF_EVERY_RUN, pytest.param(PARTS.keys() - set(OF_EVERY_RUN), marks=SLOW)]
)
def test_every_protocol_shows_its_figures_in_report_and_files(
    protocols: Collection[str],
    database: Database,
    store: RenditionStore,
    phantom_bank: Path,
    tmp_path: Path,
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    for protocol in sorted(protocols):
        parts = PARTS[protocol]
        summary, read, stored = rehearsed(database, store, tmp_path, protocol)
        assert parts_of(summary.choices) == parts, protocol
        if summary.choices is None:
            assert read.choices is None
            assert stored["choices"] is None
            continue
        assert read.choices is not None
        plain = summary.choices.to_json()
        assert read.choices.to_json() == plain, protocol
        assert stored["choices"] == json.loads(json.dumps(plain)), protocol
        assert finite(plain), protocol
        check_report(report_view(summary), protocol, parts)
        check_report(export_view(read, sha256="0" * 64), protocol, parts)


def finite(plain: object) -> bool:
    """Whether every number is one that JSON has."""
    if isinstance(plain, dict):
        return all(finite(value) for value in plain.values())
    if isinstance(plain, list):
        return all(finite(value) for value in plain)
    return not isinstance(plain, float) or math.isfinite(plain)


def check_report(view: ReportView, protocol: str, parts: set[str]) -> None:
    """The report has the parts, their figures, and the methods of these and no others."""
    names = {section.name.partition("-")[0] for section in view.sections}
    assert ("sets" in names) == ("sets" in parts), protocol
    assert ("phases" in names) == bool(parts & {"phases", "noticed"}), protocol
    assert ("exposure" in names) == ("exposure" in parts), protocol
    assert view.answers
    headings = {heading for heading, _ in view.methods.paragraphs}
    assert ("Sets" in headings) == ("sets" in parts)
    assert ("Noticing" in headings) == ("noticed" in parts)
    assert ("Exposure" in headings) == ("exposure" in parts)
    assert "Software" in headings
    document = report_document(
        view, templates=resource_dir("templates"), static=resource_dir("static"), now=NOW
    )
    for section in view.sections:
        for table in section.tables:
            assert table.title.partition("&")[0].partition("’")[0] in document
