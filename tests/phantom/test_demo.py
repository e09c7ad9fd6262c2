"""The demo's arms and images."""

from collections.abc import Sequence

import numpy as np
import pytest

from app.phantom import DEMO_ARMS, OTHER_ROOMS, PhantomImage, chest_radiograph, demo_images
from app.phantom.radiograph import simulate_film
from tests.two_lengths import lengths

from .films import heart_to_the_right


@pytest.fixture(scope="module", params=lengths(192, 512))
def size(request: pytest.FixtureRequest) -> int:
    """Pixels a side: small in every run, and as the demonstration has them with the slow tests."""
    return int(request.param)


@pytest.fixture(scope="module")
def images(size: int) -> Sequence[PhantomImage]:
    return tuple(demo_images(seed=20240914, size=size))


def test_there_are_at_least_four_model_arms_and_one_reference_of_12_images_each(
    images: Sequence[PhantomImage],
) -> None:
    assert [arm.id for arm in DEMO_ARMS if arm.kind == "real"] == ["simulated"]
    assert sum(arm.kind == "synthetic" for arm in DEMO_ARMS) >= 4
    for arm in DEMO_ARMS:
        for condition in ("normal", "abnormal"):
            own = [i for i in images if i.arm == arm.id and i.condition == condition]
            assert [image.index for image in own] == list(range(6))


def test_everything_says_simulated(images: Sequence[PhantomImage]) -> None:
    for arm in DEMO_ARMS:
        assert "simulated" in arm.label.lower()
        assert "simulated" in arm.description.lower()
        assert arm.kind == "real" or arm.id.startswith("simulated-")
        assert arm.id.isascii()
    assert all("simulated" in str(image.description["source"]) for image in images)


def test_every_image_is_another_patient_of_another_seed(images: Sequence[PhantomImage]) -> None:
    assert len({image.seed for image in images}) == len(images)
    assert len({image.pixels.tobytes() for image in images}) == len(images)


def test_every_image_has_the_size_and_depth_of_a_rendition() -> None:
    for image in demo_images(seed=20240914, per_condition=1):
        assert image.pixels.shape == (512, 512)
        assert image.pixels.dtype == np.uint8


def test_an_arm_drawn_alone_has_the_same_bytes_as_among_others(
    images: Sequence[PhantomImage], size: int
) -> None:
    arm = DEMO_ARMS[2]
    alone = tuple(demo_images(seed=20240914, per_condition=1, arms=(arm,), size=size))
    among = [i for i in images if i.arm == arm.id and i.index == 0]
    assert [i.pixels.tobytes() for i in alone] == [i.pixels.tobytes() for i in among]


def test_the_seed_kept_with_an_image_redraws_it(images: Sequence[PhantomImage], size: int) -> None:
    faults = {arm.id: arm.fault for arm in DEMO_ARMS}
    for image in images[::13]:
        again = chest_radiograph(
            seed=image.seed, condition=image.condition, fault=faults[image.arm], size=size
        )
        assert again.tobytes() == image.pixels.tobytes()


def test_another_seed_gives_other_images(images: Sequence[PhantomImage], size: int) -> None:
    other = next(demo_images(seed=1, per_condition=1, size=size))
    assert other.pixels.tobytes() != images[0].pixels.tobytes()


def test_the_heart_lies_to_the_right_of_the_image_in_every_arm_but_the_mirrored(
    images: Sequence[PhantomImage], size: int
) -> None:
    for arm in DEMO_ARMS:
        side = (
            512 / size * np.mean([heart_to_the_right(i.pixels) for i in images if i.arm == arm.id])
        )
        if arm.fault == "mirrored":
            assert side < -8
        else:
            assert side > 8


def test_brightness_alone_does_not_tell_a_model_arm_from_the_reference(
    images: Sequence[PhantomImage],
) -> None:
    """Area under the curve of the mean grey level, 0.5 = no separation, loosely bounded.

    With 12 images an arm, chance alone reaches 0.27 to 0.73 in 95 of 100 draws.
    """

    def means(arm: str) -> np.ndarray:
        return np.array([image.pixels.mean() for image in images if image.arm == arm])

    reference = means("simulated")
    for arm in DEMO_ARMS[1:]:
        area = (means(arm.id)[:, None] > reference[None, :]).mean()
        assert 0.2 < area < 0.8


def test_the_frame_does_not_tell_a_model_arm_from_the_reference() -> None:
    """Border and marker come from the film's own stream: same seed, same frame, any fault."""
    plain = chest_radiograph(seed=12, condition="normal", size=256)
    for fault in ("smooth", "ribs", "mirrored"):
        faulty = chest_radiograph(seed=12, condition="normal", size=256, fault=fault)
        assert ((plain[0] == 0) == (faulty[0] == 0)).mean() > 0.95


@pytest.mark.parametrize(("seed", "per_condition"), [(-1, 6), (1, -1)])
def test_a_wrong_argument_is_named(seed: int, per_condition: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        next(demo_images(seed=seed, per_condition=per_condition))


def test_without_collimation_no_border_is_unexposed_and_all_else_stays() -> None:
    """The film of this seed is collimated on all four sides."""
    framed, whole = (
        simulate_film(seed=1006, condition="normal", size=192, collimated=collimated).pixels
        for collimated in (True, False)
    )
    for side in range(4):
        assert (np.rot90(framed, side)[0] == 0).all()
        assert not (np.rot90(whole, side)[0] == 0).any()
    assert np.array_equal(whole[20:-20, 20:-20], framed[20:-20, 20:-20])


def test_other_rooms_expose_the_same_patients_otherwise() -> None:
    """Lungs are darker or lighter than the reference's ever are, and the film is flatter."""
    for seed in range(2):
        own, other = (
            simulate_film(seed=seed, condition="normal", size=128, room=room)
            for room in ("own", "other")
        )
        assert own.description["age"] == other.description["age"]
        assert own.description["field_cm"] == other.description["field_cm"]
        assert float(other.description["tube_voltage_kv"]) < 90
        assert np.percentile(other.pixels, 95) < np.percentile(own.pixels, 95)


def test_the_films_of_other_rooms_are_an_arm_of_their_own_in_any_size() -> None:
    (normal, abnormal) = demo_images(
        seed=7, per_condition=1, arms=(OTHER_ROOMS,), size=128, collimated=False
    )
    assert {normal.condition, abnormal.condition} == {"normal", "abnormal"}
    assert normal.pixels.shape == (128, 128)
    assert OTHER_ROOMS not in DEMO_ARMS
    assert "simulated" in OTHER_ROOMS.label.lower()
