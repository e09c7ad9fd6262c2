"""What one reader is shown: allotted and ordered by arms and strata, stored as opaque rows."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db.tables import Reader
from app.db.truth.cases import study_cases, study_sets
from app.db.truth.layouts import (
    arrivals,
    coverage,
    is_laid_out,
    lock_study,
    readers_in_blocks,
    store_showings,
)
from app.domain.allocation import block_for_next, deal_cases
from app.domain.design.design import StudyDesign
from app.domain.order import ALGORITHM, OrderedCase, reader_seed
from app.domain.showings import showings_of
from app.domain.study_cases import StudyCase


def lay_out_early(session: Session, reader: Reader, design: StudyDesign, *, now: datetime) -> None:
    """Lay out the reader's presentations as soon as cases and reader exist, if all read all.

    Where readers share the cases among them, whoever is invited and never comes would leave a gap;
    theirs are laid out by `lay_out_for` when they begin.
    """
    if design.allocation.scheme == "crossed" and not is_laid_out(session, reader):
        _lay_out(session, reader, design, study_cases(session, reader.study_id), now)


def lay_out_for(session: Session, reader: Reader, design: StudyDesign, now: datetime) -> None:
    """Lay out what the reader is to read, at the moment they begin; done again, nothing changes.

    A reader of a split-plot study joins the group that has fewest readers; with a quota they get
    the cases that are least covered. Two who begin at once are taken one after the other.
    """
    if is_laid_out(session, reader):
        return
    cases = study_cases(session, reader.study_id)
    if design.allocation.scheme != "crossed":
        lock_study(session, reader.study_id)
        # What another reader was dealt meanwhile is seen from here on.
        if is_laid_out(session, reader):
            return
        cases = _allotted(session, reader, design, cases, now)
    _lay_out(session, reader, design, cases, now)


def _allotted(
    session: Session,
    reader: Reader,
    design: StudyDesign,
    cases: list[StudyCase],
    now: datetime,
) -> list[StudyCase]:
    """The reader's own cases, and practice."""
    if design.allocation.scheme == "split_plot":
        if reader.block is None:
            reader.block = block_for_next(readers_in_blocks(session, reader.study_id), design)
        return [case for case in cases if case.is_practice or case.block == reader.block]
    covered = coverage(
        session, reader.study_id, now=now, dropout_days=design.allocation.dropout_days
    )
    dealt: set[str] = set()
    for number, phase in enumerate(design.phases, start=1):
        if phase.cases == "new":
            dealt |= deal_cases(
                [
                    OrderedCase(case.code, case.arm, case.stratum)
                    for case in cases
                    if case.phase == number and not case.is_practice
                ],
                covered,
                design.allocation.cases_per_reader,
                seed=design.seed,
                arrival=arrivals(session, reader.study_id) + 1,
            )
    return [case for case in cases if case.is_practice or case.code in dealt]


def _lay_out(
    session: Session,
    reader: Reader,
    design: StudyDesign,
    cases: list[StudyCase],
    now: datetime,
) -> None:
    own = {case.code for case in cases}
    sets = [one for one in study_sets(session, reader.study_id) if own.issuperset(one.members)]
    seed = reader_seed(design.seed, reader.code)
    reader.order_seed = seed
    reader.order_algorithm = ALGORITHM
    store_showings(session, reader, showings_of(design, cases, sets, seed=seed), now=now)
