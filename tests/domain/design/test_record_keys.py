"""The keys of a bank's records that a design speaks of."""

from typing import Any

from app.domain.design.record_keys import record_keys, reference_key, with_keys

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
    assert [reference_key(row) for row in changed["questions"]] == ["d", "e", "", ""]
    assert record_keys(DOCUMENT) == set(keys), "the document itself stays as it was"
