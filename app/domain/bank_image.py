"""One image of the bank as a draw sees it: its arm, its digest and what the records say of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class BankImage:
    """An image that may be drawn; `record` holds its condition and its provenance by key."""

    arm: str
    sha256: str
    record: Mapping[str, Any] = field(compare=False, repr=False)

    def text(self, key: str) -> str:
        """What the records say under `key`, as text; empty where they say nothing."""
        return record_text(self.record.get(key))


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
