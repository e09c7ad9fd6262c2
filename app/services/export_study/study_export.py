"""The files of one study, each made when it is asked for, alone or in one archive."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from app.bank.store import RenditionStore
from app.db.blind.record import head_of, head_of_contents
from app.db.engine import Database
from app.db.studies import study_by_slug
from app.db.tables import Study
from app.db.truth.answer_rows import answer_rows
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.cases import clusters_of_cases, references_of_cases
from app.db.truth.exports import case_rows, grey_checks, has_reasons, reader_rows
from app.db.truth.ratings_table import strata_of_cases, study_ratings
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.worded import worded_design
from app.domain.errors import Refused
from app.domain.questions.reference import Reference
from app.domain.said import said
from app.domain.signing import Signature
from app.services.export_study.analysis_json import analysis_json
from app.services.export_study.case_facts import case_facts
from app.services.export_study.columns import (
    CASE_COLUMNS,
    CODEBOOK_COLUMNS,
    READER_COLUMNS,
    Column,
    every_file,
)
from app.services.export_study.csv_text import Rows, csv_bytes
from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.imrmc import imrmc_text
from app.services.export_study.parquet import parquet_bytes, parquet_is_available
from app.services.export_study.points import POINT_COLUMNS, point_rows, points_script
from app.services.export_study.r_script import r_script
from app.services.export_study.ratings_file import RatingsFile
from app.services.export_study.read_me import read_me
from app.services.export_study.references import reference_cells, reference_columns
from app.services.export_study.rjafroc import RJAFROC_COLUMNS, rjafroc_rows
from app.services.export_study.wide import wide_columns, wide_header, wide_rows
from app.services.export_study.zip_stream import Content, zip_stream
from app.statistics.analysis import Analysis
from app.statistics.table.ratings import RatingsTable
from app.steps.analyse_ratings import analysis_of_study, settings_of_design
from app.steps.describe_answers import describe_answers
from app.steps.describe_sittings import describe_sittings
from app.steps.evaluate_arms import evaluations_of_arms
from app.steps.looks import note_look
from app.steps.protocol_answers import choices_of_study
from app.steps.question_figures import question_figures


@dataclass(frozen=True)
class ExportFile:
    """One file of an export: its name, media type and what it is for."""

    name: str
    media_type: str
    what: str


_CSV = "text/csv; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
FILES: tuple[ExportFile, ...] = (
    ExportFile("ratings.csv", _CSV, said("One row a rating, corrected ones included.")),
    ExportFile("readers.csv", _CSV, said("One row a reader: profile and times, no names.")),
    ExportFile(
        "cases.csv", _CSV, said("One row a case: its image in the bank and what was measured.")
    ),
    ExportFile("codebook.csv", _CSV, said("What every column of these three holds.")),
    ExportFile("design.json", "application/json", said("The design as it was frozen.")),
    ExportFile("wide.csv", _CSV, said("One row a case, a column for each reader and question.")),
    ExportFile(
        "analysis.json",
        "application/json",
        said("Every estimate, see docs/statistics.md."),
    ),
    ExportFile(
        "study.imrmc", _TEXT, said("Input of iMRMC: first reads, real cases under every arm.")
    ),
    ExportFile("rjafroc.csv", _CSV, said("For RJafroc and MRMCaov: first reads, numbered cases.")),
    ExportFile("models.R", _TEXT, said("Reloads ratings.csv and fits the mixed models in R.")),
    ExportFile("points.csv", _CSV, said("Every number of analysis.json, one a line.")),
    ExportFile(
        "points.R",
        _TEXT,
        said("Recomputes in R, without packages, what of points.csv has a closed form."),
    ),
    ExportFile(
        "ratings.parquet", "application/vnd.apache.parquet", said("ratings.csv with its types.")
    ),
)


class StudyExport:
    """The files of one study, each streamed from the database as it is written.

    `say` puts what explains them (codebook.csv, README.txt) into a language; all else is the same
    in every language.
    """

    def __init__(
        self,
        database: Database,
        store: RenditionStore,
        slug: str,
        say: Callable[[str], str] = str,
    ) -> None:
        self._database = database
        self._store = store
        self._slug = slug
        self._say = say

    def begin(
        self,
        *,
        now: datetime,
        actor: str,
        allow_unblinding: bool,
        reason: str = "",
        signed: Signature | None = None,
    ) -> str:
        """Record the export and return the study's status; refuse an unblinding not asked for.

        The rating file names arm and truth, so while a study is not closed it is given out only
        where `allow_unblinding` says that this is meant; of an open one only as its design plans,
        or for a `reason`. The record then says who did it.
        """
        with self._database.writing() as session:
            study = study_by_slug(session, self._slug)
            if study.status != "closed" and not allow_unblinding:
                raise Refused(
                    said(
                        "Exports name arm and truth, so they open when the study is closed; "
                        "until then the study's page shows progress."
                    )
                )
            note_look(
                session, study, "exported", now=now, actor=actor, reason=reason, signed=signed
            )
            return study.status

    def files(self) -> Mapping[str, Content]:
        """Name and content of every file, in the order of FILES; made when it is asked for.

        ratings.parquet is there where pyarrow is installed.
        """
        contents: dict[str, Content] = {
            "ratings.csv": lambda: csv_bytes(_names(self._layout.columns), self._ratings()),
            "readers.csv": lambda: csv_bytes(_names(READER_COLUMNS), self._readers()),
            "cases.csv": lambda: csv_bytes(_names(self._case_columns), self._cases()),
            "codebook.csv": lambda: csv_bytes(_names(CODEBOOK_COLUMNS), self._codebook()),
            "design.json": self._design_file,
            "wide.csv": self._wide,
            "analysis.json": self._analysis,
            "study.imrmc": self._imrmc,
            "rjafroc.csv": lambda: csv_bytes(
                _names(RJAFROC_COLUMNS),
                () if self._table is None else rjafroc_rows(self._table, self._held),
            ),
            "models.R": self._r_script,
            "points.csv": lambda: csv_bytes(
                POINT_COLUMNS, point_rows(json.loads(self._analysis_text))
            ),
            "points.R": self._points_script,
        }
        if parquet_is_available():
            contents["ratings.parquet"] = lambda: iter(
                [parquet_bytes(self._ratings(), self._layout.types)]
            )
        return contents

    def zipped(self) -> Iterator[bytes]:
        """All files in one archive with a README.txt, passed on piece by piece."""
        return zip_stream(self._slug, {"README.txt": self._read_me, **self.files()}.items())

    def _study(self, session: Session) -> Study:
        return study_by_slug(session, self._slug)

    @cached_property
    def _is_rehearsal(self) -> bool:
        with self._database.reading() as session:
            return self._study(session).rehearsal_of_id is not None

    @cached_property
    def _design(self) -> StudyDesign:
        with self._database.reading() as session:
            return worded_design(design_from_json(self._study(session).design))

    @property
    def _held(self) -> HeldRatings:
        return HeldRatings.of(self._design)

    @cached_property
    def _table(self) -> RatingsTable | None:
        with self._database.reading() as session:
            return study_ratings(session, self._study(session))

    @cached_property
    def _analysed(self) -> Analysis | None:
        return analysis_of_study(self._table, self._design)

    @cached_property
    def _layout(self) -> RatingsFile:
        with self._database.reading() as session:
            study = self._study(session)
            readers = reader_rows(session, study)
            key = self._design.analysis.cluster
            return RatingsFile(
                self._slug,
                self._design,
                has_machines=any(reader.kind == "machine" for reader in readers),
                has_reasons=has_reasons(session, study),
                references=self._references,
                clusters=clusters_of_cases(session, study, key) if key else {},
                strata=strata_of_cases(session, study, self._design),
            )

    @cached_property
    def _references(self) -> dict[str, dict[str, Reference | None]]:
        with self._database.reading() as session:
            return references_of_cases(session, self._study(session), self._design.questions)

    def _design_file(self) -> Iterator[bytes]:
        """The design as it is stored, with which `analyse` reads ratings.csv."""
        with self._database.reading() as session:
            yield self._study(session).design.encode()

    def _ratings(self) -> Rows:
        layout = self._layout
        with self._database.reading() as session:
            for row in answer_rows(session, self._study(session)):
                yield layout.cells(row)

    def _readers(self) -> Rows:
        with self._database.reading() as session:
            study = self._study(session)
            checks = grey_checks(session, study)
            for reader in reader_rows(session, study):
                done = checks.get(reader.id, [])
                yield [
                    self._slug,
                    reader.code,
                    int(reader.kind == "simulated"),
                    reader.role,
                    reader.specialty,
                    reader.years_experience,
                    reader.reading_frequency,
                    reader.display,
                    reader.ambient_light,
                    len(done),
                    sum(check.has_passed for check in done),
                    reader.invited_at,
                    reader.consented_at,
                    reader.began_at,
                    reader.finished_at,
                    int(reader.revoked_at is not None),
                    int(reader.withdrawn_at is not None),
                    int(reader.erased_at is not None),
                    reader.order_algorithm,
                    reader.order_seed,
                ]

    def _cases(self) -> Rows:
        size = self._design.rendition_size
        with self._database.reading() as session:
            for row in case_rows(session, self._study(session), size):
                facts = {
                    "study": self._slug,
                    **case_facts(dict(row._mapping), self._store),
                    **reference_cells(self._design, row.provenance),
                }
                yield [facts[name] for name, _ in self._case_columns]

    @property
    def _case_columns(self) -> tuple[Column, ...]:
        return (*CASE_COLUMNS, *reference_columns(self._design))

    def _codebook(self) -> Rows:
        yield ["*.csv", "*", self._say(every_file(self._design))]
        for file, columns in (
            ("ratings.csv", self._layout.columns),
            ("readers.csv", READER_COLUMNS),
            ("cases.csv", self._case_columns),
        ):
            for name, explanation in columns:
                yield [file, name, self._say(explanation)]

    def _wide(self) -> Iterator[bytes]:
        with self._database.reading() as session:
            study = self._study(session)
            readers = [reader.code for reader in reader_rows(session, study) if not reader.has_left]
            rows = list(answer_rows(session, study))
        columns = wide_columns(self._design, readers)
        return csv_bytes(
            wide_header(columns),
            wide_rows(self._slug, rows, columns, simulated=self._is_rehearsal),
        )

    def _analysis(self) -> Iterator[bytes]:
        yield self._analysis_text.encode()

    @cached_property
    def _analysis_text(self) -> str:
        with self._database.reading() as session:
            study = self._study(session)
            facts = {
                "slug": study.slug,
                "title": study.title,
                "status": study.status,
                "simulated_readers": study.rehearsal_of_id is not None,
                "design_sha256": study.design_sha256,
                "cases_sha256": study.cases_sha256,
                "record_head": head_of_contents(session, study.id),
            }
            arms = arms_by_key(session, [plan.arm for plan in self._design.arms])
            evaluations = evaluations_of_arms(session, study, arms)
        measures = {key: said for key, said in evaluations.items() if said is not None}
        analysis = self._analysed
        with self._database.reading() as session:
            study = self._study(session)
            rows = list(answer_rows(session, study))
            key = self._design.analysis.cluster
            clusters = clusters_of_cases(session, study, key) if key else {}
        questions = describe_answers(self._design, rows, list(arms))
        choices = choices_of_study(self._design, rows, clusters)
        return analysis_json(
            facts,
            analysis,
            questions,
            measures=measures,
            choices=choices,
            held=self._held,
            sittings=describe_sittings(self._design, rows),
            figures=question_figures(self._design, rows, self._references, clusters),
        )

    def _imrmc(self) -> Iterator[bytes]:
        yield imrmc_text(
            self._table,
            title=self._design.title,
            held=self._held,
            simulated=self._is_rehearsal,
        ).encode()

    def _r_script(self) -> Iterator[bytes]:
        arms = [plan.arm for plan in self._design.arms]
        yield r_script(
            self._slug,
            arms if self._table is None else self._table.arms,
            self._layout,
            self._held,
            simulated=self._is_rehearsal,
        ).encode()

    def _points_script(self) -> Iterator[bytes]:
        settings = settings_of_design(
            self._design, synthetic_arms=() if self._table is None else self._table.synthetic_arms
        )
        yield points_script(self._slug, self._design, self._layout, self._held, settings).encode()

    def _read_me(self) -> Iterator[bytes]:
        with self._database.reading() as session:
            study = self._study(session)
            title, status = study.title, study.status
            head = head_of(session, study.id)
        what = {file.name: file.what for file in FILES}
        yield read_me(
            title,
            status,
            {name: what[name] for name in self.files()},
            head=head,
            simulated=self._is_rehearsal,
            say=self._say,
        ).encode()


def _names(columns: Sequence[tuple[str, str]]) -> list[str]:
    return [name for name, _ in columns]
