"""A copy of a study filled by simulated readers, marked as a rehearsal everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from app.db.blind.readers import start_session
from app.db.studies import record_event, study_by_slug
from app.db.tables import Reader, Study
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.brought_ratings import BroughtRating, insert_ratings
from app.db.truth.simulated_readers import ShownToSimulated, presentations_with_arms
from app.domain.allocation import readers_needed
from app.domain.blinding import link_token, token_hash
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadInput, Refused
from app.domain.record import REHEARSED
from app.domain.rehearsal import NOTICE, SimulatedReaders
from app.domain.said import said
from app.steps.draw_cases import freeze_cases
from app.steps.first_owners import give_same_roles
from app.steps.free_slug import store_under_free_slug
from app.steps.freeze_digests import frozen_digests
from app.steps.lay_out_presentations import lay_out_for

USUAL_READERS = 8
MOST_READERS = 100
PROFILES = (
    ("radiologist", "chest", 14, "daily"),
    ("radiology_resident", "general_radiology", 3, "daily"),
    ("other_physician", "pulmonology", 9, "weekly"),
    ("radiologist", "general_radiology", 21, "daily"),
)


@dataclass(frozen=True)
class Rehearsal:
    """The copy's short name and what was invented for it."""

    slug: str
    readers: int
    ratings: int


def rehearse_study(
    session: Session,
    slug: str,
    *,
    readers: int | None = None,
    seed: int,
    now: datetime,
    actor: str,
) -> Rehearsal:
    """Copy the study, invent readers with all their ratings, and close the copy.

    Without `readers` there are 8, or as many as the study's allocation needs. The source is left
    as it is. The copy's cases are drawn anew under other codes, so that looking at it tells nothing
    of the study's own cases. Raises BadInput for a number of readers that is too small or too
    large, Refused for a rehearsal of a rehearsal, BadDesign where the bank lacks cases.
    """
    source = study_by_slug(session, slug)
    if source.rehearsal_of_id is not None:
        raise Refused(
            said("{slug} is a rehearsal itself; rehearse the study it was made from.", slug=slug)
        )
    design = design_from_json(source.design)
    count = _enough_readers(design, readers)
    # So that what takes weeks ends now.
    started = now - timedelta(days=sum(phase.washout_days for phase in design.phases))
    copy, design = _copy(session, source, design, seed, started, now)
    give_same_roles(session, source, copy, now=now)
    frozen = freeze_cases(session, copy, design)
    arms = arms_by_key(session, [plan.arm for plan in design.arms])
    simulated = SimulatedReaders(
        list(arms),
        [key for key, arm in arms.items() if arm.kind == "real"],
        [one.case.code for one in frozen.draw.cases],
        seed=seed,
    )
    ratings = 0
    for number in range(1, count + 1):
        reader = _reader(copy, design, number, started, now)
        session.add(reader)
        session.flush()
        lay_out_for(session, reader, design, started)
        simulated.start_reader()
        ratings += _read_everything(session, reader, design, simulated, started, now)
    record_event(
        session,
        study=copy,
        actor=actor,
        action=REHEARSED,
        now=now,
        detail={
            "rehearsal_of": slug,
            "readers": count,
            "seed": seed,
            "left_out_as_memorised": dict(frozen.draw.left_out),
            **frozen_digests(session, copy, design, frozen),
        },
    )
    return Rehearsal(copy.slug, count, ratings)


def digest_seed(study_seed: int, seed: int) -> int:
    """A seed that the study's own order and cases can't share."""
    return int(digest(f"rehearsal:{study_seed}:{seed}")[:15], 16)


def _enough_readers(design: StudyDesign, asked_for: int | None) -> int:
    needed = readers_needed(design)
    count = max(USUAL_READERS, needed) if asked_for is None else asked_for
    if not 1 <= count <= max(MOST_READERS, needed):
        raise BadInput(
            said(
                "Rehearse with 1 to {most_readers} readers, not {count}.",
                most_readers=MOST_READERS,
                count=count,
            )
        )
    if count < needed:
        raise BadInput(
            said(
                "This study shares its cases among readers and needs at least {needed} of "
                "them for every case to be read; rehearse with {needed} or more, not {count}.",
                needed=needed,
                count=count,
            )
        )
    return count


def _copy(
    session: Session,
    source: Study,
    design: StudyDesign,
    seed: int,
    started: datetime,
    now: datetime,
) -> tuple[Study, StudyDesign]:
    """The study that is to be filled, with its design."""
    design = replace(
        design,
        notice=NOTICE,
        title=f"Rehearsal of: {design.title}"[:200],
        # Cases and codes of its own: the copy's files name arms, and the study may be open.
        seed=digest_seed(design.seed, seed),
    )
    copy = Study(
        title=design.title,
        design=design_to_json(design),
        status="closed",
        created_at=now,
        opened_at=started,
        closed_at=now,
        rehearsal_of_id=source.id,
    )
    store_under_free_slug(session, copy, f"{source.slug[:60]}-rehearsal")
    return copy, design


def _reader(
    copy: Study, design: StudyDesign, number: int, started: datetime, now: datetime
) -> Reader:
    role, specialty, years, frequency = PROFILES[(number - 1) % len(PROFILES)]
    return Reader(
        study_id=copy.id,
        code=f"S{number:02d}",
        # A link nobody is given: simulated readers are never admitted.
        token_hash=token_hash(link_token()),
        kind="simulated",
        invited_at=started,
        consented_at=started,
        profiled_at=started,
        began_at=started,
        phase_begun=len(design.phases),
        finished_at=now,
        role=role,
        specialty=specialty,
        years_experience=years,
        reading_frequency=frequency,
    )


def _read_everything(
    session: Session,
    reader: Reader,
    design: StudyDesign,
    simulated: SimulatedReaders,
    started: datetime,
    now: datetime,
) -> int:
    """Insert the reader's ratings, one sitting a phase; the number of them."""
    ratings, at = 0, started
    shown = presentations_with_arms(session, reader)
    for number, theirs in groupby(shown, key=lambda one: one.phase):
        at += timedelta(days=design.phase(number).washout_days)
        sitting = start_session(session, reader, at)
        rows = list(_rows(list(theirs), design, simulated, at))
        ratings += insert_ratings(session, reader, sitting, rows, now=now)
        at = rows[-1].submitted_at
        sitting.last_active_at = at
    return ratings


def _rows(
    shown: list[ShownToSimulated], design: StudyDesign, simulated: SimulatedReaders, at: datetime
) -> Iterator[BroughtRating]:
    for one in shown:
        said = simulated.answer(
            design.questions_of(design.phase(one.phase), at_end=one.is_phase_end),
            one.pictures,
            position=one.position,
            size=design.rendition_size,
            exposure_ms=one.exposure_ms,
        )
        shown_at, at = at, at + timedelta(milliseconds=said.reading_time_ms)
        yield BroughtRating(one.presentation_id, said.answers, shown_at, at, said.reading_time_ms)
