"""Every file of a submission, in the order in which it lies in the archive."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.domain.errors import Unavailable
from app.domain.said import said
from app.report.page.document import report_document
from app.report.page.figure_files import figure_files
from app.report.page.pdf import report_pdf
from app.report.submission.analysis_script import analysis_script
from app.report.submission.checklist_files import checklist_files
from app.report.submission.flow import flow_rows, image_stages, reader_stages
from app.report.submission.flow_drawing import flow_svg
from app.report.submission.metadata import (
    citation_cff,
    data_package,
    dataset_card,
    zenodo_json,
)
from app.report.submission.prose import (
    consent_file,
    methods_text,
    registration_text,
    results_text,
)
from app.report.submission.source import Submission
from app.report.submission.table_files import table_files
from app.report.words.markdown import typed
from app.services.export_study import StudyExport
from app.services.export_study.csv_text import csv_bytes

_WHAT: Mapping[str, str] = {
    "protocol/": said(
        "What was frozen before anybody read: in words, as JSON, consent, registration."
    ),
    "text/": said("Methods with references, and results, to be taken over into a manuscript."),
    "checklists/": said(
        "CLAIM 2024, STARD-AI 2025, GRRAS: where each item is answered, and the text."
    ),
    "flow/": said("Flow of images and of readers as SVG, and the counts behind it."),
    "report/": said("The whole report."),
    "tables/": said("Every table of the report, as CSV and LaTeX."),
    "figures/": said("Every figure as SVG, PDF, PNG and TIFF at 300 dpi, and its numbers as CSV."),
    "data/": said("Every rating, reader and case with a codebook; analysis.json; a data package."),
    "record/": said("The chained record without its contents, and what recomputing it came to."),
    "analysis.py": said("Recomputes every number of data/analysis.json from data/ratings.csv."),
    "data/points.R": said(
        "Recomputes in plain R, without this program, every number that has a closed form, and "
        "says what it leaves."
    ),
    "software.txt": said("By which software the study was run and analysed."),
    "CITATION.cff": said("How these data are cited, once you have entered the authors."),
    "zenodo.json": said(
        "What a deposit at Zenodo asks for, once you have entered what says ENTER."
    ),
    "SHA256SUMS": said("Of every file above; check with: sha256sum -c SHA256SUMS"),
}
_SAME = said(
    "Texts, explanations, the protocol in words and tables as LaTeX are in the language that was "
    "asked for. Tables as CSV, data, scripts, digests, and every file's and column's name are the "
    "same in every language; decimals of data have a point."
)


def submission_files(
    submission: Submission, export: StudyExport, *, templates: Path, static: Path
) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file, each made when its turn comes."""
    sums = []
    notes: list[str] = []
    for name, content in _files(submission, export, notes, templates=templates, static=static):
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        yield name, content
    yield "SHA256SUMS", "".join(sums).encode()
    yield "README.md", read_me(submission, notes).encode()


def _files(
    submission: Submission,
    export: StudyExport,
    notes: list[str],
    *,
    templates: Path,
    static: Path,
) -> Iterator[tuple[str, bytes]]:
    for name, text in submission.protocol.items():
        yield f"protocol/{name}", text.encode()
    yield "protocol/consent.txt", consent_file(submission).encode()
    yield "protocol/registration.txt", registration_text(submission).encode()
    yield "text/methods.md", methods_text(submission).encode()
    yield "text/results.md", results_text(submission).encode()
    for name, content in checklist_files(submission):
        yield f"checklists/{name}", content
    yield from flow_files(submission)
    yield from _report(submission, notes, templates, static)
    for name, content in table_files(submission.view, submission.tongue):
        yield f"tables/{name}", content
    for name, content in figure_files(submission.view, submission.tongue):
        yield f"figures/{name}", content
    yield from _data(submission, export)
    yield from _record(submission)
    version = submission.summary.software.get("negatoscope", "")
    yield "analysis.py", analysis_script(version).encode()
    yield "software.txt", _software(submission).encode()
    yield "CITATION.cff", citation_cff(submission).encode()
    yield "zenodo.json", zenodo_json(submission).encode()


def flow_files(submission: Submission) -> Iterator[tuple[str, bytes]]:
    """Name and content of the flow charts and of their numbers."""
    yield (
        "flow/images.svg",
        flow_svg(said("Flow of images"), image_stages(submission), submission.say).encode(),
    )
    yield (
        "flow/readers.svg",
        flow_svg(said("Flow of readers"), reader_stages(submission), submission.say).encode(),
    )
    header, *rows = flow_rows(submission)
    yield "flow/images.csv", b"".join(csv_bytes([str(one) for one in header], rows))


def _report(
    submission: Submission, notes: list[str], templates: Path, static: Path
) -> Iterator[tuple[str, bytes]]:
    view, now = submission.view, submission.made_at
    tongue = submission.tongue
    page = report_document(view, templates=templates, static=static, now=now, tongue=tongue)
    yield "report/report.html", page.encode()
    try:
        yield (
            "report/report.pdf",
            report_pdf(view, templates=templates, static=static, now=now, tongue=tongue),
        )
    except Unavailable as error:
        notes.append(submission.say(said("There is no report.pdf: {why}", why=error.sentence)))


def _data(submission: Submission, export: StudyExport) -> Iterator[tuple[str, bytes]]:
    made = {name: b"".join(content()) for name, content in export.files().items()}
    for name, content in made.items():
        yield f"data/{name}", content
    yield "data/datapackage.json", data_package(submission, made).encode()
    yield "data/dataset-card.md", dataset_card(submission).encode()


def _record(submission: Submission) -> Iterator[tuple[str, bytes]]:
    header = ("number", "at", "actor", "action", "previous", "hash")
    rows = [
        (line.number, line.at, line.actor, line.action, line.previous, line.hash)
        for line in submission.log
    ]
    yield "record/record.csv", b"".join(csv_bytes(header, rows))
    yield "record/verdict.txt", f"{submission.say(submission.verdict)}\n".encode()


def _software(submission: Submission) -> str:
    lines = [f"{name} {value}" for name, value in submission.summary.software.items()]
    lines += ["", submission.say(said("Installed packages:"))]
    lines += [f"{name}=={value}" for name, value in submission.packages.items()]
    return "\n".join(lines) + "\n"


def read_me(submission: Submission, notes: list[str]) -> str:
    """What each file is; `notes` say what could not be made."""
    say, width = submission.say, max(map(len, _WHAT))
    lines = [f"# {typed(submission.summary.title)}", ""]
    if submission.summary.is_rehearsal:
        mark = said("REHEARSAL: simulated readers. Nothing in this archive is a result.")
        lines += [f"**{say(mark)}**", ""]
    made = said("Made {moment:%Y-%m-%d %H:%M} UTC.", moment=submission.made_at)
    lines += [f"{say(made)} {say(submission.verdict)}", "", say(_SAME), "", "```"]
    lines += [f"{name:<{width}}  {say(what)}" for name, what in _WHAT.items()]
    lines += ["```", "", *notes]
    return "\n".join(lines).rstrip("\n") + "\n"
