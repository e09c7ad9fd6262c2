"""A reader's order: computed from arms and conditions, stored as positions and tokens."""

import random

from sqlalchemy.orm import Session

from app.db.blind.presentations import Place, store_presentations
from app.db.tables import Reader
from app.db.truth.cases_to_order import cases_to_order
from app.domain.design.design import StudyDesign
from app.domain.order import ALGORITHM, OrderedCase, presentation_order, reader_seed


def lay_out_presentations(session: Session, reader: Reader, design: StudyDesign) -> None:
    """Compute the reader's order and store it as rows, practice first."""
    cases = cases_to_order(session, reader.study_id)
    ids = {case.code: case.id for case in cases}
    seed = reader_seed(design.seed, reader.code)
    practice = sorted(case.code for case in cases if case.is_practice)
    random.Random(f"practice:{seed}").shuffle(practice)
    slots = presentation_order(
        [
            OrderedCase(case.code, case.arm, case.condition)
            for case in cases
            if not case.is_practice
        ],
        seed=seed,
        replicated={case.code for case in cases if case.is_replicated},
        minimum_lag=design.replicates.minimum_lag,
        longest_run=design.longest_run,
    )
    places = [Place(ids[code], True, number, 0) for number, code in enumerate(practice, start=1)]
    places += [
        Place(ids[slot.case], False, number, slot.replicate)
        for number, slot in enumerate(slots, start=1)
    ]
    store_presentations(session, reader, places)
    reader.order_seed = seed
    reader.order_algorithm = ALGORITHM
