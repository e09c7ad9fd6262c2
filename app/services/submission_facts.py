"""What a submission says of a study that its report does not: arms, films, the record's lines."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import readers_of
from app.db.studies import study_by_slug
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.image_flow import (
    images_answered,
    images_drawn,
    images_shown,
)
from app.db.truth.recorded_rows import stored_chain
from app.domain.design.reading import design_from_json
from app.domain.design.status import STATUS_WORDS
from app.domain.errors import Refused
from app.domain.said import said
from app.steps.bank_when_drawn import bank_when_drawn


@dataclass(frozen=True)
class ArmCard:
    """An arm as the bank describes it, and how far its images came.

    `generated` and `rejected` are from before the bank was made; None where nobody said. They and
    `in_bank` are as they were when the cases were drawn. `drawn`, `shown` and `answered`
    leave practice out, the last two also readers who have left.
    """

    key: str
    label: str
    kind: str
    description: str
    training: str
    licence: str
    attribution: str
    bank: str
    grey_mapping: str
    generated: int | None
    rejected: int | None
    rejection_rule: str
    in_bank: int
    drawn: int
    shown: int
    answered: int


@dataclass(frozen=True)
class LogLine:
    """One event of the record, without what it says of whom and without its salt."""

    number: int
    at: datetime
    actor: str
    action: str
    previous: str
    hash: str


@dataclass(frozen=True)
class SubmissionFacts:
    """Of one closed study; `log` is its whole record, oldest first."""

    arms: tuple[ArmCard, ...]
    log: tuple[LogLine, ...]


# Who acts is a reader by their code, or somebody of the office, whom a paper names elsewhere.
OFFICE = "investigator"


def submission_facts(session: Session, slug: str) -> SubmissionFacts:
    """Raises NotFound for a slug that no study has, Refused for a study that is not closed."""
    study = study_by_slug(session, slug)
    if study.status != "closed":
        raise Refused(
            said(
                "{slug} is {status}: a submission names arms and results, so it is made once "
                "the study is closed.",
                slug=slug,
                status=STATUS_WORDS[study.status],
            )
        )
    design = design_from_json(study.design)
    keys = [plan.arm for plan in design.arms]
    bank, drawn = bank_when_drawn(session, study, keys), images_drawn(session, study)
    shown, answered = images_shown(session, study), images_answered(session, study)
    arms = tuple(
        ArmCard(
            key=arm.key,
            label=arm.label,
            kind=arm.kind,
            description=arm.description,
            training=arm.training_summary,
            licence=arm.licence,
            attribution=arm.attribution,
            bank=arm.bank_name,
            grey_mapping=arm.grey_mapping,
            generated=bank[arm.key].generated,
            rejected=bank[arm.key].rejected,
            rejection_rule=arm.rejection_rule,
            in_bank=bank[arm.key].in_bank,
            drawn=drawn.get(arm.key, 0),
            shown=shown.get(arm.key, 0),
            answered=answered.get(arm.key, 0),
        )
        for arm in arms_by_key(session, keys).values()
    )
    chain = stored_chain(session, study)
    codes = {reader.code for reader in readers_of(session, study)}
    events = () if chain is None else chain.events
    return SubmissionFacts(
        arms,
        tuple(
            LogLine(
                one.event.number,
                one.event.at,
                one.event.actor if one.event.actor in codes else OFFICE,
                one.event.action,
                one.previous,
                one.hash,
            )
            for one in events
        ),
    )
