"""Figures by what the records say of a case: the figures of the part, with counts and cautions."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_readers import study

from app.statistics.conduct.groups import figures_of_arms
from app.statistics.conduct.subgroups import by_stratum
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings

SETTINGS = AnalysisSettings(model=False)


def with_stratum(name: str, levels: list[str], cases: int = 12) -> RatingsTable:
    """A study whose case number k is of level k modulo their number."""
    table = study(readers=4, cases=cases)
    number = np.array([int(case.rsplit("-", 1)[1]) for case in table.case])
    return replace(table, strata={name: np.array(levels, dtype=np.str_)[number % len(levels)]})


def test_a_subgroups_figures_are_those_of_its_cases_alone() -> None:
    table = with_stratum("sex", ["F", "M"])
    stratum = by_stratum(table, SETTINGS)["sex"]
    assert [one.level for one in stratum.subgroups] == ["F", "M"]
    even = np.array([int(case.rsplit("-", 1)[1]) % 2 == 0 for case in table.case])
    kept = {
        name: getattr(table, name)[even]
        for name in ("reader", "case", "arm", "truth", "realism", "verdict", "confidence")
    }
    alone = figures_of_arms(
        ratings_table(**kept, realism_min=1, realism_max=5, confidence_max=5), SETTINGS
    )
    for arm in ("real", "M0", "M1"):
        for key in ("realism.mean", "deception.rate", "discrimination.auc_realism"):
            assert stratum.subgroups[0].figures[arm][key].to_json() == alone[arm][key].to_json()
    assert stratum.subgroups[0].images == {"real": 6, "M0": 6, "M1": 6}
    assert stratum.subgroups[0].is_small


def test_a_large_subgroup_is_not_called_small() -> None:
    stratum = by_stratum(with_stratum("sex", ["F", "M"], cases=24), SETTINGS)["sex"]
    assert not any(one.is_small for one in stratum.subgroups)


def test_ages_are_put_in_bands_as_dicom_and_people_write_them() -> None:
    table = with_stratum("age", ["019Y", "20", "47", "80", "093Y", ""])
    stratum = by_stratum(table, SETTINGS)["age"]
    assert [one.level for one in stratum.subgroups] == [
        "0 to 19 years",
        "20 to 39 years",
        "40 to 59 years",
        "80 years and over",
        "not stated",
    ]
    assert sum(one.images["real"] for one in stratum.subgroups) == 12


def test_many_numbers_are_put_in_thirds_of_the_cases() -> None:
    table = with_stratum("dose", [str(value) for value in range(30)], cases=30)
    stratum = by_stratum(table, SETTINGS)["dose"]
    assert [one.level for one in stratum.subgroups] == [
        "up to 9.66667",
        "above 9.66667, up to 19.3333",
        "above 19.3333",
    ]
    assert [one.images["M0"] for one in stratum.subgroups] == [10, 10, 10]


def test_many_words_are_refused_by_name_and_nothing_is_said_of_none() -> None:
    many = by_stratum(with_stratum("note", [f"word {k}" for k in range(20)], cases=20), SETTINGS)
    assert "20 values" in many["note"].why_not
    none = by_stratum(with_stratum("note", [""]), SETTINGS)
    assert "say nothing" in none["note"].why_not
    assert none["note"].to_json()["subgroups"] == {}


def test_an_arm_without_cases_of_a_level_has_none_there() -> None:
    table = study(readers=3, cases=8)
    level = np.where(table.arm == "M1", "F", np.where(table.arm == "real", "M", "F"))
    stratum = by_stratum(replace(table, strata={"sex": level}), SETTINGS)["sex"]
    of_women = next(one for one in stratum.subgroups if one.level == "F")
    assert of_women.images == {"real": 0, "M0": 8, "M1": 8}
    assert not of_women.figures["M1"]["discrimination.auc_realism"].is_estimated


def test_a_stratum_has_a_value_for_every_rating() -> None:
    with pytest.raises(StatisticsInputError, match="Column sex has 1 rows and reader has 2"):
        ratings_table(
            reader=["R1", "R1"],
            case=["a", "b"],
            arm=["real", "M"],
            truth=["real", "synthetic"],
            realism=[1, 2],
            strata={"sex": ["F"]},
        )
