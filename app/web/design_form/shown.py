"""The form as its template is given it: boxes with what they hold, groups, rows, problems."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.said import joined, said
from app.web.design_form.boxes import Box, Choices

# What questions are for, and lists of words, as the form calls them.
_NAMES: Mapping[str, str] = {
    "realism": said("Realism"),
    "quality": said("Quality"),
    "verdict": said("Verdict"),
    "confidence": said("Confidence"),
    "finding": said("Finding"),
    "prompt_agreement": said("Prompt agreement"),
    "preference": said("Preference"),
    "find_the_real": said("Find the real"),
    "artefact": said("Artefact"),
    "place": said("Place"),
    "noticed": said("Noticed"),
    "comment": said("Comment"),
    "chest-film-artefacts": said("Chest film artefacts"),
}


@dataclass(frozen=True)
class BoxShown:
    """A box of the form with its full name, what it holds, and what is wrong with it."""

    box: Box
    name: str
    value: str
    choices: Choices
    problems: Sequence[str]
    label: str

    @property
    def id(self) -> str:
        """Its place on the page, as links name it."""
        return id_of(self.name)


@dataclass(frozen=True)
class GroupShown:
    """Boxes under a heading; `is_open` where they hold something or something is wrong."""

    heading: str
    hint: str
    folded: bool
    is_open: bool
    boxes: tuple[BoxShown, ...]

    @property
    def says(self) -> str:
        """What it holds, in a few words: what its first choice says, or which boxes are filled."""
        first = self.boxes[0]
        if first.box.kind == "select":
            return dict(first.choices).get(first.value, "")
        filled = [one.label for one in self.boxes if one.value.strip() not in ("", one.box.usual)]
        return joined(filled, ", ") if filled else ""


@dataclass(frozen=True)
class QuestionRow:
    """One question; `hidden` holds what its boxes hold that its kind doesn't show."""

    name: str
    number: int
    key: str
    summary: str
    about: str
    was: str
    is_open: bool
    problems: Sequence[str]
    boxes: tuple[BoxShown, ...]
    answers: tuple[BoxShown, ...]
    more: GroupShown
    translations: GroupShown
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PhaseRow:
    """One phase; `asked` says for each question whether and when it is asked."""

    name: str
    number: int
    title: str
    summary: str
    is_open: bool
    problems: Sequence[str]
    boxes: tuple[BoxShown, ...]
    asked: tuple[BoxShown, ...]
    asked_problems: Sequence[str]
    cases: GroupShown
    presentation: GroupShown
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CaseBox:
    """How many cases of a stratum are wanted of an arm, and how many the bank holds."""

    name: str
    id: str
    stratum: str
    value: str
    held: int
    problems: Sequence[str]


@dataclass(frozen=True)
class ArmRow:
    """One arm of the bank, or one that the design names and the bank lacks."""

    name: str
    key: str
    label: str
    is_real: bool
    cases: tuple[CaseBox, ...]
    more: GroupShown
    problems: Sequence[str]
    order: str


@dataclass(frozen=True)
class ListedProblem:
    """One problem for the list at the top: where it leads, what it is about, and the sentence."""

    id: str
    label: str
    sentence: str


@dataclass(frozen=True)
class FormPage:
    """Everything the page shows."""

    groups: Mapping[str, GroupShown]
    questions: tuple[QuestionRow, ...]
    phases: tuple[PhaseRow, ...]
    arms: tuple[ArmRow, ...]
    strata: tuple[str, ...]
    strata_left: int
    list_problems: Mapping[str, Sequence[str]]
    problems: tuple[ListedProblem, ...]
    stratify_was: str
    memorised_was: str
    language_was: str


def id_of(name: str) -> str:
    """A name as an id: letters, figures and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def plain_words(name: str) -> str:
    """A name of the document as words: `prompt_agreement` is Prompt agreement."""
    if name in _NAMES:
        return _NAMES[name]
    words = name.replace("_", " ").replace("-", " ")
    return f"{words[:1].upper()}{words[1:]}"
