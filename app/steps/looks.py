"""A look at results, by whatever way: recorded, and before closing only on a ground."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.db.blind.readers import progress_of_readers
from app.db.studies import record_event
from app.db.tables import Study
from app.domain.design.reading import design_from_json
from app.domain.interim import ground_of_look
from app.domain.record import EXPORTED, EXPORTED_EARLY, SEEN, SEEN_EARLY
from app.domain.signing import Signature, written_signature

Way = Literal["seen", "exported"]
_ACTIONS = {
    "seen": {True: SEEN, False: SEEN_EARLY},
    "exported": {True: EXPORTED, False: EXPORTED_EARLY},
}


def note_look(
    session: Session,
    study: Study,
    way: Way,
    *,
    now: datetime,
    actor: str,
    reason: str = "",
    signed: Signature | None = None,
) -> None:
    """Record that results are seen or taken out; comes last in a transaction.

    Raises Refused while the study is open, unless its design plans a look by now or a reason is
    given. A draft has no results; what is taken out of it is recorded all the same.
    """
    detail = {}
    if study.status == "open":
        design = design_from_json(study.design)
        rated = sum(
            line.rated
            for line in progress_of_readers(session, study)
            if line.reader.kind != "machine"
        )
        detail = ground_of_look(
            study.slug, rated=rated, planned=design.analysis.interim_ratings, reason=reason
        )
    record_event(
        session,
        study=study,
        actor=actor,
        action=_ACTIONS[way][study.status == "closed"],
        now=now,
        detail=detail | written_signature(signed),
    )
