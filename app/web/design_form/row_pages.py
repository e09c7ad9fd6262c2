"""The rows of a form: its questions, its phases, its arms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from app.domain.questions.measures import MEASURES
from app.domain.questions.registry import KINDS
from app.domain.questions.short_names import short_name
from app.domain.questions.vocabularies import VOCABULARIES
from app.domain.said import cased, joined, said, said_many, true_minus
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
from app.web.design_form.renewal import language_in
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
from app.web.design_form.translations import IN_OTHER_LANGUAGES, boxes_shown

KIND_WORDS = {
    "scale": said("a scale of points"),
    "slider": said("a slider"),
    "choice": said("one of some answers"),
    "choices": said("several of a list of words"),
    "text": said("free text"),
    "marks": said("marks on the film"),
    "side": said("which of the pictures"),
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
        "asked_if.question": (("", said("always asked")), *earlier),
        "of": (("", said("no question")), *earlier),
        "vocabulary": (("", said("own words")), *((one, plain_words(one)) for one in VOCABULARIES)),
    }

    def shown(boxes: Iterable[Box]) -> tuple[BoxShown, ...]:
        return tuple(form.box(box, f"{name}.", choices.get(box.name, ())) for box in boxes)

    boxes, answers = shown(QUESTION), shown(ANSWERS_OF[kind])
    if kind == "choices":
        answers += shown((VOCABULARY,))
    more = form.group(
        Group(said("When it is asked, what it belongs to"), (), folded=True), shown(DEPENDENCE)
    )
    translations = form.group(
        IN_OTHER_LANGUAGES, shown(boxes_shown(kind, row, language_in(form.values)))
    )
    wrong = form.at.get(name, ())
    seen = {one.box.name for one in answers}
    return QuestionRow(
        name,
        number,
        keys[number - 1],
        row.get("prompt", "").strip() or said("(nothing is asked yet)"),
        joined(_about(row, kind), ", "),
        row.get("was", f"{row.get('measure', '')}/{kind}"),
        bool(wrong)
        or form.open_row == name
        or _is_wrong(boxes, answers, more.boxes, translations.boxes),
        wrong,
        boxes,
        answers,
        _wanted(more, row),
        translations,
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
    yield cased(plain_words(row.get("measure", "") or "?"), "lower")
    if KINDS[kind].spread == "grades":
        yield said(
            "{kind} from {low} to {high}",
            kind=KIND_WORDS.get(kind, kind),
            low=true_minus(row.get("low", "")),
            high=true_minus(row.get("high", "")),
        )
    else:
        yield KIND_WORDS.get(kind, kind)
    if row.get("required") != "yes":
        yield said("may be left")
    if row.get("asked_if.question"):
        yield said(
            "only after some answers to {question}", question=short_name(row["asked_if.question"])
        )


def phase_row(form: HeldForm, number: int, questions: Sequence[QuestionRow]) -> PhaseRow:
    """Phase `number` and how it asks each of the questions."""
    name = f"phases[{number}]"
    row = row_values(form.values, "phases", number)
    earlier = [form.values.get(f"phases[{one}].key", "") for one in range(1, number)]
    of = (("", said("no phase")), *((key, key) for key in dict.fromkeys(earlier) if key))
    boxes = tuple(form.box(box, f"{name}.") for box in PHASE)
    cases = form.group(
        Group(said("Cases"), (), folded=number == 1),
        (form.box(box, f"{name}.", of if box.name == "of" else ()) for box in PHASE_CASES),
    )
    shown = form.group(
        Group(said("What is shown"), (), folded=True),
        (form.box(box, f"{name}.") for box in PRESENTATION),
    )
    asked = tuple(_asked(form, name, question) for question in questions)
    asked_problems = form.at.get(f"{name}.questions", ())
    wrong = form.at.get(name, ())
    is_wrong = bool(wrong or asked_problems) or _is_wrong(boxes, cases.boxes, shown.boxes)
    return PhaseRow(
        name,
        number,
        row.get("title", "").strip()
        or row.get("key", "").strip()
        or said("Phase {number}", number=number),
        joined(_phase_words(row, number), ", "),
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
    choices = (
        ("case", said("of each case")),
        ("end", said("once, at its end")),
        ("", said("not asked")),
    )
    box = Box(f"asked[{question.number}]", question.key, question.summary, "select")
    shown = form.box(box, f"{phase}.", choices)
    return (
        replace(shown, choices=(*choices, ("both", said("both"))))
        if shown.value == "both"
        else shown
    )


def _phase_words(row: Mapping[str, str], number: int) -> Iterator[str]:
    pictures = row.get("presentation.pictures", "1")
    yield (
        said("one picture at a time")
        if pictures == "1"
        else said("{pictures} pictures at a time", pictures=pictures)
    )
    if row.get("presentation.exposures_ms", "").strip():
        yield said("for {times} ms", times=row["presentation.exposures_ms"])
    if number > 1:
        of = row.get("of", "")
        if row.get("cases") == "same":
            yield said("the same cases as {phase}", phase=of)
        elif row.get("cases") == "part":
            yield said("some cases of {phase}", phase=of)
        else:
            yield said("new cases")
    asked = sum(value in ("case", "both") for key, value in row.items() if key.startswith("asked["))
    yield said_many("{count} question", "{count} questions", asked)
    at_end = sum(value in ("end", "both") for key, value in row.items() if key.startswith("asked["))
    if at_end:
        yield said("{at_end} at its end", at_end=at_end)
    if row.get("purpose_blinded") == "yes":
        yield said("purpose not told")


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
