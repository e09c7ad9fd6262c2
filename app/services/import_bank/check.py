"""Going through all of a source before anything of it is stored, as a strict import does."""

import hashlib

from app.bank.batches import Batch, batches, digest_of, identified
from app.bank.checked import Checked
from app.bank.manifest import BadRecord, ImageRecord
from app.bank.rendering import render
from app.bank.store import RenditionStore
from app.domain.errors import BadImage
from app.services.import_bank.job import Job
from app.services.import_bank.look_up import look_up
from app.services.import_bank.refusals import cannot_be_written, contradiction, same_picture
from app.services.import_bank.summary import Tally


def room_for_checking(store: RenditionStore) -> Checked:
    """Where what is read for the check is kept; raises BadBank where there is no room."""
    try:
        return Checked(store.spool())
    except OSError as error:
        raise cannot_be_written(error) from None


def check(job: Job, checked: Checked, batch_length: int) -> Tally:
    """Go through all of a source without storing anything; `checked` keeps what was made."""
    tally = Tally(each_refused=job.each_refused)
    for lines in batches(job.source, batch_length):
        _check_batch(job, identified(job.source, lines, job.pool), tally, checked)
        tally.lines += len(lines)
        job.progress(tally.lines)
    return tally


def _check_batch(job: Job, batch: Batch, tally: Tally, checked: Checked) -> None:
    present, records = look_up(job.database, batch.lines, tally, size=job.size)
    for line in batch.lines:
        if isinstance(line, ImageRecord):
            checked.line_digests[line.line_number] = line.sha256

    def check_one(record: ImageRecord) -> str | BadRecord:
        try:
            rendering = render(batch.wanted(job.source, record), job.size, job.resolution)
        except BadImage as error:
            return BadRecord(record.line_number, record.file, error.reason)
        checked.keep(digest_of(record), rendering)
        return hashlib.sha256(rendering.png).hexdigest()

    for record in records:
        if tally.conditions.setdefault(digest_of(record), record.condition) != record.condition:
            tally.refuse(contradiction(record, tally.conditions[digest_of(record)]))
    for record, picture in zip(records, job.pool.map(check_one, records), strict=True):
        if isinstance(picture, BadRecord):
            tally.refuse(picture)
            continue
        first = tally.pictures.setdefault((record.arm, picture), record)
        if first.condition != record.condition and first.sha256 != record.sha256:
            tally.refuse(same_picture(record, first.file, first.condition))
    tally.already_present += sum(digest_of(record) in present for record in records)
