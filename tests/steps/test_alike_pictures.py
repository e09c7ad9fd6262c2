"""The same picture and nearly the same, within an arm, across arms, and in practice."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from app.films.likeness import fingerprint
from app.steps.picture_audit import LookedAt, alike_pairs


def film(seed: int) -> NDArray[np.uint8]:
    """A picture with large shapes and fine grain, unlike any of another seed."""
    rng = np.random.default_rng(seed)
    shapes = Image.fromarray(rng.integers(0, 256, (12, 12), dtype=np.uint8)).resize((128, 128))
    levels = np.asarray(shapes, np.int16) + rng.integers(-9, 10, (128, 128))
    return np.clip(levels, 0, 255).astype(np.uint8)


def as_jpeg(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=60)
    return np.asarray(Image.open(buffer))


def softened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1)))


def darker(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.rint(255 * (pixels / 255) ** 1.2).astype(np.uint8)


def looked(
    code: str, arm: str, pixels: NDArray[np.uint8], rendition: str = "", *, practice: bool = False
) -> LookedAt:
    return LookedAt(
        code, arm, rendition or f"digest of {code}", 128, {}, fingerprint(pixels), None, practice
    )


OTHERS = [looked(f"C{number:02d}", "real", film(number)) for number in range(2, 30)]


def test_pictures_that_are_unlike_are_no_pairs() -> None:
    assert alike_pairs(OTHERS) == ()


@pytest.mark.parametrize("changed", [as_jpeg, softened, darker])
@pytest.mark.parametrize(
    ("arm", "practice", "is_across"),
    [("real", False, False), ("M1", False, True), ("real", True, True)],
)
def test_nearly_the_same_picture_is_known_wherever_it_stands(
    changed: object, arm: str, practice: bool, is_across: bool
) -> None:
    assert callable(changed)
    first = looked("C01", "real", film(1))
    second = looked("C99", arm, changed(film(1)), practice=practice)
    (pair,) = alike_pairs([first, *OTHERS, second])
    assert pair.codes == ("C01", "C99")
    assert pair.arms == ("real", arm)
    assert (pair.is_same, pair.with_practice, pair.is_across) == (False, practice, is_across)
    assert pair.bits <= 32


@pytest.mark.parametrize(("arm", "is_across"), [("real", False), ("M1", True)])
def test_the_same_picture_is_told_from_one_that_is_nearly_the_same(
    arm: str, is_across: bool
) -> None:
    first = looked("C01", "real", film(1), "one digest")
    (pair,) = alike_pairs([first, *OTHERS, looked("C99", arm, film(1), "one digest")])
    assert (pair.is_same, pair.bits, pair.is_across) == (True, 0, is_across)


def test_pairs_across_arms_come_first() -> None:
    pictures = [
        looked("C01", "real", film(1)),
        looked("C90", "real", as_jpeg(film(1))),
        looked("C02", "real", film(2)),
        looked("C91", "M1", as_jpeg(film(2))),
    ]
    assert [pair.codes for pair in alike_pairs(pictures)] == [("C02", "C91"), ("C01", "C90")]
