"""A study's ratings as the table that statistics start from."""

import math

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.exports import rating_rows, reader_rows
from app.domain.profile import SPECIALTIES, experience_band
from app.domain.scales import CONFIDENCE
from app.domain.study import design_from_json
from app.statistics.table.ratings import RatingsTable, ratings_table


def study_ratings(session: Session, study: Study) -> RatingsTable | None:
    """Ratings that count: no practice, and of corrected ones the last; None without any.

    Reader groups are ``specialty`` and ``experience`` (a band of years), as the profiles say.
    """
    design = design_from_json(study.design)
    rows = [
        row._mapping for row in rating_rows(session, study) if row._mapping["superseded_by"] is None
    ]
    if not rows:
        return None
    scale = design.questions.realism_scale
    return ratings_table(
        reader=[row["reader"] for row in rows],
        case=[row["case"] for row in rows],
        arm=[row["arm"] for row in rows],
        truth=[row["truth"] for row in rows],
        replicate=[row["replicate"] for row in rows],
        realism=[_number(row["realism"]) for row in rows],
        verdict=[
            math.nan if row["verdict"] is None else float(row["verdict"] == "synthetic")
            for row in rows
        ],
        confidence=[_number(row["confidence"]) for row in rows],
        position=[_number(row["position"]) for row in rows],
        # A browser that tells 0 has measured nothing.
        reading_time_ms=[_number(row["reading_time_ms"] or None) for row in rows],
        realism_min=None if scale is None else scale.minimum,
        realism_max=None if scale is None else scale.maximum,
        confidence_max=CONFIDENCE.maximum if design.questions.confidence else None,
        reader_groups=_groups(session, study),
    )


def _groups(session: Session, study: Study) -> dict[str, dict[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    for reader in reader_rows(session, study):
        levels = groups.setdefault(reader.code, {})
        if reader.specialty is not None:
            levels["specialty"] = SPECIALTIES.get(reader.specialty, reader.specialty)
        if reader.years_experience is not None:
            levels["experience"] = experience_band(reader.years_experience)
    return groups


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
