"""The form as its page shows it: boxes with values, choices and problems, rows, what is folded."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import Problem
from app.domain.questions.measures import MEASURES
from app.domain.questions.vocabularies import VOCABULARIES
from app.services.study_progress import ArmHoldings
from app.web.design_form.boxes import (
    ANSWERS,
    ANSWERS_OF,
    ARM,
    DEPENDENCE,
    PHASE,
    PHASE_CASES,
    PRESENTATION,
    QUESTION,
    TOP,
    VOCABULARY,
    Box,
    Choices,
    Group,
)
from app.web.design_form.document import CASES, kind_in, question_keys
from app.web.design_form.problems import placed
from app.web.design_form.rows import row_count, row_values

# Strata of a key that has more values than this are not all offered.
MOST_COLUMNS = 12
KIND_WORDS = {
    "scale": "a scale of points",
    "slider": "a slider",
    "choice": "one of some answers",
    "choices": "several of a list of words",
    "text": "free text",
    "marks": "marks on the film",
    "side": "which of the pictures",
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
        return ", ".join(one.label for one in self.boxes if one.value.strip())


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


def id_of(name: str) -> str:
    """A name as an id: letters, figures and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


@dataclass(frozen=True)
class _Form:
    values: Mapping[str, str]
    at: Mapping[str, Sequence[str]]
    open_row: str = ""

    def box(self, box: Box, prefix: str = "", choices: Choices = ()) -> BoxShown:
        name = f"{prefix}{box.name}"
        value = self.values.get(name, "")
        offered = choices or box.choices
        if box.kind == "select" and value and value not in {one for one, _ in offered}:
            offered = (*offered, (value, f"{value} (not there)"))
        return BoxShown(box, name, value, offered, self.at.get(name, ()), box.label)

    def group(self, group: Group, boxes: Iterable[BoxShown]) -> GroupShown:
        shown = tuple(boxes)
        unusual = any(one.problems or one.value.strip() not in _nothing(one.box) for one in shown)
        return GroupShown(group.heading, group.hint, group.folded, unusual, shown)


def _nothing(box: Box) -> tuple[str, ...]:
    return (box.usual, "") if box.kind != "tick" else (box.usual,)


def form_page(
    values: Mapping[str, str],
    arms: Sequence[ArmHoldings],
    *,
    problems: Sequence[Problem] = (),
    arm_rows: Sequence[int] = (),
    open_row: str = "",
) -> FormPage:
    """The page of a form; `arms` is what the bank holds by the form's key of strata.

    `values` must have a row for every arm of the bank (`with_bank_arms`).
    """
    columns, left = _columns(values, arms)
    bare = _Form(values, {}, open_row)
    names = _names(_shown(bare, arms, columns))
    form = _Form(values, placed(problems, names, arm_rows), open_row)
    groups, questions, phases, arm_list = _shown(form, arms, columns)
    return FormPage(
        groups,
        questions,
        phases,
        arm_list,
        columns,
        left,
        {name: form.at.get(name, ()) for name in ("questions", "phases", "arms")},
        tuple(_listed(form, groups, questions, phases, arm_list)),
        values.get("stratify_by", "").strip(),
    )


_Parts = tuple[
    Mapping[str, GroupShown], tuple[QuestionRow, ...], tuple[PhaseRow, ...], tuple[ArmRow, ...]
]


def _shown(form: _Form, arms: Sequence[ArmHoldings], columns: Sequence[str]) -> _Parts:
    keys = question_keys(form.values)
    groups = {
        id_of(group.heading): form.group(
            group,
            (
                form.box(box, choices=_primary(keys) if box.name == "analysis.primary" else ())
                for box in group.boxes
            ),
        )
        for group in TOP
    }
    questions = tuple(
        _question_row(form, number, keys)
        for number in range(1, row_count(form.values, "questions") + 1)
    )
    phases = tuple(
        _phase_row(form, number, questions)
        for number in range(1, row_count(form.values, "phases") + 1)
    )
    by_key = {arm.key: arm for arm in arms}
    rows = tuple(
        _arm_row(form, number, by_key, columns)
        for number in range(1, row_count(form.values, "arms") + 1)
    )
    return groups, questions, phases, rows


def _primary(keys: Sequence[str]) -> Choices:
    usual = (("", "the usual one: the verdict, else realism"),)
    return (*usual, *((key, key) for key in dict.fromkeys(keys) if key))


