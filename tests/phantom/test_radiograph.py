"""One simulated film from a seed."""

import json

import numpy as np
import pytest

from app.phantom.radiograph import chest_radiograph, simulate_film

from .films import heart_to_the_right


def test_it_is_square_8_bit_and_of_the_size_asked_for() -> None:
    film = chest_radiograph(seed=1, condition="normal")
    assert film.shape == (512, 512)
    assert film.dtype == np.uint8
    assert chest_radiograph(seed=1, condition="normal", size=200).shape == (200, 200)


@pytest.mark.parametrize("fault", [None, "smooth", "ribs", "mirrored", "grain"])
def test_the_same_seed_gives_the_same_bytes(fault: str | None) -> None:
    first = chest_radiograph(seed=7, condition="abnormal", size=192, fault=fault)
    chest_radiograph(seed=8, condition="normal", size=192, fault=fault)
    again = chest_radiograph(seed=7, condition="abnormal", size=192, fault=fault)
    assert first.tobytes() == again.tobytes()


def test_another_seed_is_another_patient() -> None:
    one = chest_radiograph(seed=1, condition="normal", size=192).astype(int)
    other = chest_radiograph(seed=2, condition="normal", size=192).astype(int)
    assert np.abs(one - other).mean() > 8


def test_it_looks_like_a_chest_film_by_its_grey_levels() -> None:
    """Lungs dark, abdomen bright, spine brighter than lungs, air at the lower corners darkest."""
    for seed in range(6):
        film = chest_radiograph(seed=seed, condition="normal", size=256).astype(float)
        right_lung, left_lung = film[80:120, 55:90].mean(), film[80:120, 168:200].mean()
        spine, abdomen = film[130:160, 120:136].mean(), film[225:245, 80:170].mean()
        assert max(right_lung, left_lung) + 40 < spine
        assert max(right_lung, left_lung) + 70 < abdomen
        assert abdomen < 255
        assert min(right_lung, left_lung) > 60


def test_the_heart_lies_to_the_right_of_the_image() -> None:
    sides = [
        heart_to_the_right(chest_radiograph(seed=seed, condition="normal", size=192))
        for seed in range(16)
    ]
    assert np.mean(sides) > 10
    assert np.median(sides) > 10


def test_an_abnormal_film_shows_the_same_patient_with_something_in_the_lungs() -> None:
    for seed in range(4):
        normal = simulate_film(seed=seed, condition="normal", size=256)
        abnormal = simulate_film(seed=seed, condition="abnormal", size=256)
        for fact in ("sex", "age", "field_cm", "tube_voltage_kv"):
            assert normal.description[fact] == abnormal.description[fact]
        assert normal.description["findings"] == "none"
        assert abnormal.description["findings"] != "none"
        change = np.abs(normal.pixels.astype(int) - abnormal.pixels.astype(int))
        assert change.max() > 15
        # The neck above the lungs keeps its picture but for the shared exposure.
        assert change[:12].mean() < change[40:200].mean() + 4


def test_every_finding_is_drawn_by_some_seed() -> None:
    seen = " | ".join(
        str(simulate_film(seed=seed, condition="abnormal", size=128).description["findings"])
        for seed in range(40)
    )
    for finding in (
        "bilateral miliary nodules",
        "right middle lobe infiltrate",
        "right pleural effusion",
        "right upper lobe infiltrate",
        "left upper lobe infiltrate",
        "upper lobe cavity",
    ):
        assert finding in seen


def test_sexes_ages_and_exposures_vary() -> None:
    facts = [
        simulate_film(seed=seed, condition="normal", size=128).description for seed in range(20)
    ]
    assert {fact["sex"] for fact in facts} == {"F", "M"}
    assert len({fact["age"] for fact in facts}) > 10
    assert len({fact["tube_voltage_kv"] for fact in facts}) > 10


def test_what_is_known_of_a_film_says_simulated_and_is_fit_for_json() -> None:
    description = simulate_film(seed=3, condition="abnormal", size=128).description
    assert "simulated" in str(description["source"])
    assert json.loads(json.dumps(dict(description))) == dict(description)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"seed": -1}, "seed"),
        ({"condition": "ill"}, "condition"),
        ({"size": 127}, "size"),
        ({"size": 1025}, "size"),
        ({"fault": "blurred"}, "fault"),
    ],
)
def test_a_wrong_argument_is_named(wrong: dict[str, object], named: str) -> None:
    arguments: dict[str, object] = {"seed": 1, "condition": "normal", "size": 128, **wrong}
    with pytest.raises(ValueError, match=named):
        chest_radiograph(**arguments)  # type: ignore[arg-type]
