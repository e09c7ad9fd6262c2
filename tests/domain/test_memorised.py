"""Flagged images in a draw: left out, kept, or a stratum of their own."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from app.domain.bank_image import BankImage
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.warnings import design_warnings
from app.domain.design.writing import design_to_json, design_to_mapping
from app.domain.errors import BadDesign
from app.domain.sampling import Draw, draw_study
from tests.domain.banks import REAL, arm, bank, design


def flagged_bank(flagged: int = 3) -> list[BankImage]:
    """Of M1, the first so many normal images are flagged; of 6 of each condition."""
    images = bank()
    flags = {one.sha256 for one in images if one.arm == "M1"}
    normal = [one for one in images if one.sha256 in flags and one.text("condition") == "normal"]
    copies = {one.sha256 for one in normal[:flagged]}
    return [
        replace(one, record={**one.record, "evaluation": {"memorised": one.sha256 in copies}})
        for one in images
    ]


def draw(images: list[BankImage], **changes: Any) -> Draw:
    return draw_study(design(**changes), images, real_arms=REAL)


def copies_in(drawn: Draw) -> int:
    return sum(one.image.record["evaluation"]["memorised"] for one in drawn.cases)


def test_flagged_images_are_left_out_unless_the_design_keeps_them() -> None:
    arms = [arm(key, normal=3, abnormal=2) for key in ("real", "M0", "M1")]
    usual = draw(flagged_bank(), arms=arms, practice={"count": 18, "feedback": False})
    assert copies_in(usual) == 0
    assert usual.left_out == {"M1": 3}
    assert usual.notes == (
        "M1: 3 images that the bank flags as copies of training images are left out of the draw.",
    )
    # All six normal images are wanted, so that the flagged ones must be among them.
    kept = draw(flagged_bank(), arms=[arm("M1", normal=6)], memorised="keep")
    assert copies_in(kept) == 3
    assert (kept.left_out, kept.notes) == ({}, ())


def test_a_bank_without_flags_is_drawn_as_ever() -> None:
    assert [one.image for one in draw(flagged_bank(0)).cases] == [
        one.image for one in draw(bank(), memorised="keep").cases
    ]


def test_flagged_images_are_a_stratum_of_their_own() -> None:
    cases = {"normal": 2, "normal (memorised)": 2}
    drawn = draw(flagged_bank(), arms=[{"arm": "M1", "cases": cases}], memorised="separate")
    strata = Counter(
        (one.case.stratum, one.image.record["evaluation"]["memorised"]) for one in drawn.cases
    )
    assert strata == {("normal", False): 2, ("normal (memorised)", True): 2}
    assert drawn.left_out == {}


@pytest.mark.parametrize("choice", ["leave_out", "separate"])
def test_images_picked_by_hand_stay(choice: str) -> None:
    images = flagged_bank(1)
    [copy] = [one for one in images if one.record["evaluation"]["memorised"]]
    arms = [arm("real", normal=2), {"arm": "M1", "images": [copy.sha256[:16]]}]
    drawn = draw(images, arms=arms, memorised=choice)
    assert copies_in(drawn) == 1
    assert "normal" in {one.case.stratum for one in drawn.cases if one.case.arm == "M1"}


def test_too_few_unflagged_images_are_told_with_the_flagged() -> None:
    with pytest.raises(BadDesign, match="the bank holds 3 besides 3 flagged as copies of training"):
        draw(flagged_bank(), arms=[arm("M1", normal=4)])


@pytest.mark.parametrize("said", ["true", "yes", 1, None, [True]])
def test_only_a_plain_true_is_a_flag(said: Any) -> None:
    images = [
        replace(one, record={**one.record, "evaluation": {"memorised": said}}) for one in bank()
    ]
    assert draw(images).left_out == {}


def test_a_design_says_it_and_one_stored_before_drew_them_all() -> None:
    stored = json.loads(design_to_json(design()))
    assert stored["memorised"] == "leave_out"
    assert design_from_json(json.dumps(stored)).memorised == "leave_out"
    del stored["memorised"]
    assert design_from_json(json.dumps(stored)).memorised == "keep"
    assert design_from_mapping(stored).memorised == "leave_out"
    apart = design(memorised="separate")
    assert design_from_mapping(design_to_mapping(apart)) == apart
    with pytest.raises(BadDesign, match="memorised"):
        design(memorised="drop")


def test_flagged_images_apart_that_no_arm_asks_for_are_warned_of() -> None:
    apart = design(memorised="separate")
    assert any("to be drawn apart" in one for one in design_warnings(apart))
    asked = design(memorised="separate", arms=[{"arm": "M1", "cases": {"normal (memorised)": 1}}])
    assert design_warnings(asked) == ()
