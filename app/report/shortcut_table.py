"""The leak audit in words and as a table: what tells arms apart without a look at anatomy."""

from collections.abc import Mapping

from app.bank.leak_audit import MEASURES
from app.report.number_text import NONE, interval, number, percent
from app.report.report_table import Cell, ReportTable, Row, table
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.separation import Separation

# What a synthetic arm is when its values are lower, and when they are higher.
_LIKENESS: Mapping[str, tuple[str, str]] = {
    "sharpness": ("softer", "sharper"),
    "brightness": ("darker", "brighter"),
    "contrast": ("flatter", "harder"),
    "margin": ("narrower", "wider"),
}


def shortcut_table(audit: PictureAudit) -> ReportTable:
    """One row an arm: the AUC with which each measure alone tells it from real."""
    return table(
        "shortcuts",
        "Shortcuts in the pictures",
        ["Arm", "Pictures", "Enlarged", *(name.capitalize() for name in MEASURES)],
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
        ],
    )


def shortcut_sentences(audit: PictureAudit) -> tuple[tuple[str, str], ...]:
    """A lead and a sentence for each arm that some measure alone tells from real."""
    found = []
    for arm in audit.arms:
        told = [(name, one) for name in arm.telling if (one := arm.separations[name]) is not None]
        if not told:
            continue
        named = ", ".join(
            f"{name} ({likeness(name, one)}, AUC {number(one.auc)})" for name, one in told
        )
        enlarged = (
            f" {arm.enlarged} of its {arm.pictures} sources are smaller than the picture "
            f"(the smallest {arm.smallest_source} pixels) and were enlarged."
            if arm.enlarged
            and any(name == "sharpness" and one.synthetic_is == "lower" for name, one in told)
            else ""
        )
        found.append(
            (
                f"Told from real without anatomy: {arm.label}.",
                f"One number does it: {named}.{enlarged}",
            )
        )
    return tuple(found)


def file_sentence(audit: PictureAudit) -> str:
    """What the files were found to be."""
    if audit.faults:
        count = len(audit.faults)
        return (
            f"{count} of {audit.pictures} files {'is' if count == 1 else 'are'} missing or unlike "
            "the others, which a reader’s browser can tell. Remove "
            f"{'it' if count == 1 else 'them'} from the folder of renditions and import the bank "
            "again."
        )
    return (
        f"All {audit.pictures} files are alike: {audit.file_bytes:,} bytes, and nothing in them "
        "but the picture."
    )


def likeness(measure: str, found: Separation) -> str:
    """How the synthetic arm differs, in a word."""
    if found.synthetic_is == "alike":
        return "alike"
    return _LIKENESS[measure][found.synthetic_is == "higher"]


def _row(arm: ArmPictures) -> Row:
    return Row(
        arm.label,
        (
            Cell(str(arm.pictures)),
            Cell(str(arm.enlarged), percent(arm.enlarged / arm.pictures) if arm.enlarged else ""),
            *(_cell(name, arm.separations.get(name)) for name in MEASURES),
        ),
        below="" if arm.label == arm.key else arm.key,
        is_real=arm.kind == "real",
    )


def _cell(measure: str, found: Separation | None) -> Cell:
    if found is None:
        return Cell(NONE)
    limits = interval(found.low, found.high)
    told = likeness(measure, found)
    return Cell(number(found.auc), f"{told}, {limits}" if limits else told)