def _question_row(form: _Form, number: int, keys: Sequence[str]) -> QuestionRow:
    name = f"questions[{number}]"
    row = row_values(form.values, "questions", number)
    kind, measure = kind_in(row), MEASURES.get(row.get("measure", ""))
    kinds = measure.kinds if measure else tuple(ANSWERS_OF)
    earlier = tuple((key, key) for key in dict.fromkeys(keys[: number - 1]) if key)
    choices: dict[str, Choices] = {
        "measure": tuple((one, plain_words(one)) for one in MEASURES),
        "kind": tuple((one, KIND_WORDS.get(one, one)) for one in kinds),
        "asked_if.question": (("", "always asked"), *earlier),
        "of": (("", "none"), *earlier),
        "vocabulary": (("", "own words"), *((one, plain_words(one)) for one in VOCABULARIES)),
    }

    def shown(boxes: Iterable[Box]) -> tuple[BoxShown, ...]:
        return tuple(form.box(box, f"{name}.", choices.get(box.name, ())) for box in boxes)

    boxes, answers = shown(QUESTION), shown(ANSWERS_OF[kind])
    if kind == "choices":
        answers += shown((VOCABULARY,))
    more = form.group(
        Group("When it is asked, what it belongs to", (), folded=True), shown(DEPENDENCE)
    )
    wrong = form.at.get(name, ())
    seen = {one.box.name for one in answers}
    return QuestionRow(
        name,
        number,
        keys[number - 1],
        row.get("prompt", "").strip() or "(nothing is asked yet)",
        ", ".join(_about(row, kind)),
        row.get("was", f"{row.get('measure', '')}/{kind}"),
        bool(wrong) or form.open_row == name or _is_wrong(boxes, answers, more.boxes),
        wrong,
        boxes,
        answers,
        _wanted(more, row),
        tuple(
            (f"{name}.{box.name}", row[box.name])
            for box in ANSWERS
            if box.name not in seen and row.get(box.name)
        ),
    )


def _wanted(more: GroupShown, row: Mapping[str, str]) -> GroupShown:
    """Open too where the measure asks for a finding."""
    return replace(more, is_open=more.is_open or row.get("measure") == "finding")


def _about(row: Mapping[str, str], kind: str) -> Iterator[str]:
    yield plain_words(row.get("measure", "") or "?").lower()
    if kind in ("scale", "slider"):
        yield f"{KIND_WORDS[kind]} from {row.get('low', '')} to {row.get('high', '')}"
    else:
        yield KIND_WORDS.get(kind, kind)
    if row.get("required") != "yes":
        yield "may be left"
    if row.get("asked_if.question"):
        yield f"only after some answers to {row['asked_if.question']}"


def _phase_row(form: _Form, number: int, questions: Sequence[QuestionRow]) -> PhaseRow:
    name = f"phases[{number}]"
    row = row_values(form.values, "phases", number)
    earlier = [form.values.get(f"phases[{one}].key", "") for one in range(1, number)]
    of = (("", "none"), *((key, key) for key in dict.fromkeys(earlier) if key))
    boxes = tuple(form.box(box, f"{name}.") for box in PHASE)
    cases = form.group(
        Group("Cases", (), folded=number == 1),
        (form.box(box, f"{name}.", of if box.name == "of" else ()) for box in PHASE_CASES),
    )
    shown = form.group(
        Group("What is shown", (), folded=True),
        (form.box(box, f"{name}.") for box in PRESENTATION),
    )
    asked = tuple(_asked(form, name, question) for question in questions)
    asked_problems = form.at.get(f"{name}.questions", ())
    wrong = form.at.get(name, ())
    is_wrong = bool(wrong or asked_problems) or _is_wrong(boxes, cases.boxes, shown.boxes)
    return PhaseRow(
        name,
        number,
        row.get("title", "").strip() or row.get("key", "").strip() or f"Phase {number}",
        ", ".join(_phase_words(row, number)),
        is_wrong or form.open_row == name,
        wrong,
        boxes,
        asked,
        asked_problems,
        cases,
        shown,
        tuple((f"{name}.{key}", row[key]) for key in row if key.endswith("questions.order")),
    )


def _asked(form: _Form, phase: str, question: QuestionRow) -> BoxShown:
    choices = (("case", "of each case"), ("end", "once, at its end"), ("", "not asked"))
    box = Box(f"asked[{question.number}]", question.key, question.summary, "select")
    shown = form.box(box, f"{phase}.", choices)
    return replace(shown, choices=(*choices, ("both", "both"))) if shown.value == "both" else shown


def _phase_words(row: Mapping[str, str], number: int) -> Iterator[str]:
    pictures = row.get("presentation.pictures", "1")
    yield "one picture at a time" if pictures == "1" else f"{pictures} pictures at a time"
    if row.get("presentation.exposures_ms", "").strip():
        yield f"for {row['presentation.exposures_ms']} ms"
    if number > 1:
        cases = {"same": "the same cases as", "part": "some cases of"}.get(row.get("cases", ""))
        yield f"{cases} {row.get('of', '')}" if cases else "new cases"
    asked = sum(value in ("case", "both") for key, value in row.items() if key.startswith("asked["))
    yield f"{asked} question{'' if asked == 1 else 's'}"
    at_end = sum(value in ("end", "both") for key, value in row.items() if key.startswith("asked["))
    if at_end:
        yield f"{at_end} at its end"
    if row.get("purpose_blinded") == "yes":
        yield "purpose not told"


