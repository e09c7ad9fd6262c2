"""What is frozen with a study besides its cases: pictures, analysis settings, software, and how
many images the bank held."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.recorded_rows import rendition_lines
from app.domain.design.design import StudyDesign
from app.domain.design.writing import digest
from app.domain.record import sha256_of
from app.steps.analyse_ratings import settings_of_design
from app.steps.bank_when_drawn import bank_now, to_record
from app.steps.draw_cases import FrozenCases
from app.steps.software import software


def frozen_digests(
    session: Session, study: Study, design: StudyDesign, frozen: FrozenCases
) -> dict[str, Any]:
    """What the record says of a study as it opens: digests, the settings themselves, software.

    `in_bank`, `generated` and `rejected` count the images of each arm. The cases must be stored.
    """
    analysis = {**asdict(design.analysis), "settings": asdict(settings_of_design(design))}
    lines = rendition_lines(session, study, design.rendition_size)
    return {
        "design_sha256": frozen.design_sha256,
        "cases_sha256": frozen.cases_sha256,
        "renditions_sha256": digest("\n".join(lines)),
        "analysis": analysis,
        "analysis_sha256": sha256_of(analysis),
        "software": dict(software()),
        **to_record(bank_now(session, [plan.arm for plan in design.arms])),
    }
