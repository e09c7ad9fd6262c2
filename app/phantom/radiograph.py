"""One simulated chest radiograph, from a seed to grey levels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.conditions import CONDITIONS, Condition
from app.phantom.anatomy import Anatomy, sample_anatomy
from app.phantom.exposure import (
    Room,
    attenuation,
    develop,
    expose,
    sample_other_technique,
    sample_technique,
)
from app.phantom.faults import add_grain, as_fault, disturb_ribs, mirror_heart, smooth_over
from app.phantom.film import collimate, put_marker, sample_frame
from app.phantom.findings import Disease, disease, no_disease
from app.phantom.projection import Grid
from app.phantom.skeleton import rib_course, skeleton
from app.phantom.soft_tissue import SoftTissue, smooth_field, soft_tissue
from app.phantom.vessels import vessels

SOURCE = "simulated radiograph (parametric chest phantom)"
SMALLEST, LARGEST = 128, 1024

# One stream of random numbers per purpose, so that the same seed keeps the same patient and
# exposure whatever condition or fault is asked for. Append; never renumber.
_PATIENT, _POSITION, _BOWEL, _BONE, _BLOOD, _TECHNIQUE = range(6)
_TEXTURE, _NOISE, _FRAME, _DISEASE, _FAULT = range(6, 11)


@dataclass(frozen=True)
class Film:
    """A finished picture, uint8 of shape (size, size), bright = dense, and what is known of it."""

    pixels: NDArray[np.uint8]
    description: Mapping[str, str | float | int]


def simulate_film(
    *,
    seed: int,
    condition: Condition,
    size: int = 512,
    fault: str | None = None,
    room: Room = "own",
    collimated: bool = True,
    marked: bool = True,
) -> Film:
    """Project one patient; the same arguments give the same bytes.

    Without collimation no film has unexposed, black borders, without a mark no lead letters; all
    else stays as it is. Unmarked films are for training only: a picture that somebody sees says
    that it is simulated.

    ValueError when `seed` is negative, `condition` or `fault` unknown, or `size` not between 128
    and 1024 pixels.
    """
    _ensure_possible(seed, condition, size)
    kind = None if fault is None else as_fault(fault)

    def stream(purpose: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, purpose))))

    faulty = stream(_FAULT)
    strength = float(faulty.uniform(0.2, 1.0))
    anatomy = sample_anatomy(stream(_PATIENT))
    if kind == "mirrored":
        anatomy = mirror_heart(anatomy, strength, faulty)
    grid = _positioned(size, anatomy, stream(_POSITION))
    soft = soft_tissue(grid, anatomy, stream(_BOWEL))
    courses = [(rib, rib_course(rib, anatomy)) for rib in anatomy.ribs]
    if kind == "ribs":
        courses = disturb_ribs(courses, strength, faulty)
    bone = skeleton(grid, anatomy, courses, stream(_BONE))
    blood = vessels(grid, anatomy, stream(_BLOOD), fullness=1.6)
    ill = (
        disease(grid, anatomy, soft, stream(_DISEASE))
        if condition == "abnormal"
        else no_disease(grid)
    )
    tissue, added = _lungs_in_body(anatomy, soft, ill, blood, stream(_TEXTURE))

    sample = sample_technique if room == "own" else sample_other_technique
    technique = sample(stream(_TECHNIQUE))
    integral = attenuation(technique, tissue=tissue, fat=soft.fat, bone=bone, blood_in_lung=added)
    density = expose(grid, technique, integral, stream(_NOISE), noise=True)
    grey = develop(grid, technique, density, lung=soft.lung, body=soft.body)
    if kind == "smooth":
        grey = smooth_over(grey, strength, size / 512)
    frame = sample_frame(stream(_FRAME))
    if marked:
        grey = put_marker(grey, frame)
    if kind == "grain":
        grey = add_grain(grey, strength, faulty)
    if collimated:
        grey = collimate(grey, frame)
    return Film(
        pixels=np.clip(np.rint(grey), 0, 255).astype(np.uint8),
        description={
            **_of_patient(anatomy, ill),
            "fault": kind or "none",
            "fault_strength": round(strength, 3) if kind else 0.0,
            "tube_voltage_kv": round(technique.kilovolts, 1),
            "field_cm": round(grid.field, 2),
        },
    )


def _of_patient(anatomy: Anatomy, ill: Disease) -> dict[str, str | float | int]:
    return {
        "source": SOURCE,
        "sex": anatomy.sex,
        "age": anatomy.age,
        "view": "PA",
        "findings": "; ".join(ill.names) or "none",
    }


def _ensure_possible(seed: int, condition: Condition, size: int) -> None:
    if seed < 0:
        raise ValueError(f"seed {seed} is negative; use 0 or more.")
    if condition not in CONDITIONS:
        raise ValueError(f"condition {condition!r} is unknown; use normal or abnormal.")
    if not SMALLEST <= size <= LARGEST:
        raise ValueError(f"size {size} is out of range; use {SMALLEST} to {LARGEST} pixels.")


def _positioned(size: int, anatomy: Anatomy, rng: np.random.Generator) -> Grid:
    """How the patient stands before the plate."""
    return Grid(
        size=size,
        field=float(rng.uniform(30.5, 34.5)) * (0.96 if anatomy.sex == "F" else 1.0),
        top=-float(rng.uniform(2.0, 4.5)),
        shift=float(rng.normal(0, 0.5)),
        lean=float(rng.normal(0, 0.015)),
        bow=float(rng.normal(0, 0.0005)),
        turn=float(rng.normal(0, 0.04)),
    )


def _lungs_in_body(
    anatomy: Anatomy,
    soft: SoftTissue,
    ill: Disease,
    blood: NDArray[np.float32],
    texture: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Depth of tissue behind every pixel, and of vessels and nodules in the lungs, in cm."""
    size = soft.lung.shape[0]
    air = 1 - anatomy.lung_density
    in_lung = np.clip(soft.lung / (0.55 * anatomy.cavity_depth), 0, 1)
    mottle = (
        1
        + 0.008 * smooth_field(texture, size, 9 * size / 512)
        + 0.020 * smooth_field(texture, size, 60 * size / 512)
    )
    aerated = soft.lung * mottle * (1 - ill.filled)
    added = np.minimum(blood * in_lung * (1 - ill.filled), 0.5 * soft.lung) * air
    added = added + (ill.nodules * air - ill.hollow) * in_lung
    tissue = soft.body - aerated * air - soft.gas + 0.35 * soft.dense
    return tissue * (1 + 0.007 * smooth_field(texture, size, 50 * size / 512)), added


def chest_radiograph(
    *, seed: int, condition: Condition, size: int = 512, fault: str | None = None
) -> NDArray[np.uint8]:
    """One frontal film: uint8, shape (size, size), bright = dense, the heart to the right.

    The pixels of `simulate_film`, which names the errors.
    """
    return simulate_film(seed=seed, condition=condition, size=size, fault=fault).pixels
