"""Columns of answers that nobody gave are left out: they would hold dashes, and a footnote each.

A question that was asked and never answered is still counted, with none, under "Every question".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.report.tables.table import Row
from app.statistics.table.ratings import Measure, RatingsTable

# What a figure is made of, by its family.
MADE_OF: Final[Mapping[str, Measure]] = {
    "realism": "realism",
    "deception": "verdict",
    "detection": "verdict",
}
_OF_AUC: Final[Mapping[str, Measure]] = {
    "auc_realism": "realism",
    "auc_confidence": "signed_confidence",
    "auc_score": "score",
}


@dataclass(frozen=True)
class Column:
    """A heading, and the answers that its figures are made of; None where they need none."""

    heading: str
    made_of: Measure | None = None


def made_of(figure: str) -> Measure | None:
    """The answers that a figure named FAMILY.KEY is made of; None where it needs none."""
    family, _, key = figure.partition(".")
    return _OF_AUC.get(key) if family == "discrimination" else MADE_OF.get(family)


def asked_only(
    ratings: RatingsTable, columns: Sequence[Column], rows: Sequence[Row]
) -> tuple[list[str], list[Row]]:
    """Headings and rows without the columns whose answers nobody gave.

    The first of `columns` heads the rows, and stays; the others have a cell each in every row.
    """
    first, *others = columns
    is_kept = [one.made_of is None or ratings.has(one.made_of) for one in others]
    headings = [one.heading for one, kept in zip(others, is_kept, strict=True) if kept]
    return [first.heading, *headings], [
        replace(
            row,
            cells=tuple(cell for cell, kept in zip(row.cells, is_kept, strict=True) if kept),
        )
        for row in rows
    ]
