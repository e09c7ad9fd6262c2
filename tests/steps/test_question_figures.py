"""From rows of answers to the figures of each question: who counts, what is right, what is not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.db.truth.answer_rows import AnswerRow, ShownPicture
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.questions.answer import Mark, Value
from app.statistics.protocols.artefacts import Artefacts
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.findings import Findings
from app.statistics.protocols.places import Places
from app.statistics.protocols.prompt_agreement import PromptAgreement
from app.steps.question_figures import QuestionFigures, question_figures
from tests.studies import SIZE, design_values


def design(*questions: dict[str, Any], **changes: Any) -> StudyDesign:
    return design_from_mapping(
        design_values(
            format=2,
            arms=[{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0")],
            questions=[dict(one) for one in questions],
            **changes,
        )
    )


def row(
    reader: str, case: str, answers: Mapping[str, Value], *, arm: str = "real", **changes: Any
) -> AnswerRow:
    truth = "real" if arm == "real" else "synthetic"
    condition = "normal" if case.endswith("n") else "abnormal"
    made = AnswerRow(
        reader=reader,
        reader_kind="human",
        case=case,
        pictures=(ShownPicture(1, case, arm, condition, condition, truth),),
        phase=1,
        is_phase_end=False,
        replicate=0,
        position=1,
        session=1,
        exposure_ms=None,
        answers=answers,
        shown_at=None,
        submitted_at=datetime(2026, 11, 27, tzinfo=UTC),
        reading_time_ms=None,
        hidden_time_ms=None,
        viewing=None,
        reason=None,
        grey_steps=None,
        is_superseded=False,
    )
    return replace(made, **changes)


def one(made: tuple[QuestionFigures, ...]) -> QuestionFigures:
    (only,) = made
    return only


FINDING = {"measure": "finding", "key": "effusion", "finding": "Effusion", "prompt": "Effusion?"}
VERDICT = {"measure": "verdict"}
CONFIDENCE = {"measure": "confidence", "of": "verdict"}


def test_superseded_repeated_and_other_phases_answers_do_not_count() -> None:
    rows = [
        row("A", "1", {"effusion": "present"}),
        row("A", "2", {"effusion": "absent"}),
        row("A", "1", {"effusion": "absent"}, is_superseded=True),
        row("A", "1", {"effusion": "absent"}, replicate=1),
        row("A", "3", {"effusion": "absent"}, is_phase_end=True),
    ]
    said = {"1": {"effusion": "present"}, "2": {"effusion": None}}
    figures = one(question_figures(design(FINDING), rows, said, {})).figures  # type: ignore[arg-type]
    assert isinstance(figures, Findings)
    assert (figures.arms[0].n_present, figures.arms[0].n_unknown) == (1, 1)
    assert figures.arms[0].figures["sensitivity"].estimate == 1.0


def test_machines_stand_apart_and_speak_for_themselves() -> None:
    rows = [
        row(reader, case, {"effusion": "present"}, reader_kind=kind)
        for reader, kind in (("A", "human"), ("B", "human"), ("GPT", "machine"))
        for case in ("1", "2", "3")
    ]
    said = {case: {"effusion": "present"} for case in "123"}
    human, machine = question_figures(design(FINDING), rows, said, {})  # type: ignore[arg-type]
    assert (human.reader_kind, human.readers) == ("human", 2)
    assert (machine.reader_kind, machine.readers) == ("machine", 1)
    assert (human.settings.generalise_to, machine.settings.generalise_to) == (
        "readers_and_cases",
        "cases",
    )


def test_each_machine_has_figures_of_its_own_and_stands_beside_people() -> None:
    said = {str(case): {"effusion": ("present", "absent")[case % 2]} for case in range(6)}
    rows = [
        row(reader, case, {"effusion": answer}, reader_kind=kind)
        for reader, kind in (("A", "human"), ("X01", "machine"), ("X02", "machine"))
        for case in said
        for answer in [said[case]["effusion"] if reader != "X02" else "present"]
    ]
    figures = question_figures(design(FINDING), rows, said, {})  # type: ignore[arg-type]
    human, first, second = figures
    assert (first.machine, second.machine, human.machine) == ("X01", "X02", "")
    assert isinstance(second.figures, Findings)
    assert second.figures.arms[0].figures["specificity"].estimate == 0.0
    beside = {
        (one.machine, one.measure): (one.own.estimate, one.difference.estimate)
        for one in human.machines
    }
    assert beside["X01", "specificity"] == (1.0, 0.0)
    assert beside["X02", "specificity"] == (0.0, 1.0)
    assert first.machines == second.machines == ()
    assert len(human.to_json()["beside_machines"]) == len(beside) == 8


def test_who_answered_little_is_left_out_and_named() -> None:
    rows = [
        row(reader, str(case), {"verdict": "real", "confidence": 3})
        for reader in "AB"
        for case in range(10)
    ]
    rows.append(row("C", "0", {"verdict": "real", "confidence": 1}))
    made = one(question_figures(design(VERDICT, CONFIDENCE), rows, {}, {}))
    assert made.left_out == {"C": 1}
    assert made.readers == 2
    assert isinstance(made.figures, Calibration)
    assert made.figures.levels[0].n == 0
    assert made.figures.levels[2].correct.estimate == 1.0


def test_a_grade_in_the_middle_of_a_finding_scale_is_not_called_present() -> None:
    scale = FINDING | {"kind": "scale"}
    rows = [row("A", str(case), {"effusion": grade}) for case, grade in enumerate((5, 4, 3, 2))]
    said = {str(case): {"effusion": "present"} for case in range(4)}
    figures = one(question_figures(design(scale), rows, said, {})).figures  # type: ignore[arg-type]
    assert isinstance(figures, Findings)
    assert figures.arms[0].figures["sensitivity"].estimate == 0.5


def test_confidence_in_a_finding_is_held_against_the_reference_alone() -> None:
    sure = {"measure": "confidence", "of": "effusion"}
    rows = [row("A", str(case), {"effusion": "present", "confidence": 4}) for case in range(4)]
    said = {"0": {"effusion": "present"}, "1": {"effusion": "absent"}}
    made = question_figures(design(FINDING, sure), rows, said, {})  # type: ignore[arg-type]
    figures = made[1].figures
    assert isinstance(figures, Calibration)
    assert figures.by_arm[""]["accuracy"].estimate == 0.5
    assert sum(level.n for level in figures.levels) == 2
    nobody = question_figures(design(FINDING, sure), rows, {}, {})
    assert nobody[1].why_not == "the bank says of no image whether the finding is there"


def test_a_long_slider_is_cut_into_classes_that_are_named() -> None:
    slider = CONFIDENCE | {"kind": "slider", "low": 0, "high": 100, "labels": []}
    rows = [
        row("A", str(value), {"verdict": "real", "confidence": value})
        for value in (0, 20, 21, 99, 100)
    ]
    figures = one(question_figures(design(VERDICT, slider), rows, {}, {})).figures
    assert isinstance(figures, Calibration)
    assert [level.name for level in figures.levels] == [
        "0 to 20",
        "21 to 40",
        "41 to 60",
        "61 to 80",
        "81 to 100",
    ]
    assert [level.n for level in figures.levels] == [2, 1, 0, 0, 2]


def test_a_design_may_state_what_levels_of_confidence_say() -> None:
    said = (0.5, 0.6, 0.7, 0.9, 1.0)
    rows = [row("A", str(n), {"verdict": "real", "confidence": n}) for n in range(1, 6)]
    equal, stated = (
        one(question_figures(design(VERDICT, asked), rows, {}, {}))
        for asked in (CONFIDENCE, CONFIDENCE | {"probabilities": list(said)})
    )
    for made, is_stated, expected in (
        (equal, False, (0.5, 0.625, 0.75, 0.875, 1)),
        (stated, True, said),
    ):
        assert isinstance(made.figures, Calibration)
        assert made.figures.is_stated == is_stated
        assert [level.probability for level in made.figures.levels] == list(expected)
        # All were right: the score is the mean of (1 - p) squared.
        brier = sum((1 - p) ** 2 for p in expected) / 5
        assert made.figures.by_arm[""]["brier"].estimate == pytest.approx(brier)
    assert stated.to_json()["probabilities"] == "stated"
    assert equal.to_json()["probabilities"] == "equal steps"


def test_two_probabilities_are_those_of_the_ends_of_a_slider() -> None:
    slider = CONFIDENCE | {"kind": "slider", "low": 0, "high": 100, "labels": []}
    slider["probabilities"] = [0, 1]
    rows = [row("A", str(n), {"verdict": "real", "confidence": n}) for n in (0, 30, 100)]
    figures = one(question_figures(design(VERDICT, slider), rows, {}, {})).figures
    assert isinstance(figures, Calibration)
    assert [level.probability for level in figures.levels] == pytest.approx(
        [0.1, 0.305, 0.505, 0.705, 0.905]
    )


def test_confidence_in_what_is_neither_right_nor_wrong_says_so() -> None:
    quality = {"measure": "quality"}
    sure = {"measure": "confidence", "of": "quality"}
    rows = [row("A", "1", {"quality": 3, "confidence": 2})]
    made = one(question_figures(design(quality, sure), rows, {}, {}))
    assert made.figures is None
    assert made.why_not == "an answer to quality is neither right nor wrong"
    assert made.to_json()["state"] == f"not estimable: {made.why_not}"


def test_of_pairs_the_place_chosen_is_right_where_the_real_one_is() -> None:
    pairs = design(
        {"measure": "find_the_real"},
        {"measure": "confidence", "of": "find_the_real"},
        presentation={"pictures": 2, "layout": "side_by_side", "composition": "one_real"},
    )

    def shown(slot: int, arm: str) -> ShownPicture:
        return ShownPicture(slot, arm, arm, "", "", "real" if arm == "real" else "synthetic")

    both = {
        0: (shown(1, "real"), shown(2, "M0")),
        1: (shown(1, "M0"), shown(2, "real")),
    }
    rows = [
        row("A", f"{place}", {"find_the_real": chosen, "confidence": 5}, pictures=both[place % 2])
        for place, chosen in enumerate((1, 2, 2, 2))
    ]
    figures = one(question_figures(pairs, rows, {}, {})).figures
    assert isinstance(figures, Calibration)
    assert set(figures.by_arm) == {""}
    assert figures.by_arm[""]["accuracy"].estimate == 0.75
    assert figures.metacognition is not None
    assert figures.metacognition.kinds == ("first", "second")


def test_words_and_marks_are_read_with_their_verdicts_and_places() -> None:
    asked_if = {"question": "verdict", "values": ["synthetic"]}
    asked = design(
        VERDICT,
        {"measure": "artefact", "asked_if": asked_if},
        {"measure": "place", "shape": "point_or_box", "asked_if": asked_if},
    )
    box = Mark(0.0, 0.0, SIZE / 2, SIZE / 2)
    rows = [
        row("A", "1", {"verdict": "synthetic", "artefact": ("rib",), "place": (box,)}, arm="M0"),
        row("A", "2", {"verdict": "real"}, arm="M0"),
        row("A", "3", {"verdict": "synthetic", "artefact": (), "place": ()}),
    ]
    words, marks = (made.figures for made in question_figures(asked, rows, {}, {}))
    assert isinstance(words, Artefacts)
    assert words.readings == {"hit": 1, "miss": 0, "false_alarm": 1, "correct_rejection": 0}
    ribs = {one.arm: one.films.estimate for one in words.words if one.word == "rib"}
    assert ribs == {"real": 0.0, "M0": 1.0}
    assert isinstance(marks, Places)
    by_arm = {one.arm: one for one in marks.arms}
    assert (by_arm["M0"].n_marks, by_arm["real"].n_marks) == (1, 0)
    # The middle of the box is a quarter of the way down and across.
    n = by_arm["M0"].density.shape[0]
    assert by_arm["M0"].density[n // 4, n // 4] == pytest.approx(
        by_arm["M0"].density.max(), rel=0.05
    )


def test_agreement_with_the_prompt_goes_by_condition() -> None:
    asked = design({"measure": "prompt_agreement"}, presentation={"beside": "prompt"})
    rows = [
        row("A", f"{case}{'n' if case % 2 else 'a'}", {"prompt_agreement": 5 if case % 2 else 2})
        for case in range(6)
    ]
    figures = one(question_figures(asked, rows, {}, {})).figures
    assert isinstance(figures, PromptAgreement)
    assert {made.condition: made.mean.estimate for made in figures.rows} == {
        "": 3.5,
        "abnormal": 2.0,
        "normal": 5.0,
    }
