"""What the reading templates are given: the blinded case, its questions, and nothing else."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from string import ascii_lowercase
from typing import Any, Final

from app.domain.blinding import BlindedCase, BlindedDesign, BlindedPhase
from app.domain.design.design import Layout
from app.domain.display import DISPLAYS, LIGHTS, DisplayPlan
from app.domain.privacy import privacy_sections
from app.domain.profile import MOST_YEARS, READING_FREQUENCIES, ROLES, SPECIALTIES
from app.domain.questions.kinds.choice import TAKEN_KEYS
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.question import Option, Question
from app.domain.questions.registry import kind_of
from app.domain.said import Said, joined, said

KeyRow = dict[str, str]

MARK_KEYS = (
    ("M", said("mark on the picture, Esc ends")),
    ("← → ↑ ↓", said("while marking, move the cross; with Shift, draw a box")),
    ("Enter", said("while marking, set the mark")),
    ("Delete", said("while marking, remove a mark")),
)


@dataclass(frozen=True)
class PictureShown:
    """One picture with its address; `name` is how questions call it, empty for a single one."""

    slot: int
    url: str
    name: str
    beside: str | None


@dataclass(frozen=True)
class CaseShown:
    """A blinded case with the addresses of its pictures and of the next ones.

    `reference_url` is that of the picture its phase compares every case with, None for most.
    """

    token: str
    position: int
    total: int
    phase: int
    phase_title: str
    is_practice: bool
    is_phase_end: bool
    is_correction: bool
    can_go_back: bool
    pictures: tuple[PictureShown, ...]
    layout: Layout
    exposure_ms: int | None
    is_exposed: bool
    mask: bool
    picture_size: int
    language: str
    next_image_urls: tuple[str, ...]
    reference_url: str | None = None


def case_shown(case: BlindedCase, design: BlindedDesign) -> CaseShown:
    """The case as the page shows it."""
    phase = design.phase(case.phase)
    # Pictures of timed phases are sent once, when they are looked at, and never ahead.
    ahead = 0 if phase.is_timed or case.next_token is None else case.next_pictures
    count = len(case.pictures)
    return CaseShown(
        token=case.token,
        position=case.position,
        total=case.total,
        phase=case.phase,
        phase_title=phase.title,
        is_practice=case.is_practice,
        is_phase_end=case.is_phase_end,
        is_correction=case.is_correction,
        can_go_back=case.can_go_back,
        pictures=tuple(
            PictureShown(
                picture.slot,
                image_url(case.token, picture.slot),
                picture_name(picture.slot, count, in_turn=phase.layout == "one_after_other"),
                picture.beside,
            )
            for picture in case.pictures
        ),
        layout=phase.layout,
        exposure_ms=case.exposure_ms,
        is_exposed=case.is_exposed,
        mask=phase.mask,
        picture_size=design.picture_size,
        language=design.language,
        next_image_urls=tuple(
            image_url(case.next_token or "", slot) for slot in range(1, ahead + 1)
        ),
        reference_url=reference_url(case.phase) if phase.has_reference else None,
    )


def study_shown(design: BlindedDesign) -> dict[str, str | int | None]:
    """What every reading page is given of the study.

    `study_language` is that of its own texts, `least_width` that of a window, None where any will
    do.
    """
    return {
        "study_title": design.title,
        "study_language": design.language,
        "notice": design.notice or None,
        "least_width": design.display.least_width or None,
    }


def picture_name(slot: int, count: int, *, in_turn: bool = False) -> str:
    """What a picture among several is called: Left and Right, or Picture 1, 2, 3 ...

    Two that come one after the other have no sides: First and Second.
    """
    return "" if count == 1 else Picture(count, 0, in_turn).name_of(slot)


def image_url(token: str, slot: int = 1) -> str:
    """Where a picture of a presentation is served; token and place are all it tells."""
    return f"/read/image/{token}" if slot == 1 else f"/read/image/{token}/{slot}"


def reference_url(phase: int) -> str:
    """Where the picture is served that the cases of a phase are compared with."""
    return f"/read/reference/{phase}"


@dataclass(frozen=True)
class QuestionShown:
    """A question as the page asks it: the question itself and what each key answers.

    `only_if` says in words after which answers it is asked; empty where it always is.
    """

    question: Question
    options: tuple[Option, ...]
    only_if: str = ""

    @property
    def is_row(self) -> bool:
        """Whether its answers stand in a row: few short choices, scales named at the ends only."""
        labels = [option.label for option in self.options]
        if self.question.kind == "scale":
            return sum(map(bool, labels)) <= 2
        if self.question.kind == "choice":
            return len(labels) <= 3 and max(map(len, labels)) <= 36 // len(labels)
        return self.question.kind == "side"


def question_list(questions: Sequence[Question], shown: Picture) -> list[QuestionShown]:
    """The questions in the order in which they are asked."""
    options = {one.key: kind_of(one).options(one, shown) for one in questions}
    letters = {option.key for given in options.values() for option in given} | TAKEN_KEYS
    return [
        QuestionShown(
            one,
            _with_word_keys(options[one.key], letters)
            if one.kind == "choices"
            else options[one.key],
            _only_if(one, {other.key: other for other in questions}, options),
        )
        for one in questions
    ]


def _with_word_keys(words: Sequence[Option], taken: Collection[str]) -> tuple[Option, ...]:
    """The words of a vocabulary with the keys 1 to 9, 0 and then letters that nothing else has.

    They hold while the question is lit, so that several vocabularies may share them; words beyond
    the last letter are reached by Tab.
    """
    keys = [*"1234567890", *(letter for letter in ascii_lowercase if letter not in taken)]
    return tuple(
        replace(word, key=keys[place] if place < len(keys) else "")
        for place, word in enumerate(words)
    )


def _only_if(
    question: Question, earlier: Mapping[str, Question], options: Mapping[str, Sequence[Option]]
) -> str:
    condition, subject = question.asked_if, earlier.get(question.of)
    if condition is not None and condition.question in earlier:
        named = {option.value: option.label for option in options[condition.question]}
        answers = [
            said("\u201c{answer}\u201d", answer=named.get(one) or one) for one in condition.values
        ]
        return said(
            "Only if you answered {answers} to \u201c{prompt}\u201d.",
            answers=reduce(_or, answers),
            prompt=earlier[condition.question].prompt,
        )
    if subject is not None and question.required and not subject.required:
        return said("Only if you answered \u201c{prompt}\u201d.", prompt=subject.prompt)
    return ""


def _or(before: str, answer: str) -> Said:
    return said("{before} or {answer}", before=before, answer=answer)


# The questions of designs that are read: the same with every case, and with them what the templates
# keep of them. A design is known again by being the very same object.
_MOST_KEPT: Final = 256
_kept: dict[tuple[int, int, bool, int], tuple[BlindedDesign, Sequence[QuestionShown]]] = {}
_kept_keys: dict[tuple[object, ...], tuple[Sequence[QuestionShown], Sequence[KeyRow]]] = {}


def questions_asked(
    phase: BlindedPhase, design: BlindedDesign, *, at_end: bool = False, pictures: int | None = None
) -> Sequence[QuestionShown]:
    """What is asked of each case of a phase, or at its end, as the page asks it."""
    count = phase.pictures if pictures is None else pictures
    key = (id(design), phase.number, at_end, count)
    known = _kept.get(key)
    if known is not None and known[0] is design:
        return known[1]
    in_turn = phase.layout == "one_after_other"
    shown = Picture(count, design.picture_size, in_turn)
    asked = tuple(question_list(phase.asked(at_end=at_end), shown))
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[key] = (design, asked)
    return asked


def profile_fields(asked: DisplayPlan) -> list[dict[str, Any]]:
    """The profile's questions, with what a study asks of the display."""

    def choice(name: str, label: str, options: Mapping[str, str]) -> dict[str, Any]:
        listed = [{"value": value, "label": text} for value, text in options.items()]
        return {"name": name, "label": label, "options": listed, "min": None, "max": None}

    display = []
    if asked.ask_kind:
        display.append(choice("display", said("Which display will you read on?"), DISPLAYS))
    if asked.ask_light:
        display.append(choice("ambient_light", said("How light is the room you read in?"), LIGHTS))
    return [
        choice("role", said("Role"), ROLES),
        choice("specialty", said("Specialty"), SPECIALTIES),
        {
            "name": "years_experience",
            "label": said("Years of experience with radiographs"),
            "options": None,
            "min": 0,
            "max": MOST_YEARS,
        },
        choice(
            "reading_frequency", said("How often do you read chest films?"), READING_FREQUENCIES
        ),
        *display,
    ]


