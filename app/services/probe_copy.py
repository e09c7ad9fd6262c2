"""A copy of a study's cases in a database of its own, to be read by readers who do not exist."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.blind.readers import start_session
from app.db.blind.record import begin_chain
from app.db.engine import Database
from app.db.studies import study_by_slug
from app.db.tables import (
    Arm,
    Base,
    Case,
    CaseSet,
    CaseSetMember,
    Image,
    PhaseReference,
    Presentation,
    Reader,
    ReadingSession,
    Rendition,
    ShownCase,
    Study,
)
from app.db.truth.brought_ratings import BroughtRating, insert_ratings
from app.domain.blinding import link_token, token_hash
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.writing import design_to_json
from app.steps.audited_set import AuditedSet, audited_set
from app.steps.lay_out_presentations import lay_out_for

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class ExpectedPicture:
    """What stands at a slot of a presentation: what the probe knows and a browser does not."""

    reader: int
    phase: int
    position: int
    is_practice: bool
    slot: int
    token: str
    case: str
    is_synthetic: bool
    rendition: str
    has_text: bool


@dataclass(frozen=True)
class ProbeCopy:
    """A study open to probe readers: their links' tokens, and all that each will be shown.

    `secrets` are names of the bank that no page may hold; `washout_days` the longest wait between
    phases.
    """

    links: tuple[str, ...]
    pictures: tuple[ExpectedPicture, ...]
    references: tuple[str, ...]
    presentations: tuple[int, ...]
    secrets: tuple[str, ...]
    washout_days: int


def copy_for_probe(
    session: Session, target: Database, slug: str, *, readers: int, now: datetime
) -> ProbeCopy:
    """Copy a study's cases, or those that opening would draw, and lay them out for `readers`.

    `target` is an empty SQLite database, which is given the tables. Nothing is written to the
    study's own database. Raises BadDesign where a draft can't be drawn.
    """
    study = study_by_slug(session, slug)
    # The copy is read in no time, whatever day the study closes on.
    design = replace(design_from_json(study.design), closes_on=None)
    audited = audited_set(session, study, design)
    images = [one.picture.image_id for one in audited.cases]
    images += [image for image, _ in audited.references.values()]
    bank = _bank_rows(session, images, audited.size)
    Base.metadata.create_all(target.engine)
    with target.writing() as writing:
        for rows in bank:
            writing.add_all(rows)
            writing.flush()
        copy = Study(
            slug="probe",
            title=study.title,
            status="open",
            design=design_to_json(design),
            created_at=now,
            opened_at=now,
        )
        writing.add(copy)
        writing.flush()
        begin_chain(writing, copy.id)
        _store_cases(writing, copy, audited)
        links = [
            _add_reader(writing, copy, design, number, now) for number in range(1, readers + 1)
        ]
        pictures = _expected(writing, audited, design)
        counts = [
            len(
                writing.scalars(
                    select(Presentation.id).where(Presentation.reader_id == number)
                ).all()
            )
            for number in range(1, readers + 1)
        ]
    return ProbeCopy(
        tuple(links),
        tuple(pictures),
        tuple(rendition for _, rendition in audited.references.values()),
        tuple(counts),
        _secrets(audited, study.design),
        max(phase.washout_days for phase in design.phases),
    )


def rate_for_probe(target: Database, token: str, *, now: datetime) -> None:
    """Put an empty rating of the presentation into the copy, so that the next case is due."""
    with target.writing() as session:
        shown = session.scalars(select(Presentation).where(Presentation.token == token)).one()
        reader = session.get_one(Reader, shown.reader_id)
        sitting = session.scalars(
            select(ReadingSession).where(ReadingSession.reader_id == reader.id).limit(1)
        ).first() or start_session(session, reader, now)
        rating = BroughtRating(shown.id, {}, now, now, 0)
        insert_ratings(session, reader, sitting, [rating], now=now)


def _bank_rows(
    session: Session, images: list[int], size: int
) -> tuple[list[Arm], list[Image], list[Rendition]]:
    """Copies of the rows of these images, with their ids."""
    rows = session.scalars(select(Image).where(Image.id.in_(images))).all()
    arms = session.scalars(select(Arm).where(Arm.id.in_({row.arm_id for row in rows}))).all()
    renditions = session.scalars(
        select(Rendition).where(Rendition.image_id.in_(images), Rendition.size == size)
    ).all()
    return (
        [_twin(row) for row in arms],
        [_twin(row) for row in rows],
        [_twin(row) for row in renditions],
    )


def _twin(row: Row) -> Row:
    """The row as a new one with the same values, for another database."""
    return type(row)(**{column.key: getattr(row, column.key) for column in row.__mapper__.columns})


def _store_cases(session: Session, study: Study, audited: AuditedSet) -> None:
    cases = {
        one.case.code: Case(
            study_id=study.id,
            image_id=one.picture.image_id,
            code=one.case.code,
            is_practice=one.case.is_practice,
            is_replicated=one.case.is_replicated,
            stratum=one.case.stratum,
            phase=one.case.phase,
            block=one.case.block,
            beside=one.beside,
        )
        for one in audited.cases
    }
    session.add_all(cases.values())
    sets = [
        (CaseSet(study_id=study.id, code=one.code, phase=one.phase, block=one.block), one.members)
        for one in audited.sets
    ]
    session.add_all(row for row, _ in sets)
    session.add_all(
        PhaseReference(study_id=study.id, phase=phase, image_id=image)
        for phase, (image, _) in audited.references.items()
    )
    session.flush()
    session.add_all(
        CaseSetMember(set_id=row.id, case_id=cases[code].id)
        for row, members in sets
        for code in members
    )
    session.flush()


def _add_reader(
    session: Session, study: Study, design: StudyDesign, number: int, now: datetime
) -> str:
    """A reader who has agreed and read the instructions; the token of their link."""
    token = link_token()
    reader = Reader(
        id=number,
        study_id=study.id,
        code=f"R{number:02d}",
        token_hash=token_hash(token),
        invited_at=now,
        consented_at=now,
        profiled_at=now,
        began_at=now,
        phase_begun=1,
    )
    session.add(reader)
    session.flush()
    lay_out_for(session, reader, design, now)
    session.flush()
    return token


def _expected(session: Session, audited: AuditedSet, design: StudyDesign) -> list[ExpectedPicture]:
    by_code = {one.case.code: one for one in audited.cases}
    kinds = dict(session.execute(select(Arm.key, Arm.kind)).all())
    rows = session.execute(
        select(Presentation, ShownCase.slot, Case.code)
        .join(ShownCase, ShownCase.presentation_id == Presentation.id)
        .join(Case, Case.id == ShownCase.case_id)
        .order_by(Presentation.reader_id, Presentation.id, ShownCase.slot)
    )
    return [
        ExpectedPicture(
            shown.reader_id,
            shown.phase,
            shown.position,
            shown.is_practice,
            slot,
            shown.token,
            code,
            kinds[by_code[code].case.arm] == "synthetic",
            by_code[code].picture.rendition,
            # A case keeps its text for all of its phases; each says whether it shows it.
            by_code[code].beside is not None
            and bool(design.phase(shown.phase).presentation.beside),
        )
        for shown, slot, code in rows
    ]


def _secrets(audited: AuditedSet, design: str) -> tuple[str, ...]:
    """File names and digests of the images, where the design itself doesn't say them."""
    secrets = set()
    for one in audited.cases:
        secrets |= {one.picture.image[:16], one.picture.rendition[:16], one.picture.source_file}
    return tuple(sorted(word for word in secrets if len(word) >= 8 and word not in design))
