"""Thickness maps of what is not bone: body, fat, lungs, mediastinum, airways, bowel gas; in cm."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from app.phantom.anatomy import Anatomy
from app.phantom.projection import Grid, Map, Outline, chord, enlarge, single


@dataclass(frozen=True)
class SoftTissue:
    """Path lengths in cm, each of shape (size, size).

    `body` within the skin, `fat` of that, `lung` within the lungs, `gas` in airways and bowel,
    `dense` blood-filled structures of the mediastinum that show through it.
    """

    body: Map
    fat: Map
    lung: Map
    gas: Map
    dense: Map


def smooth_field(rng: np.random.Generator, size: int, grain: float) -> Map:
    """Unit-variance noise whose blobs are about `grain` pixels wide, shape (size, size)."""
    # Broad blobs are made on a coarse lattice, about four points a blob, and stretched.
    step = max(1.0, grain / 4)
    lattice = size if step == 1.0 else max(8, int(np.ceil(size / step)))
    field = gaussian_filter(
        rng.standard_normal((lattice, lattice), dtype=np.float32),
        grain / step / 2,
        mode="nearest",
        truncate=3.0,
    )
    if lattice != size:
        field = enlarge(field, size)
    field -= field.mean()
    return single(field / (field.std() + np.float32(1e-6)))


def body_and_fat(grid: Grid, anatomy: Anatomy) -> tuple[Map, Map]:
    """Thickness of the body and of its subcutaneous fat; zero outside the skin."""
    across = np.abs(grid.x)
    distance = np.maximum(across - anatomy.skin.at(grid.y), anatomy.shoulder.at(across) - grid.y)
    full = anatomy.body_depth.at(grid.y)
    away = np.clip((across - 11.0) / 7.0, 0, 1)
    high = np.clip((16.0 - grid.y) / 8.0, 0, 1)
    depth = full * (1 - 0.22 * away * away * (3 - 2 * away) * high)

    skin = anatomy.skin.at(grid.y)

    def rounded(inset: float) -> Map:
        edge = chord(1 - np.clip((-distance - inset) / 3.4, 0, 1))
        return np.minimum(edge, chord(across / (skin - inset), 2.6))

    body = depth * rounded(0.0)
    muscle = np.maximum(depth - 1.2 * anatomy.fat, 1.0) * rounded(anatomy.fat)
    for x_upper, y_upper, x_lower, y_lower, radius in anatomy.arms:
        slope = (x_lower - x_upper) / (y_lower - y_upper)
        off = (grid.x - x_upper - slope * (grid.y - y_upper)) / np.hypot(1, slope)
        hangs = np.clip((grid.y - y_upper) / 4.0, 0, 1)
        arm = 2 * radius * chord(off / radius) * hangs
        flesh = 2 * (radius - 0.7) * chord(off / (radius - 0.5)) * hangs
        body, muscle = np.sqrt(np.hypot(body**2, arm**2)), np.sqrt(np.hypot(muscle**2, flesh**2))
    muscle = np.minimum(muscle, body)
    for breast in anatomy.breasts:
        u = (grid.x - breast.x) / breast.half_width
        v = (grid.y - breast.y) / np.where(grid.y > breast.y, breast.below, breast.above)
        # Only the lower and outer edges of a breast hang free and are seen sharp.
        toward = np.clip(1 + u * np.sign(breast.x), 0, 1)
        fade = np.clip(1 + np.minimum(v, 0), 0, 1) * toward
        cap = breast.thickness * chord(np.sqrt(u**2 + v**2)) * fade * fade * (3 - 2 * fade)
        inside = chord(1 - np.clip(-distance / 3.0, 0, 1))
        body = body + cap * inside
        muscle = muscle + cap * inside * (0.6 if anatomy.sex == "F" else 1.0)
    return body.astype(np.float32), (body - muscle).astype(np.float32)


def _cavity(grid: Grid, anatomy: Anatomy) -> Map:
    across = np.abs(grid.x)
    total = np.zeros((grid.size, grid.size), dtype=np.float32)
    for side, lift in zip((-1, 1), anatomy.apex, strict=True):
        height = (grid.y + lift) / anatomy.cavity_height
        half_width = anatomy.cavity_edge.at(height) * anatomy.cavity_half_width
        inner = (
            0.40
            * anatomy.cavity_half_width
            * (1 - np.sqrt(1 - (1 - np.clip(height / 0.10, 0, 1)) ** 2))
        )
        depth = anatomy.cavity_depth_share.at(height) * anatomy.cavity_depth
        shape = chord(across / half_width, 2.3) * (height > 0)
        medial = np.clip((across - inner) / 2.5, 0, 1)
        half = depth * shape * np.sqrt(1 - (1 - medial) ** 2)
        total = np.where(grid.x * side > 0, half, total)
    return single(total)


def _mediastinum(grid: Grid, anatomy: Anatomy) -> tuple[Map, Map]:
    facing = grid.x * anatomy.heart_side - 5.0 * grid.turn
    left, right = anatomy.left_border.at(grid.y), anatomy.right_border.at(grid.y)
    relative = np.where(facing > 0, facing / left, -facing / right)
    deep = 1.22 * Outline(
        np.array([-4.0, 2.0, 7.0, 11.0, 15.0, 20.0, 26.0]),
        np.array([5.5, 7.5, 7.8, 0.88 * anatomy.heart_depth, anatomy.heart_depth,
                  0.95 * anatomy.heart_depth, 0.7 * anatomy.heart_depth]),
    ).at(grid.y)  # fmt: skip
    heart = deep * chord(relative, 2.0)
    behind = grid.x * anatomy.heart_side + 5.0 * grid.turn
    aorta = anatomy.aorta_edge * np.clip(1 - 0.012 * (grid.y - 7.0), 0.75, 1.0)
    edge = np.where(behind > 0, aorta, np.float32(2.05))
    core = 0.88 * anatomy.cavity_depth * chord(behind / edge, 2.0)
    core = core * np.clip((grid.y + 2) / 8, 0, 1)
    knob_x, knob_y, knob_radius = anatomy.knob
    knob = 2 * knob_radius * chord(np.hypot(facing - knob_x, grid.y - knob_y) / knob_radius)
    tube = (
        2.3
        * chord((behind - anatomy.aorta_edge + 1.2) / 1.2)
        * np.clip((grid.y - knob_y) / 2, 0, 1)
    )
    return np.maximum(heart, core), (0.55 * knob + 0.5 * tube).astype(np.float32)


def _dome_level(anatomy: Anatomy, side: int) -> float:
    """Highest y of the dome on that side of the image; the lower dome lies under the heart."""
    return anatomy.domes[1 if side == anatomy.heart_side else 0]


def dome_tops(grid: Grid, anatomy: Anatomy) -> Map:
    """Body y of the top of the diaphragm under every pixel's column, shape (size, size)."""
    top = np.zeros((grid.size, grid.size), dtype=np.float32)
    wall = anatomy.cavity_edge.at(np.full((1, 1), 0.9)) * anatomy.cavity_half_width
    for index, side in enumerate((-1, 1)):
        level = _dome_level(anatomy, side)
        away = grid.x * side - anatomy.dome_middles[index]
        outward = np.clip(away / (wall + 0.05 - anatomy.dome_middles[index]), 0, 1)
        inward = np.clip(-away / anatomy.dome_middles[index], 0, 1)
        fall = anatomy.recess * (1 - np.sqrt(1 - outward * outward)) + 1.5 * inward * inward
        top = np.where(grid.x * side > 0, level + fall, top)
    return single(top)


