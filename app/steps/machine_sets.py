"""The frozen set of a study for machine readers: written to a folder, and checked against again."""

from sqlalchemy.orm import Session

from app.db.studies import steps_of
from app.db.tables import Study
from app.db.truth.cases import pictures_by_code, study_cases, study_sets
from app.domain.design.design import StudyDesign
from app.domain.errors import Refused
from app.domain.machine_set import MachineSet, machine_set

WRITTEN = "blinded set written"


def ensure_frozen(study: Study) -> None:
    """Raise Refused for a draft: its cases are not drawn yet."""
    if study.status == "draft":
        raise Refused(
            f"The study {study.slug} is a draft; its cases are drawn when it opens, so open it "
            "first."
        )


def set_key(session: Session, study: Study) -> str | None:
    """The key that names the entries, kept in the study's log; None before the first writing."""
    keys = [
        event.detail["key"]
        for event in steps_of(session, study)
        if event.action == WRITTEN and "key" in event.detail
    ]
    return str(keys[0]) if keys else None


def set_of_study(session: Session, study: Study, design: StudyDesign, key: str) -> MachineSet:
    """The set that `key` makes of the study's frozen cases; the same each time."""
    return machine_set(
        design,
        study_cases(session, study.id),
        study_sets(session, study.id),
        pictures_by_code(session, study, design.rendition_size),
        key=key,
    )
