"""A design whose questions are said in the language of whoever looks."""

from dataclasses import replace

from app.domain.design.design import StudyDesign
from app.domain.questions.translations import TRANSLATED, worded
from app.domain.said import Worded, joined, said


def worded_design(design: StudyDesign) -> StudyDesign:
    """The design with its questions' words in every language that it gives them in.

    For the office, reports and files; a reader's pages are made from `blinded_design`.
    """
    return replace(design, questions=tuple(map(worded, design.questions)))


def asked_in(design: StudyDesign, otherwise: str = "") -> str:
    """A sentence, a space before it, on what readers saw, in whose language a translation is said.

    In the languages in which none is, the sentence `otherwise`.
    """
    told = _told(design)
    return Worded(otherwise, {tag: told.get(tag, otherwise) for tag in TRANSLATED})


def language_told(design: StudyDesign, name: str) -> str:
    """The study's language as `name` has it, with that sentence where a translation is said."""
    told = _told(design)
    return Worded(name, {tag: joined((name, ".", sentence), "") for tag, sentence in told.items()})


def _told(design: StudyDesign) -> dict[str, str]:
    sentence = said(
        " Readers were asked in the study's language ({own}); what its questions say here in "
        "another language is the design's own translation.",
        own=design.language,
    )
    return {
        one.language: sentence for question in design.questions for one in question.translations
    }
