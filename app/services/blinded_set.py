"""A study for machine readers: pictures under opaque names and the questions as JSON, no truth."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.bank.store import FIXED_MTIME, RenditionStore
from app.db.engine import Database
from app.db.studies import record_event, study_by_slug
from app.db.truth.cases import study_references
from app.domain.blinding import BlindedDesign, BlindedPhase, blinded_design
from app.domain.design.reading import design_from_json
from app.domain.errors import BadInput, NotFound
from app.domain.machine_set import MachineSet, plain_entry
from app.domain.questions.document import write_question
from app.domain.questions.question import Question
from app.steps.machine_sets import (
    WRITTEN,
    ensure_frozen,
    set_key,
    set_of_study,
)

FORMAT = 1
README = """\
# A blinded set for a machine reader

`set.json` has the questions of each phase and the entries in the order in which they are to be
read; `pictures/` has the films. Answer an entry by the questions of its phase: `questions`, or
`end_questions` for the entry at the end of a phase. A question with `asked_if` is answered only
after one of those answers. The phases come one after the other, and what a later phase says must
not be known to whoever answers an earlier one.

Write either JSON:

    {"set": "<set of set.json>", "answers": [
      {"entry": "<entry>", "answers": {"verdict": "real", "realism": 4}, "reading_time_ms": 1200}
    ]}

or CSV with the columns `set`, `entry`, one for each question, and `reading_time_ms` if known.
What was not answered is left out (null, or an empty cell); never guess. A number answers a scale, a
slider and a side (the 1-based place of the picture, 0 for a tie), an option's `value` a choice. In
JSON, choices are a list of values (empty for none) and marks a list of
`{"x": .., "y": .., "picture": 1}`, in pixels; in CSV they are written as `a;b` or `none`, and as
`1:x,y;1:x,y` or `none`. Bring the file back with `python -m app import-answers`.
"""


@dataclass(frozen=True)
class BlindedSet:
    """What was written: entries, picture files, and the digest that answers have to name."""

    entries: int
    pictures: int
    sha256: str


def write_blinded_set(
    database: Database, store: RenditionStore, slug: str, out: Path, *, now: datetime, actor: str
) -> BlindedSet:
    """Write the set of an opened study to the new folder `out`; done again, the same files.

    Raises BadInput where `out` is there already, Refused for a draft, NotFound where a picture is
    missing. The folder appears whole or not at all, and the study's log notes it.
    """
    if out.exists():
        raise BadInput(f"{out} exists already; name a folder that doesn't.")
    with database.writing() as session:
        study = study_by_slug(session, slug, lock=True)
        ensure_frozen(study)
        design = design_from_json(study.design)
        kept = set_key(session, study)
        key = kept or secrets.token_hex(32)
        frozen = set_of_study(session, study, design, key)
        record_event(
            session,
            study=study,
            actor=actor,
            action=WRITTEN,
            now=now,
            detail={
                "set": frozen.sha256,
                "entries": len(frozen.entries),
                **({} if kept else {"key": key}),
            },
        )
        references = study_references(session, study, design.rendition_size)
        pictures = _write_folder(store, out, frozen, blinded_design(design), references)
    return BlindedSet(len(frozen.entries), pictures, frozen.sha256)


def _write_folder(
    store: RenditionStore,
    out: Path,
    frozen: MachineSet,
    design: BlindedDesign,
    references: Mapping[int, str],
) -> int:
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        (part / "pictures").mkdir()
        files = {one.file: one.sha256 for entry in frozen.entries for one in entry.pictures}
        files |= {_reference_file(number): sha256 for number, sha256 in references.items()}
        # By name, so that not even the order on the disk is that of the cases.
        for file, sha256 in sorted(files.items()):
            _write(part / file, _picture(store, sha256))
        text = json.dumps(_set_document(frozen, design, references), ensure_ascii=False, indent=1)
        _write(part / "set.json", f"{text}\n".encode())
        _write(part / "README.md", README.encode())
        part.chmod(0o755)
        part.replace(out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return len(files)


def _picture(store: RenditionStore, sha256: str) -> bytes:
    try:
        return store.read(sha256)
    except NotFound:
        raise NotFound(
            f"The rendition {sha256[:12]} is not in the data folder; restore it from a backup or "
            "import its bank again."
        ) from None


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    os.utime(path, (FIXED_MTIME, FIXED_MTIME))


def _set_document(
    frozen: MachineSet, design: BlindedDesign, references: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "set": frozen.sha256,
        "title": design.title,
        "language": design.language,
        "instructions": design.instructions,
        "picture_size": design.picture_size,
        "phases": [_phase(phase, references.get(phase.number)) for phase in design.phases],
        "entries": [plain_entry(entry) for entry in frozen.entries],
    }


def _reference_file(number: int) -> str:
    return f"pictures/reference-{number}.png"


def _phase(phase: BlindedPhase, reference: str | None) -> dict[str, Any]:
    return {
        "phase": phase.number,
        "title": phase.title,
        "introduction": phase.introduction,
        "pictures": phase.pictures,
        "layout": phase.layout,
        # What every picture of the phase is compared with; none for most studies.
        "reference": None
        if reference is None
        else {"file": _reference_file(phase.number), "sha256": reference},
        "questions": [_question(one) for one in phase.questions],
        "end_questions": [_question(one) for one in phase.end_questions],
    }


def _question(question: Question) -> dict[str, Any]:
    """Everything but the name of the bank's reference standard, which no reader needs."""
    return {key: value for key, value in write_question(question).items() if key != "reference"}
