"""A film saved anew, resized or rewindowed is known again; another film is not taken for it."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.bank.alike import near_pairs
from app.films.film import GreyLevels
from app.films.likeness import NEAR_BITS, distances, fingerprint, prints_of

IMAGES = sorted((Path(__file__).parents[2] / "app" / "demo_images" / "images").rglob("*.png"))


def film(number: int) -> GreyLevels:
    with Image.open(IMAGES[number]) as image:
        return np.asarray(image.convert("L")).astype(np.float32)


def bits_between(one: GreyLevels, other: GreyLevels) -> int:
    prints = prints_of([fingerprint(one), fingerprint(other)])
    return int(distances(prints[0], prints[1:])[0])


def as_jpeg(levels: GreyLevels) -> GreyLevels:
    buffer = io.BytesIO()
    Image.fromarray(levels.astype(np.uint8)).save(buffer, "JPEG", quality=60)
    return np.asarray(Image.open(buffer)).astype(np.float32)


def halved(levels: GreyLevels) -> GreyLevels:
    size = (levels.shape[1] // 2, levels.shape[0] // 2)
    return np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.LANCZOS))


def brighter(levels: GreyLevels) -> GreyLevels:
    return (255 * (levels / 255) ** 0.8).astype(np.float32)


@pytest.mark.parametrize("change", [as_jpeg, halved, brighter])
def test_a_changed_film_is_near_itself(change: object) -> None:
    for number in range(0, len(IMAGES), 6):
        changed = change(film(number))  # type: ignore[operator]
        assert bits_between(film(number), changed) <= NEAR_BITS


def test_other_films_and_a_mirrored_one_are_far() -> None:
    films = [film(number) for number in range(0, len(IMAGES), 4)]
    assert min(bits_between(one, other) for one, other in pairwise(films)) > NEAR_BITS
    assert min(bits_between(one, one[:, ::-1].copy()) for one in films) > NEAR_BITS


def test_only_new_images_are_named_and_each_once() -> None:
    prints = [fingerprint(film(number)) for number in range(5)]
    known = list(enumerate([*prints, fingerprint(as_jpeg(film(2))), prints[3]], start=1))
    assert list(near_pairs(known, newer_than=5)) == [(6, 3), (7, 4)]
    assert list(near_pairs(known, newer_than=6)) == [(7, 4)]
    assert list(near_pairs([], newer_than=0)) == []


@pytest.mark.parametrize("shape", [(512, 512), (512, 400), (192, 192), (1024, 1024)])
def test_whole_levels_have_the_fingerprint_of_floating_ones(shape: tuple[int, int]) -> None:
    levels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    assert fingerprint(levels) == fingerprint(levels.astype(np.float32))
