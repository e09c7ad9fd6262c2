"""One import from beginning to end."""

from app.bank.batches import batches, identified
from app.db.studies import record_event
from app.db.truth.bank_images import last_image
from app.services.import_bank.check import check, room_for_checking
from app.services.import_bank.job import Job
from app.services.import_bank.near_pictures import name_near_pictures
from app.services.import_bank.refusals import refuse_what_does_not_fit
from app.services.import_bank.store_batch import import_batch
from app.services.import_bank.summary import ImportSummary, Tally

BATCH = 256


def run(job: Job) -> ImportSummary:
    """Import what the job names; raises BadBank for the source as a whole."""
    with job.database.reading() as session:
        refuse_what_does_not_fit(
            session, job.source.header, size=job.size, resolution=job.resolution
        )
    checked = room_for_checking(job.store) if job.strict else None
    try:
        if checked is not None:
            verdict = check(job, checked, BATCH)
            if verdict.refused_count:
                return verdict.summary(job.source.header)
        tally = Tally(each_refused=job.each_refused)
        with job.database.reading() as session:
            last_before = last_image(session)
        for lines in batches(job.source, BATCH):
            known = checked.line_digests if checked else None
            import_batch(job, identified(job.source, lines, job.pool, known), tally, checked)
            tally.lines += len(lines)
            job.progress(tally.lines)
    finally:
        # After Ctrl-C what is queued is not worth waiting for.
        job.pool.shutdown(cancel_futures=True)
        if checked is not None:
            checked.close()
    name_near_pictures(job.database, last_before, tally)
    summary = tally.summary(job.source.header)
    if summary.added or summary.refreshed:
        _record(job, summary)
    return summary


def _record(job: Job, summary: ImportSummary) -> None:
    """Put into the log what has come in."""
    with job.database.writing() as session:
        record_event(
            session,
            study=None,
            actor=job.actor,
            action="imported",
            now=job.now,
            detail={
                "bank": job.source.header.name or str(job.source.directory),
                "added": dict(summary.arms),
                "already_present": summary.already_present,
                "refreshed": summary.refreshed,
                "refused": summary.refused_count,
                "notes": dict(summary.notes),
            },
        )
