"""Bringing images in: from a bank with its manifest, or from a folder with a table.

Both stream: a batch of records is looked up, what is not there is decoded and rendered by a pool
of threads, and the batch is committed. Memory does not grow with the bank, a cut import is
continued by running it again, and importing again adds nothing (docs/decisions/0012).
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from app.bank.decode import read_image_file
from app.bank.header import REAL_ARM, BankArm, BankHeader, is_arm_id, read_bank_header
from app.bank.index import IndexRow, iter_index
from app.bank.manifest import BadRecord, ImageRecord, iter_records, read_verified
from app.bank.rendition import DEFAULT_SIZE, canonical_rendition, rendition_length
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.studies import record_event
from app.db.tables import Arm
from app.db.truth.bank_images import (
    NewImage,
    StoredImage,
    lock_arms,
    refresh_provenance,
    store_arm,
    store_images,
    store_renditions,
    stored_arms,
    stored_images,
)
from app.domain.errors import BadBank, BadImage

BATCH = 256
PROGRESS_EVERY = 16
# Of the records refused, how many are kept word for word; all are counted.
MOST_REFUSED_KEPT = 1000

Progress = Callable[[int], None]
Digest = tuple[str, str]


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, in images.

    `refreshed` of the `already_present` ones got new provenance; `refused` holds the first
    thousand of `refused_count`; `arms` counts the added ones of each arm the source names.
    A strict import that refuses anything has added and refreshed nothing.
    """

    added: int
    already_present: int
    refreshed: int
    refused_count: int
    refused: tuple[BadRecord, ...]
    arms: Mapping[str, int]


def import_bank(
    database: Database,
    store: RenditionStore,
    directory: Path,
    *,
    now: datetime,
    size: int = DEFAULT_SIZE,
    strict: bool = False,
    actor: str = "command line",
    progress: Progress | None = None,
) -> ImportSummary:
    """Import the bank in `directory`; raises BadBank for the bank as a whole.

    With `strict` every record is checked first, and one bad record keeps all of them out.
    `progress` is told how many lines have been dealt with so far, from 0 again after checking.
    """
    header = read_bank_header(directory)
    source = _Source(directory, header, lambda: iter_records(directory, header))
    return _import(
        database,
        store,
        source,
        now=now,
        size=size,
        strict=strict,
        actor=actor,
        progress=progress or _no_progress,
    )


def import_images(
    database: Database,
    store: RenditionStore,
    directory: Path,
    *,
    index: str,
    arm: str,
    now: datetime,
    label: str | None = None,
    description: str | None = None,
    size: int = DEFAULT_SIZE,
    strict: bool = False,
    actor: str = "command line",
    progress: Progress | None = None,
) -> ImportSummary:
    """Import the images that the table `index` in `directory` names as one arm.

    The arm `real` is of kind real and any other synthetic. `label` and `description` that are
    None keep what is stored; a new arm is labelled by its name. Otherwise as `import_bank`.
    """
    if not is_arm_id(arm):
        raise BadBank(
            f"{arm!r} can't name an arm: use 1 to 64 of A-Z a-z 0-9 . _ - "
            "and begin with a letter or digit."
        )
    if label is not None and not 0 < len(label.strip()) <= 200:
        raise BadBank("A label has 1 to 200 characters.")
    with database.reading() as session:
        stored = stored_arms(session, [arm]).get(arm)
        label = label or (stored.label if stored else _default_label(arm))
        if description is None:
            description = stored.description if stored else ""
    described = BankArm(
        id=arm,
        label=label.strip(),
        kind="real" if arm == REAL_ARM else "synthetic",
        description=description,
    )
    header = BankHeader(name="", created_at=now, arms=(described,))
    source = _Source(directory, header, lambda: _hashed(directory, index, arm))
    return _import(
        database,
        store,
        source,
        now=now,
        size=size,
        strict=strict,
        actor=actor,
        progress=progress or _no_progress,
    )


@dataclass(frozen=True)
class _Source:
    """Where records come from; `records` begins anew each time it is called."""

    directory: Path
    header: BankHeader
    records: Callable[[], Iterator[ImageRecord | BadRecord]]


@dataclass
class _Tally:
    """Counts of an import under way."""

    added: Counter[str] = field(default_factory=Counter)
    already_present: int = 0
    refreshed: int = 0
    refused_count: int = 0
    refused: list[BadRecord] = field(default_factory=list)
    lines: int = 0
    # Arms whose row has been written or refreshed.
    described: set[str] = field(default_factory=set)
    # While checking, nothing is stored that a later line could be held against.
    conditions: dict[Digest, str] = field(default_factory=dict)

    def refuse(self, bad: BadRecord) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED_KEPT:
            self.refused.append(bad)

    def summary(self, header: BankHeader) -> ImportSummary:
        return ImportSummary(
            added=self.added.total(),
            already_present=self.already_present,
            refreshed=self.refreshed,
            refused_count=self.refused_count,
            refused=tuple(sorted(self.refused, key=lambda bad: bad.line_number)),
            arms={arm.id: self.added[arm.id] for arm in header.arms},
        )


