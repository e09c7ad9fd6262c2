"""A question in a design's document: read, checked, and written back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.domain.document import Table, told
from app.domain.questions.house_words import in_language, options_in, words_in
from app.domain.questions.measures import MEASURES, Measure
from app.domain.questions.question import AskedIf, KindName, Question
from app.domain.questions.registry import KINDS, kind_of
from app.domain.questions.translations import read_translations, write_translations
from app.domain.said import said

MOST_QUESTIONS = 40
# Points of a confidence up to which each has its own probability.
MOST_STATED = 11
# Where one of these is given, the design brings its own answers and the measure's are left out.
_OWN_ANSWERS = ("low", "high", "labels", "options", "vocabulary")
VERDICT_VALUES = {"real", "synthetic"}
FINDING_VALUES = {"absent", "present"}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Columns that the files of a study have already.
TAKEN_KEYS = frozenset(
    {
        "study",
        "reader",
        "case",
        "cases",
        "set",
        "slot",
        "arm",
        "condition",
        "stratum",
        "truth",
        "replicate",
        "phase",
        "position",
        "session",
        "shown_at",
        "submitted_at",
        "reading_time_ms",
        "hidden_time_ms",
        "superseded",
        "simulated",
        "reader_kind",
        "submission",
        "viewport_width",
        "viewport_height",
        "pixel_ratio",
        "film_side",
        "pointer",
        "window_width",
        "window_level",
        "zoom_reached",
        "inverted",
        "magnifier",
        "grey_check",
        "black_step",
        "white_step",
        "csrf_token",
        "exposure_ms",
        "practice",
    }
)


def read_questions(table: Table, language: str = "en") -> tuple[Question, ...]:
    """The `questions` of a design, in the order in which they are asked.

    What they don't say themselves the house says in the study's `language`.

    Noted as problems: unknown measures and kinds, keys that are taken or there twice, a condition
    or an `of` that names no earlier question.
    """
    questions: list[Question] = []
    for row in table.tables("questions"):
        question = _read(row, language)
        if question is None:
            continue
        if question.key in {other.key for other in questions}:
            row.wrong(
                "key",
                said("{key!r} is the key of an earlier question; give another", key=question.key),
            )
        question = _with_its_subject(question, questions)
        _check_references(row, question, questions)
        questions.append(question)
    if len(questions) > MOST_QUESTIONS:
        table.wrong(
            "questions",
            said(
                "are {n_questions}, at most {most_questions} are possible",
                n_questions=len(questions),
                most_questions=MOST_QUESTIONS,
            ),
        )
    return tuple(questions)


def write_question(question: Question) -> dict[str, Any]:
    """The question as plain values that `read_questions` reads again."""
    plain: dict[str, Any] = {
        "key": question.key,
        "measure": question.measure,
        "kind": question.kind,
        "prompt": question.prompt,
        "required": question.required,
        **kind_of(question).write(question),
    }
    if question.probabilities:
        plain["probabilities"] = list(question.probabilities)
    for name in ("hint", "of", "finding"):
        if getattr(question, name):
            plain[name] = getattr(question, name)
    if question.reference != default_reference(question.measure):
        plain["reference"] = question.reference
    if question.asked_if is not None:
        plain["asked_if"] = {
            "question": question.asked_if.question,
            "values": list(question.asked_if.values),
        }
    if question.translations:
        # Left out where there are none, so that older designs keep their digest.
        plain["translations"] = write_translations(question)
    return plain


def _read(row: Table, language: str) -> Question | None:
    name = row.text("measure", "")
    measure = MEASURES.get(name)
    if measure is None:
        row.problems.unreadable(
            row.where("measure"),
            said("must be one of {names}; not {name!r}", names=", ".join(MEASURES), name=name),
        )
        return None
    key = row.text("key", name)
    if not _KEY.fullmatch(key):
        row.wrong(
            "key", said("must be a-z, 0-9 and _, a letter first, at most 40; not {key!r}", key=key)
        )
    if key in TAKEN_KEYS:
        row.wrong(
            "key", said("{key!r} is a column of the study's files already; give another", key=key)
        )
    kind = _kind(row, measure)
    finding = row.text("finding", "", longest=80)
    reference = row.text("reference", default_reference(name), longest=80)
    of = row.text("of", "", longest=40)
    probabilities = row.shares("probabilities")
    prompt = row.text("prompt", in_language(measure.prompt, language), longest=400)
    if not prompt:
        row.wrong("prompt", said("is missing; say what is asked"))
    hint = row.text("hint", "", longest=400)
    required = row.flag("required", measure.required)
    asked_if = _asked_if(row)
    if not any(row.has(one) for one in _OWN_ANSWERS):
        row = row.with_defaults(options_in(measure.options_of(kind), language))
    if KINDS[kind].none_label:
        none_label = in_language(KINDS[kind].none_label, language)
        row = row.with_defaults({"none_label": none_label})
    of_vocabulary = row.has("vocabulary")
    question = Question(
        key=key,
        measure=name,
        kind=kind,
        prompt=prompt,
        hint=hint,
        required=required,
        asked_if=asked_if,
        of=of,
        probabilities=probabilities,
        finding=finding,
        reference=reference,
        **KINDS[kind].read(row),
    )
    if of_vocabulary:
        question = replace(question, options=words_in(question.options, language))
    question = replace(question, translations=read_translations(row, question, language))
    row.refuse_the_rest(f"a question of kind {kind}")
    _check_measure(row, question)
    _check_probabilities(row, question)
    return question


def default_reference(measure: str) -> str:
    """The key of the bank's records that holds a finding's reference standard."""
    return "findings" if measure == "finding" else ""


def _kind(row: Table, measure: Measure) -> KindName:
    given = row.take("kind", measure.kinds[0])
    # A stored question keeps its kind, whichever its measure allows today.
    possible = measure.kinds if row.problems.checking else tuple(KINDS)
    for kind in possible:
        if given == kind:
            return kind
    row.problems.unreadable(
        row.where("kind"),
        said(
            "must be one of {names} for this measure; not {given}",
            names=", ".join(measure.kinds),
            given=told(given),
        ),
    )
    return measure.kinds[0]


def _asked_if(row: Table) -> AskedIf | None:
    if not row.has("asked_if"):
        return None
    table = row.table("asked_if")
    question = table.text("question", "", required=True)
    raw = table.take("values", ())
    values = (raw,) if isinstance(raw, str | int) else raw
    is_list = isinstance(values, list | tuple) and all(isinstance(one, str | int) for one in values)
    if not is_list or not values:
        table.wrong("values", said("must list the answers after which the question is asked"))
        values = ()
    table.refuse_the_rest("asked_if")
    return AskedIf(question, tuple(str(one) for one in values))


def _check_measure(row: Table, question: Question) -> None:
    if question.measure == "verdict":
        values = {one.value for one in question.options}
        if question.kind == "choice" and values != VERDICT_VALUES:
            row.wrong(
                "options",
                said("of a verdict are exactly real and synthetic; name them as you like"),
            )
        if question.kind == "scale" and len(question.points) % 2:
            row.wrong(
                "high",
                said(
                    "makes an odd number of points, so the middle is no verdict; use an even "
                    "number, "
                    "the lower half for real"
                ),
            )
    if question.measure == "finding" and not question.finding:
        row.wrong("finding", said("is missing; name what the bank's reference calls it"))
    values = {one.value for one in question.options}
    if question.measure == "finding" and question.kind == "choice" and values != FINDING_VALUES:
        row.wrong(
            "options", said("of a finding are exactly absent and present; name them as you like")
        )


def _check_probabilities(row: Table, question: Question) -> None:
    levels = question.probabilities
    if not levels:
        return
    points = len(question.points)
    # A longer scale is cut into classes, of which only the ends of the scale can be stated.
    is_stated = points <= MOST_STATED
    if question.measure != "confidence":
        row.wrong("probabilities", said("are those of a confidence; leave them out here"))
    elif len(levels) != 2 and (len(levels) != points or not is_stated):
        row.wrong(
            "probabilities",
            said(
                "are {count}; give {points}, one at each point, or 2 for the ends",
                count=len(levels),
                points=points,
            )
            if is_stated
            else said("are {count}; give 2 for the ends", count=len(levels)),
        )
    elif list(levels) != sorted(levels) or levels[0] == levels[-1]:
        row.wrong("probabilities", said("must rise from the least sure to the surest"))


def _with_its_subject(question: Question, earlier: Sequence[Question]) -> Question:
    """A confidence that names no question belongs to the last one that can have it."""
    if question.measure != "confidence" or question.of:
        return question
    sure_of = [one.key for one in earlier if one.measure not in ("confidence", "comment", "place")]
    return replace(question, of=sure_of[-1]) if sure_of else question


def _check_references(row: Table, question: Question, earlier: Sequence[Question]) -> None:
    by_key = {other.key: other for other in earlier}
    if question.measure == "confidence" and question.of not in by_key:
        row.wrong("of", said("must name an earlier question whose answer one can be sure of"))
    elif question.of and question.of not in by_key:
        row.wrong("of", said("names no earlier question ({of!r})", of=question.of))
    asked_if = question.asked_if
    subject = by_key.get(question.of)
    if subject is not None and subject.asked_if is not None and subject.asked_if != asked_if:
        row.wrong(
            "asked_if",
            said(
                "must be that of {key}, to which the question belongs and which is not always "
                "asked",
                key=subject.key,
            ),
        )
    if asked_if is None:
        return
    other = by_key.get(asked_if.question)
    if other is None:
        row.wrong(
            "asked_if.question",
            said("names no earlier question ({question!r})", question=asked_if.question),
        )
        return
    possible = kind_of(other).cells(other)
    unknown = [value for value in asked_if.values if possible is not None and value not in possible]
    if unknown:
        there = kind_of(other).cells_in_words(other)
        row.wrong(
            "asked_if.values",
            said(
                "{unknown!r} is no answer to {key}; it has {there}",
                unknown=unknown[0],
                key=other.key,
                there=there,
            ),
        )
    if possible is None:
        row.wrong(
            "asked_if.question",
            said(
                "{key} is asked as {kind}, whose answers can't decide what is asked",
                key=other.key,
                kind=other.kind,
            ),
        )
