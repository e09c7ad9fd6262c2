"""Arms that fill a protocol share strata and values, and give as many cases each."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.design.arm_choice import BankLacks, HeldArm, choose_arms, draws_of, shared_counts
from app.domain.design.protocol import Protocol, read_protocol

FILL = {"study": "a", "source": "b", "asks": "c"}


def protocol(**fill: Any) -> Protocol:
    return read_protocol("trial", {"fill": FILL | fill, "questions": []})


def arm(name: str, *images: tuple[str, str]) -> HeldArm:
    kind = "real" if name == "real" else "synthetic"
    records = [{"condition": condition, "report": report} for condition, report in images]
    return HeldArm(name, kind, records)  # type: ignore[arg-type]


MATCHED = {"matched_by": "report", "questions": []}


def test_a_value_counts_as_often_as_every_arm_has_it() -> None:
    arms = [
        arm("real", ("n", "x"), ("n", "x"), ("n", "x"), ("n", "y"), ("a", "z")),
        arm("M0", ("n", "x"), ("n", "x"), ("n", "y"), ("n", "y"), ("a", "w")),
    ]
    assert shared_counts(protocol(), MATCHED, arms) == {"n": 3}
    assert shared_counts(protocol(), {}, arms) == {"a": 1, "n": 4}


def test_phases_with_new_cases_share_what_there_is() -> None:
    phases = {"phases": [{}, {"cases": "same"}, {"cases": "new"}], "questions": []}
    assert draws_of(phases) == 2
    assert draws_of({}) == 1
    arms = [arm("real", *[("n", "x")] * 5)]
    assert shared_counts(protocol(), phases, arms) == {"n": 2}


def test_pictures_of_different_arms_make_up_whole_sets() -> None:
    document = {"presentation": {"pictures": 2, "composition": "between_arms"}}
    arms = [arm(name, *[("n", "x")] * 5) for name in ("M0", "M1", "M2")]
    assert shared_counts(protocol(), document, arms) == {"n": 4}
    assert shared_counts(protocol(), document, arms[:2]) == {"n": 5}


def test_arms_that_keep_every_stratum_come_first() -> None:
    bank = [
        arm("real", ("n", ""), ("a", "")),
        arm("M0", ("n", "")),
        arm("M1", ("n", ""), ("a", "")),
    ]
    document = {"questions": []}
    arms, counts = choose_arms(protocol(), document, bank)
    assert [one.arm for one in arms] == ["real", "M1"]
    assert counts == {"a": 1, "n": 1}
    arms, counts = choose_arms(protocol(least_synthetic=2), document, bank)
    assert [one.arm for one in arms] == ["real", "M0", "M1"]
    assert counts == {"n": 1}


@pytest.mark.parametrize(
    ("bank", "step"),
    [
        ([], 0),
        ([arm("real", ("n", "x"))], 0),
        ([arm("real", ("n", "x")), arm("M0", ("n", ""))], 1),
        ([arm("real", ("n", "x")), arm("M0", ("n", "y"))], 2),
    ],
)
def test_what_is_lacking_is_told_as_far_as_the_choice_came(bank: list[HeldArm], step: int) -> None:
    with pytest.raises(BankLacks) as caught:
        choose_arms(protocol(), MATCHED, bank)
    assert caught.value.step == step
    assert caught.value.sentence.startswith("trial needs ")


images = st.lists(st.tuples(st.sampled_from("na"), st.sampled_from(["", "x", "y"])), max_size=12)


@given(images, images, images, st.integers(1, 3))
def test_every_chosen_arm_holds_what_is_asked_of_it(
    real: list[tuple[str, str]],
    first: list[tuple[str, str]],
    second: list[tuple[str, str]],
    fewest: int,
) -> None:
    bank = [arm("real", *real), arm("M0", *first), arm("M1", *second)]
    try:
        arms, counts = choose_arms(protocol(fewest_cases=fewest), MATCHED, bank)
    except BankLacks:
        return
    assert arms[0].arm == "real"
    for one in arms:
        for stratum, count in counts.items():
            held = [record for record in one.records if record["condition"] == stratum]
            assert fewest <= count <= len(held)
            assert all(record["report"] for record in held)
