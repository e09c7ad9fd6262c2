"""A study as a machine reads it: every case of every phase once, under names that tell nothing."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.design.design import Allocation, Practice, Replicates, StudyDesign
from app.domain.showings import Showing, showings_of
from app.domain.study_cases import StudyCase, StudySet


@dataclass(frozen=True)
class SetPicture:
    """One picture of an entry: its file, the digest of its bytes, the text shown beside it."""

    file: str
    sha256: str
    beside: str | None


@dataclass(frozen=True)
class SetEntry:
    """What is answered at a time; `showing` says which cases it shows, and stays at home."""

    name: str
    pictures: tuple[SetPicture, ...]
    showing: Showing


@dataclass(frozen=True)
class MachineSet:
    """All entries in their order, and the digest by which answers name the set they belong to."""

    entries: tuple[SetEntry, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of names, phases, pictures and texts; 64 hexadecimal digits."""
        text = json.dumps(
            [plain_entry(entry) for entry in self.entries], sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(text.encode()).hexdigest()


def plain_entry(entry: SetEntry) -> dict[str, Any]:
    """An entry as it is written to a file: no case, no arm, no set of the study's own."""
    return {
        "entry": entry.name,
        "phase": entry.showing.phase,
        "is_phase_end": entry.showing.is_phase_end,
        "pictures": [
            {"file": one.file, "sha256": one.sha256, "beside": one.beside} for one in entry.pictures
        ],
    }


def machine_set(
    design: StudyDesign,
    cases: Sequence[StudyCase],
    sets: Sequence[StudySet],
    pictures: Mapping[str, tuple[str, str | None]],
    *,
    key: str,
) -> MachineSet:
    """Every case or set of every phase once, in a random order, slots drawn as for a reader.

    `pictures` has the digest of the rendition and the text beside it by code of the case. `key`,
    kept with the study, makes names and order, so that the same study gives the same set. No
    practice, no replicates, no limits of time; where readers share the cases a machine reads all.
    """
    shown = showings_of(
        _for_machines(design),
        [replace(case, is_replicated=False) for case in cases if not case.is_practice],
        sets,
        seed=f"machine-1:{key}",
    )
    return MachineSet(tuple(_entry(design, showing, pictures, key) for showing in shown))


def _for_machines(design: StudyDesign) -> StudyDesign:
    phases = tuple(
        replace(
            phase,
            presentation=replace(phase.presentation, exposures_ms=()),
            # What returns differs from reader to reader where they share the cases.
            cases="same"
            if phase.cases == "part" and design.allocation.scheme != "crossed"
            else phase.cases,
        )
        for phase in design.phases
    )
    return replace(
        design,
        phases=phases,
        practice=Practice(),
        replicates=Replicates(),
        allocation=Allocation(),
    )


def _entry(
    design: StudyDesign,
    showing: Showing,
    pictures: Mapping[str, tuple[str, str | None]],
    key: str,
) -> SetEntry:
    has_text = bool(design.phase(showing.phase).presentation.beside)
    what = "end" if showing.is_phase_end else showing.set_code or showing.cases[0]
    return SetEntry(
        _name(key, f"entry:{showing.phase}:{what}"),
        tuple(
            SetPicture(
                f"pictures/{_name(key, f'picture:{code}')}.png",
                pictures[code][0],
                pictures[code][1] if has_text else None,
            )
            for code in showing.cases
        ),
        showing,
    )


def _name(key: str, what: str) -> str:
    """128 bits that look random to whoever has not got the key."""
    return hmac.new(key.encode(), what.encode(), hashlib.sha256).hexdigest()[:32]
