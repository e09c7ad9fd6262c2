"""How often readers sat down, for how long, and how long they waited between phases."""

from collections.abc import Sequence

from app.domain.said import joined, said
from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.numbers import NONE, number
from app.statistics.conduct.sessions import PhaseSittings, Sittings, Spread

_OF_WASHOUT = (
    said("Days since the phase before"),
    said("Washout planned"),
    said("Shorter than planned"),
)


def sittings_table(sittings: Sittings, titles: Sequence[str]) -> ReportTable | None:
    """One row a phase; `titles` are what the phases are called. None without readings."""
    if not sittings.phases:
        return None
    repeat = sittings.days_to_repeat
    again = (
        said("A repeated case came {range} days after its first reading.", range=_range(repeat, 2))
        if repeat.median is not None
        else ""
    )
    several = len(sittings.phases) > 1
    return table(
        "sittings",
        said("Sittings and washout") if several else said("Sittings"),
        [
            said("Phase"),
            said("Readers"),
            said("Sittings a reader"),
            said("Minutes a sitting"),
            said("Readings a sitting"),
            *(_OF_WASHOUT if several else ()),
        ],
        [_row(phase, titles, several=several) for phase in sittings.phases],
        [
            said(
                "Median, below it the least and the most. A sitting ends with 30 "
                "idle minutes or a new use of the reader’s link; its minutes go from "
                "the first picture shown to the last answer sent."
            ),
            again,
        ],
    )


def _row(phase: PhaseSittings, titles: Sequence[str], *, several: bool) -> Row:
    title = titles[phase.phase - 1] if phase.phase <= len(titles) else ""
    is_later = phase.washout_days.median is not None
    washout = (
        _spread(phase.washout_days, 1),
        Cell(
            said("{planned_washout_days} days", planned_washout_days=phase.planned_washout_days)
            if is_later
            else NONE
        ),
        Cell((joined(phase.too_early, ", ") or said("none")) if is_later else NONE),
    )
    return Row(
        title or said("Phase {phase}", phase=phase.phase),
        (
            Cell(str(phase.readers)),
            _spread(phase.sittings, 0),
            _spread(phase.minutes, 1),
            _spread(phase.readings, 0),
            *(washout if several else ()),
        ),
    )


def _spread(spread: Spread, digits: int) -> Cell:
    if spread.median is None:
        return Cell(NONE)
    # The median of two whole numbers may lie between them.
    places = max(digits, int(spread.median % 1 != 0))
    return Cell(number(spread.median, places), _range(spread, digits))


def _range(spread: Spread, digits: int) -> str:
    if spread.least is None or spread.most is None:
        return ""
    return said(
        "{least} to {most}", least=number(spread.least, digits), most=number(spread.most, digits)
    )
