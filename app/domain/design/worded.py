"""A design whose questions are said in the language of whoever looks."""

from dataclasses import replace

from app.domain.design.design import StudyDesign
from app.domain.questions.translations import worded


def worded_design(design: StudyDesign) -> StudyDesign:
    """The design with its questions' words in every language that it gives them in.

    For the office, reports and files; a reader's pages are made from `blinded_design`.
    """
    return replace(design, questions=tuple(map(worded, design.questions)))
