"""What is stored already of a batch of records."""

from collections.abc import Sequence

from app.bank.batches import Digest, digest_of
from app.bank.manifest import BadRecord, ImageRecord
from app.db.engine import Database
from app.db.truth.bank_images import StoredImage, stored_images
from app.services.import_bank.refusals import contradiction
from app.services.import_bank.summary import Tally


def look_up(
    database: Database, batch: Sequence[ImageRecord | BadRecord], tally: Tally, *, size: int
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
            tally.refuse(contradiction(line, condition))
        elif digest in seen:
            tally.already_present += 1
        else:
            seen.add(digest)
            records.append(line)
    return present, records
