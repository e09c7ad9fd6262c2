"""Who signed what, and who looked at results when, as a table."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.conduct import Conduct
from app.domain.said import said
from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.conduct import look_words

_STEPS = {
    "opened": said("Opened"),
    "closed": said("Closed"),
    "exported": said("Results exported"),
    "export signed": said("Results exported"),
    "exported while not closed": said("Results exported while open"),
}


def conduct_table(conduct: Conduct) -> ReportTable | None:
    """One row a signed step and a row a look before closing, by time; None without any."""
    rows = sorted(_rows(conduct), key=lambda pair: pair[0])
    if not rows:
        return None
    return table(
        "conduct",
        said("Signed steps, and looks before closing"),
        [said("When"), said("What"), said("Who"), said("Declared, or on which ground")],
        [row for _, row in rows],
        [
            said(
                "Times in UTC. A name signed with a password is that of an account; "
                "in a local shell nothing checks a name."
            ),
        ],
    )


def _rows(conduct: Conduct) -> Iterator[tuple[datetime, Row]]:
    for step in conduct.signed:
        who = said("{name} ({checked})", name=step.name, checked=step.checked)
        yield step.at, _row(step.at, _STEPS[step.action], who, step.meaning)
    for look in conduct.looks:
        what = said("Unblinding") if look.is_unblinding else said("Interim look")
        yield look.at, _row(look.at, what, look.actor, look_words(look))


def _row(at: datetime, *cells: str) -> Row:
    return Row(
        said("{at:%Y-%m-%d %H:%M}", at=at), tuple(Cell(text, is_words=True) for text in cells)
    )
