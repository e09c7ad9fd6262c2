"""The published protocols fill over a bank that has what they need, and say what it lacks."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.domain.design.arm_choice import HeldArm
from app.domain.design.protocol import Protocol, read_protocol
from app.domain.design.protocols import FilledProtocol, fill_protocol
from app.domain.design.reading import design_from_json
from app.domain.design.warnings import design_warnings
from app.domain.design.writing import design_to_json
from app.domain.errors import BadInput

FOLDER = Path(__file__).parents[3] / "app/protocols"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
PUBLISHED = {
    "clode-da-silva-2024",
    "jang-2023",
    "khader-2023",
    "xreal-2024",
    "roentgen-alignment",
    "cervical-quartets-2025",
    "pet-pairs-2023",
    "model-arena",
    "tordjman-2026",
    "gazevalm-2026",
    "schuit-2025",
    "hype-time",
    "mrmc-split-plot",
}


def protocol(name: str) -> Protocol:
    return read_protocol(name, tomllib.loads((FOLDER / f"{name}.toml").read_text()))


def records(count: int, *, leave_out: Sequence[str] = (), **more: str) -> list[dict[str, str]]:
    """`count` images of each condition, with a text and a matching key."""
    return [
        {
            key: value
            for key, value in {
                "condition": condition,
                "findings": "No Finding" if condition == "normal" else "Effusion|Pneumonia",
                "prompt": f"{condition} chest film",
                "match": f"{condition}-{number}",
                **more,
            }.items()
            if key not in leave_out
        }
        for condition in ("normal", "abnormal")
        for number in range(count)
    ]


def bank(count: int = 30, synthetic: int = 3, **more: Any) -> list[HeldArm]:
    arms = [HeldArm("real", "real", records(count, **more))]
    arms += [
        HeldArm(f"M{number}", "synthetic", records(count, **more)) for number in range(synthetic)
    ]
    return arms


def filled(name: str, arms: Sequence[HeldArm]) -> FilledProtocol:
    return fill_protocol(protocol(name), arms)


def test_there_is_a_file_for_each_published_study() -> None:
    assert set(NAMES) == PUBLISHED


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_says_whose_it_is_and_what_is_ours(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text()
    assert "# Published: " in text
    assert "# Ours: " in text
    assert protocol(name).study
    assert protocol(name).source


@pytest.mark.parametrize("name", NAMES)
def test_it_fills_over_a_bank_that_has_everything(name: str) -> None:
    design = filled(name, bank(60)).design
    kinds = ["real" if plan.arm == "real" else "synthetic" for plan in design.arms]
    asked = protocol(name)
    assert (kinds[0] == "real") == asked.real
    assert asked.least <= kinds.count("synthetic") <= asked.most
    assert len({plan.cases for plan in design.arms}) == 1
    assert design_from_json(design_to_json(design)) == design
    assert design.analysis.primary in {question.key for question in design.questions}


@pytest.mark.parametrize("name", NAMES)
def test_no_blinded_phase_tells(name: str) -> None:
    assert design_warnings(filled(name, bank()).design) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [2, 3, 5, 12])
def test_it_asks_for_no_more_than_the_bank_holds(name: str, count: int) -> None:
    filling = filled(name, bank(count))
    design = filling.design
    draws = sum(phase.cases == "new" for phase in design.phases)
    for plan in design.arms:
        assert all(cases * draws <= count for _, cases in plan.cases)
    assert design.practice.count <= 2 * count * len(design.arms) - draws * design.case_count
    pictures = {phase.presentation.pictures for phase in design.phases if phase.cases == "new"}
    assert all(design.case_count % shown == 0 for shown in pictures)
    if count < protocol(name).cases:
        assert any("more is not there" in note for note in filling.notes)


def test_what_was_published_needs_no_note() -> None:
    assert filled("clode-da-silva-2024", bank(15)).notes == ()
    plan = filled("clode-da-silva-2024", bank(15)).design.arms[0]
    assert dict(plan.cases) == {"normal": 15, "abnormal": 15}


def test_the_first_real_arm_is_real_and_arms_come_in_order() -> None:
    arms = [HeldArm("other", "real", records(15)), *bank(15)]
    design = filled("clode-da-silva-2024", arms).design
    assert [plan.arm for plan in design.arms] == ["other", "M0", "M1", "M2"]
    assert [plan.arm for plan in filled("jang-2023", bank(60)).design.arms] == ["real", "M0"]


def test_an_arm_that_is_too_small_is_left_out() -> None:
    arms = [*bank(15, synthetic=2), HeldArm("tiny", "synthetic", records(0))]
    assert [plan.arm for plan in filled("clode-da-silva-2024", arms).design.arms] == [
        "real",
        "M0",
        "M1",
    ]


def test_arms_that_hold_one_stratum_are_compared_on_that() -> None:
    normals = [one for one in records(15) if one["condition"] == "normal"]
    filling = filled("xreal-2024", [*bank(15, synthetic=0), HeldArm("M0", "synthetic", normals)])
    assert [dict(plan.cases) for plan in filling.design.arms] == [{"normal": 15}] * 2
    assert "Left out, since not every arm holds enough of it: abnormal." in filling.notes


@pytest.mark.parametrize(
    ("name", "arms", "sentence"),
    [
        ("jang-2023", [], "jang-2023 needs a real arm, and the bank has none."),
        ("jang-2023", bank(synthetic=0), "needs 1 synthetic arm, and the bank has none."),
        (
            "cervical-quartets-2025",
            bank(synthetic=2),
            "needs 3 synthetic arms, and the bank has 2.",
        ),
        ("model-arena", bank(synthetic=1), "needs 2 synthetic arms, and the bank has 1."),
        (
            "roentgen-alignment",
            bank(leave_out=("prompt", "findings")),
            "needs report or prompt or findings in the records of a real arm and 1 synthetic arm, "
            "and real, M0, M1, M2 lack it.",
        ),
        (
            "roentgen-alignment",
            [
                HeldArm("real", "real", records(15, leave_out=("prompt",))),
                HeldArm("M0", "synthetic", records(15, leave_out=("prompt", "findings"))),
            ],
            "in the records of a real arm and 1 synthetic arm, and M0 lacks it.",
        ),
        (
            "tordjman-2026",
            bank(leave_out=("findings",)),
            "needs findings in the records of a real arm",
        ),
        ("jang-2023", bank(1), "needs 2 or more images of one condition in each of its arms"),
        (
            "gazevalm-2026",
            [
                HeldArm("real", "real", records(5, report="a")),
                HeldArm("M0", "synthetic", records(5, match="x", findings="y", report="b")),
            ],
            "images of one condition that share their ",
        ),
    ],
)
def test_it_says_in_a_sentence_what_the_bank_lacks(
    name: str, arms: list[HeldArm], sentence: str
) -> None:
    with pytest.raises(BadInput) as caught:
        filled(name, arms)
    assert sentence in str(caught.value)
    assert str(caught.value).count(".") == 1


def test_another_key_may_stand_in() -> None:
    filling = filled("roentgen-alignment", bank(leave_out=("prompt",)))
    assert filling.design.phases[0].presentation.beside == "findings"
    assert "findings stands in for report, which the bank's images lack." in filling.notes
    filling = filled("cervical-quartets-2025", bank(leave_out=("match",)))
    assert filling.design.matched_by == "findings"


def test_matched_arms_share_as_many_values_as_each_draws() -> None:
    real = records(10)
    other = [one | {"match": one["match"].replace("-9", "-99")} for one in records(10)]
    arms = [HeldArm("real", "real", real), HeldArm("M0", "synthetic", other)]
    design = fill_protocol(
        read_protocol(
            "trial",
            tomllib.loads((FOLDER / "gazevalm-2026.toml").read_text())
            | {"matched_by": "match", "phases": []},
        ),
        arms,
    ).design
    assert dict(design.arms[0].cases) == {"normal": 9, "abnormal": 9}


def test_findings_take_the_name_that_the_bank_uses() -> None:
    filling = filled("schuit-2025", bank())
    names = {question.key: question.finding for question in filling.design.questions}
    assert names["effusion"] == "Effusion"
    assert names["atelectasis"] == "Atelectasis"
    assert "The bank's findings say Effusion for Pleural Effusion." in filling.notes
    assert any("No image has Atelectasis in its findings" in note for note in filling.notes)


def test_what_depends_on_the_number_of_cases_shrinks_with_it() -> None:
    data = tomllib.loads((FOLDER / "xreal-2024.toml").read_text())
    data |= {
        "practice": {"count": 10},
        "replicates": {"count": 10, "minimum_lag": 5},
        "allocation": {"scheme": "quota", "cases_per_reader": 100},
        "phases": [{"key": "a"}, {"key": "b", "cases": "part", "of": "a", "part_count": 50}],
    }
    filling = fill_protocol(read_protocol("trial", data), bank(3, synthetic=1))
    design = filling.design
    assert design.case_count == 12
    assert design.practice.count == 0
    assert design.replicates.count == 7
    assert design.allocation.cases_per_reader == 12
    assert design.phases[1].part_count == 6
    assert len(filling.notes) == 5
