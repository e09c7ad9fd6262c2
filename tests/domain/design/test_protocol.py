"""A protocol's file: a design without arms, and what it takes of a bank."""

import tomllib
from typing import Any

import pytest

from app.domain.design.protocol import read_protocol
from app.domain.errors import BadDesign
from tests.domain.design.test_protocols import FOLDER


def test_what_is_left_out_has_a_default() -> None:
    data = {"fill": {"study": "a", "source": "b", "asks": "c"}, "title": "t"}
    read = read_protocol("trial", data)
    assert (read.real, read.least, read.most, read.cases, read.fewest) == (True, 1, 50, 10, 1)
    assert read.document == {"title": "t"}


@pytest.mark.parametrize(
    ("fill", "field"),
    [
        ({"study": ""}, "fill.study"),
        ({"source": 7}, "fill.source"),
        ({"cases": 0}, "fill.cases"),
        ({"least_synthetic": 3, "most_synthetic": 2}, "fill.least_synthetic"),
        ({"real": 1}, "fill.real"),
        ({"keys": {"report": "prompt"}}, "fill.keys.report"),
        ({"wanted": 1}, "fill.wanted"),
    ],
)
def test_a_protocol_that_makes_no_sense_is_refused(fill: dict[str, Any], field: str) -> None:
    data = tomllib.loads((FOLDER / "xreal-2024.toml").read_text())
    with pytest.raises(BadDesign) as caught:
        read_protocol("trial", data | {"fill": data["fill"] | fill})
    assert caught.value.field == field
    with pytest.raises(BadDesign, match="filled from a bank"):
        read_protocol("trial", data | {"arms": []})
