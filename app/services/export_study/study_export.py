"""A study's data as tidy CSV: one row a rating, one a reader, and what every column means."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from app.db.engine import Database
from app.db.export_rows import rating_rows, reader_rows
from app.db.study_rows import record_event, study_by_slug
from app.domain.errors import Refused

Column = tuple[str, str]

RATING_COLUMNS: tuple[Column, ...] = (
    ("study", "The study's short name (slug)."),
    ("reader", "The reader's pseudonymous code, within the study."),
    ("case", "The case's code, within the study; the same for every reader."),
    ("arm", "Where the image came from: real, or the name of a variant."),
    ("condition", "Clinical content of the image: normal or abnormal."),
    ("truth", "The reference standard: real or synthetic."),
    ("replicate", "0 the first reading of this case by this reader, 1 the repeated one."),
    ("position", "Place in this reader's order, from 1; practice cases are not in this file."),
    ("session", "The reader's sitting, from 1: a new one with her link or after 30 idle minutes."),
    ("realism", "Realism on the study's scale; higher is more realistic. Empty: not asked."),
    ("verdict", "What the reader called it: real or synthetic. Empty: not asked."),
    ("confidence", "Confidence in the verdict, 1 guessing to 5 certain. Empty: not asked."),
    ("comment", "Free text; a leading apostrophe shields spreadsheets from formulas."),
    ("shown_at", "When the server sent the case, UTC, ISO 8601."),
    ("submitted_at", "When the server stored the rating, UTC, ISO 8601."),
    (
        "reading_time_ms",
        "Milliseconds from the image's first paint to submit, by the reader's browser, hidden "
        "time included. Empty: the browser told none (no JavaScript).",
    ),
    ("hidden_time_ms", "Milliseconds of these in which the page was hidden. Empty: not told."),
    (
        "superseded",
        "1 if the reader corrected this rating later, so that it doesn't count; 0 if it counts.",
    ),
)
READER_COLUMNS: tuple[Column, ...] = (
    ("study", "The study's short name (slug)."),
    ("reader", "The reader's pseudonymous code, within the study."),
    ("simulated", "1 for a simulated reader of a rehearsal, 0 for a human one."),
    ("role", "Professional role, from a fixed list."),
    ("specialty", "Specialty, from a fixed list."),
    ("years_experience", "Completed years of experience with radiographs."),
    ("reading_frequency", "How often the reader reads chest films."),
    ("invited_at", "When the link was made, UTC, ISO 8601."),
    ("consented_at", "When the reader agreed to take part. Empty: not yet."),
    ("began_at", "When the first case was asked for. Empty: not yet."),
    ("finished_at", "When the last case was rated. Empty: not yet."),
    ("revoked", "1 if the link was withdrawn; ratings made before count."),
    ("order_algorithm", "Version of the algorithm that made this reader's order."),
    ("order_seed", "The seed it was given."),
)
CODEBOOK_COLUMNS: tuple[Column, ...] = (
    ("file", "The file a column is in."),
    ("column", "The column's name."),
    ("explanation", "What it holds."),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
Rows = Iterator[Sequence[object]]


class StudyExport:
    """The files of one study, each streamed from the database as it is written."""

    def __init__(self, database: Database, slug: str) -> None:
        self._database = database
        self._slug = slug

    def begin(self, *, now: datetime, actor: str, allow_unblinding: bool) -> str:
        """Record the export and return the study's status; refuse an unblinding not asked for.

        The rating file names arm and truth, so while a study is not closed it is given out only
        where `allow_unblinding` says that this is meant, and the log then says who did it.
        """
        with self._database.writing() as session:
            study = study_by_slug(session, self._slug)
            if study.status != "closed" and not allow_unblinding:
                raise Refused(
                    "Exports name arm and truth, so they open when the study is closed; "
                    "until then the study's page shows progress."
                )
            action = "exported" if study.status == "closed" else "exported while not closed"
            record_event(session, study=study, actor=actor, action=action, now=now)
            return study.status

    def files(self) -> dict[str, Callable[[], Iterator[bytes]]]:
        """Name and content of every file; a content is made when it is asked for."""
        return {
            "ratings.csv": lambda: _csv_bytes(RATING_COLUMNS, self._ratings()),
            "readers.csv": lambda: _csv_bytes(READER_COLUMNS, self._readers()),
            "codebook.csv": lambda: _csv_bytes(CODEBOOK_COLUMNS, _codebook()),
        }

    def zipped(self) -> Iterator[bytes]:
        """All files in one archive, passed on piece by piece."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files().items():
                with archive.open(f"{self._slug}/{name}", "w") as member:
                    for piece in content():
                        member.write(piece)
                        yield sink.taken()
        yield sink.taken()

    def _ratings(self) -> Rows:
        with self._database.reading() as session:
            study = study_by_slug(session, self._slug)
            for row in rating_rows(session, study):
                values = row._mapping
                yield [
                    int(values["superseded_by"] is not None)
                    if name == "superseded"
                    else self._slug
                    if name == "study"
                    else values[name]
                    for name, _ in RATING_COLUMNS
                ]

    def _readers(self) -> Rows:
        with self._database.reading() as session:
            study = study_by_slug(session, self._slug)
            for reader in reader_rows(session, study):
                yield [
                    self._slug,
                    reader.code,
                    int(reader.is_simulated),
                    reader.role,
                    reader.specialty,
                    reader.years_experience,
                    reader.reading_frequency,
                    reader.invited_at,
                    reader.consented_at,
                    reader.began_at,
                    reader.finished_at,
                    int(reader.revoked_at is not None),
                    reader.order_algorithm,
                    reader.order_seed,
                ]


def _codebook() -> Rows:
    for file, columns in (("ratings.csv", RATING_COLUMNS), ("readers.csv", READER_COLUMNS)):
        for name, explanation in columns:
            yield [file, name, explanation]


def csv_cell(value: object) -> object:
    """A cell as it is written: UTC moments in ISO 8601, no text that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _csv_bytes(columns: Iterable[Column], rows: Rows) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([name for name, _ in columns])
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if text.tell() > 64 * 1024:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


class _Sink(io.RawIOBase):
    """A file that can only be written to; what was written is taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
