"""Labels of conditions: the usual two, those that are declared, and no others."""

import pytest

from app.domain.conditions import condition_of, declared, not_a_condition


def test_the_usual_two_are_always_there() -> None:
    assert declared([]) == ("normal", "abnormal")
    assert declared(["Normal", " Pleural effusion "]) == ("normal", "abnormal", "Pleural effusion")


@pytest.mark.parametrize("label", ["", " ", "x" * 65, "a\nb", "a\x00", 3, None, ["normal"]])
def test_what_can_be_no_label_is_refused(label: object) -> None:
    with pytest.raises(ValueError, match="1 to 64 printable characters"):
        declared([label])


def test_a_label_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declared(["Nodule", "nodule"])


def test_a_record_names_one_of_them_and_is_never_guessed() -> None:
    labels = declared(["Nodule"])
    assert condition_of("NODULE ", labels) == "Nodule"
    assert condition_of("Abnormal", labels) == "abnormal"
    for said in ("nodul", "", None, ["normal"], 1):
        assert condition_of(said, labels) is None
    assert not_a_condition("nodul", labels) == (
        "condition must be normal, abnormal or Nodule, not 'nodul'"
    )
