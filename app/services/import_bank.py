"""Bringing images in: from a bank with its manifest, or from a folder with a table.

Both stream: a batch of records is looked up, what is not there is decoded and rendered by as many
decoder processes as there are cores, and the batch is committed. Memory does not grow with the
bank, a cut import is continued by running it again, and importing again adds nothing
(docs/decisions/0012).
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.bank.alike import near_pairs
from app.bank.batches import Batch, Digest, Source, batches, digest_of, identified
from app.bank.checked import Checked
from app.bank.generation_text import HISTORY_KEYS
from app.bank.header import REAL_ARM, BankArm, BankHeader, is_arm_id, read_bank_header
from app.bank.index import Told, iter_index
from app.bank.manifest import BadRecord, ImageRecord, iter_records
from app.bank.rendering import Rendering, render
from app.bank.rendition import DEFAULT_SIZE, rendition_length
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.studies import record_event
from app.db.tables import Arm
from app.db.truth.bank_images import (
    NewImage,
    StoredImage,
    fingerprints,
    images_named,
    last_image,
    lock_arms,
    refresh_provenance,
    resolutions_of,
    same_pictures,
    same_rendition_pairs,
    store_arm,
    store_images,
    store_renditions,
    stored_arms,
    stored_images,
)
from app.domain.conditions import declared
from app.domain.errors import BadBank, BadImage
from app.domain.said import said
from app.films.film import DEFAULT_MAPPING, GREY_MAPPINGS, GreyMapping
from app.films.notes import counted
from app.steps.remedied_sizes import remedies_of_size

BATCH = 256
PROGRESS_EVERY = 16
# Of the records refused, how many are kept word for word; all are counted.
MOST_REFUSED_KEPT = 1000
MOST_ALIKE_NAMED = 50

Progress = Callable[[int], None]
# Hears of every record that is refused, those too that a summary no longer names.
Refused = Callable[[BadRecord], None]


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, in images.

    `refreshed` of the `already_present` ones got new provenance; `refused` holds the first
    thousand of `refused_count`; `arms` counts the added ones of each arm the source names.
    `notes` counts what is odd about the added ones, by kind; `alike` names the first of
    `alike_count` added ones that show the same picture as another image, of any arm, or nearly.
    A strict import that refuses anything has added and refreshed nothing.
    """

    added: int
    already_present: int
    refreshed: int
    refused_count: int
    refused: tuple[BadRecord, ...]
    arms: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    alike_count: int = 0


