"""Every published value whose statistic we offer is matched within its tolerance.

The values lie beside the checkout, in ../shared/reference; without them these tests are skipped.
"""

from __future__ import annotations

import csv
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from offered_agreement import OFFERED as OFFERED_AGREEMENT
from offered_mrmc import OFFERED as OFFERED_MRMC

REFERENCE = Path(__file__).parents[2] / ".." / "shared" / "reference"
OFFERED = {**OFFERED_AGREEMENT, **OFFERED_MRMC}


def entries() -> list[dict[str, Any]]:
    path = REFERENCE / "expected.json"
    if not path.is_file():
        return []
    published = json.loads(path.read_text())["entries"]
    return [entry for entry in published if entry["statistic"] in OFFERED]


ENTRIES = entries()


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    if not name:
        return ()
    with (REFERENCE / name).open(newline="") as file:
        return tuple(csv.DictReader(file))


def compare(ours: Any, expected: Any, *, tolerance: float, relative: bool, where: str) -> int:
    """Assert that every number we give is the expected one; returns how many there were."""
    if isinstance(ours, dict):
        missing = set(ours) - set(expected)
        assert not missing, f"{where}: not in the published value: {missing}"
        return sum(
            compare(part, expected[key], tolerance=tolerance, relative=relative, where=key)
            for key, part in ours.items()
        )
    if isinstance(ours, list | tuple):
        assert len(ours) == len(expected), where
        return sum(
            compare(one, other, tolerance=tolerance, relative=relative, where=where)
            for one, other in zip(ours, expected, strict=True)
        )
    assert ours is not None, f"{where}: not estimable"
    allowed = tolerance * abs(expected) if relative else tolerance
    # A tolerance below the digits of a double can't be asked of either side.
    allowed = max(allowed, 4 * math.ulp(abs(float(expected))))
    assert abs(ours - expected) <= allowed, f"{where}: {ours!r} is not {expected!r} +- {allowed:g}"
    return 1


@pytest.mark.skipif(not ENTRIES, reason="no published values in ../shared/reference")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry['id']}-{entry['statistic']}")
def test_it_matches_the_published_value(entry: dict[str, Any]) -> None:
    ours = OFFERED[entry["statistic"]](rows(entry["file"]), entry["args"])
    compared = compare(
        ours,
        entry["value"],
        tolerance=entry["tolerance"],
        relative=entry["tolerance_kind"] == "relative",
        where=entry["id"],
    )
    assert compared > 0
