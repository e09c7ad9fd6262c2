"""The demo's arms: a simulated reference and four arms with one known generator fault each.

No arm needs a patient's image, and nothing here pretends to be one: every label, description and
marker says simulated. No image is a processed copy of another arm's: each has its own patient,
exposure and frame, drawn by the same laws for all arms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.domain.conditions import CONDITIONS, Condition
from app.phantom.exposure import Room
from app.phantom.faults import Fault
from app.phantom.radiograph import simulate_film


@dataclass(frozen=True)
class PhantomArm:
    """One source of images; `fault` is None and `room` is "own" for the reference."""

    id: str
    label: str
    kind: Literal["real", "synthetic"]
    description: str
    fault: Fault | None
    room: Room = "own"


@dataclass(frozen=True)
class PhantomImage:
    """One simulated radiograph: `pixels` uint8 of shape (size, size), bright = dense.

    `index` counts from 0 within arm and condition; `seed` redraws the same pixels through
    `simulate_film(seed=..., condition=..., ...)`; `description` is fit for JSON.
    """

    arm: str
    condition: Condition
    index: int
    seed: int
    pixels: NDArray[np.uint8]
    description: Mapping[str, str | float | int]


DEMO_ARMS: tuple[PhantomArm, ...] = (
    PhantomArm(
        id="simulated",
        label="Simulated reference (phantom without faults)",
        kind="real",
        description="Simulated radiographs of a parametric chest phantom; they stand in for real "
        "ones in the demonstration and show no patient.",
        fault=None,
    ),
    PhantomArm(
        id="simulated-smooth",
        label="Simulated: over-smoothed texture",
        kind="synthetic",
        description="The simulated phantom with fine texture smoothed away, edges kept.",
        fault="smooth",
    ),
    PhantomArm(
        id="simulated-ribs",
        label="Simulated: broken or doubled ribs",
        kind="synthetic",
        description="The simulated phantom with three to seven ribs broken, forked or bent.",
        fault="ribs",
    ),
    PhantomArm(
        id="simulated-mirrored",
        label="Simulated: mirrored heart",
        kind="synthetic",
        description="The simulated phantom with the heart turned to the wrong side.",
        fault="mirrored",
    ),
    PhantomArm(
        id="simulated-grain",
        label="Simulated: uniform grain",
        kind="synthetic",
        description="The simulated phantom with the same grain in air, lung and bone alike.",
        fault="grain",
    ),
)

OTHER_ROOMS = PhantomArm(
    id="simulated-other-rooms",
    label="Simulated: other rooms' exposures",
    kind="synthetic",
    description="The simulated phantom without faults, exposed and processed as the reference "
    "never is; a base model of the demonstration learns from it.",
    fault=None,
    room="other",
)


def image_seed(*, seed: int, arm: str, condition: Condition, index: int) -> int:
    """The seed of one image, 31 bits, from where it stands; no order of making changes it."""
    key = int.from_bytes(sha256(f"{arm}/{condition}/{index}".encode()).digest()[:8], "big")
    return int(np.random.SeedSequence((seed, key)).generate_state(1)[0] >> 1)


def demo_images(
    *,
    seed: int,
    per_condition: int = 6,
    arms: Sequence[PhantomArm] = DEMO_ARMS,
    size: int = 512,
    collimated: bool = True,
    marked: bool = True,
) -> Iterator[PhantomImage]:
    """Draw `per_condition` normal and as many abnormal images for every arm, one at a time.

    ValueError when `seed` or `per_condition` is negative, or `size` out of range.
    """
    if seed < 0:
        raise ValueError(f"seed {seed} is negative; use 0 or more.")
    if per_condition < 0:
        raise ValueError(f"per_condition {per_condition} is negative; use 0 or more.")
    for arm in arms:
        for condition in CONDITIONS:
            for index in range(per_condition):
                own = image_seed(seed=seed, arm=arm.id, condition=condition, index=index)
                film = simulate_film(
                    seed=own,
                    condition=condition,
                    size=size,
                    fault=arm.fault,
                    room=arm.room,
                    collimated=collimated,
                    marked=marked,
                )
                yield PhantomImage(
                    arm=arm.id,
                    condition=condition,
                    index=index,
                    seed=own,
                    pixels=film.pixels,
                    description=film.description,
                )