def key_list(
    asked: Sequence[QuestionShown],
    layouts: Collection[Layout] = (),
    *,
    has_film: bool = True,
    can_go_back: bool = True,
) -> list[KeyRow]:
    """Every key that does something on a case of this study, in the order of a reading.

    `layouts` are those of its phases; `has_film` is False where no film stays to be looked at.
    """
    answers = list(_answering(asked))
    page = [
        ("Enter", said("submit") if asked else said("go on")),
        ("B" if can_go_back else "", said("back to the last case")),
        *(_looking(asked, layouts) if has_film else ()),
        ("F", said("full screen, and back")),
        ("?", said("help: the keys of the page")),
    ]
    # An answer's own letter comes first, whatever the page does by it.
    taken = {"", *(keys for keys, _ in answers)}
    rows = [row for row in answers if row[0]] + [row for row in page if row[0] not in taken]
    return [{"keys": keys, "does": does} for keys, does in rows]


def keys_of_case(
    asked: Sequence[QuestionShown], case: BlindedCase, design: BlindedDesign
) -> Sequence[KeyRow]:
    """Every key that does something on the page of a case."""
    layouts = () if case.is_phase_end else (design.phase(case.phase).layout,)
    has_film = bool(case.pictures) and case.exposure_ms is None
    key = (id(asked), layouts, has_film, case.can_go_back)
    known = _kept_keys.get(key)
    if known is not None and known[0] is asked:
        return known[1]
    keys = tuple(key_list(asked, layouts, has_film=has_film, can_go_back=case.can_go_back))
    if len(_kept_keys) >= _MOST_KEPT:
        _kept_keys.clear()
    _kept_keys[key] = (asked, keys)
    return keys


