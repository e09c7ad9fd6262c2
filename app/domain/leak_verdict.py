"""What a leak audit came to: which cases it was of, what leaks, what must be acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.kept import kept, told_again

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
    """As it stands in a study's log; of many sentences the first twenty.

    Each stands there in English, and beside it what it is made of (app.domain.kept).
    """
    leaks, marks = verdict.leaks[:MOST_SENTENCES], verdict.marks[:MOST_SENTENCES]
    return {
        "set_sha256": verdict.set_sha256,
        "leaks": [str(one) for one in leaks],
        "leaks_made_of": kept(leaks),
        "marks": [str(one) for one in marks],
        "marks_made_of": kept(marks),
        "pictures": verdict.pictures,
        # Not `readers`, which the log's page takes for those of the study.
        "probe_readers": verdict.readers,
        "fetched": verdict.fetched,
    }


def verdict_from_json(detail: Mapping[str, Any]) -> LeakVerdict:
    """The verdict that `verdict_to_json` wrote."""
    return LeakVerdict(
        str(detail["set_sha256"]),
        told_again(detail["leaks"], detail.get("leaks_made_of")),
        told_again(detail["marks"], detail.get("marks_made_of")),
        int(detail["pictures"]),
        int(detail["probe_readers"]),
        int(detail["fetched"]),
    )
