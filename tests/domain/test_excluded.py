"""Setting one image aside changes that case and no other, whichever it is."""

from dataclasses import replace

import pytest

from app.domain.bank_image import BankImage
from app.domain.design.design import ExcludedImage, StudyDesign
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_json, design_to_mapping
from app.domain.errors import BadDesign, BadInput, Refused
from app.domain.excluded import with_excluded
from app.domain.sampling import draw_study
from app.report.words.design_text import commented_design
from tests.domain.documents import design

ARMS = [
    {"arm": "real", "cases": {"normal": 4, "abnormal": 3}},
    {"arm": "M1", "cases": {"normal": 4, "abnormal": 3}},
]
DESIGN = design(arms=ARMS, practice={"count": 2}, replicates={"count": 2, "minimum_lag": 3})
BANK = [
    BankImage(arm, f"{number:02x}{place:x}".ljust(64, "0"), {"condition": condition})
    for place, arm in enumerate(("real", "M1"), 1)
    for number, condition in enumerate(["normal"] * 9 + ["abnormal"] * 8)
]


def drawn(of: StudyDesign) -> dict[str, str]:
    draw = draw_study(of, BANK, real_arms={"real"})
    return {one.case.code: one.image.sha256 for one in draw.cases}


def test_one_case_changes_and_no_other() -> None:
    before = drawn(DESIGN)
    for code, image in before.items():
        after = drawn(with_excluded(DESIGN, image, "letters burnt in"))
        assert {one for one in before if before[one] != after[one]} == {code}
        assert image not in after.values()


def test_swapping_on_never_brings_an_excluded_image_back() -> None:
    changed = DESIGN
    for _ in range(4):
        changed = with_excluded(changed, drawn(changed)["C0001"], "soft")
        assert not {one.image for one in changed.excluded} & set(drawn(changed).values())


def test_too_few_are_refused_in_words() -> None:
    changed = DESIGN
    for image in BANK[:6]:
        changed = with_excluded(changed, image.sha256, "soft")
    with pytest.raises(BadDesign, match="4 normal images are asked for and the bank holds 3"):
        drawn(changed)


def test_a_reason_is_wanted_and_picked_images_stay() -> None:
    with pytest.raises(BadInput, match="Say why"):
        with_excluded(DESIGN, "0" * 64, " \n ")
    with pytest.raises(BadInput, match="at most 500"):
        with_excluded(DESIGN, "0" * 64, "x" * 501)
    picked = replace(DESIGN, arms=(replace(DESIGN.arms[0], cases=(), images=("0" * 12,)),))
    with pytest.raises(Refused, match="picked by hand"):
        with_excluded(picked, "0" * 64, "soft")


def test_it_is_written_and_read_back_and_changes_no_older_text() -> None:
    changed = with_excluded(DESIGN, "ab" * 32, "letters <R>")
    assert design_from_json(design_to_json(changed)) == changed
    assert design_from_mapping(design_to_mapping(changed)) == changed
    assert "excluded" not in design_to_json(DESIGN)
    assert "letters <R>" in commented_design(changed, {})


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"image": "abc", "reason": "soft"}], "names an image by the SHA-256"),
        ([{"image": "ab" * 32}], "is missing"),
        ([{"image": "ab" * 32, "reason": "soft"}] * 2, "names an image twice"),
        ([{"image": "ab" * 32, "reason": "soft", "arm": "M1"}], "is not an option of"),
    ],
)
def test_what_can_not_be_used_is_refused(rows: list[dict[str, str]], reason: str) -> None:
    with pytest.raises(BadDesign, match=reason):
        design_from_mapping(design_to_mapping(DESIGN) | {"excluded": rows})


def test_a_picked_image_is_not_excluded_too() -> None:
    picked = replace(
        DESIGN,
        arms=(replace(DESIGN.arms[0], cases=(), images=(BANK[0].sha256,)), DESIGN.arms[1]),
        excluded=(ExcludedImage(BANK[0].sha256, "soft"),),
        replicates=replace(DESIGN.replicates, count=0),
    )
    with pytest.raises(BadDesign, match="picked by hand and excluded"):
        drawn(picked)
