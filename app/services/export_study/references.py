"""The reference standard of each finding question, as columns of cases.csv."""

from collections.abc import Mapping
from typing import Any

from app.domain.design.design import StudyDesign
from app.domain.questions.reference import reference_column, reference_of
from app.domain.said import said
from app.services.export_study.columns import Column


def reference_columns(design: StudyDesign) -> tuple[Column, ...]:
    """One column a finding question."""
    return tuple(
        (
            reference_column(question, design.questions),
            said(
                "Reference standard of {finding}: present or absent, from the bank's {reference}. "
                "Empty: the bank doesn't say.",
                finding=question.finding,
                reference=question.reference,
            ),
        )
        for question in design.questions
        if question.measure == "finding"
    )


def reference_cells(design: StudyDesign, record: Mapping[str, Any]) -> dict[str, str | None]:
    """Their values for the image with this record."""
    return {
        reference_column(question, design.questions): reference_of(question, record)
        for question in design.questions
        if question.measure == "finding"
    }
