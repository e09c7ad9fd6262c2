"""The rows that the record speaks of, as the checks of the record compare them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.db.tables import (
    Answer,
    Case,
    Chain,
    Event,
    Presentation,
    Rating,
    Reader,
    Rendition,
    ShownCase,
    Study,
)
from app.domain.receipt import rating_name
from app.domain.record import INSTALLATION, RecordedEvent, ShownRow, order_digest, rating_seal
from app.domain.record_check import StoredChain, StoredEvent


@dataclass(frozen=True)
class SealedRating:
    """A rating as it is stored: whose, what it is called, and the seal that its row comes to."""

    reader: str
    position: int
    name: str
    seal: str


def stored_chain(session: Session, study: Study | None) -> StoredChain | None:
    """A study's chain, or the installation's; None where there is none."""
    chain_id = INSTALLATION if study is None else study.id
    chain = session.get(Chain, chain_id)
    if chain is None:
        return None
    rows = session.execute(
        select(
            Event.number,
            Event.at,
            Event.actor,
            Event.action,
            Event.detail,
            Event.salt,
            Event.previous,
            Event.hash,
        )
        .where(Event.chain_id == chain_id)
        .order_by(Event.number)
    )
    events = [
        StoredEvent(
            RecordedEvent(row.number, row.at, row.actor, row.action, row.detail, row.salt),
            row.previous,
            row.hash,
        )
        for row in rows
    ]
    return StoredChain(chain.origin, chain.length, chain.head, events)


def sealed_ratings(session: Session, study: Study) -> Iterator[SealedRating]:
    """Every rating of a study, practice and machines included, oldest first."""
    answers: dict[int, dict[str, str]] = defaultdict(dict)
    said = session.execute(
        select(Answer.rating_id, Answer.question, Answer.value)
        .join(Rating, Rating.id == Answer.rating_id)
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(Reader.study_id == study.id)
    )
    for rating_id, question, value in said:
        answers[rating_id][question] = value
    corrected = aliased(Rating)
    rows = session.execute(
        select(Rating, Presentation.token, Presentation.position, Reader.code, corrected.submission)
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .outerjoin(corrected, corrected.id == Rating.supersedes_id)
        .where(Reader.study_id == study.id)
        .order_by(Rating.id)
    )
    for rating, token, position, code, supersedes in rows:
        seal = rating_seal(
            token=token,
            submission=rating.submission,
            supersedes=supersedes,
            answers=answers[rating.id],
            reason=rating.reason,
            shown_at=rating.shown_at,
            submitted_at=rating.submitted_at,
            reading_time_ms=rating.reading_time_ms,
            hidden_time_ms=rating.hidden_time_ms,
            viewing=rating.viewing,
        )
        yield SealedRating(code, position, rating_name(token, rating.submission), seal)


@dataclass(frozen=True)
class Tombstone:
    """What is left of an erased rating: the seal it keeps, the one recorded, answers still there.

    `sealed` is None where no event speaks of the rating.
    """

    reader: str
    kept: str | None
    sealed: str | None
    answers: int


def tombstones(session: Session, study: Study) -> list[Tombstone]:
    """Every rating of a reader who was erased."""
    answers = (
        select(func.count())
        .select_from(Answer)
        .where(Answer.rating_id == Rating.id)
        .correlate(Rating)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Reader.code, Rating.tombstone, Event.detail, answers)
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .outerjoin(Event, Event.rating_id == Rating.id)
        .where(Reader.study_id == study.id, Reader.erased_at.is_not(None))
        .order_by(Rating.id)
    )
    return [
        Tombstone(code, kept, None if detail is None else str(detail.get("seal")), count)
        for code, kept, detail, count in rows
    ]


def order_digests(session: Session, study: Study) -> dict[str, str]:
    """The digest of every reader's order as its rows are now, by the reader's code."""
    codes: dict[int, list[str]] = defaultdict(list)
    shown = session.execute(
        select(ShownCase.presentation_id, Case.code)
        .join(Case, Case.id == ShownCase.case_id)
        .join(Presentation, Presentation.id == ShownCase.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(Reader.study_id == study.id)
        .order_by(ShownCase.presentation_id, ShownCase.slot)
    )
    for presentation_id, code in shown:
        codes[presentation_id].append(code)
    rows = session.execute(
        select(Presentation, Reader.code)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(Reader.study_id == study.id)
    )
    orders: dict[str, list[ShownRow]] = defaultdict(list)
    for one, reader in rows:
        orders[reader].append(
            ShownRow(
                one.token,
                one.phase,
                one.is_practice,
                one.is_phase_end,
                one.position,
                one.replicate,
                one.exposure_ms,
                codes[one.id],
            )
        )
    return {reader: order_digest(order) for reader, order in orders.items()}


def rendition_lines(session: Session, study: Study, size: int) -> list[str]:
    """One line a case, by code, with the digest of the only picture ever sent of it."""
    rows = session.execute(
        select(Case.code, Rendition.sha256)
        .outerjoin(Rendition, (Rendition.image_id == Case.image_id) & (Rendition.size == size))
        .where(Case.study_id == study.id)
        .order_by(Case.code)
    )
    return [f"{code}\t{sha256 or 'none'}" for code, sha256 in rows]