def import_bank(
    database: Database,
    store: RenditionStore,
    directory: Path,
    *,
    now: datetime,
    size: int = DEFAULT_SIZE,
    resolution: int | None = None,
    strict: bool = False,
    actor: str = "command line",
    progress: Progress | None = None,
    each_refused: Refused | None = None,
) -> ImportSummary:
    """Import the bank in `directory`; raises BadBank for the bank as a whole.

    With `strict` every record is checked first, and one bad record keeps all of them out; what was
    read for the check is not read again.
    `resolution` limits the detail of all renditions of this size to that of a source of so many
    pixels. `progress` is told how many lines have been dealt with so far, from 0 again after
    checking; `each_refused` hears of every record that is refused.
    """
    header = read_bank_header(directory)
    source = Source(directory, header, lambda: iter_records(directory, header))
    return _import(
        database,
        store,
        source,
        now=now,
        size=size,
        resolution=resolution,
        strict=strict,
        actor=actor,
        progress=progress or _no_progress,
        each_refused=each_refused or _nobody_hears,
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
    grey_mapping: GreyMapping | None = None,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    told: Told | None = None,
    conditions: Sequence[str] = (),
    size: int = DEFAULT_SIZE,
    resolution: int | None = None,
    strict: bool = False,
    actor: str = "command line",
    progress: Progress | None = None,
    each_refused: Refused | None = None,
) -> ImportSummary:
    """Import the images that the table `index` in `directory` names as one arm.

    The arm `real` is of kind real and any other synthetic. `label`, `description` and
    `grey_mapping` that are None keep what is stored; a new arm is labelled by its name. `columns`,
    `values` and `told` are those of `iter_index`; `conditions` declares labels besides normal and
    abnormal. Otherwise as `import_bank`.

    Raises BadBank for a name, a label or a condition that can't be used, and for the table as a
    whole.
    """
    try:
        labels = declared(conditions)
    except ValueError as error:
        raise BadBank(said("--condition can't be used: {error}.", error=error)) from None
    if not is_arm_id(arm):
        raise BadBank(
            said(
                "{arm!r} can't name an arm: use 1 to 64 of A-Z a-z 0-9 . _ - and begin with a "
                "letter or digit.",
                arm=arm,
            )
        )
    if label is not None and not 0 < len(label.strip()) <= 200:
        raise BadBank(said("A label has 1 to 200 characters."))
    with database.reading() as session:
        stored = stored_arms(session, [arm]).get(arm)
        label = label or (stored.label if stored else _default_label(arm))
        if description is None:
            description = stored.description if stored else ""
        if grey_mapping is None:
            grey_mapping = _stored_mapping(stored) if stored else DEFAULT_MAPPING
    described = BankArm(
        id=arm,
        label=label.strip(),
        kind="real" if arm == REAL_ARM else "synthetic",
        description=description,
        grey_mapping=grey_mapping,
    )
    header = BankHeader(name="", created_at=now, arms=(described,))
    source = Source(
        directory,
        header,
        lambda: iter_index(
            directory, index, columns=columns, values=values, told=told, conditions=labels
        ),
    )
    return _import(
        database,
        store,
        source,
        now=now,
        size=size,
        resolution=resolution,
        strict=strict,
        actor=actor,
        progress=progress or _no_progress,
        each_refused=each_refused or _nobody_hears,
    )


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
    pictures: dict[Digest, ImageRecord] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    alike: list[str] = field(default_factory=list)
    alike_count: int = 0
    each_refused: Refused = field(default=lambda _: None)

    def refuse(self, bad: BadRecord) -> None:
        self.refused_count += 1
        self.each_refused(bad)
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
            notes=counted(self.notes.elements()),
            alike=tuple(self.alike),
            alike_count=self.alike_count,
        )

    def name_alike(self, sentence: str, kind: str) -> None:
        self.notes[kind] += 1
        self.alike_count += 1
        if len(self.alike) < MOST_ALIKE_NAMED:
            self.alike.append(sentence)


@dataclass(frozen=True)
class _Rendered:
    """A record whose picture lies in the store under the digest `stored`."""

    record: ImageRecord
    rendering: Rendering
    stored: str


def _import(
    database: Database,
    store: RenditionStore,
    source: Source,
    *,
    now: datetime,
    size: int,
    resolution: int | None,
    strict: bool,
    actor: str,
    progress: Progress,
    each_refused: Refused,
) -> ImportSummary:
    with database.reading() as session:
        _refuse_mixing(stored_arms(session, source.header.arm_ids), source.header)
        if remedies_of_size(session, size) is not None:
            raise BadBank(
                said(
                    "Renditions of {size} pixels are remedied ones; import with another --size, "
                    "then run remedy-pictures again.",
                    size=size,
                )
            )
        _refuse_other_detail(resolutions_of(session, size), size, resolution)
    pool = ThreadPoolExecutor(max_workers=_cores(), thread_name_prefix="render")
    checked = _room_for_checking(store) if strict else None
    try:
        if checked is not None:
            verdict = _check(
                database,
                source,
                pool,
                checked,
                size=size,
                resolution=resolution,
                progress=progress,
                each_refused=each_refused,
            )
            if verdict.refused_count:
                return verdict.summary(source.header)
        tally = _Tally(each_refused=each_refused)
        with database.reading() as session:
            last_before = last_image(session)
        for lines in batches(source, BATCH):
            batch = identified(source, lines, pool, checked.line_digests if checked else None)
            _import_batch(
                database,
                store,
                source,
                batch,
                pool,
                tally,
                checked,
                now=now,
                size=size,
                resolution=resolution,
                progress=progress,
            )
            tally.lines += len(lines)
            progress(tally.lines)
    finally:
        # After Ctrl-C what is queued is not worth waiting for.
        pool.shutdown(cancel_futures=True)
        if checked is not None:
            checked.close()
    _name_near_pictures(database, last_before, tally)
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
                "notes": dict(summary.notes),
            },
        )
    return summary