def _answering(asked: Sequence[QuestionShown]) -> Iterator[tuple[str, str]]:
    kinds = {one.question.kind for one in asked}
    figures = sorted(
        {o.key for one in asked if one.question.kind != "choices" for o in one.options}
        & set("0123456789")
    )
    yield _span(figures), said("answer the lit question")
    if "slider" in kinds:
        yield "0 … 9", said("write the number, where the lit question wants one")
    yield from _letters(asked)
    if "choices" in kinds:
        yield "1 … 9  0", said("tick a word of the lit question")
    if "side" in kinds:
        yield "←  →", said("of a pair, choose the picture on that side")
    if asked:
        yield "↑  ↓", said("light the question before, the next one")
    if "text" in kinds:
        yield "C", said("write the text, Esc leaves it")
    if "marks" in kinds:
        yield from MARK_KEYS


def _looking(
    asked: Sequence[QuestionShown], layouts: Collection[Layout]
) -> Iterator[tuple[str, str]]:
    figures = {option.key for one in asked for option in one.options}
    zero = "0" in figures or any(one.question.kind in ("slider", "choices") for one in asked)
    if any(layout != "single" for layout in layouts):
        yield "<  >", said("the picture before, the next one")
    if "side_by_side" in layouts:
        yield "E", said("one picture alone, and back")
    yield "I", said("invert")
    yield "Shift ← → ↑ ↓", said("window, level")
    yield "+  −", said("zoom")
    yield "=" if zero else "0  =", said("fit")
    yield "X", said("1:1, one pixel of the picture on one of the screen")
    yield "Z", said("magnifier, and back")
    yield said("Space"), said("reset the picture")


def _span(figures: Sequence[str]) -> str:
    if not figures:
        return ""
    return figures[0] if len(figures) == 1 else f"{figures[0]} … {figures[-1]}"


def _letters(asked: Sequence[QuestionShown]) -> list[tuple[str, str]]:
    """A row for each letter, with every answer that it gives."""
    does: dict[str, list[str]] = {}
    for one in asked:
        if one.question.kind == "choices":
            continue
        for option in one.options:
            meant = option.label or option.value
            if option.key.isalpha() and meant not in does.setdefault(option.key, []):
                does[option.key].append(meant)
    return [(key.upper(), joined(meanings, ", ")) for key, meanings in does.items()]


def paragraphs(text: str) -> list[str]:
    """A text of the investigator's, split at blank lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def sections_of(design: BlindedDesign) -> dict[str, object]:
    """What the privacy page says, for readers and for the office."""
    return {
        "sections": [
            {
                "heading": one.heading,
                "paragraphs": one.paragraphs,
                "points": one.points,
                "own_paragraphs": paragraphs(one.own_text),
            }
            for one in privacy_sections(design)
        ]
    }