def _arm_row(
    form: _Form, number: int, held: Mapping[str, ArmHoldings], columns: Sequence[str]
) -> ArmRow:
    name = f"arms[{number}]"
    key = form.values.get(f"{name}.arm", "")
    arm = held.get(key)
    cases = tuple(
        CaseBox(
            box := f"{name}.{CASES}{stratum}",
            f"arms-{number}-cases-{column}",
            stratum,
            form.values.get(box, ""),
            arm.counts.get(stratum, 0) if arm else 0,
            form.at.get(box, ()),
        )
        for column, stratum in enumerate(columns, start=1)
    )
    label = arm.label if arm else key
    heading = Group(label, (), folded=True)
    return ArmRow(
        name,
        key,
        label,
        arm is not None and arm.kind == "real",
        cases,
        form.group(heading, (form.box(box, f"{name}.") for box in ARM)),
        (
            *form.at.get(name, ()),
            *form.at.get(f"{name}.cases", ()),
            *form.at.get(f"{name}.arm", ()),
        ),
        form.values.get(f"{name}.order", ""),
    )


def _columns(values: Mapping[str, str], arms: Sequence[ArmHoldings]) -> tuple[tuple[str, ...], int]:
    """The strata to be offered: those of the form, then what the bank has most of."""
    own = [
        rest.removeprefix(CASES)
        for number in range(1, row_count(values, "arms") + 1)
        for rest, text in row_values(values, "arms", number).items()
        if rest.startswith(CASES) and text.strip()
    ]
    held: dict[str, int] = {}
    for arm in arms:
        for stratum, count in arm.counts.items():
            held[stratum] = held.get(stratum, 0) + count
    named = list(dict.fromkeys(own))
    usual = ("normal", "abnormal")
    rest = sorted(
        (stratum for stratum in held if stratum not in named),
        key=lambda stratum: (stratum not in usual, -held[stratum], stratum),
    )
    room = max(0, MOST_COLUMNS - len(named))
    return (*named, *rest[:room]), max(0, len(rest) - room)


def with_bank_arms(values: Mapping[str, str], arms: Sequence[ArmHoldings]) -> dict[str, str]:
    """The form with a row for each arm of the bank that has none."""
    filled = dict(values)
    count = row_count(values, "arms")
    named = {values.get(f"arms[{number}].arm") for number in range(1, count + 1)}
    for number, arm in enumerate((one for one in arms if one.key not in named), start=count + 1):
        filled[f"arms[{number}].arm"] = arm.key
        filled[f"arms[{number}].role"] = "compared"
    return filled


def plain_words(name: str) -> str:
    """A name of the document as words: `prompt_agreement` is Prompt agreement."""
    words = name.replace("_", " ").replace("-", " ")
    return f"{words[:1].upper()}{words[1:]}"


def _is_wrong(*boxes: Sequence[BoxShown]) -> bool:
    return any(one.problems for group in boxes for one in group)


def _names(parts: _Parts) -> list[str]:
    """Every name at which a problem can stand, in the order of the page."""
    groups, questions, phases, arms = parts
    names = [one.name for group in groups.values() for one in group.boxes]
    names += ["questions", "phases", "arms"]
    for question in questions:
        shown = (*question.boxes, *question.answers, *question.more.boxes)
        names += [question.name, *(one.name for one in shown)]
    for phase in phases:
        shown = (*phase.boxes, *phase.cases.boxes, *phase.presentation.boxes)
        names += [phase.name, f"{phase.name}.questions", *(one.name for one in shown)]
    for arm in arms:
        names += [arm.name, f"{arm.name}.cases", f"{arm.name}.arm"]
        names += [one.name for one in (*arm.cases, *arm.more.boxes)]
    return names


def _listed(
    form: _Form,
    groups: Mapping[str, GroupShown],
    questions: Sequence[QuestionRow],
    phases: Sequence[PhaseRow],
    arms: Sequence[ArmRow],
) -> Iterator[ListedProblem]:
    """Every problem with its link, in the order of the page."""
    labels = {one.name: (one.id, one.label) for group in groups.values() for one in group.boxes}
    labels |= {"questions": ("questions", "Questions")}
    labels["phases"] = ("phases", "Phases")
    labels["arms"] = ("arms", "Cases")
    for question in questions:
        title = f"Question {question.number}"
        labels[question.name] = (id_of(question.name), title)
        for one in (*question.boxes, *question.answers, *question.more.boxes):
            labels[one.name] = (one.id, f"{title}, {one.label.lower()}")
    for phase in phases:
        title = f"Phase {phase.number}"
        labels[phase.name] = (id_of(phase.name), title)
        labels[f"{phase.name}.questions"] = (
            id_of(f"{phase.name}.questions"),
            f"{title}, questions",
        )
        for one in (*phase.boxes, *phase.cases.boxes, *phase.presentation.boxes):
            labels[one.name] = (one.id, f"{title}, {one.label.lower()}")
    for arm in arms:
        for name in (arm.name, f"{arm.name}.cases", f"{arm.name}.arm"):
            labels[name] = (id_of(arm.name), f"Cases, {arm.label}")
        for one in arm.cases:
            labels[one.name] = (one.id, f"Cases, {arm.label}, {one.stratum}")
        for box in arm.more.boxes:
            labels[box.name] = (box.id, f"Cases, {arm.label}, {box.label.lower()}")
    for name, (place, label) in {**labels, "": ("", "The design")}.items():
        for sentence in form.at.get(name, ()):
            yield ListedProblem(place, label, sentence)
