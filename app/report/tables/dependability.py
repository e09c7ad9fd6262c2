"""Variance components, and how many readers and images a dependability of 0.8 takes."""

from app.domain.said import joined, said, said_many, small
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

_MEASURES = {"realism": said("realism"), "judged_real": said("judged real")}
_PARTS = {
    "arm": said("Between arms"),
    "image": said("Between images of an arm"),
    "reader": said("Between readers"),
    "reader_by_arm": said("Readers by arm"),
    "rest": said("Rest: reader by image, and inconstancy"),
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
    negative = joined((small(_PARTS[name]) for name in one.below_zero), ", ")
    return table(
        f"variance-{measure}",
        said("Where the variance of {measures} lies", measures=_MEASURES[measure]),
        [said("Part"), said("Variance"), said("Share")],
        rows,
        [
            said(
                "From {n_ratings} first readings by {n_readers} readers of "
                "{n_images} images in {n_arms} arms; the part between arms rests on "
                "{n_arms} arms only.",
                n_ratings=one.n_ratings,
                n_readers=one.n_readers,
                n_images=one.n_images,
                n_arms=one.n_arms,
            ),
            said("Estimated below 0 and set to 0: {negative}.", negative=negative)
            if negative
            else "",
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
        said("Dependability of an arm’s mean: {measures}", measures=_MEASURES[measure]),
        [said("Readers"), *(said("{images} images", images=images) for images in IMAGES)],
        rows,
        [
            said(
                "Φ: share of the variance of an arm’s mean that is of the arm and "
                "not of the readers and images that happened to be taken. "
            )
            + _smallest(one),
            _of_image(one),
        ],
    )


def _smallest(one: Dependability) -> str:
    now = (
        said("This study has {of_arm}.", of_arm=number(one.of_arm))
        if one.of_arm is not None
        else ""
    )
    if one.of_arm is None:
        return said(
            "Arms don’t differ in these ratings, so no number of readers and images gives any."
        )
    if one.smallest_of_arm is None:
        return said(
            "{now} No more than {most_readers} readers with {most_images} images "
            "an arm reach {dependable:g}.",
            now=now,
            most_readers=MOST_READERS,
            most_images=MOST_IMAGES,
            dependable=DEPENDABLE,
        )
    readers, images = one.smallest_of_arm
    return said(
        "{now} {dependable:g} takes {readers} with {images} an arm, the least readings that do.",
        now=now,
        dependable=DEPENDABLE,
        readers=said_many("{count} reader", "{count} readers", readers),
        images=said_many("{count} image", "{count} images", images),
    )


def _of_image(one: Dependability) -> str:
    if one.of_image is None:
        return ""
    if one.smallest_of_image is None:
        takes = said(
            "{most_readers} readers are not enough for {dependable:g}",
            most_readers=MOST_READERS,
            dependable=DEPENDABLE,
        )
    else:
        takes = said(
            "{dependable:g} takes {readers}",
            dependable=DEPENDABLE,
            readers=said_many("{count} reader", "{count} readers", one.smallest_of_image),
        )
    readers = number(one.n_ratings / one.n_images, 1)
    return said(
        "A single image’s mean over the {readers} readers that an image had "
        "has {of_image}; {takes}.",
        readers=readers,
        of_image=number(one.of_image),
        takes=takes,
    )
