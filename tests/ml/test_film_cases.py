"""Training reads every film as the application does: same grey levels, same notes, same refusals.

The table of shared cases and that of every codec and transfer syntax are the application's own:
`tests/films/test_film_cases.py`, `test_every_syntax.py` and `test_mutations.py` hold it to them.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.films.reader import BadImage, read_film
from ml.radiographs.pixels import UnusableImage, read_radiograph
from tests.films.shared_cases import CASES, ROWS, needs_cases
from tests.films.test_every_syntax import ELSEWHERE, FILM_STRIPS, LOSSLESS, LOSSY, referring
from tests.films.test_mutations import FILES

# Half a step of the 16 bits that training keeps.
HALF_A_STEP = 255 / 65_535 / 2 + 1e-4


def refusal_of(path):
    """Return why the application refuses a file, or None."""
    try:
        read_film(path)
    except BadImage as error:
        return error.reason
    return None


MADE = {**FILES, **LOSSLESS, **LOSSY, **{s: referring(s) for s in (*FILM_STRIPS, *ELSEWHERE)}}


@needs_cases
@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["file"]))
def test_both_halves_read_a_case_alike(row):
    assert_alike(CASES / str(row["file"]))


@pytest.mark.parametrize("kind", MADE)
def test_both_halves_read_a_made_file_alike(kind, tmp_path):
    (tmp_path / "film").write_bytes(MADE[kind])
    assert_alike(tmp_path / "film")


def assert_alike(path):
    """Training sees the application's levels and notes, or refuses in the same words."""
    refusal = refusal_of(path)
    if refusal is not None:
        with pytest.raises(UnusableImage) as refused:
            read_radiograph(path)
        assert str(refused.value) == refusal
        return
    film, radiograph = read_film(path), read_radiograph(path)
    levels = radiograph.pixels.astype(np.float64) * (255 / np.iinfo(radiograph.pixels.dtype).max)
    assert np.abs(levels - film.pixels).max() <= HALF_A_STEP
    assert radiograph.notes == tuple(str(note) for note in film.notes)
    assert radiograph.digest == film.pixels_sha256
