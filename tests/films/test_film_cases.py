"""Every shared film case is read as its table says, by the one reader of both halves.

`tests/ml/test_film_cases.py` holds the other half to the same table.
"""

import json

import numpy as np
import pytest

from app.domain.errors import BadImage
from app.films.film import Film, GreyLevels
from app.films.reader import read_film
from tests.films.shared_cases import CASES, NOT_READ, ROWS, needs_cases

TOLERANCE = 1.5
LOSS = 12


def read(file: str) -> Film:
    return read_film(CASES / file)


def assert_points(levels: GreyLevels, right: dict[str, float]) -> None:
    for place, expected in right.items():
        row, column = (int(number) for number in place.split(","))
        assert levels[row, column] == pytest.approx(expected, abs=TOLERANCE), place


@needs_cases
@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["file"]))
def test_a_case_is_read_as_its_table_says(row: dict[str, object]) -> None:
    file, right = str(row["file"]), row["right"]
    ending = file[file.rfind(".") :]
    if ending in NOT_READ:
        with pytest.raises(BadImage, match=NOT_READ[ending]):
            read(file)
    elif isinstance(right, dict):
        assert_points(read(file).pixels, right)
    elif right == "refuse":
        with pytest.raises(BadImage) as caught:
            read(file)
        assert "\n" not in str(caught.value)
    else:
        assert_words(file, str(right))


def assert_words(file: str, right: str) -> None:
    """What a case of `any` and `refuse-or-shown` must not do is break, and so none may raise."""
    film = read(file)
    if right.startswith("orient:"):
        assert_points(film.pixels, json.loads(right.removeprefix("orient:")))
        assert [note.kind for note in film.notes] == ["turned"]
    elif right.startswith("aspect:"):
        assert film.width / film.height == pytest.approx(float(right.removeprefix("aspect:")))
    elif right == "notblack":
        assert film.pixels.max() > 100
    elif right == "warn":
        assert film.notes
    elif right.startswith("equal to"):
        difference = np.abs(film.pixels - read("syntaxes/raw12.dcm").pixels).max()
        assert difference <= (LOSS if "loss" in right else 0)
    elif right == "shown":
        assert film.pixels.max() - film.pixels.min() > 100
    else:
        assert right in ("any", "refuse-or-shown")
