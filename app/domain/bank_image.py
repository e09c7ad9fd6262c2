"""One image of the bank as a draw sees it: its arm, its digest and what the records say of it."""

from collections.abc import Mapping
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
    """A value of the bank's records as one text; empty where there is nothing.

    A list, of findings say, is joined by `|`. Tables have no text: they can't make a stratum.

    >>> record_text(["effusion", "nodule"]), record_text(3), record_text(None)
    ('effusion|nodule', '3', '')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "|".join(str(one).strip() for one in value if isinstance(one, str | int | float))
    return str(value).strip() if isinstance(value, str | int | float) else ""
