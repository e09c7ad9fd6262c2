"""The leak audit as a table, as warnings and in the methods of a report."""

from dataclasses import replace

import numpy as np

from app.bank.picture_measures import AUDIT_MEASURES
from app.report.page.view import report_view
from app.report.tables.shortcuts import shortcut_table
from app.report.tables.table import ReportTable
from app.report.words.shortcuts import (
    file_sentence,
    measure_words,
    resolution_offer,
    shortcut_sentences,
)
from app.report.words.study_cautions import audit_cautions
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.leaks.joint import JointSeparation
from app.statistics.realness.separation import Separation, separation
from tests.report.test_measure_table import arm, summary

WEAK = Separation(auc=0.61, low=0.45, high=0.75, synthetic_is="higher", p=0.2)
STRONG = Separation(auc=0.93, low=0.8, high=0.98, synthetic_is="lower", p=0.0001)
ALIKE = Separation(auc=0.5, low=None, high=None, synthetic_is="alike", p=1.0)


def pictures(key: str, **separated: Separation | None) -> ArmPictures:
    separations = (
        {} if key == "real" else {name: separated.get(name, WEAK) for name in AUDIT_MEASURES}
    )
    kind = "real" if key == "real" else "synthetic"
    return ArmPictures(key, f"{key} in words", kind, 20, 0, 600, separations)


def audit(*arms: ArmPictures, faults: tuple[str, ...] = ()) -> PictureAudit:
    return PictureAudit(size=512, file_bytes=262_744, arms=arms, faults=faults)


def arm_cells(table: ReportTable, arm: int) -> dict[str, str]:
    """An arm's column: row heading to text, with what stands below it."""
    column = [(row.heading, row.cells[arm]) for row in table.rows]
    return {
        name: f"{cell.text} [{cell.interval}]" if cell.interval else cell.text
        for name, cell in column
    }


def test_a_row_says_how_the_arm_differs_and_how_surely() -> None:
    enlarged = replace(
        pictures("M0", sharpness=STRONG, margin=ALIKE),
        enlarged=5,
        grey_mapping="percentile",
        notes={"lateral": 3},
        joint=JointSeparation(0.9, 0.8, 0.95, 0.005, 199, np.zeros(0)),
    )
    table = shortcut_table(audit(pictures("real"), enlarged))
    assert arm_cells(table, 0) == {
        "Pictures": "20",
        "Enlarged": "0",
        "Made grey": "the window in the file, else percentiles [dicom-window]",
        "All together": "–",
        **{words[0].upper() + words[1:]: "–" for words in map(measure_words, AUDIT_MEASURES)},
    }
    assert arm_cells(table, 1) == {
        "Pictures": "20",
        "Enlarged": "5 [25%]",
        "Made grey": "percentiles [percentile; 3 images: lateral view]",
        "All together": "0.90 [p = .005, 0.80 to 0.95]",
        "Sharpness": "0.93 [softer, 0.80 to 0.98]",
        "Brightness": "0.61 [brighter, 0.45 to 0.75]",
        "Contrast": "0.61 [harder, 0.45 to 0.75]",
        "Margin": "0.50 [alike]",
        "Letters and markers": "0.61 [more, 0.45 to 0.75]",
        "Grey range": "0.61 [wider, 0.45 to 0.75]",
        "Clipping": "0.61 [more, 0.45 to 0.75]",
        "Number of grey levels": "0.61 [more, 0.45 to 0.75]",
        "Noise": "0.61 [grainier, 0.45 to 0.75]",
        "JPEG blocks": "0.61 [stronger, 0.45 to 0.75]",
        "Slope of the spectrum": "0.61 [flatter, 0.45 to 0.75]",
        "Hard edges": "0.61 [more, 0.45 to 0.75]",
    }
    assert table.columns == ("Measure", "real in words", "M0 in words")


