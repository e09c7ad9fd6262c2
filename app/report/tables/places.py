"""Marks on films, as tables."""

from collections.abc import Mapping

from app.domain.said import said
from app.report.tables.findings import arm_row
from app.report.tables.table import Cell, ReportTable, estimate_cell, table
from app.report.words.numbers import percent
from app.report.words.question_figures import common_notes, name_of, title_of
from app.statistics.protocols.places import DISTANCE, Places
from app.steps.question_figures import QuestionFigures


def place_tables(
    one: QuestionFigures, figures: Places, labels: Mapping[str, str]
) -> tuple[ReportTable, ...]:
    """Marks by arm, and whether readers mark the same places."""
    rows = [
        arm_row(
            arm.arm,
            arm.truth,
            labels,
            [
                Cell(str(arm.n_readings)),
                Cell(str(arm.n_marks)),
                estimate_cell(arm.with_marks, "percent"),
                estimate_cell(arm.marks_per_film),
                estimate_cell(arm.same_place, "percent"),
                Cell(percent(arm.chance)),
            ],
        )
        for arm in figures.arms
    ]
    return (
        table(
            name_of(one),
            title_of(one),
            [
                said("Arm"),
                said("Readings"),
                said("Marks"),
                said("Films with marks"),
                said("Marks a film"),
                said("Same place"),
                said("By chance"),
            ],
            rows,
            [
                said(
                    "Films with marks and marks a film: of a reader, averaged over "
                    "readers. Same place: of the marks of two readers on one film, pairs "
                    "within {distance} of the picture’s side. By chance: the same of two "
                    "readers’ marks on different films of the arm, which meet because "
                    "readers look at the same parts of any chest. A box counts as its "
                    "middle.",
                    distance=percent(DISTANCE),
                ),
                *common_notes(one),
            ],
        ),
    )
