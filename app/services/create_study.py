"""Making a study from a design, and changing the design while it is a draft."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.studies import record_event, study_by_slug
from app.db.tables import Study
from app.db.truth.bank_contents import arms_by_key, bank_counts, flagged_counts
from app.domain.access import Account
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.status import ensure_draft
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadDesign, DesignChanged
from app.domain.memorised import counts_as_drawn
from app.domain.record import CREATED, DESIGN_CHANGED
from app.domain.said import said
from app.steps.first_owners import give_first_owners
from app.steps.free_slug import store_under_free_slug


def create_study(
    session: Session,
    design: StudyDesign,
    *,
    now: datetime,
    actor: str,
    owner: Account | None = None,
) -> str:
    """Store a draft of `design`; return its slug, made from the title and unique.

    It belongs to `owner`, or without one to those who own the installation. Raises BadDesign for an
    arm that the bank lacks.
    """
    _ensure_arms_exist(session, design)
    study = Study(title=design.title, design=design_to_json(design), created_at=now)
    slug = store_under_free_slug(session, study, _slug_stem(design.title))
    detail = {"slug": slug, "design_sha256": digest(study.design)}
    record_event(session, study=study, actor=actor, action=CREATED, now=now, detail=detail)
    give_first_owners(session, study, owner, now=now, actor=actor)
    return slug


def change_design(
    session: Session,
    slug: str,
    design: StudyDesign,
    *,
    now: datetime,
    actor: str,
    seen: str | None = None,
) -> None:
    """Replace the design of a draft; an opened study refuses.

    `seen` is the `mark_of` the design that was looked at, where somebody looked. Raises
    DesignChanged where another is stored by now; then nothing has changed.
    """
    study = study_by_slug(session, slug, lock=True)
    ensure_draft(study.status, said("its design"))
    if seen is not None and seen != mark_of(design_from_json(study.design)):
        raise DesignChanged(said("This design was changed since this page was opened."))
    _ensure_arms_exist(session, design)
    study.title = design.title
    study.design = design_to_json(design)
    detail = {"design_sha256": digest(study.design)}
    record_event(session, study=study, actor=actor, action=DESIGN_CHANGED, now=now, detail=detail)


def mark_of(design: StudyDesign) -> str:
    """What tells two designs apart, by all that their form has: swapped cases are left out."""
    return digest(design_to_json(replace(design, excluded=())))


def design_of(session: Session, slug: str) -> StudyDesign:
    """The design as it stands. Raises NotFound for a slug that no study has."""
    return design_from_json(study_by_slug(session, slug).design)


def suggested_design(session: Session, *, most_per_condition: int = 10) -> StudyDesign:
    """A design that opens as it stands over whatever arms the bank holds.

    Up to `most_per_condition` cases per arm and condition, images flagged as copies of training
    images left out; up to 4 practice cases from what is left over; 10 % of the cases shown again
    where they can be kept 10 positions apart.

    Raises BadDesign where the bank is empty.
    """
    held: dict[str, dict[str, int]] = {}
    drawable = counts_as_drawn(bank_counts(session), flagged_counts(session), "leave_out")
    for (arm, stratum), count in drawable.items():
        held.setdefault(arm, {})[stratum] = count
    strata = usual_order({stratum for counts in held.values() for stratum in counts})
    arms: list[dict[str, Any]] = [
        {
            "arm": key,
            "cases": {
                stratum: min(held[key][stratum], most_per_condition)
                for stratum in strata
                if held[key].get(stratum)
            },
        }
        for key in arms_by_key(session)
        if held.get(key)
    ]
    if not arms:
        raise BadDesign(
            "arms",
            said(
                "the bank is empty; bring images in first, on the page Bank or by import-bank and "
                "import-images"
            ),
        )
    in_bank = sum(sum(counts.values()) for counts in held.values())
    cases = sum(sum(arm["cases"].values()) for arm in arms)
    repeated = cases // 10 if cases // 10 + 10 <= cases else 0
    return design_from_mapping(
        {
            "format": 2,
            "title": "Real or synthetic? Realism of chest radiographs",
            "arms": arms,
            "questions": [
                {"measure": measure} for measure in ("realism", "verdict", "confidence", "comment")
            ],
            "practice": {"count": min(4, in_bank - cases), "feedback": False},
            "replicates": {"count": repeated, "minimum_lag": 10},
            "withdrawal": {"until": "closing", "answers": "erased"},
            "break_every": 50,
            "seed": 2409,
        }
    )


def usual_order(strata: Iterable[str]) -> list[str]:
    """Normal, abnormal, then whatever else there is by name."""
    usual = {"normal": 0, "abnormal": 1}
    return sorted(strata, key=lambda stratum: (usual.get(stratum, 2), stratum))


def _ensure_arms_exist(session: Session, design: StudyDesign) -> None:
    known = arms_by_key(session)
    for plan in design.arms:
        if plan.arm not in known:
            there = ", ".join(known) or "none; import a bank first"
            raise BadDesign(
                "arms",
                said("the bank has no arm {arm!r} (it has: {there})", arm=plan.arm, there=there),
            )


def _slug_stem(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "study"
