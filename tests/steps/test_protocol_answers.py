"""From rows of answers to what the protocol's figures take: which questions, as which values."""

from typing import Any

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.questions.answer import Value
from app.report.page.choices import choice_sections
from app.statistics.protocols.single_readings import SingleReadings
from app.steps.protocol_answers import choices_of_study, protocol_answers
from tests.steps.test_question_figures import FINDING, row
from tests.studies import design_values

NOTICED = {"measure": "noticed"}
VERDICT = {"measure": "verdict"}


def design(*questions: dict[str, Any], phases: list[dict[str, Any]] | None = None) -> StudyDesign:
    keys = [str(one.get("key", one["measure"])) for one in questions]
    return design_from_mapping(
        design_values(
            format=2,
            arms=[{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0")],
            questions=[dict(one) for one in questions],
            phases=[{"questions": keys, **one} for one in phases or [{"key": "main"}]],
        )
    )


def singles(asked: StudyDesign, answers: dict[str, Value], phase: int = 1) -> list[SingleReadings]:
    rows = [
        row(reader, f"{arm}{case}", answers, arm=arm, phase=phase)
        for reader in ("A", "B")
        for arm in ("real", "M0")
        for case in range(3)
    ]
    return list(protocol_answers(asked, rows, {}).singles)


def test_in_a_study_of_one_phase_only_noticing_is_taken() -> None:
    answers: dict[str, Value] = {"noticed": "yes", "verdict": "real"}
    (one,) = singles(design(NOTICED, VERDICT), answers)
    assert (one.question, one.answered, set(one.value)) == ("noticed", "noticed", {1.0})
    assert singles(design(NOTICED, VERDICT), {"verdict": "real"}) == []


def test_noticing_in_other_words_than_yes_is_left_to_the_counts() -> None:
    own = NOTICED | {"options": ["often", "never"]}
    assert singles(design(own, VERDICT), {"noticed": "often"}) == []


def test_a_graded_finding_is_called_present_above_the_middle_and_has_its_grade() -> None:
    graded = FINDING | {"kind": "scale"}
    asked = design(VERDICT, graded, phases=[{"key": "a"}, {"key": "b", "cases": "same", "of": "a"}])
    for grade, present in ((3, 0.0), (4, 1.0)):
        made = {one.answered: set(one.value) for one in singles(asked, {"effusion": grade})}
        assert made == {"finding": {present}, "finding_grade": {float(grade)}}


def test_the_report_of_one_phase_has_noticing_by_arm() -> None:
    rows = [
        row(reader, f"{arm}{case}", {"noticed": said, "verdict": "real"}, arm=arm)
        for reader in ("A", "B", "C")
        for arm in ("real", "M0")
        for case in range(6)
        for said in ["yes" if arm == "M0" and case % 2 else "no"]
    ]
    (section,) = choice_sections(choices_of_study(design(NOTICED, VERDICT), rows, {}), {}, {})
    assert section.title == "Noticing"
    (table,) = section.tables
    assert table.title.endswith("By arm")
    shares = {one.heading: one.cells[1].text for one in table.rows}
    assert shares == {"real": "0%", "M0": "50%"}
