"""The leak audit of a bank's folder: its images as readers would see them, nothing stored."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

from app.bank.header import BankHeader, read_bank_header
from app.bank.manifest import BadRecord, ImageRecord, iter_records
from app.bank.picture_measures import audit_measures
from app.bank.rendering import Wanted, render
from app.domain.errors import BadImage
from app.films.film import GreyMapping
from app.films.notes import counted
from app.steps.picture_audit import ArmToAudit, LookedAt, PictureAudit, picture_audit


def audit_bank(directory: Path, *, size: int, most: int) -> PictureAudit:
    """Compare a bank's arms by what a program measures in their pictures.

    Of an arm with more than `most` images so many are looked at, spread evenly over the manifest.
    `size` is the side of the pictures in pixels. Images that can't be read are told as faults.
    Raises BadBank for the bank as a whole.
    """
    header = read_bank_header(directory)
    chosen, faults = _chosen(directory, header, most)
    mappings = {arm.id: arm.grey_mapping for arm in header.arms}
    looked: list[LookedAt] = []
    kinds: dict[str, list[str]] = defaultdict(list)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        look = partial(_look_at, directory, mappings=mappings, size=size)
        for seen in pool.map(look, chosen):
            if isinstance(seen, str):
                faults.append(seen)
                continue
            picture, notes = seen
            looked.append(picture)
            kinds[picture.arm].extend(notes)
    arms = [
        ArmToAudit(arm.id, arm.label, arm.kind, mappings[arm.id], counted(kinds[arm.id]))
        for arm in sorted(header.arms, key=lambda one: (one.kind, one.id))
    ]
    return picture_audit(size, arms, looked, faults)


def _chosen(directory: Path, header: BankHeader, most: int) -> tuple[list[ImageRecord], list[str]]:
    """The records to look at, and a sentence on each that is no record."""
    by_arm: dict[str, list[ImageRecord]] = defaultdict(list)
    faults = []
    for line in iter_records(directory, header):
        if isinstance(line, BadRecord):
            faults.append(f"{line}.")
        else:
            by_arm[line.arm].append(line)
    return [one for records in by_arm.values() for one in _spread(records, most)], faults


def _spread(records: Sequence[ImageRecord], most: int) -> list[ImageRecord]:
    if len(records) <= most:
        return list(records)
    return [records[number * len(records) // most] for number in range(most)]


def _look_at(
    directory: Path, record: ImageRecord, *, mappings: Mapping[str, GreyMapping], size: int
) -> tuple[LookedAt, list[str]] | str:
    wanted = Wanted(
        directory / record.file,
        record.file,
        record.sha256,
        record.width,
        record.height,
        mappings[record.arm],
    )
    try:
        rendering = render(wanted, size)
    except BadImage as error:
        return f"{error}."
    picture = LookedAt(
        code=record.file,
        arm=record.arm,
        rendition=sha256(rendering.png).hexdigest(),
        longer_side=max(rendering.width, rendering.height),
        record={**record.provenance, "condition": record.condition},
        fingerprint=rendering.fingerprint,
        measures=audit_measures(rendering.png),
    )
    return picture, sorted({note.kind for note in rendering.notes})
