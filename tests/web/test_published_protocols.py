"""Each published protocol is opened, read to its end through the pages, exported and reported."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.domain.design.design import StudyDesign
from app.domain.questions.answer import Value
from app.domain.questions.reading import cells_of
from app.main import create_app
from app.report.page.document import report_document
from app.report.page.view import report_view
from app.services.create_study import create_study
from app.services.example_study import example_study, list_protocols
from app.services.export_study import StudyExport
from app.services.import_bank import import_bank
from app.services.invite_readers import invite_readers
from app.services.open_study import close_study
from app.services.summarise_study import summarise_study
from app.settings import Settings, resource_dir
from tests.conftest import MIGRATIONS
from tests.phantom_bank import PHANTOM_SIZE
from tests.studies import NOW, open_audited
from tests.two_lengths import some_now
from tests.web.simulated_reader import SimulatedReader

NAMES = [protocol.name for protocol in list_protocols()]
# Sets in a phase before single pictures, a naive phase, exposures, marks and findings, preferences.
OF_EVERY_RUN = (
    "cervical-quartets-2025",
    "tordjman-2026",
    "hype-time",
    "schuit-2025",
    "model-arena",
)


@dataclass
class Installation:
    """A database with the phantom bank and a clock that the test moves."""

    database: Database
    store: RenditionStore
    settings: Settings
    days: int = 0

    def pass_days(self) -> None:
        """A month goes by."""
        self.days += 30


@pytest.fixture(scope="module")
def installation(
    phantom_bank: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("protocols")
    settings = Settings(data_dir=folder, base_url="http://testserver")
    database = Database(settings.effective_database_url)
    upgrade_schema(database, MIGRATIONS)
    store = RenditionStore(settings.data_dir / "renditions")
    import_bank(database, store, phantom_bank, now=NOW, size=PHANTOM_SIZE)
    yield Installation(database, store, settings)
    database.dispose()


def open_shortened(installation: Installation, name: str) -> tuple[str, StudyDesign]:
    """The protocol with two cases a stratum and arm, open."""
    with installation.database.writing() as session:
        design = example_study(session, name, size=PHANTOM_SIZE).filled.design
        arms = tuple(
            replace(plan, cases=tuple((stratum, min(2, count)) for stratum, count in plan.cases))
            for plan in design.arms
        )
        count = sum(plan.total for plan in arms)
        design = replace(
            design,
            arms=arms,
            practice=replace(design.practice, count=min(1, design.practice.count)),
            replicates=replace(design.replicates, count=0),
            phases=tuple(
                replace(phase, part_count=min(phase.part_count, count)) for phase in design.phases
            ),
        )
        slug = create_study(session, design, now=NOW, actor="test")
        open_audited(session, slug)
        return slug, design


def read_by(
    installation: Installation, slug: str, design: StudyDesign, readers: int
) -> list[list[dict[str, Value]]]:
    """Let readers read to the end; what each said, in the order of reading."""
    with installation.database.writing() as session:
        invitations = invite_readers(session, slug, count=readers, now=NOW, actor="test")
    said = []
    app = create_app(
        installation.settings, lambda: NOW + timedelta(days=installation.days, hours=1)
    )
    with TestClient(app) as client:
        for number, invitation in enumerate(invitations):
            reader = SimulatedReader(client, design, seed=number)
            reader.read_everything(invitation.token, wait=installation.pass_days)
            said.append(reader.said)
    with installation.database.writing() as session:
        close_study(session, slug, now=NOW, actor="test")
    return said


@pytest.mark.parametrize("name", some_now(NAMES, OF_EVERY_RUN))
def test_it_is_read_exported_and_reported(installation: Installation, name: str) -> None:
    slug, design = open_shortened(installation, name)
    said = read_by(installation, slug, design, readers=2)
    assert all(said)

    files = {
        file: b"".join(content())
        for file, content in StudyExport(installation.database, installation.store, slug)
        .files()
        .items()
    }
    rows = list(csv.DictReader(io.StringIO(files["ratings.csv"].decode())))
    practised = design.practice.count
    assert len(rows) == sum(len(of_reader) - practised for of_reader in said)
    _every_answer_is_in_the_file(design, rows, said)

    with installation.database.reading() as session:
        summary = summarise_study(session, slug)
    described = {one.question.key for one in summary.questions}
    assert described == {question.key for question in design.questions}
    for one in summary.questions:
        assert sum(spread.answered for spread in one.by_arm.values()) > 0 or (
            one.question.asked_if is not None or not one.question.required
        )
    stated = json.loads(files["analysis.json"])["questions"]
    assert {one["question"] for one in stated} == described

    document = report_document(
        report_view(summary),
        templates=resource_dir("templates"),
        static=resource_dir("static"),
        now=NOW,
    )
    for question in design.questions:
        assert question.prompt.replace("'", "&#39;") in document


def _every_answer_is_in_the_file(
    design: StudyDesign, rows: list[dict[str, str]], said: list[list[dict[str, Value]]]
) -> None:
    """What readers sent is what the file holds, cell by cell, in the order of reading."""
    for number, of_reader in enumerate(said, start=1):
        in_file = [row for row in rows if row["reader"] == f"R{number:02d}"]
        for row, answers in zip(in_file, of_reader[design.practice.count :], strict=True):
            expected = cells_of(design.questions, answers)
            for question in design.questions:
                cell = row[question.key]
                if question.kind == "text":
                    cell = cell.removeprefix("'")
                assert cell == str(expected.get(question.key, ""))


def test_every_protocol_is_a_file_of_the_package() -> None:
    assert len(NAMES) == 13
    assert {f"{name}.toml" for name in NAMES} == {
        path.name for path in (Path(__file__).parents[2] / "app/protocols").glob("*.toml")
    }
