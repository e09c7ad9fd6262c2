"""Filled checklists, each as CSV and as Markdown."""

from collections.abc import Callable, Iterator, Sequence

from app.domain.said import said
from app.report.submission.checklist_answers import told
from app.report.submission.checklist_items import CHECKLISTS, Item
from app.report.submission.source import Submission
from app.report.words.markdown import typed
from app.services.export_study.csv_text import csv_bytes

OPEN = said("not answered by this study")
COLUMNS = ("item", "section", "asked", "where_answered", "text")

# What must be known of a list's numbers before it is sent.
NUMBERS = {
    "STARD-AI 2025": said(
        "Numbers are the guideline's own, as a public transcript of its table 2 "
        "gives them (the journal's page was not at hand): compare them with "
        "doi:10.1038/s41591-025-03953-8 before you submit."
    )
}

Line = tuple[str, str, str, str, str]


def checklist_files(submission: Submission) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file."""
    for name, (title, items) in CHECKLISTS.items():
        lines = filled(items, submission)
        spoken = [tuple(map(submission.say, line)) for line in lines]
        yield f"{name}.csv", b"".join(csv_bytes(COLUMNS, spoken))
        yield f"{name}.md", _markdown(title, lines, submission.say).encode()


def filled(items: Sequence[Item], submission: Submission) -> list[Line]:
    """One line an item: number, section, what is asked, where it is answered, and the text."""
    lines: list[Line] = []
    for item in items:
        answer = told(item.answer, submission)
        where, text = (OPEN, "") if answer is None else (answer.where, answer.text)
        lines.append((item.number, item.topic, item.what, where, text))
    return lines


def _markdown(title: str, lines: Sequence[Line], say: Callable[[str], str]) -> str:
    answered = sum(line[3] != OPEN for line in lines)
    summary = said(
        "Items in our own words. {answered} of {items} are answered by the study itself; the "
        "others are the authors' to write.",
        answered=answered,
        items=len(lines),
    )
    numbers = NUMBERS.get(title, said("Numbers are the guideline's own."))
    header = (said("Item"), said("Section"), said("Asked"), said("Where answered"), said("Text"))
    rows = "".join(
        f"| {' | '.join(_cell(say(typed(cell))) for cell in line)} |\n" for line in lines
    )
    return (
        f"# {title}\n\n{say(summary)} {say(numbers)}\n\n"
        f"| {' | '.join(map(say, header))} |\n|---|---|---|---|---|\n{rows}"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\r", " ").replace("\n", " ")
