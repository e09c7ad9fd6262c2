"""Grain that an autoencoder leaves out: measured on films whose grain is known."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ml.errors import MlError
from ml.sampling.grain import BANDS, CENTRES, Grain, grain_of_data, measure_grain

Grey = NDArray[np.float64]


def slope(size: int = 256) -> Grey:
    """Grey levels 20 to 235 from left to right."""
    return np.tile(np.linspace(20, 235, size), (size, 1))


def grainy(smooth: Grey, *, deviation: float, blur: float, seed: int) -> Grey:
    """Add noise of variance 1 once blurred, times the deviation and growing with the grey."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal(smooth.shape), blur)
    return smooth + deviation * (1 + smooth / 255) * noise / noise.std()


def spectrum_slope(picture: Grey) -> float:
    """Return power near the finest detail over power at a quarter of it."""
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    n = len(picture)
    rows = np.abs(np.fft.fftfreq(n))[:, None] + 0 * np.abs(np.fft.fftfreq(n))[None, :]
    fine, coarse = power[(rows > 0.4)].mean(), power[(rows > 0.08) & (rows < 0.12)].mean()
    return float(fine / coarse)


def test_strength_by_grey_and_spectrum_are_those_of_the_films() -> None:
    smooth = slope()
    films = [grainy(smooth, deviation=2.0, blur=0.8, seed=seed) for seed in range(6)]
    grain = measure_grain(films, [smooth] * 6)
    assert grain.strengths.shape == (6, BANDS)
    known = slice(2, 14)
    expected = 2.0 * (1 + CENTRES[known] / 255)
    assert np.abs(grain.strengths[:, known].mean(axis=0) / expected - 1).max() < 0.06

    drawn = np.mean([grain.add(smooth, seed) - smooth for seed in range(6)], axis=0) * np.sqrt(6)
    true = films[0] - smooth
    assert drawn[:, 40:216].std() == pytest.approx(true[:, 40:216].std(), rel=0.06)
    assert spectrum_slope(grain.add(np.full((256, 256), 128.0), 3)) == pytest.approx(
        spectrum_slope(grainy(np.full((256, 256), 128.0), deviation=2.0, blur=0.8, seed=9)),
        rel=0.25,
    )


def test_grain_that_the_decoder_draws_of_its_own_is_not_put_on_once_more() -> None:
    """Deviations of 2.5 and 1.5 at every grey leave 2 to be added, of another texture."""
    smooth = np.full((256, 256), 100.0)
    films, decoded = (
        [
            smooth + d * np.random.default_rng(int(10 * d) + s).standard_normal(smooth.shape)
            for s in few
        ]
        for d, few in ((2.5, range(6)), (1.5, range(6)))
    )
    for drawn in ([], decoded[:3]):
        grain = measure_grain(films, decoded, drawn)
        assert grain.strengths.mean() == pytest.approx(2.0, rel=0.04)
        assert np.std(grain.add(decoded[0], 1)) == pytest.approx(2.5, rel=0.04)


def test_a_seed_gives_one_grain_whatever_the_shape_and_another_seed_another() -> None:
    smooth = slope()
    grain = measure_grain([grainy(smooth, deviation=3.0, blur=0.5, seed=1)], [smooth])
    flat = np.full((96, 160), 100.0)
    assert np.array_equal(grain.add(flat, 5), grain.add(flat, 5))
    apart = grain.add(flat, 5) - 100, grain.add(flat, 6) - 100
    assert abs(np.corrcoef(apart[0].ravel(), apart[1].ravel())[0, 1]) < 0.05
    assert apart[0].shape == flat.shape


def test_a_lost_edge_and_black_padding_are_no_grain() -> None:
    smooth = slope()
    film = grainy(smooth, deviation=2.0, blur=0.8, seed=2)
    plain = measure_grain([film], [smooth])
    film[:, :40] = 0
    film[100:104, 60:200] += 90
    marred = measure_grain([film], [smooth])
    seen = slice(4, 13)
    assert np.abs(marred.strengths[0, seen] / plain.strengths[0, seen] - 1).max() < 0.1


def test_images_stay_between_black_and_white() -> None:
    grain = Grain(np.full((1, BANDS), 60.0), np.ones((64, 33)))
    drawn = grain.add(np.tile([[2.0, 250.0]], (64, 32)), 0)
    assert 0 <= drawn.min() < drawn.max() <= 255


def test_films_without_grain_or_without_grey_are_refused() -> None:
    smooth = slope(128)
    for nothing in ([], [np.zeros((128, 128))], [slope(32)]):
        with pytest.raises(MlError, match="no film has a grey area"):
            measure_grain(nothing, nothing)
    with pytest.raises(MlError, match="have no grain that what is drawn has not"):
        measure_grain([smooth], [smooth])


def test_it_is_measured_through_a_real_autoencoder(pipeline: Any) -> None:
    """What is measured is the difference of a film and what decode(encode(film)) gives."""
    vae = pipeline.vae
    films = [grainy(slope(128), deviation=4.0, blur=0.8, seed=s) / 255 for s in range(2)]
    grain = grain_of_data(vae, films, [slope(128).astype(np.uint8)], data="d" * 64)
    assert grain.provenance() == {"data": "d" * 64, "films": 2, "drawn": 1}
    assert (grain.strengths > 0).any()