def _lung(grid: Grid, anatomy: Anatomy, mediastinum: Map) -> Map:
    cavity = _cavity(grid, anatomy)
    free = np.clip(cavity - mediastinum, 0, None)
    below = np.clip((grid.y - dome_tops(grid, anatomy)) / (anatomy.recess * 1.15), 0, 1)
    behind_dome = np.clip(1 - below**0.17, 0, 1)
    return single(free * behind_dome)


def _gas(grid: Grid, anatomy: Anatomy, rng: np.random.Generator) -> Map:
    # The windpipe, then the two main bronchi, as slanted tubes met row by row.
    sway = 0.25 * np.sin((grid.y + 6) / 6.5) - 0.35 * anatomy.heart_side * np.clip(
        (grid.y - 2) / 6, 0, 1
    )
    radius = anatomy.trachea_radius
    above = np.clip((anatomy.carina - grid.y) / 2.2, 0, 1)
    windpipe = 2 * radius * chord((grid.x - sway) / radius) * above
    total = windpipe.astype(np.float32)
    for side, run, width in ((-1, 0.75, 0.72), (1, 1.15, 0.62)):
        down = grid.y - anatomy.carina + 0.6
        middle = sway + side * anatomy.heart_side * (0.35 + run * np.clip(down, 0, None))
        present = np.clip(down / 0.5, 0, 1) * np.clip((3.4 / run - down) / 1.2, 0, 1)
        stretch = np.hypot(1.0, run)
        tube = 2 * width * radius * chord((grid.x - middle) / (width * radius * stretch)) * present
        total = np.maximum(total, tube)

    x, below, half_width, half_height, thickness = anatomy.stomach
    level = _dome_level(anatomy, anatomy.stomach_side) + below
    u = (grid.x - x * anatomy.stomach_side) / half_width
    v = (grid.y - level - 0.6) / half_height
    bubble = thickness * chord(np.hypot(u, v), 2.0)
    fluid = level + 0.6 + 0.45 * half_height
    under_dome = np.clip((grid.y - dome_tops(grid, anatomy) - 0.25) / 0.3, 0, 1)
    total = total + bubble * np.clip((fluid - grid.y) / 0.15, 0, 1) * under_dome

    wobble = smooth_field(rng, grid.size, grid.pixels(1.6))
    for gas_x, gas_below, reach, thick in anatomy.gas:
        place = gas_x * anatomy.stomach_side
        gas_level = anatomy.domes[1] + gas_below + 1.0
        from_middle = np.hypot(grid.x - place, (grid.y - gas_level) * 1.2) / reach
        total = total + thick * chord(np.clip(from_middle + 0.28 * wobble, 0, None))
    return single(total)


def soft_tissue(grid: Grid, anatomy: Anatomy, rng: np.random.Generator) -> SoftTissue:
    """Project the patient's soft parts; `rng` draws only the irregular outlines of bowel gas."""
    # Skin, fat and gas have soft outlines on films: half the resolution shows them as well.
    coarse = grid.coarser(2)
    body, fat = (enlarge(part, grid.size) for part in body_and_fat(coarse, anatomy))
    gas = enlarge(_gas(coarse, anatomy, rng), grid.size)
    mediastinum, dense = _mediastinum(grid, anatomy)
    lung = np.minimum(_lung(grid, anatomy, mediastinum), 0.85 * body)
    return SoftTissue(body=body, fat=fat, lung=lung, gas=np.minimum(gas, 0.6 * body), dense=dense)
