"""One image of the bank as a draw sees it: its arm, its digest and what the records say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.design.record_keys import record_text


@dataclass(frozen=True)
class BankImage:
    """An image that may be drawn; `record` holds its condition and its provenance by key."""

    arm: str
    sha256: str
    record: Mapping[str, Any] = field(compare=False, repr=False)

    def text(self, key: str) -> str:
        """What the records say under `key`, as text; empty where they say nothing."""
        return record_text(self.record, key)
