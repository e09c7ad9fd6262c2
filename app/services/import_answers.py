"""Answers of a machine reader: checked against the frozen set, stored whole or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import readers_of, start_session
from app.db.studies import record_event, steps_of, study_by_slug
from app.db.tables import Reader, Study
from app.db.truth.brought_ratings import BroughtRating, insert_ratings
from app.db.truth.layouts import presentation_ids, store_showings
from app.domain.blinding import link_token, token_hash
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.document import plain_text
from app.domain.errors import BadAnswer, BadInput, Refused
from app.domain.machine_answers import BroughtAnswers, BroughtEntry, read_machine_answers
from app.domain.machine_set import MachineSet, SetEntry
from app.domain.questions.answer import Answers
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.question import Question
from app.domain.questions.reading import check_answers
from app.domain.questions.registry import kind_of
from app.domain.record import ANSWERS_IMPORTED
from app.steps.machine_sets import ensure_frozen, set_key, set_of_study

LONGEST_NAME = 200
LONGEST_TIME_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class ImportedAnswers:
    """The code of the machine reader that was made, and how many entries it has answered."""

    code: str
    answered: int
    entries: int


@dataclass(frozen=True)
class _Checked:
    answers: Answers
    reading_time_ms: int | None


def import_answers(
    session: Session,
    slug: str,
    *,
    file: str,
    data: bytes,
    machine: str,
    now: datetime,
    actor: str,
) -> ImportedAnswers:
    """Store the answers of `data` as those of a new machine reader called `machine`.

    The study is open or closed. What was not answered stays missing. `file` is the name, whose
    ending says JSON or CSV. Raises BadInput listing every problem, Refused for a draft, a set that
    was never written, a name or a file that was imported before.
    """
    machine = plain_text(machine)
    if not 1 <= len(machine) <= LONGEST_NAME or not machine.isprintable():
        raise BadInput(f"Name the machine with 1 to {LONGEST_NAME} characters on one line.")
    study = study_by_slug(session, slug, lock=True)
    ensure_frozen(study)
    sha256 = hashlib.sha256(data).hexdigest()
    _ensure_new(session, study, machine, sha256)
    key = set_key(session, study)
    if key is None:
        raise Refused(f"No set of {slug} was ever written; machines read what blinded-set writes.")
    design = design_from_json(study.design)
    frozen = set_of_study(session, study, design, key)
    checked = _check(file, read_machine_answers(file, data), frozen, design)
    reader = _store(session, study, machine, frozen, checked, now)
    record_event(
        session,
        study=study,
        actor=actor,
        action=ANSWERS_IMPORTED,
        now=now,
        detail={
            "reader": reader.code,
            "machine": machine,
            "file_sha256": sha256,
            "answered": len(checked),
            "entries": len(frozen.entries),
        },
    )
    return ImportedAnswers(reader.code, len(checked), len(frozen.entries))


def _ensure_new(session: Session, study: Study, machine: str, sha256: str) -> None:
    for reader in readers_of(session, study):
        if reader.kind == "machine" and reader.label == machine:
            raise Refused(
                f"{study.slug} has answers of {machine} already ({reader.code}); answers are never "
                "replaced, so import others under another name."
            )
    for event in steps_of(session, study):
        if event.action == ANSWERS_IMPORTED and event.detail.get("file_sha256") == sha256:
            raise Refused(
                f"This very file was imported already, as {event.detail.get('machine')} "
                f"({event.detail.get('reader')}); nothing was changed."
            )


def _check(
    file: str, brought: BroughtAnswers, frozen: MachineSet, design: StudyDesign
) -> dict[str, _Checked]:
    """What the file says by entry, those without any answer left out; raises BadInput."""
    if brought.set_sha256 != frozen.sha256:
        raise BadInput(
            f"{file} names the set {brought.set_sha256[:12] or 'of no name'}, and this study's is "
            f"{frozen.sha256[:12]}; copy `set` from the set.json that was answered."
        )
    entries = {entry.name: entry for entry in frozen.entries}
    problems: list[str] = []
    checked: dict[str, _Checked] = {}
    seen: set[str] = set()
    for one in brought.entries:
        entry = entries.get(one.entry)
        if entry is None:
            problems.append(f"{one.where}: {one.entry[:40]!r} is no entry of the set.")
        elif one.entry in seen:
            problems.append(f"{one.where}: {one.entry} is answered twice.")
        else:
            seen.add(one.entry)
            answers = _answers(one, entry, design, problems, are_cells=brought.are_cells)
            if answers:
                checked[one.entry] = _Checked(answers, _time(one, problems))
    if problems:
        raise BadInput("\n".join([f"Nothing was imported; {file} can't be used:", *problems]))
    return checked


def _answers(
    one: BroughtEntry,
    entry: SetEntry,
    design: StudyDesign,
    problems: list[str],
    *,
    are_cells: bool,
) -> Answers:
    showing = entry.showing
    phase = design.phase(showing.phase)
    asked = design.questions_of(phase, at_end=showing.is_phase_end)
    raw = _raw(one.answers, asked, are_cells=are_cells)
    unknown = [key for key, said in raw.items() if key not in {q.key for q in asked}]
    problems += [f"{one.where}: {key} is not asked of this entry." for key in unknown]
    # A machine may leave anything open; what it leaves stays missing.
    optional = [replace(question, required=False) for question in asked]
    try:
        answers = check_answers(optional, raw, Picture(len(entry.pictures), design.rendition_size))
    except BadAnswer as error:
        problems += [f"{one.where}: {key}: {said}" for key, said in error.problems.items()]
        return {}
    for question in asked:
        if question.key in raw and question.key not in answers and question.asked_if:
            problems.append(
                f"{one.where}: {question.key} is asked only after "
                f"{' or '.join(question.asked_if.values)} to {question.asked_if.question}; "
                "leave it out."
            )
    return answers


def _raw(
    said: Mapping[str, object], asked: Sequence[Question], *, are_cells: bool
) -> dict[str, object]:
    """What was said, by question key, with nothing for what was left; also what is not asked."""
    by_key = {question.key: question for question in asked}
    raw: dict[str, object] = {}
    for key, value in said.items():
        question = by_key.get(key)
        if are_cells and question is not None:
            value = kind_of(question).from_cell(question, str(value))
        elif are_cells and not str(value).strip():
            value = None
        if value is not None:
            raw[key] = value
    return raw


def _time(one: BroughtEntry, problems: list[str]) -> int | None:
    said = one.reading_time_ms
    if said is None:
        return None
    text = str(said)
    if text.isascii() and text.isdigit() and int(text) <= LONGEST_TIME_MS:
        return int(text)
    problems.append(f"{one.where}: reading_time_ms must be whole milliseconds of at most a day.")
    return None


def _store(
    session: Session,
    study: Study,
    machine: str,
    frozen: MachineSet,
    checked: Mapping[str, _Checked],
    now: datetime,
) -> Reader:
    """A machine reader with a presentation for each entry and ratings for those answered."""
    number = sum(one.kind == "machine" for one in readers_of(session, study)) + 1
    reader = Reader(
        study_id=study.id,
        code=f"X{number:02d}",
        # A link nobody is given: machines are never admitted.
        token_hash=token_hash(link_token()),
        kind="machine",
        label=machine,
        invited_at=now,
        began_at=now,
        finished_at=now,
    )
    session.add(reader)
    session.flush()
    store_showings(session, reader, [entry.showing for entry in frozen.entries], now=now)
    ids = presentation_ids(session, reader)
    sitting = start_session(session, reader, now)
    insert_ratings(
        session,
        reader,
        sitting,
        [
            BroughtRating(
                ids[entry.showing.phase, entry.showing.position],
                checked[entry.name].answers,
                None,
                now,
                checked[entry.name].reading_time_ms,
            )
            for entry in frozen.entries
            if entry.name in checked
        ],
        now=now,
    )
    return reader
