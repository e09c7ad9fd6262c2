"""What tells pictures and their delivery apart: the joint classifier, the balance, the rules."""

import math
from dataclasses import replace

import numpy as np
import pytest

from app.statistics.leaks.balance import difference_of_kinds, difference_of_numbers
from app.statistics.leaks.delivery import (
    FetchedPage,
    FetchedPicture,
    Placed,
    audit_delivery,
)
from app.statistics.leaks.joint import (
    FEWEST,
    folds_of,
    joint_separation,
    out_of_fold,
    relabelled_scores,
)
from app.statistics.leaks.telling import telling
from app.statistics.realness.separation import Separation

RNG = np.random.default_rng(11)
HEADERS = (("content-type", "image/png"), ("content-length", "100"))


def test_measures_that_tell_only_together_are_told() -> None:
    """Each of two measures alone tells little, their difference everything."""
    shared = RNG.normal(size=(60, 1)) * 5
    pairs = np.concatenate((shared, shared), axis=1) + RNG.normal(size=(60, 2)) * 0.2
    pairs[30:, 1] += 3.0
    joint = joint_separation(pairs[:30], pairs[30:])
    assert joint is not None
    assert joint.auc > 0.9
    assert joint.p == 1 / 200
    assert joint.is_telling
    assert joint.low is None or joint.low <= joint.auc <= (joint.high or 1)


def test_alike_pictures_are_not_told_and_few_relabellings_show_it() -> None:
    values = np.random.default_rng(5).normal(size=(60, 12))
    joint = joint_separation(values[:30], values[30:])
    assert joint is not None
    assert not joint.is_telling
    assert joint.p > 0.05
    assert joint.permutations < 199


def test_too_few_pictures_are_not_judged() -> None:
    values = RNG.normal(size=(FEWEST - 1, 3))
    assert joint_separation(values, RNG.normal(size=(30, 3))) is None


def test_many_relabellings_at_once_are_fitted_as_the_library_fits_one() -> None:
    values = np.random.default_rng(3).normal(size=(40, 6))
    labels = np.repeat([0, 1], [25, 15])
    folds = folds_of(labels)
    one = out_of_fold(values, labels, folds)
    many = relabelled_scores(np.stack([values, values[::-1]]), labels, folds)
    assert np.abs(one - many[0]).max() < 0.01
    assert np.abs(one - many[1]).max() > 0.1


def test_a_measure_is_held_against_all_that_were_tried() -> None:
    def measured(p: float, auc: float = 0.9) -> Separation:
        return Separation(auc, None, None, "higher", p)

    assert telling({"a": measured(0.004), "b": None}) == ("a",)
    # Of three the smallest counts threefold, and the next is not looked at after a failure.
    assert telling({"a": measured(0.004), "b": measured(0.3), "c": measured(0.5)}) == ()
    assert telling({"a": measured(0.004), "b": measured(0.001), "c": measured(0.5)}) == ("a", "b")
    assert telling({"a": measured(0.0001, auc=0.79)}) == ()


def test_numbers_differ_in_standard_deviations() -> None:
    apart = difference_of_numbers([50, 60, 70, None], [60, 70, 80])
    assert apart.value == pytest.approx(1.0)
    assert (apart.known, apart.of) == ((3, 3), (4, 3))
    assert apart.is_unlike
    assert difference_of_numbers([None, 1], [1, 2]).value is None
    assert difference_of_numbers([512, 512], [512, 512]).value == 0
    assert difference_of_numbers([512, 512], [256, 256]).value == math.inf


def test_shares_of_two_kinds_differ_as_the_published_formula_has_it() -> None:
    # Austin 2009: (p1 - p0) / sqrt((p1 (1 - p1) + p0 (1 - p0)) / 2) with 0.75 and 0.5.
    apart = difference_of_kinds(["f", "m"] * 2, ["f", "f", "f", "m"])
    assert apart.value == pytest.approx(0.25 / math.sqrt((0.1875 + 0.25) / 2))
    assert difference_of_kinds(["f"], ["f", "f"]).value == 0
    assert difference_of_kinds(["f", "f"], ["m", "m"]).value == math.inf
    assert difference_of_kinds(["f"], [None]).value is None