def test_only_arms_that_are_told_apart_are_warned_of() -> None:
    told = pictures("M1", sharpness=STRONG, contrast=replace(STRONG, synthetic_is="higher"))
    audited = audit(pictures("real"), pictures("M0"), told)
    ((lead, text),) = shortcut_sentences(audited)
    assert lead == "Told from real without anatomy: M1 in words."
    assert text == "One number does it: sharpness (softer, AUC 0.93), contrast (harder, AUC 0.93)."
    top, below = audit_cautions(audited)
    assert (top.place, below.place) == ("top", "shortcuts")
    assert top.text.startswith("M1: a program")
    assert audit_cautions(audit(pictures("real"), pictures("M0"))) == ()
    assert audit_cautions(None) == ()


def test_enlarging_is_blamed_where_it_made_soft() -> None:
    small = {"enlarged": 20, "smallest_source": 128}
    soft = replace(pictures("M0", sharpness=STRONG), **small)  # type: ignore[arg-type]
    dark = replace(pictures("M1", brightness=STRONG), **small)  # type: ignore[arg-type]
    grainy = replace(
        pictures("M2", sharpness=replace(STRONG, synthetic_is="higher")),
        **small,  # type: ignore[arg-type]
    )
    told = shortcut_sentences(audit(pictures("real"), soft, dark, grainy))
    first, second, third = (text for _, text in told)
    assert "20 of its 20 sources are smaller than the picture (the smallest 128 pixels)" in first
    assert second == "One number does it: brightness (darker, AUC 0.93)."
    assert third == "One number does it: sharpness (sharper, AUC 0.93)."


def test_the_coarsest_sources_resolution_is_offered_to_all_arms() -> None:
    coarse = replace(pictures("M0"), enlarged=3, smallest_source=200)
    both = audit(pictures("real"), coarse)
    assert both.common_resolution == 200
    assert resolution_offer(both) == (
        "The coarsest source, of M0 in words, has 200 pixels for a picture of 512: with a "
        "resolution of 200 no arm keeps finer detail than it has."
    )
    tiny = replace(coarse, smallest_source=20)
    assert audit(pictures("real"), tiny).common_resolution == 32
    for nothing in (audit(pictures("real"), pictures("M0")), replace(both, remedies="cropped")):
        assert (nothing.common_resolution, resolution_offer(nothing)) == (None, "")


def test_files_are_alike_or_counted() -> None:
    assert file_sentence(audit(pictures("M0"))) == (
        "All 20 files are alike: 262,744 bytes, and nothing in them but the picture."
    )
    one = audit(pictures("M0"), faults=("The rendition x is not there.",))
    assert file_sentence(one).startswith("1 of 20 files is missing or unlike the others")
    (caution,) = audit_cautions(one)
    assert (caution.place, caution.lead) == ("top", "Blinding of the files.")


def test_the_report_holds_the_audit_where_there_is_one() -> None:
    arms = (arm("real"), arm("M0"))
    audited = audit(pictures("real"), pictures("M0", sharpness=STRONG))
    view = report_view(summary(*arms), audited)
    names = [section.name for section in view.sections]
    shortcuts = view.sections[names.index("images") + 1]
    assert shortcuts.name == "shortcuts"
    assert "Told from real without anatomy" in shortcuts.cautions[0].lead
    assert shortcuts.tables[0].notes[0].startswith("All 40 files are alike")
    methods = dict(view.methods.paragraphs)["Leak audit"]
    assert "sharpness, brightness, contrast, margin, letters and markers" in methods
    assert "0.80 or more with p ≤ 0.01" in methods
    assert any("DeLong" in reference for reference in view.methods.references)


def test_without_a_comparison_methods_claim_none() -> None:
    nothing = {name: separation(np.array([]), np.array([1.0])) for name in AUDIT_MEASURES}
    only = replace(pictures("M0"), separations=nothing)
    view = report_view(summary(arm("M0")), audit(only))
    assert "Leak audit" not in dict(view.methods.paragraphs)
    (shortcuts,) = [section for section in view.sections if section.name == "shortcuts"]
    assert arm_cells(shortcuts.tables[0], 0)["Sharpness"] == "–"
