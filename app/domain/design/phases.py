"""The phases of a design and what each shows."""

import re
from collections.abc import Sequence

from app.domain.design import texts
from app.domain.design.arms import DIGEST
from app.domain.design.design import (
    COMPOSITIONS,
    LAYOUTS,
    MOST_CASES,
    MOST_PHASES,
    MOST_PICTURES,
    PHASE_CASES,
    Phase,
    Presentation,
)
from app.domain.document import Table
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.said import said

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_phases(
    top: Table, questions: Sequence[Question], language: str = "en"
) -> tuple[Phase, ...]:
    """The `phases` of a design; without any there is one, which asks everything of every case."""
    asked = tuple(question.key for question in questions)
    at_end = tuple(one.key for one in questions if MEASURES[one.measure].places[0] == "phase_end")
    everywhere = tuple(key for key in asked if key not in at_end)
    presentation = _read_presentation(top.table("presentation"))
    rows = top.tables("phases")
    if not rows:
        return (Phase(questions=everywhere, end_questions=at_end, presentation=presentation),)
    if len(rows) > MOST_PHASES:
        top.wrong(
            "phases",
            said(
                "are {n_rows}, at most {most_phases} are possible",
                n_rows=len(rows),
                most_phases=MOST_PHASES,
            ),
        )
    phases: list[Phase] = []
    for row in rows:
        own = row.has("presentation")
        blinded = row.flag("purpose_blinded", False)
        is_disclosure = bool(phases) and phases[-1].purpose_blinded and not blinded
        phase = Phase(
            key=row.text("key", f"phase{len(phases) + 1}", longest=40),
            title=row.text("title", "", longest=200),
            introduction=row.text(
                "introduction",
                texts.in_language(texts.DISCLOSURE, language) if is_disclosure else "",
                longest=20_000,
            ),
            questions=row.texts("questions") if row.has("questions") else everywhere,
            end_questions=row.texts("end_questions"),
            cases=row.word("cases", "new", PHASE_CASES),
            of=row.text("of", "", longest=40),
            part_count=row.whole("part_count", 0, 0, MOST_CASES),
            presentation=_read_presentation(row.table("presentation")) if own else presentation,
            purpose_blinded=blinded,
            washout_days=row.whole("washout_days", 0, 0, 3650),
        )
        row.refuse_the_rest("a phase")
        _check_phase(row, phase, phases, asked)
        phases.append(phase)
    return tuple(phases)


def _read_presentation(table: Table) -> Presentation:
    pictures = table.whole("pictures", 1, 1, MOST_PICTURES)
    presentation = Presentation(
        pictures=pictures,
        layout=table.word(
            "layout",
            "single" if pictures == 1 else "side_by_side",
            LAYOUTS,
        ),
        composition=table.word("composition", "one_real", COMPOSITIONS),
        exposures_ms=_exposures(table),
        mask=table.flag("mask", True),
        beside=table.text("beside", "", longest=80),
        reference=table.text("reference", "", longest=64),
    )
    table.refuse_the_rest("a presentation")
    if (presentation.layout == "single") != (pictures == 1):
        table.wrong(
            "layout",
            said(
                "{layout} does not show {pictures} pictures",
                layout=presentation.layout,
                pictures=pictures,
            ),
        )
    if presentation.reference and not DIGEST.fullmatch(presentation.reference):
        table.wrong(
            "reference",
            said(
                "names an image by the SHA-256 of its file, not {reference!r}",
                reference=presentation.reference,
            ),
        )
    if presentation.reference and presentation.exposures_ms:
        table.wrong("reference", said("can't be compared with pictures that go after an exposure"))
    return presentation


def _exposures(table: Table) -> tuple[int, ...]:
    given = table.take("exposures_ms", [])
    if not isinstance(given, Sequence) or isinstance(given, str):
        given = [given]
    exposures = tuple(one for one in given if isinstance(one, int) and not isinstance(one, bool))
    wrong = len(exposures) != len(given) or any(not 30 <= one <= 60_000 for one in exposures)
    if wrong or len(set(exposures)) != len(exposures) or len(exposures) > 20:
        table.wrong(
            "exposures_ms",
            said("must list different whole numbers from 30 to 60000, at most 20 of them"),
        )
    return exposures


def _check_phase(row: Table, phase: Phase, earlier: Sequence[Phase], asked: Sequence[str]) -> None:
    if not _KEY.fullmatch(phase.key):
        row.wrong(
            "key",
            said("must be a-z, 0-9 and _, a letter first, at most 40; not {key!r}", key=phase.key),
        )
    if phase.key in {other.key for other in earlier}:
        row.wrong(
            "key", said("{key!r} is the key of an earlier phase; give another", key=phase.key)
        )
    for field, keys in (("questions", phase.questions), ("end_questions", phase.end_questions)):
        for key in keys:
            if key not in asked:
                row.wrong(field, said("{key!r} is the key of no question", key=key))
    if phase.cases == "new":
        if phase.of:
            row.wrong("of", said('belongs to cases = "same" or "part"; leave it out'))
    elif phase.of not in {other.key for other in earlier}:
        row.wrong(
            "of", said("must name an earlier phase whose cases return, not {of!r}", of=phase.of)
        )
    if (phase.cases == "part") != (phase.part_count > 0):
        row.wrong("part_count", said('belongs to cases = "part" and says how many of them return'))
    if phase.washout_days and not earlier:
        row.wrong("washout_days", said("of the first phase wait for nothing; leave it out"))