def picture(reader: int, place: int, **changes: object) -> FetchedPicture:
    made = FetchedPicture(
        reader=reader,
        phase=1,
        is_practice=False,
        is_synthetic=place % 2 == 1,
        address=f"/read/image/{reader}-{place}",
        status=200,
        headers=HEADERS,
        length=100,
        is_as_stored=True,
        seconds=0.01 + 0.0001 * ((place * 7) % 20),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def pictures() -> list[FetchedPicture]:
    return [picture(reader, place) for reader in (1, 2) for place in range(20)]


def page(reader: int, place: int, **changes: object) -> FetchedPage:
    kinds = frozenset({place % 2 == 1})
    made = FetchedPage(reader, 1, False, False, kinds, 200, HEADERS, 1000, ())
    return replace(made, **changes)  # type: ignore[arg-type]


def pages() -> list[FetchedPage]:
    return [page(reader, place) for reader in (1, 2) for place in range(20)]


def placed(readers: int = 8, cases: int = 20, seed: int = 1) -> list[Placed]:
    rng = np.random.default_rng(seed)
    rows = []
    for reader in range(readers):
        for position, case in enumerate(rng.permutation(cases), start=1):
            token = f"{rng.integers(1 << 60):x}"
            rows.append(Placed(reader, 1, position, 1, token, f"C{case}", bool(case % 2)))
    return rows


def leaks(
    fetched: list[FetchedPicture] | None = None,
    shown: list[FetchedPage] | None = None,
    orders: list[Placed] | None = None,
) -> str:
    made = audit_delivery(fetched or pictures(), shown or pages(), orders or placed())
    return " ".join(made.leaks)


def test_what_is_alike_leaks_nothing() -> None:
    made = audit_delivery(pictures(), pages(), placed())
    assert made.leaks == ()
    assert (made.readers, made.pages, made.pictures, made.orders) == (2, 40, 40, 8)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": 404}, "did not come"),
        ({"is_as_stored": False}, "other bytes"),
        ({"length": 101}, "2 lengths"),
        ({"headers": (*HEADERS, ("etag", '"a"'))}, "different lists of headers"),
        ({"headers": (HEADERS[0], ("content-length", "99"))}, "header content-length"),
    ],
)
def test_one_picture_that_comes_otherwise_is_a_leak(changes: dict[str, object], words: str) -> None:
    assert words in leaks([*pictures()[1:], picture(1, 0, **changes)])


def test_a_clock_in_a_header_is_none() -> None:
    dated = [replace(one, headers=(*HEADERS, ("date", str(n)))) for n, one in enumerate(pictures())]
    assert leaks(dated) == ""


def test_pages_that_name_or_measure_the_truth_are_leaks() -> None:
    assert "names what" in leaks(shown=[*pages(), page(1, 1, told=("file-1.png",))])
    longer = [replace(one, length=1000 + 3 * (True in one.kinds)) for one in pages()]
    assert "longer for synthetic" in leaks(shown=longer)
    # What the design shows beside a picture is told by itself.
    assert leaks(shown=[replace(one, has_text=True) for one in longer]) == ""


def test_time_leaks_where_it_tells_for_every_reader() -> None:
    slow = [replace(one, seconds=one.seconds + 0.1 * one.is_synthetic) for one in pictures()]
    assert "come later" in leaks(slow)
    once = [
        replace(one, seconds=one.seconds + 0.1 * (one.is_synthetic and one.reader == 1))
        for one in pictures()
    ]
    assert "come later" not in leaks(once)


def test_an_order_by_truth_is_a_leak_and_one_by_chance_is_none() -> None:
    sorted_by_truth = [
        replace(one, position=one.position + 20 * one.is_synthetic) for one in placed()
    ]
    assert "place in the order" in leaks(orders=sorted_by_truth)
    named = [replace(one, token=f"{int(one.is_synthetic)}{one.token}") for one in placed()]
    assert "token" in leaks(orders=named)
    assert all(leaks(orders=placed(seed=seed)) == "" for seed in range(20))


def test_one_order_for_all_is_a_leak() -> None:
    same = [replace(one, reader=reader) for reader in range(4) for one in placed(readers=1)]
    assert "same order" in leaks(orders=same)


def test_the_side_of_the_real_picture_is_a_leak_where_it_is_always_one() -> None:
    rows = [
        Placed(
            reader, 1, position, slot, f"{reader}{position}{slot}", f"C{position}{slot}", slot == 2
        )
        for reader in range(6)
        for position in range(1, 11)
        for slot in (1, 2)
    ]
    assert "side on which" in leaks(orders=rows)
