"""Writing a batch into the database, once its pictures are durable."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.bank.batches import Batch, Digest, digest_of
from app.bank.checked import Checked
from app.bank.generation_text import HISTORY_KEYS
from app.bank.header import BankArm, BankHeader
from app.bank.manifest import ImageRecord
from app.db.truth.bank_images import (
    NewImage,
    StoredImage,
    lock_arms,
    refresh_provenance,
    same_pictures,
    store_arm,
    store_images,
    store_renditions,
    stored_arms,
    stored_images,
)
from app.domain.said import said
from app.services.import_bank.job import Job
from app.services.import_bank.look_up import look_up
from app.services.import_bank.refusals import refuse_mixing, same_picture
from app.services.import_bank.render_batch import Rendered, not_rendered, render_batch
from app.services.import_bank.summary import Tally


def import_batch(job: Job, batch: Batch, tally: Tally, checked: Checked | None) -> None:
    """Render what is missing of a batch and store it, in one transaction.

    Raises BadBank where an arm has come to be another's meanwhile, or where the disk is full.
    """
    there, records = look_up(job.database, batch.lines, tally, size=job.size)
    missing = not_rendered(job, records, there)
    rendered, refused = render_batch(job, batch, missing, tally, checked)
    with job.database.writing() as session:
        lock_arms(session)
        # Once more under the lock: another import may have been here since.
        present = stored_images(session, {digest_of(record) for record in records}, size=job.size)
        arms = {item.record.arm for item in rendered} | {arm for arm, _ in present}
        _store_arms(job, session, arms, tally)
        new = [item for item in rendered if digest_of(item.record) not in present]
        new = _without_contradictions(session, new, refused, tally, size=job.size)
        _store_pictures(job, session, new, rendered, present)
        kept = [record for record in records if digest_of(record) not in refused]
        stale = _stale_provenance(kept, present)
        refresh_provenance(session, stale)
    tally.added.update(item.record.arm for item in new)
    for item in new:
        tally.notes.update({note.kind for note in item.rendering.notes})
        tally.notes["enlarged"] += max(item.rendering.width, item.rendering.height) < job.size
    tally.already_present += len(records) - len(new) - len(refused)
    tally.refreshed += len(stale)


def _store_arms(job: Job, session: Session, arms: set[str], tally: Tally) -> None:
    """Those of which there is an image: one none of whose images can be used isn't left behind."""
    header = job.source.header
    known = stored_arms(session, header.arm_ids)
    refuse_mixing(known, header)
    for arm in header.arms:
        stored = known.get(arm.id)
        # A reference arm of several sources keeps what the first one said of it.
        is_mine = stored is None or stored.bank_name == header.name
        if is_mine and arm.id in arms - tally.described:
            store_arm(session, arm.id, _arm_columns(arm, header), now=job.now)
            tally.described.add(arm.id)


def _store_pictures(
    job: Job,
    session: Session,
    new: Sequence[Rendered],
    rendered: Sequence[Rendered],
    present: Mapping[Digest, StoredImage],
) -> None:
    """The new images, and renditions that images lacked which were there."""
    store_images(
        session,
        [_new_image(item) for item in new],
        size=job.size,
        now=job.now,
        resolution=job.resolution,
    )
    store_renditions(
        session,
        {
            there.id: item.stored
            for item in rendered
            if (there := present.get(digest_of(item.record))) is not None
            and there.rendition is None
        },
        size=job.size,
        resolution=job.resolution,
    )


def _stale_provenance(
    records: Sequence[ImageRecord], present: Mapping[Digest, StoredImage]
) -> dict[int, dict[str, Any]]:
    """What is told anew of images that are there, by their id."""
    return {
        there.id: told
        for record in records
        if (there := present.get(digest_of(record))) is not None
        and there.provenance != (told := _with_history(record, there))
    }


def _without_contradictions(
    session: Session, new: Sequence[Rendered], refused: set[Digest], tally: Tally, *, size: int
) -> list[Rendered]:
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
            tally.refuse(same_picture(record, other[2], other[1]))
            continue
        if other is not None:
            tally.name_alike(
                said(
                    "{file} ({arm}) shows the same picture as {other_file} ({other_arm})",
                    file=record.file,
                    arm=record.arm,
                    other_file=other[2],
                    other_arm=other[0],
                ),
                "same-picture",
            )
        same.append((record.arm, record.condition, record.file))
        kept.append(item)
    return kept


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


def _new_image(item: Rendered) -> NewImage:
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
        notes=tuple(tuple(note.written()) for note in item.rendering.notes),
        fingerprint=item.rendering.fingerprint,
    )
