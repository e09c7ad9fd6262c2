"""Findings against the reference standard, as tables."""

from collections.abc import Mapping

from app.domain.said import said, said_many, without
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table, why_no_interval
from app.report.words.numbers import NONE, interval, p_value, signed
from app.report.words.question_figures import common_notes, name_of, title_of
from app.statistics.protocols.findings import FIGURES, FindingOfArm, Findings
from app.statistics.realness.contrasts import Contrast
from app.steps.question_figures import QuestionFigures

Labels = Mapping[str, str]
NAMES = {
    "sensitivity": said("Sensitivity"),
    "specificity": said("Specificity"),
    "accuracy": said("Accuracy"),
    "auc": "AUC",
}


def finding_tables(
    one: QuestionFigures, figures: Findings, labels: Labels
) -> tuple[ReportTable, ...]:
    """By arm, and below it synthetic minus real."""
    tables = [_by_arm(one, figures, labels)]
    if figures.differences:
        tables.append(_differences(one, figures, labels))
    return tuple(tables)


def arm_row(arm: str, truth: str, labels: Labels, cells: list[Cell], part: str = "") -> Row:
    """A row of an arm, or of a part of it, under its label."""
    label = labels.get(arm, arm)
    heading = said("{label}, {part}", label=label, part=part) if part else label
    below = "" if part or label == arm else arm
    return Row(heading, tuple(cells), below=below, is_real=truth == "real" and not part)


def contrast_cell(contrast: Contrast) -> Cell:
    """A difference with its interval, or the reason for a dash."""
    if contrast.estimate is None:
        return Cell(NONE, why=without(contrast.state, "not estimable: "))
    return Cell(
        signed(contrast.estimate),
        interval(contrast.low, contrast.high, "signed"),
        no_interval=why_no_interval(contrast.low, contrast.method),
    )


def _by_arm(one: QuestionFigures, figures: Findings, labels: Labels) -> ReportTable:
    rows = [
        arm_row(
            arm.arm,
            arm.truth,
            labels,
            [
                _cases(arm),
                *(
                    estimate_cell(arm.figures[name], "plain" if name == "auc" else "percent")
                    for name in FIGURES
                ),
            ],
        )
        for arm in figures.arms
    ]
    question = one.question
    is_scale = question.kind == "scale"
    middle = (question.low + question.high) / 2
    called = (
        said(
            "A grade above {middle:g}, the middle of the scale, counts as "
            "present; the middle itself as absent.",
            middle=middle,
        )
        if is_scale
        else said("With two answers the AUC is the mean of sensitivity and specificity.")
    )
    missing = (
        said_many(
            "Of {count} image the bank’s records don’t say whether {finding} is there: it is in "
            "no figure.",
            "Of {count} images the bank’s records don’t say whether {finding} is there: they are "
            "in no figure.",
            figures.n_unknown,
            finding=question.finding,
        )
        if figures.n_unknown
        else ""
    )
    return table(
        name_of(one),
        title_of(one),
        [said("Arm"), said("Present, absent"), *(NAMES[name] for name in FIGURES)],
        rows,
        [
            said(
                "Against the bank’s {reference}: {finding}. {called}",
                reference=question.reference,
                finding=question.finding,
                called=called,
            ),
            missing,
            *common_notes(one),
        ],
    )


def _cases(arm: FindingOfArm) -> Cell:
    unknown = said("{n_unknown} not said", n_unknown=arm.n_unknown) if arm.n_unknown else ""
    return Cell(
        said("{n_present}, {n_absent}", n_present=arm.n_present, n_absent=arm.n_absent), unknown
    )


def _differences(one: QuestionFigures, figures: Findings, labels: Labels) -> ReportTable:
    arms = list(dict.fromkeys(difference.arm for difference in figures.differences))
    by_key = {(one.arm, one.measure.partition(".")[2]): one for one in figures.differences}
    rows = []
    for arm in arms:
        cells = []
        for name in FIGURES:
            contrast = by_key.get((arm, name))
            if contrast is None:
                cells.append(
                    Cell(NONE, why=said("the images of one of the two are all of one kind"))
                )
                cells.append(Cell(NONE))
                continue
            cells += [contrast_cell(contrast), Cell(p_value(contrast.p_holm))]
        rows.append(arm_row(arm, "synthetic", labels, cells))
    return table(
        name_of(one, "differences"),
        title_of(one, said("synthetic minus real")),
        [said("Arm"), *(name for figure in FIGURES for name in (NAMES[figure], "p"))],
        rows,
        [
            said(
                "Below 0: readers do worse on the synthetic images. A difference "
                "near 0 shows that diagnosis is as good only as far as its interval "
                "excludes what would matter. p: adjusted by Holm over the arms of "
                "each figure."
            ),
        ],
    )
