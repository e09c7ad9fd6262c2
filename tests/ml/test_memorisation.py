"""Copies of training images are found however they are laid, and honest images are not flagged."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform, gaussian_filter, shift

from ml.errors import MlError
from ml.measuring.gumbel import likeliest_gumbel
from ml.measuring.looks import LOOKS, laws
from ml.measuring.memorisation import FLAG_CHANCE, memorisation, yardstick
from ml.measuring.registration import (
    COARSE,
    COARSE_WINDOW,
    FINE,
    coarse_correlations,
    fit,
    likeness,
    prepare,
    stacked,
)
from ml.methods.config import DataConfig
from ml.radiographs.training_images import view


def films(seed, count, side=64):
    """Draw fields that share a common shape, as chest films share their anatomy."""
    rng = np.random.default_rng(seed)
    common = gaussian_filter(np.random.default_rng(0).standard_normal((side, side)), 8) * 40
    own = gaussian_filter(rng.standard_normal((count, side, side)), (0, 2.5, 2.5)) * 8
    return (0.5 + 0.1 * (common + own)).clip(0, 1)


NAMES = [f"train-{i}.png" for i in range(16)]
TRAINING = films(1, 16)


def turned(image, degrees, scale=1.0):
    angle, centre = np.deg2rad(degrees), (image.shape[0] - 1) / 2
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    offset = centre - matrix @ np.array([centre, centre])
    return affine_transform(image, matrix, offset, order=1, mode="reflect")


def own_view(number):
    data = DataConfig(size=64, mirror=True)
    return lambda x: view(x.astype(np.float32), number, "film", data).astype(np.float64)


DISGUISES = {
    "exact": lambda x: x,
    "noisy": lambda x: x + 0.02 * np.random.default_rng(9).standard_normal(x.shape),
    "blurred": lambda x: gaussian_filter(x, 0.7),
    "other exposure": lambda x: (0.8 * x + 0.05) ** 1.3,
    "shifted": lambda x: shift(x, (3, -3), mode="nearest"),
    "turned": lambda x: turned(x, -3),
    "enlarged": lambda x: turned(x, 0, 1.11),
    "mirrored": lambda x: x[:, ::-1],
    "inverted": lambda x: 1 - x,
    "trained view 1": own_view(1),
    "trained view 3": own_view(3),
    "mirrored view": own_view(5),
    "moved by 6 %, black where it left": lambda x: shift(x, (-4, 4), order=1),
    "moved the other way, white where it left": lambda x: shift(x, (4, -4), order=1, cval=1.0),
    "moved and turned": lambda x: shift(turned(x, 2), (2.5, -2.5), order=1),
    "grain as strong as its detail": lambda x: x + grain(0.06),
    "grain, moved": lambda x: shift(x, (2, -3), mode="nearest") + grain(0.05),
    "white and black specks": lambda x: np.where(np.abs(grain(1.0)) > 2, np.sign(grain(1.0)), x),
}


def grain(strength):
    return strength * np.random.default_rng(9).standard_normal((64, 64))


@pytest.fixture(scope="module")
def judge():
    return yardstick(TRAINING, NAMES)


@pytest.fixture(scope="module")
def judged(judge):
    copies = np.stack([disguise(TRAINING[11]) for disguise in DISGUISES.values()])
    return dict(zip(DISGUISES, memorisation(copies, judge), strict=True))


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_is_flagged_and_its_original_named(disguise, judged):
    neighbour = judged[disguise]
    assert neighbour.flagged
    assert neighbour.nearest == "train-11.png"
    assert neighbour.chance < FLAG_CHANCE


def test_how_a_copy_was_laid_is_said(judged):
    assert judged["mirrored"].fit.mirrored
    assert not judged["exact"].fit.mirrored
    assert judged["exact"].correlation == pytest.approx(1, abs=1e-3)
    assert judged["turned"].fit.turn == pytest.approx(-3, abs=0.5)
    assert judged["enlarged"].fit.scale == pytest.approx(1.11, abs=0.02)


def test_new_images_are_not_flagged(judge):
    neighbours = memorisation(films(2, 20), judge)
    assert not any(n.flagged for n in neighbours)
    # The chances of honest images are spread as chances are.
    assert 0.2 < np.median([n.chance for n in neighbours]) < 0.8


def test_three_films_flag_no_new_image_and_find_their_copies():
    new = films(2, 6)
    for first in (0, 3, 6):
        few = yardstick(TRAINING[first : first + 3], NAMES[:3])
        assert not any(n.flagged for n in memorisation(np.concatenate([new, new[..., ::-1]]), few))
        copies = memorisation(np.stack([turned(x, 2) for x in TRAINING[first : first + 3]]), few)
        assert [(n.flagged, n.nearest) for n in copies] == [(True, name) for name in NAMES[:3]]


def test_films_alike_by_luck_do_not_judge_too_strictly():
    lucky = laws(np.full((3, len(LOOKS)), 0.2), likeliest_gumbel)
    assert [spread for _, spread in lucky.of_looks] == [look.least_spread for look in LOOKS]
    # A half must lie two spreads farther out.
    whole, _, _, *halves = lucky.standardised(np.full(len(LOOKS), 0.7))
    assert whole == pytest.approx(0.5 / 0.05)
    assert halves == pytest.approx([0.5 / look.least_spread - 2 for look in LOOKS[3:]])
    assert lucky.location > 0
    assert lucky.spread >= 1


def test_an_image_that_resembles_every_film_is_close_to_none(judge):
    (mean,) = memorisation(TRAINING.mean(axis=0)[None], judge)
    assert not mean.flagged


def test_two_that_were_exported_twice_are_named_and_switch_nothing_off(judge):
    again = np.stack([gaussian_filter(TRAINING[3], 0.5), 0.9 * TRAINING[4] + 0.05])
    twins = yardstick(np.concatenate([TRAINING, again]), [*NAMES, "again-3.png", "again-4.png"])
    assert twins.near_duplicates == (
        ("again-3.png", "train-3.png"),
        ("again-4.png", "train-4.png"),
    )
    assert twins.limit == pytest.approx(judge.limit, rel=0.25)
    copies = np.stack([turned(TRAINING[3], 2), turned(TRAINING[7], 2), films(2, 1)[0]])
    assert [n.flagged for n in memorisation(copies, twins)] == [True, True, False]


def test_the_limit_is_where_the_chance_is_the_one_asked_for(judge):
    assert judge.chance(judge.limit) == pytest.approx(FLAG_CHANCE)
    assert judge.chance(judge.location) == pytest.approx(1 - np.exp(-1))
    stricter = yardstick(TRAINING[:5], NAMES[:5], flag_chance=0.2)
    assert stricter.chance(stricter.limit) == pytest.approx(0.2)


def test_a_fit_finds_turn_and_size_between_the_steps_of_the_grid():
    image, other = prepare(turned(TRAINING[5], 2.9, 1.03)), prepare(TRAINING[5])
    coarse = coarse_correlations([image], [other])
    laid = fit(image, other, *coarse.start(0, 0))
    assert laid.turn == pytest.approx(2.9, abs=0.3)
    assert laid.scale == pytest.approx(1.03, abs=0.01)
    assert laid.correlation > 0.97


def test_a_fit_of_an_image_on_itself_is_whole_at_any_size():
    for side in (32, FINE, 100):
        image = prepare(films(3, 1, side)[0])
        laid = fit(image, image, False, np.array([0.0, 1.0, 0.0, 0.0]))
        assert laid.correlation == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("look", "kept"),
    [
        ("left half", np.s_[:, :32]),
        ("right half", np.s_[:, 32:]),
        ("upper half", np.s_[:32]),
        ("lower half", np.s_[32:]),
    ],
)
def test_half_of_a_film_pasted_into_another_is_flagged(look, kept, judge):
    pasted = films(2, 1)[0]
    pasted[kept] = TRAINING[11][kept]
    (neighbour,) = memorisation(pasted[None], judge)
    assert (neighbour.flagged, neighbour.nearest) == (True, "train-11.png")
    assert neighbour.look == look


def test_grain_makes_no_copy_of_an_honest_image(judge):
    noisy = films(2, 12) + grain(0.06)
    assert not any(n.flagged for n in memorisation(noisy.clip(0, 1), judge))


def test_a_constant_image_resembles_nothing(judge):
    (neighbour,) = memorisation(np.full((1, 64, 64), 0.5), judge)
    assert neighbour.correlation == 0
    assert not neighbour.flagged


def test_a_black_border_changes_nothing_of_the_film_beside_it():
    film = films(5, 1)[0] * 0.8 + 0.1
    bordered = film.copy()
    bordered[:, :8] = 0
    plain, beside = prepare(film).fine, prepare(bordered).fine
    assert np.isnan(beside[:, :9]).all()
    both = np.isfinite(plain) & np.isfinite(beside)
    assert both[:, 9:].mean() > 0.9
    assert np.corrcoef(plain[both], beside[both])[0, 1] > 0.9


def test_an_inverted_border_is_white_and_a_bright_abdomen_is_film():
    film = films(5, 1)[0] * 0.8 + 0.1
    inverted = film.copy()
    inverted[:, :8] = 1
    assert np.isnan(prepare(inverted).fine[:, :8]).all()
    bright = film.copy()
    bright[0, :] = bright[:8] = 0
    bright[40:, 20:44] = 1
    assert np.isfinite(prepare(bright).fine[44:, 24:40]).all()


def test_an_image_that_is_mostly_black_is_looked_at_whole():
    mostly = np.zeros((64, 64))
    mostly[20:40, 20:40] = films(5, 1)[0][20:40, 20:40]
    assert np.isfinite(prepare(mostly).fine).all()


def test_the_coarse_comparison_is_the_masked_correlation_by_hand():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, COARSE, COARSE))
    one[:, :5], other[20:] = np.nan, np.nan
    weight = COARSE_WINDOW * (np.isfinite(one) & np.isfinite(other))
    x, y = np.nan_to_num(one), np.nan_to_num(other)
    expected = (weight * x * y).sum() / np.sqrt((weight * x**2).sum() * (weight * y**2).sum())
    assert likeness(stacked([one]), stacked([other]))[0, 0] == pytest.approx(
        abs(expected), rel=1e-4
    )


@pytest.mark.parametrize("count", [3, 30, 300])
def test_the_likeliest_gumbel_is_scipys(count):
    from scipy.stats import gumbel_r

    values = np.random.default_rng(count).gumbel(0.2, 0.06, count)
    assert likeliest_gumbel(values) == pytest.approx(gumbel_r.fit(values), rel=1e-4)


def test_values_that_do_not_vary_have_the_least_spread():
    assert likeliest_gumbel(np.ones(4), 0.05) == pytest.approx((1.0, 0.05))


def test_too_few_training_images_are_refused():
    with pytest.raises(MlError, match="at least 3 training images"):
        yardstick(TRAINING[:2], NAMES[:2])


def test_a_fit_beyond_doubt_spares_other_films_and_changes_nothing(judge, monkeypatch):
    from ml.measuring import memorisation as module

    copies = np.stack([DISGUISES["turned"](film) for film in TRAINING[:4]])
    tried = []

    def counted(*given):
        tried.append(1)
        return fit(*given)

    monkeypatch.setattr(module, "fit", counted)
    quick = memorisation(copies, judge)
    few = len(tried)
    monkeypatch.setattr(module, "BEYOND_DOUBT", 2.0)
    assert memorisation(copies, judge) == quick
    assert few < len(tried) - few
