"""Filled checklists, each as CSV and as Markdown."""

from collections.abc import Iterator, Sequence

from app.report.submission.checklist_answers import told
from app.report.submission.checklist_items import CHECKLISTS, Item
from app.report.submission.source import Submission
from app.services.export_study.csv_text import csv_bytes

OPEN = "not answered by this study"
COLUMNS = ("item", "section", "asked", "where_answered", "text")

# What must be known of a list's numbers before it is sent.
NUMBERS = {
    "STARD-AI 2025": ", as a public transcript of its table 2 gives them (the journal's page was "
    "not at hand): compare them with doi:10.1038/s41591-025-03953-8 before you submit"
}

Line = tuple[str, str, str, str, str]


def checklist_files(submission: Submission) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file."""
    for name, (title, items) in CHECKLISTS.items():
        lines = filled(items, submission)
        yield f"{name}.csv", b"".join(csv_bytes(COLUMNS, lines))
        yield f"{name}.md", _markdown(title, lines).encode()


def filled(items: Sequence[Item], submission: Submission) -> list[Line]:
    """One line an item: number, section, what is asked, where it is answered, and the text."""
    lines: list[Line] = []
    for item in items:
        said = told(item.answer, submission)
        where, text = (OPEN, "") if said is None else (said.where, said.text)
        lines.append((item.number, item.topic, item.what, where, text))
    return lines


def _markdown(title: str, lines: Sequence[Line]) -> str:
    answered = sum(line[3] != OPEN for line in lines)
    rows = "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)
    return (
        f"# {title}\n\n"
        f"Items in our own words. {answered} of {len(lines)} are answered by the study itself; the "
        "others are the authors' to write. Numbers are the guideline's own"
        f"{NUMBERS.get(title, '')}.\n\n"
        "| Item | Section | Asked | Where answered | Text |\n|---|---|---|---|---|\n"
        f"{rows}"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\r", " ").replace("\n", " ")
