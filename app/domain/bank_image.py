"""One image of the bank as a draw sees it: its arm, its digest and what the records say of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

APART = " (memorised)"
"""Ends the stratum of flagged images where a design separates them."""


@dataclass(frozen=True)
class BankImage:
    """An image that may be drawn; `record` holds its condition and its provenance by key.

    `is_apart` where the bank flags it as a copy of a training image and the design separates those.
    """

    arm: str
    sha256: str
    record: Mapping[str, Any] = field(compare=False, repr=False)
    is_apart: bool = field(default=False, compare=False, repr=False)

    def text(self, key: str) -> str:
        """What the records say under `key`, as text; empty where they say nothing."""
        return record_text(self.record.get(key))

    def stratum(self, key: str) -> str:
        """The stratum that it is drawn from, where strata are made by `key`."""
        text = self.text(key)
        return f"{text}{APART}" if text and self.is_apart else text


def image_record(provenance: Mapping[str, Any], condition: str) -> dict[str, Any]:
    """Everything that is recorded of an image, by key: whether it is flagged, under memorised.

    >>> image_record({"evaluation": {"memorised": True}}, "normal")["memorised"]
    'yes'
    """
    record = {**provenance, "condition": condition}
    evaluation = provenance.get("evaluation")
    flag = evaluation.get("memorised") if isinstance(evaluation, Mapping) else None
    if isinstance(flag, bool):
        record.setdefault("memorised", "yes" if flag else "no")
    return record


def record_text(value: object) -> str:
    """A value of the bank's records as text.

    >>> record_text(["effusion", "nodule"]), record_text(3), record_text(None)
    ('effusion; nodule', '3', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Sequence):
        return "; ".join(record_text(one) for one in value)
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return str(value)
