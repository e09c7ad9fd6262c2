"""Banks and studies for tests, made by the same services that the app uses."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.header import BankArm, BankHeader
from app.bank.store import RenditionStore
from app.bank.writer import BankWriter
from app.db.engine import Database
from app.db.studies import study_by_slug
from app.db.tables import Answer, Rating
from app.domain.design.design import Memorised
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.leak_verdict import LeakVerdict
from app.domain.questions.answer import value_from_json
from app.domain.signing import Signature
from app.services.create_study import create_study
from app.services.import_bank import import_bank
from app.services.invite_readers import Invitation, invite_readers
from app.services.open_study import Opened, close_study, open_study
from app.services.record_audit import record_audit
from app.steps.audited_set import audited_set

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SIZE = 64
ARMS = (
    BankArm("real", "Real radiographs", "real"),
    BankArm("M0", "M0: foundation model", "synthetic", generated=20, rejected=8),
    BankArm("M1", "M1: LoRA", "synthetic"),
)
PER_CONDITION = 6


def design_values(**changes: Any) -> dict[str, Any]:
    """A design over the small bank: 3 arms of 2 + 2 cases."""
    values: dict[str, Any] = {
        "title": "Trial study",
        "arms": [{"arm": arm.id, "normal": 2, "abnormal": 2} for arm in ARMS],
        "rendition_size": SIZE,
        "seed": 7,
    }
    return values | changes


class Clock:
    """The server's time, which a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class House:
    """A database and a store that tests fill."""

    database: Database
    store: RenditionStore
    folder: Path

    def fill_bank(
        self,
        evaluation: Mapping[str, Any] | None = None,
        image_evaluation: Mapping[str, Any] | None = None,
    ) -> None:
        """Import images of noise, each unlike all others.

        Done again, nothing is new but what `evaluation` says of arms, by id, and
        `image_evaluation` of all images of an arm: the same bank after it was evaluated.
        """
        directory = Path(tempfile.mkdtemp(prefix="bank-", dir=self.folder))
        arms = [
            replace(arm, details={"evaluation": evaluation[arm.id]})
            if evaluation and arm.id in evaluation
            else arm
            for arm in ARMS
        ]
        of_images = image_evaluation or {}
        header = BankHeader("Trial bank", NOW, tuple(arms))
        rng = np.random.default_rng(1)
        with BankWriter(directory, header) as writer:
            for arm in ARMS:
                for condition in ("normal", "abnormal"):
                    for number in range(PER_CONDITION):
                        writer.add(
                            rng.integers(0, 256, (SIZE, SIZE), dtype=np.uint8),
                            file=f"images/{arm.id}/{condition}-{number}.png",
                            arm=arm.id,
                            condition=condition,
                            provenance={
                                "prompt": f"secret prompt of {arm.id}",
                                "seed": number,
                                **(
                                    {"evaluation": of_images[arm.id]} if arm.id in of_images else {}
                                ),
                            },
                        )
        import_bank(self.database, self.store, directory, now=NOW, size=SIZE)

    def draft(self, *, memorised: Memorised = "leave_out", **changes: Any) -> str:
        """Make a draft and return its slug; `memorised` says what becomes of flagged copies."""
        design = replace(design_from_mapping(design_values(**changes)), memorised=memorised)
        with self.database.writing() as session:
            return create_study(session, design, now=NOW, actor="test")

    def open(self, slug: str) -> None:
        """Open a draft."""
        with self.database.writing() as session:
            open_audited(session, slug)

    def close(self, slug: str) -> None:
        """Close an open study."""
        with self.database.writing() as session:
            close_study(session, slug, now=NOW, actor="test")

    def invite(self, slug: str, count: int = 1) -> tuple[Invitation, ...]:
        """Invite readers."""
        with self.database.writing() as session:
            return invite_readers(session, slug, count=count, now=NOW, actor="test")

    def said(self) -> list[dict[str, Any]]:
        """The answers of every rating by question key, in the order in which they came."""
        with self.database.reading() as session:
            ids = session.scalars(select(Rating.id).order_by(Rating.id)).all()
            said: dict[int, dict[str, Any]] = {rating: {} for rating in ids}
            for rating, question, value in session.execute(
                select(Answer.rating_id, Answer.question, Answer.value)
            ):
                said[rating][question] = value_from_json(value)
        return list(said.values())

    def open_study_with_reader(self, **changes: Any) -> tuple[str, str]:
        """An open study and the token of its one reader's link."""
        slug = self.draft(**changes)
        self.open(slug)
        return slug, self.invite(slug)[0].token


def open_audited(
    session: Session, slug: str, *, now: datetime = NOW, signed: Signature | None = None
) -> Opened:
    """Open a draft, taking its leak audit as made and passed: tests of the audit make it."""
    study = study_by_slug(session, slug)
    if study.status == "draft":
        audited = audited_set(session, study, design_from_json(study.design))
        passed = LeakVerdict(audited.sha256, (), (), len(audited.cases), 0, 0)
        record_audit(session, slug, passed, now=now, actor="test")
    return open_study(session, slug, now=now, actor="test", signed=signed)


PROFILE: Mapping[str, str] = {
    "role": "radiologist",
    "specialty": "chest",
    "years_experience": "12",
    "reading_frequency": "daily",
}
GOOD_ANSWERS: Mapping[str, str] = {
    "realism": "4",
    "verdict": "synthetic",
    "confidence": "3",
    "comment": "",
}
