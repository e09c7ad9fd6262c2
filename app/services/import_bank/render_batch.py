"""Decoding and rendering what of a batch is not there yet; the pictures go into the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.bank.batches import Batch, Digest, digest_of
from app.bank.checked import Checked
from app.bank.manifest import BadRecord, ImageRecord
from app.bank.rendering import Rendering, render
from app.bank.rendition import rendition_length
from app.db.truth.bank_images import StoredImage
from app.domain.errors import BadImage
from app.services.import_bank.job import Job
from app.services.import_bank.refusals import cannot_be_written
from app.services.import_bank.summary import Tally

PROGRESS_EVERY = 16
# The disk writes so many while decoders go on with the rest of the batch.
SYNC_EVERY = 64


@dataclass(frozen=True)
class Rendered:
    """A record whose picture lies in the store under the digest `stored`."""

    record: ImageRecord
    rendering: Rendering
    stored: str


def not_rendered(
    job: Job, records: Sequence[ImageRecord], present: Mapping[Digest, StoredImage]
) -> list[ImageRecord]:
    """Those that have no rendition of the size asked for, or whose file has gone."""
    length = rendition_length(job.size)
    return [
        record
        for record in records
        if (there := present.get(digest_of(record))) is None
        or there.rendition is None
        or not job.store.holds(there.rendition, length)
    ]


def render_batch(
    job: Job,
    batch: Batch,
    missing: Sequence[ImageRecord],
    tally: Tally,
    checked: Checked | None,
) -> tuple[list[Rendered], set[Digest]]:
    """What was rendered of the `missing` records, durably, and the digests of those refused."""

    def render_one(record: ImageRecord) -> Rendered | BadRecord:
        rendering = checked.take(digest_of(record)) if checked else None
        try:
            rendering = rendering or render(
                batch.wanted(job.source, record), job.size, job.resolution
            )
        except BadImage as error:
            return BadRecord(record.line_number, record.file, error.reason)
        try:
            stored = job.store.put(rendering.png)
        except OSError as error:
            raise cannot_be_written(error) from None
        # The picture is on its way to the disk; a batch of them would fill memory.
        return Rendered(record, replace(rendering, png=b""), stored)

    rendered: list[Rendered] = []
    refused: set[Digest] = set()
    dealt_with = tally.lines + len(batch.lines) - len(missing)
    for record, result in zip(missing, job.pool.map(render_one, missing), strict=True):
        dealt_with += 1
        if dealt_with % PROGRESS_EVERY == 0:
            job.progress(dealt_with)
        if isinstance(result, BadRecord):
            refused.add(digest_of(record))
            tally.refuse(result)
        else:
            rendered.append(result)
            if len(rendered) % SYNC_EVERY == 0:
                job.store.sync()
    job.store.sync()
    return rendered, refused
