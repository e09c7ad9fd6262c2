"""The rows of a form: its questions, its phases, its arms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from app.domain.questions.measures import MEASURES
from app.domain.questions.registry import KINDS
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
    VOCABULARY,
    Box,
    Choices,
    Group,
)
from app.web.design_form.document import CASES, kind_in
from app.web.design_form.held import HeldForm
from app.web.design_form.rows import row_values
from app.web.design_form.shown import (
    ArmRow,
    BoxShown,
    CaseBox,
    GroupShown,
    PhaseRow,
    QuestionRow,
    plain_words,
)

KIND_WORDS = {
    "scale": "a scale of points",
    "slider": "a slider",
    "choice": "one of some answers",
    "choices": "several of a list of words",
    "text": "free text",
    "marks": "marks on the film",
    "side": "which of the pictures",
}


def question_row(form: HeldForm, number: int, keys: Sequence[str]) -> QuestionRow:
    """Question `number`; `keys` are those of all questions."""
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
    if KINDS[kind].spread == "grades":
        yield f"{KIND_WORDS.get(kind, kind)} from {row.get('low', '')} to {row.get('high', '')}"
    else:
        yield KIND_WORDS.get(kind, kind)
    if row.get("required") != "yes":
        yield "may be left"
    if row.get("asked_if.question"):
        yield f"only after some answers to {row['asked_if.question']}"


def phase_row(form: HeldForm, number: int, questions: Sequence[QuestionRow]) -> PhaseRow:
    """Phase `number` and how it asks each of the questions."""
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


def _asked(form: HeldForm, phase: str, question: QuestionRow) -> BoxShown:
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


def arm_row(
    form: HeldForm, number: int, held: Mapping[str, ArmHoldings], columns: Sequence[str]
) -> ArmRow:
    """Arm `number` with a box for each stratum of `columns`; `held` is the bank by arm."""
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


def _is_wrong(*boxes: Sequence[BoxShown]) -> bool:
    return any(one.problems for group in boxes for one in group)
