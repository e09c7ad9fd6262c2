"""One image of the bank as a draw sees it: its arm, its digest and what the records say of it."""

import json
import re
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


def holds_finding(value: object, finding: str) -> bool | None:
    """Whether a reference standard names a finding; None where the records say nothing.

    The reference is a list of findings, a text with commas, semicolons or bars between them, or a
    table of finding to 1 or 0.

    >>> holds_finding("Effusion; Nodule", "nodule"), holds_finding({"nodule": 0}, "nodule")
    (True, False)
    """
    if isinstance(value, Mapping):
        named = {str(key).casefold(): one for key, one in value.items()}
        said = named.get(finding.casefold())
        return None if said is None else bool(said)
    text = record_text(value)
    if not text:
        return None
    words = {word.strip().casefold() for word in re.split(r"[;,|]", text)}
    return finding.casefold() in words
