"""What machines read of a submission: the data package, the citation; and the bank's card."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.said import Said, joined, said
from app.films.film import grey_words
from app.report.submission.source import Submission
from app.report.words.markdown import typed
from app.report.words.numbers import NONE
from app.report.words.terms import rule_words, term
from app.services.submission_facts import ArmCard

DATA_TABLES = ("ratings.csv", "readers.csv", "cases.csv", "codebook.csv", "wide.csv", "rjafroc.csv")

_ENTER = said("Enter the authors, then cite these data as below.")
_INVESTIGATORS = said("The investigators of this study")
_ABSTRACT = said(
    "Ratings of a blinded reader study of real and synthetic chest radiographs, with its protocol, "
    "analysis and record."
)
_DEPOSIT = said(
    "Ratings of a blinded reader study of real and synthetic chest radiographs, with its frozen "
    "protocol, analysis, checklists and chained record. The images are not in it."
)
_KEYWORDS = (
    said("chest radiograph"),
    said("reader study"),
    said("synthetic images"),
    said("observer performance"),
)


def data_package(submission: Submission, files: Mapping[str, bytes]) -> str:
    """A Frictionless data package (specs.frictionlessdata.io) of the tables in `data/`.

    `files` are those tables by name; a column is described as in codebook.csv.
    """
    explained = _explanations(files.get("codebook.csv", b""))
    content: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": submission.slug,
        "title": submission.summary.title,
        "description": submission.say(
            said("A blinded reader study of real and synthetic chest radiographs.")
        ),
        "created": f"{submission.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name.partition(".")[0],
                "path": name,
                "encoding": "utf-8",
                "bytes": len(files[name]),
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n"},
                "schema": {
                    "fields": [
                        _field(column, explained.get((name, column), ""))
                        for column in _header(files[name])
                    ],
                    "missingValues": [""],
                },
            }
            for name in DATA_TABLES
            if name in files
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def citation_cff(submission: Submission) -> str:
    """A citation file (citation-file-format.github.io) of the data; authors are yours to enter."""

    def quoted(text: str) -> str:
        return json.dumps(submission.say(text), ensure_ascii=False)

    return (
        "cff-version: 1.2.0\n"
        "type: dataset\n"
        f"message: {quoted(_ENTER)}\n"
        f"title: {quoted(submission.summary.title)}\n"
        "authors:\n"
        f"  - name: {quoted(_INVESTIGATORS)}\n"
        f"date-released: {submission.made_at:%Y-%m-%d}\n"
        f"version: {json.dumps(submission.verified.head[:16])}\n"
        f"abstract: {quoted(_ABSTRACT)}\n"
    )


def zenodo_json(submission: Submission) -> str:
    """Metadata of a deposit at Zenodo (developers.zenodo.org, "Deposit metadata").

    Creators and licence are left to be entered: nobody here knows them.
    """
    summary = submission.summary
    stated = summary.design.registration
    notes = [
        submission.say(submission.verdict),
        *(text for text in (stated.registry, stated.funding) if text),
    ]
    content: dict[str, Any] = {
        "upload_type": "dataset",
        "title": summary.title,
        "description": submission.say(_DEPOSIT),
        "creators": [{"name": "ENTER: Family name, given names", "affiliation": "ENTER"}],
        "license": "ENTER",
        "publication_date": f"{submission.made_at:%Y-%m-%d}",
        "keywords": [submission.say(word) for word in _KEYWORDS],
        "version": submission.verified.head[:16],
        "notes": " ".join(notes),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def dataset_card(submission: Submission) -> str:
    """The bank's arms as this study used them, as Markdown."""
    return "\n".join(_card(submission)) + "\n"


def _card(submission: Submission) -> Iterator[str]:
    def say(sentence: str) -> str:
        return submission.say(typed(sentence))

    yield from (f"# {say(said('Images of {title}', title=submission.summary.title))}", "")
    yield say(
        said(
            "The images themselves are not in this archive; data/cases.csv names each by the "
            "SHA-256 of its file in the bank."
        )
    )
    for arm in submission.arms:
        yield from ("", f"## {typed(arm.label)} (`{arm.key}`, {say(term(arm.kind))})", "")
        for what, value in _facts(arm):
            yield f"- {say(what)}: {say(value)}"


def _facts(arm: ArmCard) -> Iterator[tuple[str, str]]:
    yield said("Description"), _stated(arm.description)
    if arm.kind == "synthetic":
        yield said("Training"), _stated(arm.training)
    yield said("Licence"), _stated(arm.licence)
    yield said("Attribution"), _stated(arm.attribution)
    yield said("Bank"), _stated(arm.bank)
    yield said("Grey mapping"), grey_words(arm.grey_mapping)
    generated = NONE if arm.generated is None else str(arm.generated)
    rejected = NONE if arm.rejected is None else str(arm.rejected)
    yield said("Generated before the bank"), generated
    yield said("Rejected before the bank"), rejected
    yield said("Rule of rejection"), _stated(rule_words(arm.rejection_rule))
    counts = (arm.in_bank, arm.drawn, arm.shown, arm.answered)
    yield said("In the bank, drawn, shown, answered"), joined(map(str, counts), ", ")


def _stated(text: str) -> str:
    if isinstance(text, Said):
        return text
    return " ".join(text.split()) or said("not stated")


def _header(content: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(content.decode("utf-8"))), [])


def _explanations(codebook: bytes) -> dict[tuple[str, str], str]:
    rows = csv.DictReader(io.StringIO(codebook.decode("utf-8")))
    return {(row["file"], row["column"]): row["explanation"] for row in rows}


def _field(name: str, explanation: str) -> dict[str, str]:
    described = {"description": explanation} if explanation else {}
    # Types are left open: a scale's numbers and a question's words share columns.
    return {"name": name, "type": "any", **described}