@dataclass(frozen=True)
class _Rendered:
    """A record whose picture lies in the store."""

    record: ImageRecord
    width: int
    height: int
    rendition: str


def _import(
    database: Database,
    store: RenditionStore,
    source: _Source,
    *,
    now: datetime,
    size: int,
    strict: bool,
    actor: str,
    progress: Progress,
) -> ImportSummary:
    with database.reading() as session:
        _refuse_mixing(stored_arms(session, source.header.arm_ids), source.header)
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="render")
    try:
        if strict:
            checked = _Tally()
            for batch in _batches(source.records()):
                _check_batch(database, source, batch, pool, checked, size=size)
                checked.lines += len(batch)
                progress(checked.lines)
            if checked.refused_count:
                return checked.summary(source.header)
        tally = _Tally()
        for batch in _batches(source.records()):
            _import_batch(
                database,
                store,
                source,
                batch,
                pool,
                tally,
                now=now,
                size=size,
                progress=progress,
            )
            tally.lines += len(batch)
            progress(tally.lines)
    finally:
        # After Ctrl-C what is queued is not worth waiting for.
        pool.shutdown(cancel_futures=True)
    summary = tally.summary(source.header)
    if not summary.added and not summary.refreshed:
        return summary
    with database.writing() as session:
        record_event(
            session,
            study=None,
            actor=actor,
            action="imported",
            now=now,
            detail={
                "bank": source.header.name or str(source.directory),
                "added": dict(summary.arms),
                "already_present": summary.already_present,
                "refreshed": summary.refreshed,
                "refused": summary.refused_count,
            },
        )
    return summary


def _refuse_mixing(stored: Mapping[str, Arm], header: BankHeader) -> None:
    for arm in header.arms:
        there = stored.get(arm.id)
        if there is None:
            continue
        if there.kind != arm.kind:
            raise BadBank(
                f"The arm {arm.id} is stored as {there.kind} and can't become {arm.kind}; "
                "give this one another id."
            )
        if there.bank_name != header.name and arm.kind == "synthetic":
            raise BadBank(
                f"The arm {arm.id} holds images from {_named(there.bank_name)}, and these are "
                f"from {_named(header.name)}; give this arm another id, or use another "
                "data directory, so that the two can't be mixed."
            )


def _import_batch(
    database: Database,
    store: RenditionStore,
    source: _Source,
    batch: Sequence[ImageRecord | BadRecord],
    pool: ThreadPoolExecutor,
    tally: _Tally,
    *,
    now: datetime,
    size: int,
    progress: Progress,
) -> None:
    present, records = _look_up(database, batch, tally, size=size)
    missing = [
        record
        for record in records
        if (there := present.get(_digest(record))) is None
        or there.rendition is None
        or not store.holds(there.rendition, rendition_length(size))
    ]

    def render(record: ImageRecord) -> _Rendered | BadRecord:
        try:
            decoded = read_verified(source.directory, record)
        except BadImage as error:
            return BadRecord(record.line_number, record.file, error.reason)
        try:
            digest = store.put(canonical_rendition(decoded, size))
        except OSError as error:
            raise BadBank(f"Renditions can't be written: {error.strerror}.") from None
        return _Rendered(record, decoded.width, decoded.height, digest)

    rendered: list[_Rendered] = []
    refused: set[Digest] = set()
    dealt_with = tally.lines + len(batch) - len(missing)
    for record, result in zip(missing, pool.map(render, missing), strict=True):
        dealt_with += 1
        if dealt_with % PROGRESS_EVERY == 0:
            progress(dealt_with)
        if isinstance(result, BadRecord):
            refused.add(_digest(record))
            tally.refuse(result)
        else:
            rendered.append(result)
    store.sync_names()
    with database.writing() as session:
        lock_arms(session)
        # Once more under the lock: another import may have been here since.
        known = stored_arms(session, source.header.arm_ids)
        _refuse_mixing(known, source.header)
        present = stored_images(session, {_digest(record) for record in records}, size=size)
        # Only now, so that an arm none of whose images can be used is not left behind.
        arms = {item.record.arm for item in rendered} | {arm for arm, _ in present}
        for arm in source.header.arms:
            stored = known.get(arm.id)
            # A reference arm of several sources keeps what the first one said of it.
            is_mine = stored is None or stored.bank_name == source.header.name
            if is_mine and arm.id in arms - tally.described:
                store_arm(session, arm.id, _arm_columns(arm, source.header), now=now)
                tally.described.add(arm.id)
        new = [item for item in rendered if _digest(item.record) not in present]
        store_images(session, [_new_image(item) for item in new], size=size, now=now)
        store_renditions(
            session,
            {
                there.id: item.rendition
                for item in rendered
                if (there := present.get(_digest(item.record))) is not None
                and there.rendition is None
            },
            size=size,
        )
        stale = {
            there.id: record.provenance
            for record in records
            if (there := present.get(_digest(record))) is not None
            and _digest(record) not in refused
            and there.provenance != record.provenance
        }
        refresh_provenance(session, stale)
    tally.added.update(item.record.arm for item in new)
    tally.already_present += len(records) - len(new) - len(refused)
    tally.refreshed += len(stale)


