"""What a bank says of its images is read as far as it can be used, and never trusted."""

import doctest
from typing import Any

import pytest

from app.bank import evaluation
from app.bank.evaluation import arm_evaluation

WHOLE: dict[str, Any] = {
    "images": 25,
    "reference": "held-out",
    "kid": {"kid": 0.0123, "standard_error": 0.004, "n_reference": 24, "n_images": 25},
    "coverage": {"precision": 0.8, "recall": 0.6, "density": 1.25, "coverage": 0.7, "k": 5},
    "diversity": {"mean_ms_ssim": 0.312, "pairs": 300, "scales": 5},
    "frechet_distance": None,
    "prompt_adherence": 0.27,
    "memorised": 4,
    "features": "vae",
    "size": 512,
    "training_images": 30,
    "memorisation_percentile": 95.0,
    "real_against_real": {"images": 30, "reference": "held-out", "kid": {"kid": -0.001}},
}
HOSTILE = [
    None,
    True,
    "0.5",
    "<script>alert(1)</script>",
    [0.5],
    {"kid": {}},
    [],
    -1,
    1e300,
    10**400,
    float("nan"),
    float("inf"),
]


def test_its_examples_hold() -> None:
    assert doctest.testmod(evaluation).failed == 0


def test_every_measure_is_read() -> None:
    evaluation = arm_evaluation({"evaluation": WHOLE}, [{"memorised": True}, {"memorised": False}])
    assert evaluation is not None
    measures = evaluation.measures
    assert (measures.images, measures.reference) == (25, "held-out")
    assert (measures.kid, measures.kid_standard_error) == (0.0123, 0.004)
    assert (measures.precision, measures.recall) == (0.8, 0.6)
    assert (measures.density, measures.coverage) == (1.25, 0.7)
    assert (measures.ms_ssim, measures.frechet_distance) == (0.312, None)
    assert measures.prompt_adherence == 0.27
    assert (evaluation.features, evaluation.size, evaluation.training_images) == ("vae", 512, 30)
    assert (evaluation.memorised, evaluation.memorisation_percentile) == (4, 95.0)
    assert (evaluation.drawn, evaluation.drawn_compared, evaluation.drawn_memorised) == (2, 2, 1)
    assert evaluation.real_against_real is not None
    assert evaluation.real_against_real.kid == -0.001


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_nothing_of_the_wrong_kind_is_a_number(value: object) -> None:
    assert arm_evaluation(value, [value]) is None
    assert arm_evaluation({"evaluation": value}, [{"memorised": 1}, {"memorised": "true"}]) is None
    # In every place at once, and inside every object.
    everywhere = {
        key: dict.fromkeys(content, value) if isinstance(content, dict) else value
        for key, content in WHOLE.items()
    }
    for content in (everywhere, dict.fromkeys(WHOLE, value)):
        evaluation = arm_evaluation({"evaluation": {**content, "prompt_adherence": 0.5}}, [])
        assert evaluation is not None
        assert evaluation.features is None
        assert evaluation.measures.reference is None
        assert evaluation.measures.kid in (None, -1)
        for name in ("precision", "recall", "coverage", "ms_ssim", "density", "images"):
            assert getattr(evaluation.measures, name) is None, name
        assert evaluation.memorised is None
    # Beside a bad value the good ones are kept.
    for key in ("kid", "coverage", "diversity"):
        evaluation = arm_evaluation({"evaluation": {**WHOLE, key: value}}, [])
        assert evaluation is not None
        assert evaluation.memorised == 4


def test_more_flagged_than_there_are_is_no_count() -> None:
    evaluation = arm_evaluation({"evaluation": {**WHOLE, "memorised": 26}}, [])
    assert evaluation is not None
    assert evaluation.memorised is None


def test_a_mean_that_ends_a_hair_above_one_is_one() -> None:
    evaluation = arm_evaluation({"evaluation": {"diversity": {"mean_ms_ssim": 1.0000001}}}, [])
    assert evaluation is not None
    assert evaluation.measures.ms_ssim == 1.0


def test_flags_of_images_alone_are_an_evaluation() -> None:
    evaluation = arm_evaluation({}, [{"memorised": True}, None, {"memorised": None}])
    assert evaluation is not None
    assert evaluation.measures.is_empty
    assert (
        evaluation.memorised,
        evaluation.drawn,
        evaluation.drawn_compared,
        evaluation.drawn_memorised,
    ) == (
        None,
        3,
        1,
        1,
    )


TOLD: dict[str, Any] = {"auc": 0.8, "auc_low": 0.6, "auc_high": 0.9, "accuracy": 0.7}


def test_an_area_without_its_interval_is_not_read() -> None:
    def told(**changes: Any) -> object:
        read = arm_evaluation({"evaluation": {**WHOLE, "told_apart": {**TOLD, **changes}}}, [])
        assert read is not None
        return read.measures.told_apart

    assert told() is not None
    assert told(accuracy="high") is not None
    for changes in ({"auc_low": None}, {"auc": 0.5}, {"auc_high": 2}, {"auc": "0.8"}):
        assert told(**changes) is None


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_conditions_and_what_was_followed_are_read_where_they_can_be(value: object) -> None:
    said = {
        "by_condition": {"normal": {"kid": {"kid": value}}, "x" * 65: WHOLE, "a\nb": WHOLE},
        "prompt_following": {"normal": {"images": 4, "followed": value}, "abnormal": value},
    }
    read = arm_evaluation({"evaluation": {**WHOLE, **said}}, [])
    assert read is not None
    assert [name for name, _ in read.by_condition] in ([], ["normal"])
    assert read.followed == ()
    good = {
        "by_condition": {"normal": WHOLE},
        "prompt_following": {"n": {"images": 4, "followed": 3}},
    }
    read = arm_evaluation({"evaluation": {**WHOLE, **good, "noise": value}}, [])
    assert read is not None
    assert [name for name, _ in read.by_condition] == ["normal"]
    assert [(one.images, one.followed) for one in read.followed] == [(4, 3)]
    assert read.noise is None
