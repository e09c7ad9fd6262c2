"""Every problem of a form with its link, in the order of the page."""

from collections.abc import Iterator, Mapping, Sequence

from app.domain.said import cased, joined, said
from app.web.design_form.shown import (
    ArmRow,
    GroupShown,
    ListedProblem,
    PhaseRow,
    QuestionRow,
    id_of,
)

Parts = tuple[
    Mapping[str, GroupShown], tuple[QuestionRow, ...], tuple[PhaseRow, ...], tuple[ArmRow, ...]
]
Labels = dict[str, tuple[str, str]]
# The groups of boxes that stand above the rows.
_FIRST = ("Study", "How-cases-are-drawn")


def labels_of(parts: Parts) -> Labels:
    """Every name at which a problem can stand, in the order of the page: its id and its words."""
    groups, questions, phases, arms = parts
    first = [groups[name] for name in _FIRST]
    rest = [group for name, group in groups.items() if name not in _FIRST]
    labels = {**_of_groups(first[:1]), "arms": ("arms", said("Cases"))}
    for arm in arms:
        labels |= _of_arm(arm)
    labels |= {**_of_groups(first[1:]), "questions": ("questions", said("Questions"))}
    for question in questions:
        labels |= _of_question(question)
    labels["phases"] = ("phases", said("Phases"))
    for phase in phases:
        labels |= _of_phase(phase)
    return labels | _of_groups(rest)


def listed(at: Mapping[str, Sequence[str]], labels: Labels) -> Iterator[ListedProblem]:
    """The problems at each name; what fits nowhere comes last."""
    for name, (place, label) in {**labels, "": ("", said("The design"))}.items():
        for sentence in at.get(name, ()):
            yield ListedProblem(place, label, sentence)


def _of_groups(groups: Sequence[GroupShown]) -> Labels:
    return {one.name: (one.id, one.label) for group in groups for one in group.boxes}


def _of_question(row: QuestionRow) -> Labels:
    title: str = said("Question {number}", number=row.number)
    boxes = (*row.boxes, *row.answers, *row.more.boxes, *row.translations.boxes)
    return {row.name: (id_of(row.name), title)} | {
        one.name: (one.id, joined((title, cased(one.label, "lower")), ", ")) for one in boxes
    }


def _of_phase(row: PhaseRow) -> Labels:
    title: str = said("Phase {number}", number=row.number)
    asked = f"{row.name}.questions"
    boxes = (*row.boxes, *row.cases.boxes, *row.presentation.boxes)
    own: Labels = {
        row.name: (id_of(row.name), title),
        asked: (id_of(asked), joined((title, said("questions")), ", ")),
    }
    return own | {
        one.name: (one.id, joined((title, cased(one.label, "lower")), ", ")) for one in boxes
    }


def _of_arm(row: ArmRow) -> Labels:
    title: str = said("Cases, {arm}", arm=row.label)
    own: Labels = {
        name: (id_of(row.name), title)
        for name in (row.name, f"{row.name}.cases", f"{row.name}.arm")
    }
    cases = {one.name: (one.id, joined((title, one.stratum), ", ")) for one in row.cases}
    more = {
        one.name: (one.id, joined((title, cased(one.label, "lower")), ", "))
        for one in row.more.boxes
    }
    return own | cases | more
