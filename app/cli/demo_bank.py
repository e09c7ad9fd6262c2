"""Writing the phantom's simulated radiographs as a bank."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.bank.header import BankArm, BankHeader
from app.bank.writer import BankWriter
from app.phantom import DEMO_ARMS, PhantomArm, demo_images

# Part of the bytes that a seed decides, so it is the phantom's date and not today's.
PHANTOM_MADE_AT = datetime(2026, 11, 24, tzinfo=UTC)


def write_demo_bank(
    directory: Path,
    *,
    seed: int,
    per_condition: int,
    arms: Sequence[PhantomArm] = DEMO_ARMS,
    size: int = 512,
    collimated: bool = True,
) -> int:
    """Fill `directory` with `per_condition` images of each arm and condition; return how many.

    ValueError when `size` is out of range.
    """
    header = BankHeader(
        name="Simulated chest radiographs",
        created_at=PHANTOM_MADE_AT,
        licence="As Negatoscope itself",
        attribution="Simulated: no patient was imaged.",
        arms=tuple(
            BankArm(
                id=arm.id,
                label=arm.label,
                kind=arm.kind,
                description=arm.description,
                generated=2 * per_condition,
                rejected=0,
                rejection_rule="none",
            )
            for arm in arms
        ),
    )
    count = 0
    with BankWriter(directory, header) as writer:
        for image in demo_images(
            seed=seed, per_condition=per_condition, arms=arms, size=size, collimated=collimated
        ):
            writer.add(
                image.pixels,
                file=f"images/{image.arm}/{image.condition}-{image.index + 1:05d}.png",
                arm=image.arm,
                condition=image.condition,
                provenance={
                    "variant": image.arm,
                    "seed": image.seed,
                    **image.description,
                },
            )
            count += 1
    return count
