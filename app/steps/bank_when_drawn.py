"""How many images of each arm were made, thrown away and in the bank when cases were drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.db.studies import steps_of
from app.db.tables import Arm, Study
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.image_flow import images_in_bank
from app.domain.record import OPENED, REHEARSED


@dataclass(frozen=True)
class ArmInBank:
    """An arm's images: `in_bank`, and before `generated` and `rejected`, None where nobody said."""

    in_bank: int
    generated: int | None
    rejected: int | None


def bank_now(session: Session, arms: Sequence[str]) -> dict[str, ArmInBank]:
    """The bank as it is, by the arm's key."""
    held = images_in_bank(session, list(arms))
    return {
        key: ArmInBank(held.get(key, 0), *_made(arm, held.get(key, 0)))
        for key, arm in arms_by_key(session, arms).items()
    }


def bank_when_drawn(session: Session, study: Study, arms: Sequence[str]) -> dict[str, ArmInBank]:
    """The bank as the record says that it was; what older records don't say is as it is now.

    What was imported since, or stayed behind when the study was moved, is no part of its flow.
    """
    drawn = [one.detail for one in steps_of(session, study) if one.action in (OPENED, REHEARSED)]
    recorded: dict[str, Any] = drawn[-1] if drawn else {}
    return {
        key: ArmInBank(
            recorded.get("in_bank", {}).get(key, now.in_bank),
            recorded.get("generated", {}).get(key, now.generated),
            recorded.get("rejected", {}).get(key, now.rejected),
        )
        for key, now in bank_now(session, arms).items()
    }


def to_record(bank: dict[str, ArmInBank]) -> dict[str, dict[str, int | None]]:
    """The same for an event of the record."""
    return {
        "in_bank": {key: arm.in_bank for key, arm in bank.items()},
        "generated": {key: arm.generated for key, arm in bank.items()},
        "rejected": {key: arm.rejected for key, arm in bank.items()},
    }


def _made(arm: Arm, in_bank: int) -> tuple[int | None, int | None]:
    """Generated and rejected as the arm's last bank says, if they can be of the whole arm.

    Where it came in several banks and fewer are left of them than are held, neither is told.
    """
    if arm.generated is not None and arm.generated - (arm.rejected or 0) < in_bank:
        return None, None
    return arm.generated, arm.rejected
