"""What a leak audit came to: which cases it was of, what leaks, what must be acknowledged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST_SENTENCES = 20
LONGEST_ACKNOWLEDGEMENT = 2000


@dataclass(frozen=True)
class LeakVerdict:
    """The outcome of an audit of exactly the cases and pictures that `set_sha256` names.

    leaks     sentences on files and delivery that tell pictures apart; a study can't open with one
    marks     sentences on arms that a measure of the pictures tells from real, and on pictures
              that are in two arms; opening needs a word on them
    pictures  files read; `fetched` counts those fetched by `readers` probe readers
    """

    set_sha256: str
    leaks: tuple[str, ...]
    marks: tuple[str, ...]
    pictures: int
    readers: int
    fetched: int


def verdict_to_json(verdict: LeakVerdict) -> dict[str, Any]:
    """As it stands in a study's log; of many sentences the first twenty."""
    told = {
        "leaks": list(verdict.leaks[:MOST_SENTENCES]),
        "marks": list(verdict.marks[:MOST_SENTENCES]),
    }
    kept = {**asdict(verdict), **told}
    # Not `readers`, which the log's page takes for those of the study.
    return {**kept, "probe_readers": kept.pop("readers")}


def verdict_from_json(detail: Mapping[str, Any]) -> LeakVerdict:
    """The verdict that `verdict_to_json` wrote."""
    return LeakVerdict(
        str(detail["set_sha256"]),
        tuple(detail["leaks"]),
        tuple(detail["marks"]),
        int(detail["pictures"]),
        int(detail["probe_readers"]),
        int(detail["fetched"]),
    )