def _refuse_other_detail(there: set[int | None], size: int, resolution: int | None) -> None:
    """All renditions of a size have one resolution, or detail alone would tell the import."""
    if resolution is not None and not 64 <= resolution <= size:
        raise BadBank(
            said(
                "--resolution must be from 64 to the size, {size}, not {resolution}.",
                size=size,
                resolution=resolution,
            )
        )
    others = there - {resolution}
    if others:
        other = next(iter(others))
        limit = "full detail" if other is None else f"the detail of {other} pixels"
        raise BadBank(
            said(
                "Renditions of {size} pixels are there with {limit}; give the same "
                "--resolution, or another --size for these.",
                size=size,
                limit=limit,
            )
        )


def _cores() -> int:
    """Those that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _refuse_mixing(stored: Mapping[str, Arm], header: BankHeader) -> None:
    for arm in header.arms:
        there = stored.get(arm.id)
        if there is None:
            continue
        if there.kind != arm.kind:
            raise BadBank(
                said(
                    "The arm {id} is stored as {kind} and can't become {kind2}; give this one "
                    "another id.",
                    id=arm.id,
                    kind=there.kind,
                    kind2=arm.kind,
                )
            )
        if there.grey_mapping != arm.grey_mapping:
            raise BadBank(
                said(
                    "The arm {id} was read with the grey mapping {grey_mapping} and can't be read "
                    "with {grey_mapping2} as well; give this one another id.",
                    id=arm.id,
                    grey_mapping=there.grey_mapping,
                    grey_mapping2=arm.grey_mapping,
                )
            )
        if there.bank_name != header.name and arm.kind == "synthetic":
            raise BadBank(
                said(
                    "The arm {id} holds images from {bank_name}, and these are from {name}; give "
                    "this arm another id, or use another data directory, so that the two can't be "
                    "mixed.",
                    id=arm.id,
                    bank_name=_named(there.bank_name),
                    name=_named(header.name),
                )
            )


def _import_batch(
    database: Database,
    store: RenditionStore,
    source: Source,
    batch: Batch,
    pool: ThreadPoolExecutor,
    tally: _Tally,
    checked: Checked | None,
    *,
    now: datetime,
    size: int,
    resolution: int | None,
    progress: Progress,
) -> None:
    present, records = _look_up(database, batch.lines, tally, size=size)
    missing = [
        record
        for record in records
        if (there := present.get(digest_of(record))) is None
        or there.rendition is None
        or not store.holds(there.rendition, rendition_length(size))
    ]

    def rendered_one(record: ImageRecord) -> _Rendered | BadRecord:
        rendering = checked.take(digest_of(record)) if checked else None
        try:
            rendering = rendering or render(batch.wanted(source, record), size, resolution)
        except BadImage as error:
            return BadRecord(record.line_number, record.file, error.reason)
        try:
            stored = store.put(rendering.png)
        except OSError as error:
            raise BadBank(
                said("Renditions can't be written: {strerror}.", strerror=error.strerror)
            ) from None
        # The picture is on its way to the disk; a batch of them would fill memory.
        return _Rendered(record, replace(rendering, png=b""), stored)

    rendered: list[_Rendered] = []
    refused: set[Digest] = set()
    dealt_with = tally.lines + len(batch.lines) - len(missing)
    for record, result in zip(missing, pool.map(rendered_one, missing), strict=True):
        dealt_with += 1
        if dealt_with % PROGRESS_EVERY == 0:
            progress(dealt_with)
        if isinstance(result, BadRecord):
            refused.add(digest_of(record))
            tally.refuse(result)
        else:
            rendered.append(result)
    store.sync()
    with database.writing() as session:
        lock_arms(session)
        # Once more under the lock: another import may have been here since.
        known = stored_arms(session, source.header.arm_ids)
        _refuse_mixing(known, source.header)
        present = stored_images(session, {digest_of(record) for record in records}, size=size)
        # Only now, so that an arm none of whose images can be used is not left behind.
        arms = {item.record.arm for item in rendered} | {arm for arm, _ in present}
        for arm in source.header.arms:
            stored = known.get(arm.id)
            # A reference arm of several sources keeps what the first one said of it.
            is_mine = stored is None or stored.bank_name == source.header.name
            if is_mine and arm.id in arms - tally.described:
                store_arm(session, arm.id, _arm_columns(arm, source.header), now=now)
                tally.described.add(arm.id)
        new = [item for item in rendered if digest_of(item.record) not in present]
        new = _without_contradictions(session, new, refused, tally, size=size)
        store_images(
            session,
            [_new_image(item) for item in new],
            size=size,
            now=now,
            resolution=resolution,
        )
        store_renditions(
            session,
            {
                there.id: item.stored
                for item in rendered
                if (there := present.get(digest_of(item.record))) is not None
                and there.rendition is None
            },
            size=size,
            resolution=resolution,
        )
        stale = {
            there.id: told
            for record in records
            if (there := present.get(digest_of(record))) is not None
            and digest_of(record) not in refused
            and there.provenance != (told := _with_history(record, there))
        }
        refresh_provenance(session, stale)
    tally.added.update(item.record.arm for item in new)
    for item in new:
        tally.notes.update({note.kind for note in item.rendering.notes})
        tally.notes["enlarged"] += max(item.rendering.width, item.rendering.height) < size
    tally.already_present += len(records) - len(new) - len(refused)
    tally.refreshed += len(stale)


def _room_for_checking(store: RenditionStore) -> Checked:
    try:
        return Checked(store.spool())
    except OSError as error:
        raise BadBank(
            said("Renditions can't be written: {strerror}.", strerror=error.strerror)
        ) from None


def _check(
    database: Database,
    source: Source,
    pool: ThreadPoolExecutor,
    checked: Checked,
    *,
    size: int,
    resolution: int | None,
    progress: Progress,
    each_refused: Refused,
) -> _Tally:
    """Go through all of a source without storing anything; `checked` keeps what was made."""
    tally = _Tally(each_refused=each_refused)
    for lines in batches(source, BATCH):
        batch = identified(source, lines, pool)
        _check_batch(
            database, source, batch, pool, tally, checked, size=size, resolution=resolution
        )
        tally.lines += len(lines)
        progress(tally.lines)
    return tally


def _check_batch(
    database: Database,
    source: Source,
    batch: Batch,
    pool: ThreadPoolExecutor,
    tally: _Tally,
    checked: Checked,
    *,
    size: int,
    resolution: int | None,
) -> None:
    present, records = _look_up(database, batch.lines, tally, size=size)
    for line in batch.lines:
        if isinstance(line, ImageRecord):
            checked.line_digests[line.line_number] = line.sha256

    def check(record: ImageRecord) -> str | BadRecord:
        try:
            rendering = render(batch.wanted(source, record), size, resolution)
        except BadImage as error:
            return BadRecord(record.line_number, record.file, error.reason)
        checked.keep(digest_of(record), rendering)
        return hashlib.sha256(rendering.png).hexdigest()

    for record in records:
        if tally.conditions.setdefault(digest_of(record), record.condition) != record.condition:
            tally.refuse(_contradiction(record, tally.conditions[digest_of(record)]))
    for record, picture in zip(records, pool.map(check, records), strict=True):
        if isinstance(picture, BadRecord):
            tally.refuse(picture)
            continue
        first = tally.pictures.setdefault((record.arm, picture), record)
        if first.condition != record.condition and first.sha256 != record.sha256:
            tally.refuse(_same_picture(record, first.file, first.condition))
    tally.already_present += sum(digest_of(record) in present for record in records)


def _look_up(
    database: Database, batch: Sequence[ImageRecord | BadRecord], tally: _Tally, *, size: int
) -> tuple[dict[Digest, StoredImage], list[ImageRecord]]:
    """What is stored of a batch, and its records without repetitions and contradictions."""
    digests = {digest_of(line) for line in batch if isinstance(line, ImageRecord)}
    with database.reading() as session:
        present = stored_images(session, digests, size=size)
    conditions = {digest: there.condition for digest, there in present.items()}
    seen: set[Digest] = set()
    records: list[ImageRecord] = []
    for line in batch:
        if isinstance(line, BadRecord):
            tally.refuse(line)
            continue
        digest = digest_of(line)
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


def _same_picture(record: ImageRecord, file: str, condition: str) -> BadRecord:
    return BadRecord(
        record.line_number,
        record.file,
        f"is {record.condition} here, but shows the same picture as {file}, "
        f"which is there as {condition}",
    )


def _without_contradictions(
    session: Session, new: Sequence[_Rendered], refused: set[Digest], tally: _Tally, *, size: int
) -> list[_Rendered]:
    """Those to be stored; one that shows an image of its arm under another condition is refused.

    The same picture under the same condition, or in another arm, is named.
    """
    shown: dict[str, list[tuple[str, str, str]]] = {}
    for there in same_pictures(session, {item.stored for item in new}, size=size):
        known = shown.setdefault(there.rendition, [])
        known.append((there.arm, there.condition, there.source_file))
    kept = []
    for item in new:
        record, same = item.record, shown.setdefault(item.stored, [])
        other = next((one for one in same if one[0] == record.arm), same[0] if same else None)
        if other is not None and other[0] == record.arm and other[1] != record.condition:
            refused.add(digest_of(record))
            tally.refuse(_same_picture(record, other[2], other[1]))
            continue
        if other is not None:
            tally.name_alike(
                f"{record.file} ({record.arm}) shows the same picture as {other[2]} ({other[0]})",
                "same-picture",
            )
        same.append((record.arm, record.condition, record.file))
        kept.append(item)
    return kept


def _name_near_pictures(database: Database, last_before: int, tally: _Tally) -> None:
    """Name images added since `last_before` that are nearly, not quite, the picture of another."""
    if not tally.added:
        return
    with database.reading() as session:
        pairs = list(near_pairs(fingerprints(session), newer_than=last_before))
        same = same_rendition_pairs(session, pairs)
        near = [pair for pair in pairs if pair not in same]
        named = images_named(session, {image for pair in near[:MOST_ALIKE_NAMED] for image in pair})
    for place, (one, other) in enumerate(near):
        sentence = ""
        if place < MOST_ALIKE_NAMED:
            (arm, file, _), (other_arm, other_file, _) = named[one], named[other]
            sentence = f"{file} ({arm}) is nearly the picture of {other_file} ({other_arm})"
        tally.name_alike(sentence, "near-picture")


def _with_history(record: ImageRecord, there: StoredImage) -> dict[str, Any]:
    """A record's provenance with what the file itself had told, which isn't read again."""
    kept = {key: there.provenance[key] for key in HISTORY_KEYS if key in there.provenance}
    return {**kept, **record.provenance}


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
        "grey_mapping": arm.grey_mapping,
        "details": dict(arm.details),
    }


def _new_image(item: _Rendered) -> NewImage:
    return NewImage(
        arm=item.record.arm,
        sha256=item.record.sha256,
        condition=item.record.condition,
        source_file=item.record.file,
        width=item.rendering.width,
        height=item.rendering.height,
        # What the record says of itself goes before what the file says.
        provenance={**item.rendering.history, **item.record.provenance},
        rendition=item.stored,
        notes=tuple((note.kind, note.text) for note in item.rendering.notes),
        fingerprint=item.rendering.fingerprint,
    )


def _stored_mapping(arm: Arm) -> GreyMapping:
    return next(mapping for mapping in GREY_MAPPINGS if mapping == arm.grey_mapping)


def _default_label(arm: str) -> str:
    return "Real radiographs" if arm == REAL_ARM else arm


def _named(bank_name: str) -> str:
    return f"the bank {bank_name!r}" if bank_name else "folders with a table"


def _no_progress(_lines: int) -> None:
    return None


def _nobody_hears(_bad: BadRecord) -> None:
    return None
