"""The image measures of arms as a table, and what is said of an arm with copies."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.bank.evaluation import arm_evaluation
from app.domain.design.reading import design_from_mapping
from app.report.page.view import report_view
from app.report.tables.image_measures import following_table, measure_table
from app.report.tables.table import ReportTable
from app.report.words.cautions import Caution
from app.report.words.methods import study_methods
from app.report.words.study_cautions import study_cautions
from app.services.summarise_study import ArmFacts, StudySummary
from tests.bank.test_evaluation import WHOLE
from tests.studies import design_values

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def arm(key: str, evaluation: object = None, flags: list[Any] | None = None) -> ArmFacts:
    """An arm of four cases; `flags` are what is kept with the image of each."""
    drawn = [None if flag is None else {"memorised": flag} for flag in flags or [None] * 4]
    return ArmFacts(
        key=key,
        label=key,
        kind="real" if key == "real" else "synthetic",
        description="",
        cases_by_stratum={"normal": 2, "abnormal": 2},
        generated=None,
        rejected=None,
        rejection_rule="",
        evaluation=arm_evaluation({"evaluation": evaluation}, drawn),
    )


def summary(*arms: ArmFacts, **questions: object) -> StudySummary:
    """A closed study in which nobody rated anything."""
    values = design_values(**({"questions": questions} if questions else {}))
    return StudySummary(
        slug="trial",
        title="Trial",
        status="closed",
        design=design_from_mapping(values),
        opened_at=NOW,
        closed_at=NOW,
        design_sha256="0" * 64,
        cases_sha256="0" * 64,
        rehearsal_of=None,
        arms=arms,
        readers=0,
        readers_finished=0,
        presentations=0,
        rated=0,
        analysis=None,
        questions=(),
    )


def cells(table: ReportTable, row: int) -> dict[str, str]:
    """Text of every cell of a row by its column, what stands below it in brackets."""
    return {
        name: cell.text + (f" [{cell.interval}]" if cell.interval else "")
        for name, cell in zip(table.columns[1:], table.rows[row].cells, strict=True)
    }


def copies(*arms: ArmFacts, **questions: object) -> list[Caution]:
    cautions = study_cautions(summary(*arms, **questions))
    return [caution for caution in cautions if caution.lead.startswith("Possible copies")]


def test_a_row_holds_every_measure_and_both_counts() -> None:
    table = measure_table([arm("real"), arm("M0", WHOLE, [True, False, True, False]), arm("M1")])
    assert table is not None
    assert cells(table, 1) == {
        "Images": "25",
        "Reference": "held-out",
        "KID": "0.012 [SE 0.004]",
        "Precision": "0.80",
        "Recall": "0.60",
        "Density": "1.25",
        "Coverage": "0.70",
        "MS‑SSIM": "0.312",
        "Prompt adherence": "0.27",
        "Memorised, bank": "4 of 25 [16%]",
        "Memorised, drawn": "2 of 4 [50%]",
    }
    for row in (0, 2):
        assert set(cells(table, row).values()) == {"–"}
    assert [row.heading for row in table.rows][3:] == ["Training against held-out images"]
    assert cells(table, 3)["KID"] == "−0.001"
    assert cells(table, 3)["Memorised, bank"] == "–"
    notes = " ".join(table.notes)
    assert "95% of training images" in notes
    assert "own autoencoder at 512 pixels" in notes


def test_without_any_evaluation_there_is_no_table_no_section_and_no_method() -> None:
    arms = (arm("real"), arm("M0", "excellent"))
    assert measure_table(arms) is None
    view = report_view(summary(*arms))
    assert "measures" not in {section.name for section in view.sections}
    assert "Image measures" not in dict(view.methods.paragraphs)


def test_arms_measured_differently_are_not_called_alike() -> None:
    other = {
        **WHOLE,
        "features": "inception",
        "reference": "training",
        "memorisation_percentile": 99.0,
        "real_against_real": {"kid": {"kid": 0.5}},
        "prompt_adherence": None,
    }
    table = measure_table([arm("M0", {**WHOLE, "prompt_adherence": None}), arm("M1", other)])
    assert table is not None
    assert "Prompt adherence" not in table.columns
    notes = " ".join(table.notes)
    assert "Inception-v3 at 512 pixels (M1)" in notes
    assert "M1 held against the training images themselves" in notes
    assert "than different training images" in notes
    assert [(row.heading, row.below) for row in table.rows[2:]] == [
        ("Training against held-out images", "M0"),
        ("Training against held-out images", "M1"),
    ]


def test_images_that_were_not_compared_are_not_counted_as_original() -> None:
    table = measure_table([arm("M0", WHOLE, [False, None, True, None])])
    assert table is not None
    assert cells(table, 0)["Memorised, drawn"] == "1 of 2 [of 4 drawn]"


def test_copies_that_were_read_are_named_beside_the_conclusions() -> None:
    (caution,) = copies(
        arm("M0", WHOLE, [True, False, False, False]), arm("M1", WHOLE | {"memorised": 0})
    )
    assert caution.place == "top"
    assert "1 of the 4 images drawn for this study, 4 of the 25 in the bank" in caution.text
    assert "realism and deception rate may come from copied training images" in caution.text
    (caution,) = copies(arm("M0", WHOLE, [True] * 4), realism="off", verdict=True)
    assert "Its deception rate may come from" in caution.text


def test_copies_that_were_not_read_are_named_beside_the_table() -> None:
    (caution,) = copies(arm("M0", WHOLE, [False] * 4))
    assert caution.place == "measures"
    assert "none of the 4 images drawn" in caution.text
    assert "not flagged" in caution.text


def test_copies_that_may_have_been_read_are_named_beside_the_conclusions() -> None:
    (unknown,) = copies(arm("M0", WHOLE))
    assert unknown.place == "top"
    assert "an unknown number of the images drawn" in unknown.text
    (partly,) = copies(arm("M0", WHOLE, [False, None, None, None]))
    assert partly.place == "top"
    assert "none of 1 images drawn" in partly.text


def test_a_real_arm_is_never_called_a_copy() -> None:
    assert copies(arm("real", WHOLE, [True] * 4)) == []


def test_methods_name_the_measures_that_are_there() -> None:
    methods = study_methods(summary(arm("M0", WHOLE)))
    text = dict(methods.paragraphs)["Image measures"]
    assert "kernel distance (KID) with jackknife standard errors [1]" in text
    assert "Fréchet" not in text
    assert "95% of training images" in text
    assert len(methods.references) == 4
    only_flags = study_methods(summary(arm("M0", None, [True] * 4)))
    assert "KID" not in dict(only_flags.paragraphs)["Image measures"]


def test_a_label_that_looks_like_a_citation_is_only_a_label() -> None:
    labelled = replace(arm("M0", WHOLE), label="M0 [lora]")
    assert "M0 [lora] (4 images)" in dict(study_methods(summary(labelled)).paragraphs)["Design"]


TOLD = {"auc": 0.9, "auc_low": 0.8, "auc_high": 0.96, "accuracy": 0.82}
MEASURED = {
    **WHOLE,
    "told_apart": TOLD,
    "vendi": {"score": 8.21, "of_reals": 12.5, "images": 24},
    "noise": {"images": 30, "reference": "held-out", "coverage": {"precision": 0.83}},
    "by_condition": {"normal": {"images": 12, "kid": {"kid": 0.5}, "told_apart": TOLD}},
    "prompt_following": {"normal": {"images": 12, "followed": 9}},
    "real_against_real": {
        "images": 30,
        "reference": "training",
        "kid": {"kid": 0.001},
        "prompt_following": {"normal": {"images": 20, "followed": 18}},
    },
}


def test_conditions_real_images_and_noise_have_rows_of_their_own() -> None:
    table = measure_table([arm("real"), arm("M0", MEASURED)])
    assert table is not None
    assert [row.heading for row in table.rows] == [
        "real",
        "M0",
        "M0: normal",
        "Half of the training images against the other",
        "Pure noise",
    ]
    assert cells(table, 1)["Told apart, AUC"] == "0.90 [0.80 to 0.96]"
    assert cells(table, 1)["Vendi"] == "8.2 [real 12.5]"
    assert cells(table, 2)["KID"] == "0.500"
    # What can be trusted least comes last, with the reason.
    columns = list(table.columns)
    assert columns.index("KID") < columns.index("Coverage") < columns.index("Precision")
    assert "pure noise has a precision of 0.83 here" in " ".join(table.notes)


def test_what_a_classifier_sees_stands_beside_what_it_sees_in_real_images() -> None:
    table = following_table([arm("M0", MEASURED)])
    assert table is not None
    assert [(row.heading, cells(table, i)["Seen as such"]) for i, row in enumerate(table.rows)] == [
        ("M0", "9 of 12 [75%]"),
        ("Real images", "18 of 20 [90%]"),
    ]
    assert following_table([arm("M0", WHOLE)]) is None
