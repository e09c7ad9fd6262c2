"""Rows of presentations: laid out once for a reader, then read one at a time.

Nothing here names an arm to its caller: the order is computed from the strata and only positions
and opaque tokens are handed on. The reading routes live on this module.
"""

import random
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Presentation, Rating, Reader, Rendition, ShownCase
from app.domain.blinding import opaque_token
from app.domain.design.design import StudyDesign
from app.domain.order import ALGORITHM, OrderedCase, presentation_order, reader_seed


@dataclass(frozen=True)
class PendingCases:
    """The first two presentations without a rating, in order; either may be None."""

    current: Presentation | None
    following: Presentation | None


@dataclass(frozen=True)
class ShownToSimulated:
    """A presentation with its arm, for simulated readers only."""

    presentation_id: int
    arm: str
    case: str
    position: int


def presentations_with_arms(session: Session, reader: Reader) -> list[ShownToSimulated]:
    """The study proper of a simulated reader, in order; a human one gets an empty list."""
    rows = session.execute(
        select(Presentation.id, Arm.key, Case.code, Presentation.position)
        .join(ShownCase, ShownCase.presentation_id == Presentation.id)
        .join(Case, Case.id == ShownCase.case_id)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(
            Reader.id == reader.id,
            Reader.kind == "simulated",
            Presentation.is_practice.is_(False),
        )
        .order_by(Presentation.position)
    )
    return [ShownToSimulated(*row) for row in rows]


def lay_out_presentations(session: Session, reader: Reader, design: StudyDesign) -> None:
    """Compute the reader's order and store it as rows, practice first."""
    rows = session.execute(
        select(Case.id, Case.code, Case.is_practice, Case.is_replicated, Arm.key, Image.condition)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == reader.study_id)
    ).all()
    ids = {code: case_id for case_id, code, *_ in rows}
    seed = reader_seed(design.seed, reader.code)
    practice = sorted(code for _, code, is_practice, *_ in rows if is_practice)
    random.Random(f"practice:{seed}").shuffle(practice)
    slots = presentation_order(
        [
            OrderedCase(code, arm, cond)
            for _, code, is_practice, _, arm, cond in rows
            if not is_practice
        ],
        seed=seed,
        replicated={code for _, code, _, is_replicated, *_ in rows if is_replicated},
        minimum_lag=design.replicates.minimum_lag,
        longest_run=design.longest_run,
    )
    places = [(True, number, code, 0) for number, code in enumerate(practice, start=1)]
    places += [(False, number, s.case, s.replicate) for number, s in enumerate(slots, start=1)]
    tokens = [opaque_token() for _ in places]
    session.execute(
        insert(Presentation),
        [
            {
                "reader_id": reader.id,
                "token": token,
                "is_practice": is_practice,
                "position": number,
                "replicate": replicate,
            }
            for token, (is_practice, number, _, replicate) in zip(tokens, places, strict=True)
        ],
    )
    by_token = dict(
        session.execute(
            select(Presentation.token, Presentation.id).where(Presentation.reader_id == reader.id)
        ).all()
    )
    session.execute(
        insert(ShownCase),
        [
            {"presentation_id": by_token[token], "slot": 1, "case_id": ids[code]}
            for token, (_, _, code, _) in zip(tokens, places, strict=True)
        ],
    )
    reader.order_seed = seed
    reader.order_algorithm = ALGORITHM


def pending_cases(session: Session, reader: Reader) -> PendingCases:
    """What the reader sees now and what comes after it."""
    found = session.scalars(
        select(Presentation)
        .outerjoin(Rating, (Rating.presentation_id == Presentation.id) & Rating.is_first.is_(True))
        .where(Presentation.reader_id == reader.id, Rating.id.is_(None))
        .order_by(Presentation.phase, Presentation.is_practice.desc(), Presentation.position)
        .limit(2)
    ).all()
    return PendingCases(
        found[0] if found else None,
        found[1] if len(found) > 1 else None,
    )


def presentation_count(session: Session, reader: Reader, *, is_practice: bool) -> int:
    """How many presentations of a kind the reader has in all."""
    return (
        session.scalar(
            select(func.count(Presentation.id)).where(
                Presentation.reader_id == reader.id, Presentation.is_practice == is_practice
            )
        )
        or 0
    )


def presentation_by_token(session: Session, reader: Reader, token: str) -> Presentation | None:
    """One of this reader's own presentations; another reader's token finds nothing."""
    return session.scalars(
        select(Presentation).where(Presentation.token == token, Presentation.reader_id == reader.id)
    ).one_or_none()


def last_rated(session: Session, reader: Reader) -> Presentation | None:
    """The presentation that was rated for the first time most recently."""
    return session.scalars(
        select(Presentation)
        .join(Rating, Rating.presentation_id == Presentation.id)
        .where(Presentation.reader_id == reader.id, Rating.is_first.is_(True))
        .order_by(Presentation.phase.desc(), Presentation.is_practice, Presentation.position.desc())
        .limit(1)
    ).one_or_none()


def rendition_of(session: Session, presentation: Presentation, size: int) -> str | None:
    """The digest of the rendition that stands for the presentation's case."""
    return session.scalars(
        select(Rendition.sha256)
        .join(Case, Case.image_id == Rendition.image_id)
        .join(ShownCase, ShownCase.case_id == Case.id)
        .where(
            ShownCase.presentation_id == presentation.id,
            ShownCase.slot == 1,
            Rendition.size == size,
        )
    ).one_or_none()
