"""The files of other tools say which phase and which question's answers they hold."""

import json
from dataclasses import replace

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.services.export_study import RatingsFile
from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.r_script import r_script
from tests.services.test_export_study import Exported, rehearsed
from tests.studies import House, design_values


def two_phases() -> StudyDesign:
    """Realism before readers know, then realism with a verdict and confidence."""
    design = design_from_mapping(design_values())
    phase = design.phases[0]
    verdict = design.first_with("verdict")
    assert verdict is not None
    informed = [question.key for question in design.questions]
    naive = [key for key in informed if design.question(key).measure == "realism"]
    return replace(
        design,
        phases=(
            replace(phase, key="naive", questions=tuple(naive)),
            replace(phase, key="informed", questions=tuple(informed), cases="same", of="naive"),
        ),
    )


def test_every_file_names_phase_and_question(house: House) -> None:
    exported = Exported(house, rehearsed(house))
    analysed = json.loads(exported.text("analysis.json"))["analysed"]
    assert analysed == {
        "phase": "main",
        "realism": "realism",
        "verdict": "verdict",
        "confidence": "confidence",
    }
    head = exported.text("study.imrmc").split("BEGIN DATA:")[0]
    assert "Phase main; from the answers to realism (" in head
    rows = exported.rows("rjafroc.csv")
    assert {(row["phase"], row["question"]) for row in rows} == {("main", "realism")}
    assert "# Phase main." in exported.text("models.R")


def test_a_score_of_verdict_and_confidence_names_both(house: House) -> None:
    exported = Exported(house, rehearsed(house, questions={"realism": "off"}))
    assert {row["question"] for row in exported.rows("rjafroc.csv")} == {"verdict+confidence"}
    assert json.loads(exported.text("analysis.json"))["analysed"]["realism"] is None


def test_the_r_script_takes_the_phase_that_is_analysed_and_no_machines() -> None:
    design = two_phases()
    held = HeldRatings.of(design)
    assert held.phase == "informed"
    layout = RatingsFile("trial", design, has_machines=True)
    script = r_script("trial", ["real", "M0"], layout, held, simulated=False)
    assert 'phase == "informed" & reader_kind != "machine"' in script
    assert "phase informed only" in script


def test_the_r_script_names_a_question_by_its_key() -> None:
    design = design_from_mapping(design_values())
    renamed = {"realism": "looks_real", "verdict": "real_or_not", "confidence": "sure"}
    questions = tuple(
        replace(one, key=renamed[one.key], of=renamed.get(one.of, one.of))
        if one.key in renamed
        else one
        for one in design.questions
    )
    phase = replace(design.phases[0], questions=tuple(one.key for one in questions))
    design = replace(design, questions=questions, phases=(phase,))
    layout = RatingsFile("trial", design, has_machines=False)
    script = r_script("trial", ["real"], layout, HeldRatings.of(design), simulated=False)
    assert "factor(ratings$looks_real, levels" in script
    assert 'ratings$real_or_not == "real"' in script
