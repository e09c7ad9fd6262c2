"""The leak audit as a table: what tells arms apart without a look at anatomy."""

import math
from collections.abc import Callable, Mapping
from functools import partial

from app.bank.picture_measures import AUDIT_MEASURES
from app.domain.said import capital, joined, said, said_many
from app.films.film import GREY_WORDS
from app.films.notes import NOTE_WORDS
from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.numbers import NONE, interval, number, p_phrase, percent, signed
from app.report.words.shortcuts import likeness, measure_words
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.leaks.balance import UNBALANCED, Difference
from app.statistics.leaks.joint import JointSeparation
from app.statistics.realness.separation import Separation
from app.steps.picture_audit import BALANCED_BY

# What the records of a bank say of an image, by its key.
_RECORDED: Mapping[str, str] = {
    "condition": said("condition"),
    "sex": said("sex"),
    "age": said("age"),
    "view": said("view"),
    "source": said("source"),
    "size": said("size"),
}


def shortcut_table(audit: PictureAudit) -> ReportTable:
    """One column an arm, one row a measure: the AUC with which it alone tells the arm from real."""
    return table(
        "shortcuts",
        said("Shortcuts in the pictures"),
        [said("Measure"), *(arm.label for arm in audit.arms)],
        [
            _row(said("Pictures"), audit, lambda arm: Cell(str(arm.pictures))),
            _row(said("Enlarged"), audit, _enlarged),
            _row(said("Made grey"), audit, _made_grey),
            _row(said("All together"), audit, lambda arm: _joint_cell(arm.joint)),
            *(_row(_heading(name), audit, partial(_measure_cell, name)) for name in AUDIT_MEASURES),
        ],
        [
            said(
                "AUC with which one number, measured in the pictures by a program, "
                "tells the arm from real: 0.5 is nothing, 1 is every picture. Below "
                "it how the arm differs and a 95% interval over images, where there "
                "is one. Whichever way it points is taken, so equal arms lie a "
                "little above 0.5."
            ),
            said(
                "Enlarged: sources smaller than the {size} pixels that readers see. "
                "Sharpness: mean absolute Laplacian over the standard deviation, of "
                "the grey inside the margin. Contrast: that standard deviation. "
                "Margin: share of the picture outside everything that is not black.",
                size=audit.size,
            ),
            said(
                "Letters and markers: small, even, near-white shapes near an edge. "
                "Grey range: levels between the darkest and the lightest half per "
                "cent. Clipping: share of pixels at 0 or 255. Noise: Immerkær’s "
                "estimate. JPEG blocks: steps between blocks of 8 × 8 pixels over "
                "those beside them. Slope of the spectrum: log power over log "
                "frequency. Hard edges: share of neighbours that differ by more than "
                "three standard deviations."
            ),
            said(
                "All together: logistic regression on all of them, each picture "
                "judged by a model that was fitted to others (five folds); below it "
                "p by relabelling and a 95% interval."
            ),
            said(
                "Made grey: how files deeper than 8 bits became grey; below it how "
                "many films of the whole arm were noted for what. Arms of different "
                "greys may be told apart by them."
            ),
        ],
    )


def remedy_table(before: PictureAudit, after: PictureAudit) -> ReportTable:
    """One row a measure, one column a synthetic arm: AUC before and after a remedy."""
    pairs = [
        (one, other)
        for one, other in zip(before.arms, after.arms, strict=True)
        if one.kind != "real"
    ]
    rows = [
        Row(
            said("All together"),
            tuple(_before_after(one.joint, other.joint) for one, other in pairs),
        )
    ]
    for name in AUDIT_MEASURES:
        cells = []
        for one, other in pairs:
            was, now = one.separations.get(name), other.separations.get(name)
            cells.append(_before_after(was, now))
        rows.append(Row(_heading(name), tuple(cells)))
    return table(
        "remedies",
        said("Before and after"),
        [said("Measure"), *(one.label for one, _ in pairs)],
        rows,
        [said("AUC before → after, of the same cases; 0.5 is nothing, 1 is every picture.")],
    )


def _before_after(
    before: JointSeparation | Separation | None, after: JointSeparation | Separation | None
) -> Cell:
    if before is None:
        return Cell(NONE)
    return Cell(
        said(
            "{auc} → {which}",
            auc=number(before.auc),
            which=number(None if after is None else after.auc),
        )
    )


def _heading(name: str) -> str:
    return capital(measure_words(name))


def _row(heading: str, audit: PictureAudit, cell: Callable[[ArmPictures], Cell]) -> Row:
    return Row(heading, tuple(cell(arm) for arm in audit.arms))


def _enlarged(arm: ArmPictures) -> Cell:
    share = percent(arm.enlarged / arm.pictures) if arm.enlarged else ""
    return Cell(str(arm.enlarged), share)


def _measure_cell(name: str, arm: ArmPictures) -> Cell:
    return _cell(name, arm.separations.get(name))


def _made_grey(arm: ArmPictures) -> Cell:
    words = GREY_WORDS.get(arm.grey_mapping, arm.grey_mapping)
    noted = (
        said_many(
            "{count} image: {words}",
            "{count} images: {words}",
            count,
            words=NOTE_WORDS.get(kind, kind),
        )
        for kind, count in arm.notes.items()
    )
    return Cell(words, joined((arm.grey_mapping, *noted), "; "))


def _cell(measure: str, apart: Separation | None) -> Cell:
    if apart is None:
        return Cell(NONE)
    limits = interval(apart.low, apart.high)
    told = likeness(measure, apart)
    return Cell(
        number(apart.auc), said("{told}, {limits}", told=told, limits=limits) if limits else told
    )


def _joint_cell(joint: JointSeparation | None) -> Cell:
    if joint is None:
        return Cell(NONE)
    limits = interval(joint.low, joint.high)
    told = p_phrase(joint.p)
    return Cell(
        number(joint.auc), said("{told}, {limits}", told=told, limits=limits) if limits else told
    )


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
        said("Balance of the arms"),
        [said("Arm"), *(capital(_RECORDED[name]) for name in BALANCED_BY)],
        rows,
        [
            said(
                "Standardised difference from the real images in what the bank’s "
                "records say: of ages and of the sources’ longer sides the "
                "difference of means over the standard deviation, of kinds the "
                "distance of their shares. Below it how many of the real and of the "
                "arm’s images have it recorded. From {unbalanced:g} on (marked !) "
                "the arms are unlike, and readers may go by that.",
                unbalanced=UNBALANCED,
            ),
        ],
    )


def _difference_cell(one: Difference) -> Cell:
    known = said(
        "{known} of {of}, {known2} of {of2}",
        known=one.known[0],
        of=one.of[0],
        known2=one.known[1],
        of2=one.of[1],
    )
    if one.value is None:
        return Cell(NONE, known, why=one.why)
    text = "∞" if math.isinf(one.value) else signed(one.value)
    return Cell(said("{text} !", text=text) if one.is_unlike else text, known)
