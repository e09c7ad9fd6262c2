"""Sittings and washout of a study's readers, from its answers."""

from collections.abc import Sequence

from app.db.truth.answer_rows import AnswerRow
from app.domain.design.design import StudyDesign
from app.statistics.conduct.sessions import Reading, Sittings, sittings


def describe_sittings(design: StudyDesign, rows: Sequence[AnswerRow]) -> Sittings:
    """How often people sat down, and how long they waited between phases.

    A corrected answer counts by when it was first given: a correction is no new reading. A reading
    ends with its last answer, so that what is asked after a phase belongs to the phase.
    """
    return sittings(
        [
            Reading(
                reader=row.reader,
                phase=row.phase,
                session=row.session,
                case=row.case,
                replicate=row.replicate,
                shown_at=row.shown_at,
                submitted_at=row.submitted_at,
            )
            for row in _first_given(rows)
        ],
        {number: phase.washout_days for number, phase in enumerate(design.phases, start=1)},
    )


def _first_given(rows: Sequence[AnswerRow]) -> list[AnswerRow]:
    first: dict[tuple[str, int, bool, int], AnswerRow] = {}
    for row in rows:
        if row.reader_kind == "machine":
            continue
        key = (row.reader, row.phase, row.is_phase_end, row.position)
        if key not in first or row.submitted_at < first[key].submitted_at:
            first[key] = row
    return list(first.values())
