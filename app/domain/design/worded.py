"""A design whose questions are said in the language of whoever looks."""

from dataclasses import replace

from app.domain.design.design import StudyDesign
from app.domain.questions.translations import worded
from app.domain.said import Worded, joined, said


def worded_design(design: StudyDesign) -> StudyDesign:
    """The design with its questions' words in every language that it gives them in.

    For the office, reports and files; a reader's pages are made from `blinded_design`.
    """
    return replace(design, questions=tuple(map(worded, design.questions)))


def asked_in(design: StudyDesign) -> str:
    """A sentence, a space before it, on what readers saw; only where a translation is said."""
    sentence = said(
        " Readers were asked in the study's language ({own}); what its questions say here in "
        "another language is the design's own translation.",
        own=design.language,
    )
    tags = {one.language for question in design.questions for one in question.translations}
    return Worded("", dict.fromkeys(tags, sentence)) if tags else ""


def language_told(design: StudyDesign) -> str:
    """The tag of the study's language, with that sentence where a translation is said."""
    note = asked_in(design)
    if not isinstance(note, Worded):
        return design.language
    told = {tag: joined((design.language, ".", one), "") for tag, one in note.others.items()}
    return Worded(design.language, told)
