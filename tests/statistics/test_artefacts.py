"""What readers name: shares by hand, agreement as elsewhere, and where they were right."""

import numpy as np
import pytest

from app.statistics.agreement.by_arm import agreement
from app.statistics.protocols.artefacts import COEFFICIENTS, Naming, artefacts
from app.statistics.table.settings import AnalysisSettings

SETTINGS = AnalysisSettings()


def naming(
    reader: str, case: str, words: str, verdict: str = "", truth: str = "synthetic"
) -> Naming:
    arm = "real" if truth == "real" else "M1"
    return Naming(reader, case, arm, truth, tuple(words.split()), verdict)


def test_shares_of_films_and_of_readings() -> None:
    made = artefacts(
        [
            naming("A", "1", "rib"),
            naming("A", "2", ""),
            naming("A", "3", "rib grain"),
            naming("B", "1", "grain"),
            naming("B", "2", ""),
            naming("B", "4", "rib"),
        ],
        ["rib", "grain", "frame"],
        SETTINGS,
    )
    by_word = {one.word: one for one in made.words}
    # Films 1, 3 and 4 of four; reader A on 2 of 3, reader B on 1 of 3.
    assert by_word["rib"].films.estimate == 3 / 4
    assert by_word["rib"].readings.estimate == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert by_word["grain"].films.estimate == 2 / 4
    assert "these readers" in by_word["rib"].films.method
    frame = by_word["frame"].films
    assert (frame.estimate, frame.low) == (0.0, 0.0)
    assert "these readers" in frame.method
    assert "reader;" not in frame.caution
    assert made.named == ()


def test_agreement_is_that_of_presence_and_absence() -> None:
    rng = np.random.default_rng(3)
    matrix = (rng.random((4, 30)) < np.linspace(0.1, 0.9, 30)).astype(float)
    made = artefacts(
        [
            naming(f"R{j}", f"{k:02d}", "rib" if matrix[j, k] else "")
            for j in range(4)
            for k in range(30)
        ],
        ["rib"],
        SETTINGS,
    )
    expected = agreement(matrix, kind="verdict", categories=(0.0, 1.0))
    for name in COEFFICIENTS:
        assert made.words[0].agreement[name] == expected[name]


def test_a_word_named_by_nobody_says_why_it_has_no_kappa() -> None:
    made = artefacts(
        [naming(reader, case, "") for reader in "AB" for case in "1234"], ["rib"], SETTINGS
    )
    word = made.words[0]
    assert word.agreement["percent_agreement"].estimate == 1.0
    assert word.agreement["fleiss_kappa"].estimate is None
    assert "named it on all films or on none" in word.agreement["fleiss_kappa"].state


def test_words_are_counted_by_whether_the_verdict_was_right() -> None:
    made = artefacts(
        [
            naming("A", "1", "rib", "synthetic"),
            naming("A", "2", "rib grain", "synthetic"),
            naming("A", "3", "", "real"),
            naming("A", "4", "grain", "synthetic", "real"),
            naming("A", "5", "", "real", "real"),
            naming("A", "6", "rib"),
        ],
        ["rib", "grain"],
        SETTINGS,
    )
    assert made.readings == {"hit": 2, "miss": 1, "false_alarm": 1, "correct_rejection": 1}
    counts = {one.word: one.counts for one in made.named}
    assert counts["rib"] == {"hit": 2, "miss": 0, "false_alarm": 0, "correct_rejection": 0}
    assert counts["grain"] == {"hit": 1, "miss": 0, "false_alarm": 1, "correct_rejection": 0}
