"""The keys of a bank's records that a design speaks of."""

from typing import Any

import pytest

from app.domain.design.record_keys import record_keys, record_text, reference_of, with_keys

DOCUMENT: dict[str, Any] = {
    "stratify_by": "site",
    "matched_by": "report",
    "presentation": {"beside": "report"},
    "phases": [{"presentation": {"beside": "prompt"}}, {"key": "b"}],
    "questions": [
        {"measure": "finding", "reference": "labels"},
        {"measure": "finding"},
        {"measure": "finding", "reference": ""},
        {"measure": "realism"},
    ],
}


def test_every_key_that_images_need_is_named() -> None:
    assert record_keys(DOCUMENT) == {"site", "report", "prompt", "labels", "findings"}
    assert record_keys({"questions": []}) == {"condition"}


def test_keys_are_replaced_wherever_they_stand() -> None:
    keys = {"site": "a", "report": "b", "prompt": "c", "labels": "d", "findings": "e"}
    changed = with_keys(DOCUMENT, keys)
    assert record_keys(changed) == set("abcde")
    assert [reference_of(row) for row in changed["questions"]] == ["d", "e", "", ""]
    assert record_keys(DOCUMENT) == set(keys), "the document itself stays as it was"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" Effusion ", "Effusion"),
        (["Effusion", " Nodule"], "Effusion|Nodule"),
        (["Effusion", None, {"a": 1}], "Effusion"),
        ([], ""),
        (41, "41"),
        (0.5, "0.5"),
        (True, "true"),
        (None, ""),
        ({"a": 1}, ""),
        ("", ""),
    ],
)
def test_a_record_is_one_text(value: Any, text: str) -> None:
    assert record_text({"key": value}, "key") == text


def test_what_is_not_recorded_is_empty() -> None:
    assert record_text({}, "key") == ""
