"""A purpose-blinded phase is warned of whatever tells its purpose."""

from typing import Any

import pytest

from app.domain.design.warnings import design_warnings
from tests.domain.documents import design

ASKED = [{"measure": "quality"}, {"measure": "verdict"}]
BLINDED = {"key": "naive", "questions": ["quality"], "purpose_blinded": True}
TOLD = {"key": "told", "questions": ["verdict"], "cases": "same", "of": "naive"}
TITLE = "Reading chest radiographs"


def warnings(**changes: Any) -> tuple[str, ...]:
    given = {"title": TITLE, "questions": ASKED, "phases": [BLINDED, TOLD]} | changes
    return design_warnings(design(**given))


def test_a_blinded_phase_with_neutral_words_is_not_warned_of() -> None:
    assert warnings() == ()


def test_a_study_that_hides_nothing_is_not_warned_of() -> None:
    assert design_warnings(design(title="Real or synthetic?", questions=ASKED)) == ()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"title": "Synthetic radiographs"}, "'Synthe' in the title"),
        ({"title": "Radiografias geradas"}, "'gerada' in the title"),
        ({"title": "Radiografías generadas"}, "'generada' in the title"),
        ({"title": "Imágenes hechas por un ordenador"}, "'ordenador' in the title"),
        ({"title": "Künstliche Bilder"}, "'Künstlich' in the title"),
        ({"notice": "An AI study"}, "'AI' in the notice"),
        ({"instructions": "Some are fake."}, "'fake' in the instructions"),
        ({"consent": {"text": "made by a computer"}}, "'computer' in the text of the consent"),
        (
            {"consent": {"line": "I look at generated films"}},
            "'generat' in the sentence of consent",
        ),
        ({"registration": {"purpose": "To tell real or not"}}, "in the registration's purpose"),
        ({"registration": {"registry": "Deepfake trial"}}, "in the registration's registry"),
    ],
)
def test_a_text_that_tells_is_named_with_its_word(changes: dict[str, Any], word: str) -> None:
    (warning,) = warnings(**changes)
    assert word in warning


def test_a_question_that_tells_is_named() -> None:
    (warning,) = warnings(phases=[BLINDED | {"questions": ["quality", "verdict"]}])
    assert "the question verdict tells" in warning
    told = {"measure": "quality", "labels": ["Artificial", "Natural"], "low": 1, "high": 5}
    (warning,) = warnings(questions=[told, {"measure": "verdict"}])
    assert "(it says 'Artificial')" in warning


def test_blinding_after_telling_comes_too_late() -> None:
    told = {"key": "told", "questions": ["verdict"]}
    (warning,) = warnings(phases=[told, BLINDED])
    assert "readers know by then" in warning


def test_a_width_that_laptops_lack_is_warned_of() -> None:
    [warning] = design_warnings(design(display={"least_width": 1600}))
    assert "narrower than 1600 pixels" in warning
    assert design_warnings(design(display={"least_width": 1024})) == ()


def test_questions_left_without_words_of_a_language_that_others_have_are_named() -> None:
    quality = {"measure": "quality", "prompt": "How good?", "low": 1, "high": 5}
    verdict = {"measure": "verdict", "prompt": "Which?"}
    portuguese = {"translations": {"pt-BR": {"prompt": "Qual?"}}}
    assert design_warnings(design(language="en", questions=[quality, verdict])) == ()
    both = [quality | portuguese, verdict | portuguese]
    assert design_warnings(design(language="en", questions=both)) == ()
    (warning,) = design_warnings(design(language="en", questions=[quality, verdict | portuguese]))
    assert "have words in pt-BR and others have none: quality." in warning
