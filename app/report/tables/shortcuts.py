"""The leak audit as a table: what tells arms apart without a look at anatomy."""

from app.bank.leak_audit import MEASURES
from app.films.notes import NOTE_WORDS
from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.numbers import NONE, interval, number, percent
from app.report.words.shortcuts import likeness
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.realness.separation import Separation


def shortcut_table(audit: PictureAudit) -> ReportTable:
    """One row an arm: the AUC with which each measure alone tells it from real."""
    return table(
        "shortcuts",
        "Shortcuts in the pictures",
        ["Arm", "Pictures", "Enlarged", "Greys", *(name.capitalize() for name in MEASURES)],
        [_row(arm) for arm in audit.arms],
        [
            "AUC with which one number, measured in the pictures by a program, tells the arm from "
            "real: 0.5 is nothing, 1 is every picture. Below it how the arm differs and a 95% "
            "interval over images, where there is one. Whichever way it points is taken, so "
            "equal arms lie a little above 0.5.",
            "Enlarged: sources smaller than the "
            f"{audit.size} pixels that readers see. Sharpness: mean absolute Laplacian over the "
            "standard deviation, of the grey inside the margin. Contrast: that standard deviation. "
            "Margin: share of the picture outside everything that is not black.",
            "Greys: how files deeper than 8 bits became grey; below it how many films of the whole "
            "arm were noted for what. Arms of different greys may be told apart by them.",
        ],
    )


def _row(arm: ArmPictures) -> Row:
    return Row(
        arm.label,
        (
            Cell(str(arm.pictures)),
            Cell(str(arm.enlarged), percent(arm.enlarged / arm.pictures) if arm.enlarged else ""),
            Cell(arm.grey_mapping, _noted(arm)),
            *(_cell(name, arm.separations.get(name)) for name in MEASURES),
        ),
        below="" if arm.label == arm.key else arm.key,
        is_real=arm.kind == "real",
    )


def _noted(arm: ArmPictures) -> str:
    return "; ".join(f"{count} {NOTE_WORDS.get(kind, kind)}" for kind, count in arm.notes.items())


def _cell(measure: str, apart: Separation | None) -> Cell:
    if apart is None:
        return Cell(NONE)
    limits = interval(apart.low, apart.high)
    told = likeness(measure, apart)
    return Cell(number(apart.auc), f"{told}, {limits}" if limits else told)
