"""Variance components, and how many readers and images a dependability of 0.8 takes."""

from app.report.tables.table import Cell, ReportTable, Row, table
from app.report.words.numbers import NONE, number, percent
from app.statistics.agreement.generalizability import (
    DEPENDABLE,
    IMAGES,
    MOST_IMAGES,
    MOST_READERS,
    PARTS,
    READERS,
    Dependability,
)
from app.statistics.analysis import Analysis

_MEASURES = {"realism": "realism", "judged_real": "judged real"}
_PARTS = {
    "arm": "Between arms",
    "image": "Between images of an arm",
    "reader": "Between readers",
    "reader_by_arm": "Readers by arm",
    "rest": "Rest: reader by image, and inconstancy",
}


def dependability_tables(analysis: Analysis) -> tuple[ReportTable, ...]:
    """Two tables a measure: where the variance lies, and the decision study."""
    tables = []
    for measure, one in analysis.dependability.items():
        if not one.why_not:
            tables += [_parts(measure, one), _decision(measure, one)]
    return tuple(tables)


def _parts(measure: str, one: Dependability) -> ReportTable:
    total = sum(one.variances.values())
    rows = [
        Row(
            _PARTS[name],
            (
                Cell(number(one.variances[name], 3)),
                Cell(percent(one.variances[name] / total) if total else NONE),
            ),
        )
        for name in PARTS
    ]
    negative = ", ".join(_PARTS[name].lower() for name in one.below_zero)
    return table(
        f"variance-{measure}",
        f"Where the variance of {_MEASURES[measure]} lies",
        ["Part", "Variance", "Share"],
        rows,
        [
            f"From {one.n_ratings} first readings by {one.n_readers} readers of {one.n_images} "
            f"images in {one.n_arms} arms; the part between arms rests on {one.n_arms} arms only.",
            f"Estimated below 0 and set to 0: {negative}." if negative else "",
        ],
    )


def _decision(measure: str, one: Dependability) -> ReportTable:
    rows = [
        Row(
            str(readers),
            tuple(Cell(number(one.phi_of_arm(readers, images))) for images in IMAGES),
        )
        for readers in READERS
    ]
    return table(
        f"dependability-{measure}",
        f"Dependability of an arm’s mean: {_MEASURES[measure]}",
        ["Readers", *(f"{images} images" for images in IMAGES)],
        rows,
        [
            "Φ: share of the variance of an arm’s mean that is of the arm and not of the readers "
            "and images that happened to be taken. " + _smallest(one),
            _of_image(one),
        ],
    )


def _smallest(one: Dependability) -> str:
    now = f"This study has {number(one.of_arm)}." if one.of_arm is not None else ""
    if one.of_arm is None:
        return "Arms don’t differ in these ratings, so no number of readers and images gives any."
    if one.smallest_of_arm is None:
        return (
            f"{now} No more than {MOST_READERS} readers with {MOST_IMAGES} images an arm reach "
            f"{DEPENDABLE:g}."
        )
    readers, images = one.smallest_of_arm
    return (
        f"{now} {DEPENDABLE:g} takes {readers} {'reader' if readers == 1 else 'readers'} with "
        f"{images} {'image' if images == 1 else 'images'} an arm, the least readings that do."
    )


def _of_image(one: Dependability) -> str:
    if one.of_image is None:
        return ""
    if one.smallest_of_image is None:
        takes = f"{MOST_READERS} readers are not enough for {DEPENDABLE:g}"
    else:
        noun = "reader" if one.smallest_of_image == 1 else "readers"
        takes = f"{DEPENDABLE:g} takes {one.smallest_of_image} {noun}"
    readers = number(one.n_ratings / one.n_images, 1)
    return (
        f"A single image’s mean over the {readers} readers that an image had has "
        f"{number(one.of_image)}; {takes}."
    )
