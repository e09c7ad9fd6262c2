"""A copy of a study filled by simulated readers, marked as a rehearsal everywhere."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db.blind.answers import insert_simulated_ratings
from app.db.blind.readers import start_session
from app.db.studies import record_event, study_by_slug
from app.db.tables import Reader, Study
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.simulated_readers import presentations_with_arms
from app.domain.blinding import link_token, token_hash
from app.domain.design.reading import design_from_json
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadInput, Refused
from app.domain.questions.kinds.kind import Picture
from app.domain.rehearsal import NOTICE, SimulatedReaders
from app.steps.draw_cases import freeze_cases
from app.steps.free_slug import free_slug
from app.steps.lay_out_presentations import lay_out_presentations

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
    session: Session, slug: str, *, readers: int, seed: int, now: datetime, actor: str
) -> Rehearsal:
    """Copy the study, invent `readers` readers with all their ratings, and close the copy.

    The source is left as it is. The copy's cases are drawn anew under other codes, so that
    looking at it tells nothing of the study's own cases.
    """
    if not 1 <= readers <= MOST_READERS:
        raise BadInput(f"Rehearse with 1 to {MOST_READERS} readers, not {readers}.")
    source = study_by_slug(session, slug)
    if source.rehearsal_of_id is not None:
        raise Refused(f"{slug} is a rehearsal itself; rehearse the study it was made from.")
    design = design_from_json(source.design)
    design = replace(
        design,
        notice=NOTICE,
        title=f"Rehearsal of: {design.title}"[:200],
        # Cases and codes of its own: the copy's files name arms, and the study may be open.
        seed=digest_seed(design.seed, seed),
    )
    copy = Study(
        slug=free_slug(session, f"{slug[:60]}-rehearsal"),
        title=design.title,
        design=design_to_json(design),
        status="closed",
        created_at=now,
        opened_at=now,
        closed_at=now,
        rehearsal_of_id=source.id,
    )
    session.add(copy)
    session.flush()
    frozen = freeze_cases(session, copy, design)
    arms = arms_by_key(session, [plan.arm for plan in design.arms])
    simulated = SimulatedReaders(
        list(arms),
        [key for key, arm in arms.items() if arm.kind == "real"],
        [case.code for case in frozen.drawn],
        seed=seed,
    )
    ratings = 0
    for number in range(1, readers + 1):
        role, specialty, years, frequency = PROFILES[(number - 1) % len(PROFILES)]
        reader = Reader(
            study_id=copy.id,
            code=f"S{number:02d}",
            # A link nobody is given: simulated readers are never admitted.
            token_hash=token_hash(link_token()),
            kind="simulated",
            invited_at=now,
            consented_at=now,
            profiled_at=now,
            began_at=now,
            finished_at=now,
            role=role,
            specialty=specialty,
            years_experience=years,
            reading_frequency=frequency,
        )
        session.add(reader)
        session.flush()
        lay_out_presentations(session, reader, design)
        sitting = start_session(session, reader, now)
        simulated.start_reader()
        at = now
        rows = []
        for shown in presentations_with_arms(session, reader):
            said = simulated.answer(
                design.questions_of(design.phase(1)),
                arm=shown.arm,
                case=shown.case,
                position=shown.position,
                shown=Picture(1, design.rendition_size),
            )
            shown_at, at = at, at + timedelta(milliseconds=said.reading_time_ms)
            rows.append((shown.presentation_id, said, shown_at, at))
        ratings += insert_simulated_ratings(session, sitting, rows)
    record_event(
        session,
        study=copy,
        actor=actor,
        action="rehearsed",
        now=now,
        detail={"rehearsal_of": slug, "readers": readers, "seed": seed},
    )
    return Rehearsal(copy.slug, readers, ratings)


def digest_seed(study_seed: int, seed: int) -> int:
    """A seed that the study's own order and cases can't share."""
    return int(digest(f"rehearsal:{study_seed}:{seed}")[:15], 16)
