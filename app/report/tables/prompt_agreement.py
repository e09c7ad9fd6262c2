"""Agreement with the text beside the image, as tables."""

from collections.abc import Mapping

from app.domain.said import joined, said
from app.report.tables.findings import arm_row, contrast_cell
from app.report.tables.table import Cell, ReportTable, estimate_cell, table
from app.report.words.numbers import p_value
from app.report.words.question_figures import common_notes, name_of, title_of
from app.statistics.protocols.prompt_agreement import PromptAgreement
from app.steps.question_figures import QuestionFigures


def prompt_agreement_tables(
    one: QuestionFigures, figures: PromptAgreement, labels: Mapping[str, str]
) -> tuple[ReportTable, ...]:
    """By arm and condition, with synthetic minus real beside the rows of whole arms."""
    differences = {difference.arm: difference for difference in figures.differences}
    rows = []
    for row in figures.rows:
        contrast = None if row.condition else differences.get(row.arm)
        cells = [estimate_cell(row.mean), estimate_cell(row.share, "percent")]
        if differences:
            cells += (
                [Cell(""), Cell("")]
                if contrast is None
                else [contrast_cell(contrast), Cell(p_value(contrast.p_holm))]
            )
        rows.append(arm_row(row.arm, row.truth, labels, cells, part=row.condition))
    question = one.question
    ends = [
        said("{end} = {label_at}", end=end, label_at=question.label_at(end))
        for end in (question.low, question.high)
        if question.label_at(end)
    ]
    held = [said("Mean minus real"), "p"] if differences else []
    return (
        table(
            name_of(one),
            title_of(one),
            [
                said("Arm, condition"),
                said("Mean"),
                said("Above {middle:g}", middle=figures.middle),
                *held,
            ],
            rows,
            [
                said("{join}.", join=joined(ends, "; ")) if ends else "",
                said("p: adjusted by Holm over the arms.") if differences else "",
                *common_notes(one),
            ],
        ),
    )
