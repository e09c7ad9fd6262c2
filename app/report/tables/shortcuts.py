"""The leak audit as a table: what tells arms apart without a look at anatomy."""

import math

from app.bank.picture_measures import AUDIT_MEASURES
from app.films.notes import NOTE_WORDS
from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.numbers import NONE, interval, number, p_phrase, percent, signed
from app.report.words.shortcuts import likeness, measure_words
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.leaks.balance import UNBALANCED, Difference
from app.statistics.leaks.joint import JointSeparation
from app.statistics.realness.separation import Separation
from app.steps.picture_audit import BALANCED_BY


def shortcut_table(audit: PictureAudit) -> ReportTable:
    """One row an arm: the AUC with which each measure alone tells it from real."""
    return table(
        "shortcuts",
        "Shortcuts in the pictures",
        [
            "Arm",
            "Pictures",
            "Enlarged",
            "Made grey",
            "All together",
            *(_heading(name) for name in AUDIT_MEASURES),
        ],
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
            "Letters and markers: small, even, near-white shapes near an edge. Grey range: levels "
            "between the darkest and the lightest half per cent. Clipping: share of pixels at 0 "
            "or 255. Noise: Immerkær’s estimate. JPEG blocks: steps between blocks of 8 × 8 "
            "pixels over those beside them. Slope of the spectrum: log power over log frequency. "
            "Hard edges: share of neighbours that differ by more than three standard deviations.",
            "All together: logistic regression on all of them, each picture judged by a model that "
            "was fitted to others (five folds); below it p by relabelling and a 95% interval.",
            "Made grey: how files deeper than 8 bits became grey; below it how many films of the "
            "whole arm were noted for what. Arms of different greys may be told apart by them.",
        ],
    )


def _heading(name: str) -> str:
    words = measure_words(name)
    return words[0].upper() + words[1:]


def _row(arm: ArmPictures) -> Row:
    return Row(
        arm.label,
        (
            Cell(str(arm.pictures)),
            Cell(str(arm.enlarged), percent(arm.enlarged / arm.pictures) if arm.enlarged else ""),
            Cell(arm.grey_mapping, _noted(arm)),
            _joint_cell(arm.joint),
            *(_cell(name, arm.separations.get(name)) for name in AUDIT_MEASURES),
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


def _joint_cell(joint: JointSeparation | None) -> Cell:
    if joint is None:
        return Cell(NONE)
    limits = interval(joint.low, joint.high)
    told = p_phrase(joint.p)
    return Cell(number(joint.auc), f"{told}, {limits}" if limits else told)


def balance_table(audit: PictureAudit) -> ReportTable:
    """One row a synthetic arm: how its images differ from the real ones in what is recorded."""
    rows = [
        Row(
            arm.label,
            tuple(_difference_cell(arm.balance[name]) for name in BALANCED_BY),
            below="" if arm.label == arm.key else arm.key,
        )
        for arm in audit.arms
        if arm.balance
    ]
    return table(
        "balance",
        "Balance of the arms",
        ["Arm", *(name.capitalize() for name in BALANCED_BY)],
        rows,
        [
            "Standardised difference from the real images in what the bank’s records say: of ages "
            "and of the sources’ longer sides the difference of means over the standard deviation, "
            "of kinds the distance of their shares. Below it how many of the real and of the arm’s "
            f"images have it recorded. From {UNBALANCED:g} on (marked !) the arms are unlike, and "
            "readers may go by that.",
        ],
    )


def _difference_cell(one: Difference) -> Cell:
    known = f"{one.known[0]} of {one.of[0]}, {one.known[1]} of {one.of[1]}"
    if one.value is None:
        return Cell(NONE, known, why=one.why)
    text = "∞" if math.isinf(one.value) else signed(one.value)
    return Cell(f"{text} !" if one.is_unlike else text, known)