def _check_batch(
    database: Database,
    source: _Source,
    batch: Sequence[ImageRecord | BadRecord],
    pool: ThreadPoolExecutor,
    tally: _Tally,
    *,
    size: int,
) -> None:
    present, records = _look_up(database, batch, tally, size=size)

    def check(record: ImageRecord) -> BadRecord | None:
        try:
            read_verified(source.directory, record)
        except BadImage as error:
            return BadRecord(record.line_number, record.file, error.reason)
        return None

    for record in records:
        if tally.conditions.setdefault(_digest(record), record.condition) != record.condition:
            tally.refuse(_contradiction(record, tally.conditions[_digest(record)]))
    for bad in pool.map(check, records):
        if bad is not None:
            tally.refuse(bad)
    tally.already_present += sum(_digest(record) in present for record in records)


def _look_up(
    database: Database, batch: Sequence[ImageRecord | BadRecord], tally: _Tally, *, size: int
) -> tuple[dict[Digest, StoredImage], list[ImageRecord]]:
    """What is stored of a batch, and its records without repetitions and contradictions."""
    digests = {_digest(line) for line in batch if isinstance(line, ImageRecord)}
    with database.reading() as session:
        present = stored_images(session, digests, size=size)
    conditions = {digest: there.condition for digest, there in present.items()}
    seen: set[Digest] = set()
    records: list[ImageRecord] = []
    for line in batch:
        if isinstance(line, BadRecord):
            tally.refuse(line)
            continue
        digest = _digest(line)
        condition = conditions.setdefault(digest, line.condition)
        if condition != line.condition:
            tally.refuse(_contradiction(line, condition))
        elif digest in seen:
            tally.already_present += 1
        else:
            seen.add(digest)
            records.append(line)
    return present, records


def _contradiction(record: ImageRecord, condition: str) -> BadRecord:
    return BadRecord(
        record.line_number,
        record.file,
        f"is {record.condition} here, but the same image of {record.arm} is there as {condition}",
    )


def _hashed(directory: Path, index: str, arm: str) -> Iterator[ImageRecord | BadRecord]:
    for row in iter_index(directory, index):
        yield row if isinstance(row, BadRecord) else _hashed_row(directory, row, arm)


def _hashed_row(directory: Path, row: IndexRow, arm: str) -> ImageRecord | BadRecord:
    try:
        data = read_image_file(directory / row.file, row.file)
    except BadImage as error:
        return BadRecord(row.line_number, row.file, error.reason)
    return ImageRecord(
        line_number=row.line_number,
        file=row.file,
        sha256=hashlib.sha256(data).hexdigest(),
        arm=arm,
        condition=row.condition,
        width=None,
        height=None,
        provenance=row.provenance,
    )


def _arm_columns(arm: BankArm, header: BankHeader) -> dict[str, Any]:
    return {
        "label": arm.label,
        "kind": arm.kind,
        "description": arm.description,
        "training_summary": arm.training_summary,
        "generated": arm.generated,
        "rejected": arm.rejected,
        "rejection_rule": arm.rejection_rule,
        "licence": arm.licence or header.licence,
        "attribution": arm.attribution or header.attribution,
        "bank_name": header.name,
        "details": dict(arm.details),
    }


def _new_image(item: _Rendered) -> NewImage:
    return NewImage(
        arm=item.record.arm,
        sha256=item.record.sha256,
        condition=item.record.condition,
        source_file=item.record.file,
        width=item.width,
        height=item.height,
        provenance=item.record.provenance,
        rendition=item.rendition,
    )


def _batches(
    lines: Iterable[ImageRecord | BadRecord],
) -> Iterator[list[ImageRecord | BadRecord]]:
    iterator = iter(lines)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _digest(record: ImageRecord) -> Digest:
    return record.arm, record.sha256


def _default_label(arm: str) -> str:
    return "Real radiographs" if arm == REAL_ARM else arm


def _named(bank_name: str) -> str:
    return f"the bank {bank_name!r}" if bank_name else "folders with a table"


def _no_progress(_lines: int) -> None:
    return None
