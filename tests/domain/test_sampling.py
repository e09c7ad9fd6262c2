"""Drawing cases: seeded, per arm and stratum, matched, by phase and block, told by no code."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.bank_image import BankImage
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.errors import BadDesign
from app.domain.sampling import Draw, draw_study
from app.domain.study_cases import units_of
from tests.domain.banks import REAL, arm, bank, design, of_sets, sha


def draw(study: StudyDesign, images: list[BankImage] | None = None) -> Draw:
    return draw_study(study, bank() if images is None else images, real_arms=REAL)


def strata(drawn: Draw, phase: int = 1) -> Counter[tuple[str, str]]:
    return Counter(
        (one.case.arm, one.case.stratum)
        for one in drawn.cases
        if one.case.phase == phase and not one.case.is_practice
    )


# What the first release drew for this design of format 1 over this bank: code, arm, condition,
# first digits of the image, whether it is shown twice.
PUBLISHED = [
    ("C0001", "M0", "abnormal", "6fa14936", False),
    ("C0002", "M0", "normal", "fd7de065", True),
    ("C0003", "M0", "abnormal", "4a6f92c1", False),
    ("C0004", "real", "abnormal", "17d46416", False),
    ("C0005", "real", "abnormal", "2b99141c", False),
    ("C0006", "real", "abnormal", "c73e51f7", True),
    ("C0007", "M0", "normal", "55e7e3ce", False),
    ("C0008", "real", "normal", "d3ecfba9", False),
    ("C0009", "real", "normal", "019f279d", False),
    ("C0010", "M1", "normal", "b20470e5", True),
    ("C0011", "M0", "abnormal", "60f49a85", False),
    ("P0001", "real", "normal", "becb1222", False),
    ("P0002", "real", "abnormal", "20d4d671", False),
    ("P0003", "M1", "abnormal", "808fd556", False),
]


def test_it_draws_what_the_first_release_drew() -> None:
    first_format = design_from_mapping(
        {
            "title": "Trial study",
            "arms": [
                {"arm": "real", "normal": 2, "abnormal": 3},
                {"arm": "M0", "normal": 2, "abnormal": 3},
                {"arm": "M1", "normal": 1},
            ],
            "rendition_size": 64,
            "seed": 7,
            "practice": {"count": 3},
            "replicates": {"count": 3, "minimum_lag": 4},
        }
    )
    drawn = draw(first_format)
    assert [
        (
            one.case.code,
            one.case.arm,
            one.case.stratum,
            one.image.sha256[:8],
            one.case.is_replicated,
        )
        for one in drawn.cases
    ] == PUBLISHED
    assert (drawn.sets, drawn.notes) == ((), ())


def test_it_draws_what_was_asked_for_of_each_stratum() -> None:
    drawn = draw(design(practice={"count": 3}))
    asked = {(key, name): 2 for key in ("real", "M0", "M1") for name in ("normal", "abnormal")}
    assert strata(drawn) == asked
    practice = [one for one in drawn.cases if one.case.is_practice]
    assert len({(one.case.arm, one.case.stratum) for one in practice}) == 3
    assert len({one.image for one in drawn.cases}) == 15


def test_the_same_seed_draws_the_same_cases_whatever_the_order_of_the_bank() -> None:
    assert draw(design()) == draw(design(), bank()[::-1])
    assert draw(design()) != draw(design(seed=8))


def test_codes_tell_no_arm() -> None:
    drawn = draw(design())
    arms = [one.case.arm for one in sorted(drawn.cases, key=lambda one: one.case.code)]
    assert arms != sorted(arms)
    assert [one.case.code for one in drawn.cases][:2] == ["C0001", "C0002"]


def test_replicates_are_spread_over_strata() -> None:
    drawn = draw(design(replicates={"count": 6, "minimum_lag": 3}))
    replicated = [one.case for one in drawn.cases if one.case.is_replicated]
    assert len({(case.arm, case.stratum) for case in replicated}) == 6


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arms": [arm("real", normal=7)]}, "7 normal images"),
        ({"practice": {"count": 50}}, "24 images of these arms are left over"),
        ({"arms": [arm("real", scarred=1)]}, "1 scarred images .* holds 0"),
        (
            {"stratify_by": "view", "arms": [arm("real", lateral=1)]},
            "1 images whose view is 'lateral'",
        ),
        (
            {"phases": [{"key": "a"}, {"key": "b"}], "arms": [arm("M0", normal=4)]},
            "8 normal images are asked for \\(4 in each of 2 phases\\) and the bank holds 6",
        ),
    ],
)
def test_it_says_what_the_bank_lacks(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadDesign, match=sentence):
        draw(design(**changes), bank(view="PA"))


def test_strata_come_from_any_key_of_the_records() -> None:
    images = bank(age="{n}")
    drawn = draw(design(stratify_by="age", arms=[arm("M1", **{"3": 2, "5": 1})]), images)
    assert strata(drawn) == {("M1", "3"): 2, ("M1", "5"): 1}


def test_pictures_picked_by_hand_come_instead_of_a_draw() -> None:
    picked = [sha("M0-normal-1"), sha("M0-abnormal-4")[:12]]
    arms = [arm("real", normal=2), {"arm": "M0", "images": picked}]
    drawn = draw(design(arms=arms, practice={"count": 4}))
    assert {one.image.sha256 for one in drawn.cases if one.case.arm == "M0"} >= {
        sha("M0-normal-1"),
        sha("M0-abnormal-4"),
    }
    assert strata(drawn) == {("real", "normal"): 2, ("M0", "normal"): 1, ("M0", "abnormal"): 1}
    assert {one.case.arm for one in drawn.cases if one.case.is_practice} == {"real", "M0"}


@pytest.mark.parametrize(
    ("prefixes", "sentence"),
    [
        ([sha("nothing")], "names no image of M0"),
        ([sha("real-normal-1")], "names no image of M0"),
        (["aaaaaaaaaaaa"], "names 2 images of M0 in the bank; give more digits"),
        ([sha("M0-normal-1"), sha("M0-normal-1")[:20]], "names an image twice"),
    ],
)
def test_a_picture_that_is_not_plainly_named_is_refused(prefixes: list[str], sentence: str) -> None:
    twins = [
        BankImage("M0", "a" * 12 + digit * 52, {"condition": "normal"}) for digit in ("b", "c")
    ]
    with pytest.raises(BadDesign, match=sentence):
        draw(design(arms=[{"arm": "M0", "images": prefixes}]), bank() + twins)


def test_matched_arms_share_their_values() -> None:
    arms = [arm("real", normal=4), arm("M0", normal=4), arm("M1", normal=2)]
    drawn = draw(design(arms=arms, matched_by="report"), bank(report="r{n}"))
    values = {
        key: Counter(one.image.text("report") for one in drawn.cases if one.case.arm == key)
        for key in ("real", "M0", "M1")
    }
    assert values["real"] == values["M0"]
    assert len(values["real"]) == 4
    assert values["M1"] <= values["real"]


def test_a_missing_counterpart_is_named() -> None:
    images = [
        one for one in bank(report="r{n}") if one.arm != "M1" or one.text("report") not in "r0 r3"
    ]
    arms = [arm("real", normal=5), arm("M1", normal=5)]
    with pytest.raises(BadDesign, match="M1 has no image whose report is 'r0', 'r3'"):
        draw(design(arms=arms, matched_by="report"), images)


def test_phases_draw_cases_of_their_own() -> None:
    drawn = draw(
        design(phases=[{"key": "a"}, {"key": "b"}, {"key": "c", "cases": "same", "of": "b"}])
    )
    assert strata(drawn, 1) == strata(drawn, 2)
    assert not strata(drawn, 3)
    assert len({one.image for one in drawn.cases}) == len(drawn.cases) == 24


def test_part_of_a_phase_is_spread_over_arms_and_strata() -> None:
    study = design(phases=[{"key": "a"}, {"key": "b", "cases": "part", "of": "a", "part_count": 6}])
    cases = [one.case for one in draw(study).cases]
    part = units_of(study, 2, cases, ())
    assert Counter((unit.arm, unit.stratum) for unit in part) == dict.fromkeys(
        strata(draw(study)), 1
    )
    assert part == units_of(study, 2, cases[::-1], ())


def test_more_than_a_phase_has_can_not_return() -> None:
    study = design(
        phases=[{"key": "a"}, {"key": "b", "cases": "part", "of": "a", "part_count": 6}],
        allocation={"scheme": "quota", "cases_per_reader": 5},
    )
    with pytest.raises(BadDesign, match="6 cases are to return and a reader has 5"):
        draw(study)


def test_the_text_beside_a_case_is_kept_and_must_be_there() -> None:
    study = design(presentation={"beside": "prompt"})
    drawn = draw(study, bank(prompt="a film of {arm}"))
    assert {one.beside for one in drawn.cases if one.case.arm == "M1"} == {"a film of M1"}
    assert {one.beside for one in draw(design()).cases} == {None}
    silent = [
        BankImage(one.arm, one.sha256, {"condition": one.text("condition")}) for one in bank()
    ]
    with pytest.raises(BadDesign, match=r"prompt is to stand beside .* and 7 more have none"):
        draw(study, silent)


def test_one_case_can_not_have_two_texts() -> None:
    phases = [
        {"key": "a", "presentation": {"beside": "prompt"}},
        {"key": "b", "cases": "same", "of": "a", "presentation": {"beside": "report"}},
    ]
    with pytest.raises(BadDesign, match="prompt and report beside the same cases"):
        draw(design(phases=phases), bank(prompt="p", report="r"))


def test_the_picture_that_others_are_compared_with_is_no_case() -> None:
    reference = sha("M0-normal-2")
    study = design(
        arms=[arm("M0", normal=5)],
        presentation={"reference": reference},
        questions=[{"measure": "quality"}],
    )
    assert reference not in {one.image.sha256 for one in draw(study).cases}
    with pytest.raises(BadDesign, match="6 normal images are asked for and the bank holds 5"):
        draw(
            design(arms=[arm("M0", normal=6)], presentation={"reference": reference}),
        )


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_blocks_are_balanced(groups: int) -> None:
    drawn = draw(
        design(
            allocation={"scheme": "split_plot", "groups": groups},
            replicates={"count": 1, "minimum_lag": 1},
            practice={"count": 2},
        )
    )
    proper = [one.case for one in drawn.cases if not one.case.is_practice]
    for key in (
        lambda case: (case.arm, case.stratum),
        lambda case: case.arm,
        lambda case: "all",
    ):
        counts: dict[Any, Counter[int | None]] = {}
        for case in proper:
            counts.setdefault(key(case), Counter())[case.block] += 1
        for one in counts.values():
            numbers = [one[block] for block in range(1, groups + 1)]
            assert max(numbers) - min(numbers) <= 1
    assert sorted(case.block or 0 for case in proper if case.is_replicated) == list(
        range(1, groups + 1)
    )
    assert {one.case.block for one in drawn.cases if one.case.is_practice} == {None}


def test_matched_cases_stay_in_one_block() -> None:
    study = design(matched_by="report", allocation={"scheme": "split_plot", "groups": 2})
    blocks: dict[tuple[str, str], set[int | None]] = {}
    for one in draw(study, bank(report="r{n}")).cases:
        blocks.setdefault((one.case.stratum, one.image.text("report")), set()).add(one.case.block)
    assert all(len(block) == 1 for block in blocks.values())


def test_quartets_hold_one_real_picture_of_one_value_each() -> None:
    arms = [arm(key, normal=5, abnormal=3) for key in ("real", "M0", "M1", "M2")]
    study = design(arms=arms, matched_by="report", **of_sets(4))
    images = bank(("real", "M0", "M1", "M2"), report="r{n}")
    drawn = draw(study, images)
    by_code = {one.case.code: one for one in drawn.cases}
    assert len(drawn.sets) == 8
    assert sorted(code for one in drawn.sets for code in one.members) == sorted(by_code)
    for one in drawn.sets:
        members = [by_code[code] for code in one.members]
        assert sorted(member.case.arm for member in members) == ["M0", "M1", "M2", "real"]
        assert len({member.case.stratum for member in members}) == 1
        assert len({member.image.text("report") for member in members}) == 1
    assert draw(study, images[::-1]) == drawn


def test_a_set_without_a_counterpart_is_refused() -> None:
    images = [one for one in bank(report="r{n}") if one.arm != "M1" or one.text("report") != "r2"]
    arms = [arm(key, normal=6) for key in ("real", "M0", "M1")]
    with pytest.raises(BadDesign, match="M1 has no image whose report is 'r2'"):
        draw(design(arms=arms, matched_by="report", **of_sets(3)), images)


def test_what_fits_into_no_set_is_not_shown_and_told() -> None:
    arms = [arm("real", normal=2), arm("M0", normal=3), arm("M1", normal=2)]
    drawn = draw(design(arms=arms, **of_sets(2)))
    assert len(drawn.sets) == 2
    assert len(drawn.cases) == 4
    assert "not shown" in drawn.notes[0]


def test_sets_of_returning_cases_are_made_of_them() -> None:
    phases = [
        {"key": "alone", "questions": ["realism"], "presentation": {"pictures": 1}},
        {"key": "pairs", "questions": ["find_the_real"], "cases": "same", "of": "alone"}
        | {"presentation": {"pictures": 2}},
    ]
    study = design(
        arms=[arm("real", normal=4), arm("M0", normal=4)],
        questions=[{"measure": "realism"}, {"measure": "find_the_real"}],
        phases=phases,
        allocation={"scheme": "split_plot", "groups": 2},
    )
    drawn = draw(study)
    blocks = {one.case.code: one.case.block for one in drawn.cases}
    assert len(drawn.sets) == 4
    assert all({blocks[code] for code in one.members} == {one.block} for one in drawn.sets)
    assert {one.phase for one in drawn.sets} == {2}


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=4),
    seed=st.integers(0, 10**6),
    phases=st.integers(1, 2),
    groups=st.integers(0, 3),
    practice=st.integers(0, 3),
)
def test_counts_are_right_and_no_image_comes_twice(
    counts: list[tuple[int, int]], seed: int, phases: int, groups: int, practice: int
) -> None:
    keys = [f"M{number}" for number in range(len(counts))]
    wanted = {key: normal + abnormal for key, (normal, abnormal) in zip(keys, counts, strict=True)}
    arms = [
        arm(key, normal=normal, abnormal=abnormal)
        for key, (normal, abnormal) in zip(keys, counts, strict=True)
        if wanted[key]
    ]
    # A group of readers needs a case of every arm.
    assume(arms and all(not count or count >= groups for count in wanted.values()))
    study = design(
        arms=arms,
        seed=seed,
        practice={"count": practice},
        phases=[{"key": f"p{number}"} for number in range(phases)],
        **({"allocation": {"scheme": "split_plot", "groups": groups}} if groups > 1 else {}),
    )
    drawn = draw(study, bank(tuple(keys), count=15))
    for number in range(1, phases + 1):
        got = strata(drawn, number)
        for key, (normal, abnormal) in zip(keys, counts, strict=True):
            assert (got[key, "normal"], got[key, "abnormal"]) == (normal, abnormal)
    assert len({one.image for one in drawn.cases}) == len(drawn.cases)
    assert len({one.case.code for one in drawn.cases}) == len(drawn.cases)
    assert sum(one.case.is_practice for one in drawn.cases) == practice
