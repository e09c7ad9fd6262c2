"""Drawing cases: seeded, per arm and condition, telling nothing by their codes."""

import pytest

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.errors import BadDesign
from app.domain.sampling import Stratum, draw_cases
from tests.studies import design_values


def design(**changes: object) -> StudyDesign:
    return design_from_mapping(design_values(**changes))


def bank(count: int = 6) -> dict[Stratum, list[str]]:
    return {
        (arm, condition): [f"{arm}-{condition}-{number}" for number in range(count)]
        for arm in ("real", "M0", "M1")
        for condition in ("normal", "abnormal")
    }


def test_it_draws_what_was_asked_for_of_each_stratum() -> None:
    drawn = draw_cases(design(practice={"count": 3}), bank())
    proper = [case for case in drawn if not case.is_practice]
    assert len(proper) == 12
    for arm in ("real", "M0", "M1"):
        for condition in ("normal", "abnormal"):
            assert sum(case.stratum == (arm, condition) for case in proper) == 2
    practice = [case for case in drawn if case.is_practice]
    assert len({case.stratum for case in practice}) == 3
    assert not {case.image for case in practice} & {case.image for case in proper}


def test_the_same_seed_draws_the_same_cases_whatever_the_order_of_the_bank() -> None:
    shuffled = {stratum: images[::-1] for stratum, images in reversed(bank().items())}
    assert draw_cases(design(), bank()) == draw_cases(design(), shuffled)
    assert draw_cases(design(), bank()) != draw_cases(design(seed=8), bank())


def test_codes_tell_no_arm() -> None:
    drawn = draw_cases(design(), bank())
    arms = [case.stratum[0] for case in sorted(drawn, key=lambda case: case.code)]
    assert arms != sorted(arms)
    assert [case.code for case in drawn][:2] == ["C0001", "C0002"]


def test_replicates_are_spread_over_strata() -> None:
    drawn = draw_cases(design(replicates={"count": 6, "minimum_lag": 3}), bank())
    assert len({case.stratum for case in drawn if case.is_replicated}) == 6


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arms": [{"arm": "real", "normal": 7, "abnormal": 0}]}, "7 normal images"),
        ({"practice": {"count": 50}}, "24 images of these arms are left over"),
    ],
)
def test_it_says_what_the_bank_lacks(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadDesign, match=sentence):
        draw_cases(design(**changes), bank())
