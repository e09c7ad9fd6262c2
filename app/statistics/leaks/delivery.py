"""What of a picture's way to the reader tells real from synthetic: rules over what was fetched."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from app.domain.said import joined, said
from app.statistics.realness.separation import Separation, separation

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
# Headers whose value differs between any two answers and is made of a clock or a random number.
_OWN_VALUES: Final = frozenset({"date", "x-request-id"})
# Orders are random, so only what chance all but never gives stops a study.
_ORDER_Z: Final = 4.5
_ORDER_SHIFT: Final = 0.1
_FEWEST_IN_ORDER: Final = 6
_NAMED: Final = 3


@dataclass(frozen=True)
class FetchedPicture:
    """A picture as a browser got it.

    `is_synthetic` is the truth, which the browser doesn't have; `headers` are names and values in
    the order they came, `seconds` from the request to the last byte, `is_as_stored` whether the
    bytes are those of the rendition.
    """

    reader: int
    phase: int
    is_practice: bool
    is_synthetic: bool
    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    length: int
    is_as_stored: bool
    seconds: float


@dataclass(frozen=True)
class FetchedPage:
    """A case's page as a browser got it.

    `length` is that of its text once tokens and numbers are taken out; `kinds` the truths of its
    pictures; `told` names anything of the bank that stands in its text or headers.
    """

    reader: int
    phase: int
    is_practice: bool
    has_text: bool
    kinds: frozenset[bool]
    status: int
    headers: tuple[tuple[str, str], ...]
    length: int
    told: tuple[str, ...]


Answer = FetchedPicture | FetchedPage


@dataclass(frozen=True)
class Placed:
    """Where a case stands in a reader's order; `slot` among the pictures shown together."""

    reader: int
    phase: int
    position: int
    slot: int
    token: str
    case: str
    is_synthetic: bool


@dataclass(frozen=True)
class DeliveryAudit:
    """What was fetched and what of it gives truth away, in sentences; `seconds` is by time."""

    readers: int
    pages: int
    pictures: int
    orders: int
    leaks: tuple[str, ...]
    seconds: Separation | None


def audit_delivery(
    pictures: Sequence[FetchedPicture], pages: Sequence[FetchedPage], placed: Sequence[Placed]
) -> DeliveryAudit:
    """Judge all that a sample of readers fetched, and the orders of more of them.

    Whatever is the same for every picture can't tell anything; what differs where nothing may
    (status, bytes, length, headers) is a leak whether or not it goes with the truth. Time and
    order differ by nature: they are leaks where they go with the truth beyond chance. Time must
    tell for every reader alike (AUC 0.80, Mann-Whitney p <= 0.01 each, in one direction); order by
    the sum of ranks within readers and phases (van Elteren, 1960) at 4.5 standard deviations.
    """
    leaks = [
        *_picture_leaks(pictures),
        *_page_leaks(pages),
        *_time_leaks(pictures),
        *_order_leaks(placed),
    ]
    proper = [one for one in pictures if not one.is_practice]
    return DeliveryAudit(
        readers=len({one.reader for one in pages}),
        pages=len(pages),
        pictures=len(pictures),
        orders=len({one.reader for one in placed}),
        leaks=tuple(leaks),
        seconds=_by_time(proper),
    )


def _picture_leaks(pictures: Sequence[FetchedPicture]) -> Iterable[str]:
    lost = [one for one in pictures if one.status != 200]
    if lost:
        yield (
            said(
                "{n_lost} of {n_pictures} pictures did not come (status {join}): a "
                "reader sees which.",
                n_lost=len(lost),
                n_pictures=len(pictures),
                join=joined(sorted({str(one.status) for one in lost}), ", "),
            )
        )
    sent = [one for one in pictures if one.status == 200]
    other = [one for one in sent if not one.is_as_stored]
    if other:
        yield (
            said(
                "{n_other} of {n_sent} pictures came with other bytes than the "
                "rendition has, such as {named}.",
                n_other=len(other),
                n_sent=len(sent),
                named=_named(one.address for one in other),
            )
        )
    lengths = {one.length for one in sent}
    if len(lengths) > 1:
        yield (
            said(
                "Pictures have {n_lengths} lengths, from {min:,} to {max:,} bytes; a "
                "browser shows them.",
                n_lengths=len(lengths),
                min=min(lengths),
                max=max(lengths),
            )
        )
    yield from _header_leaks(sent, said("pictures"))


def _header_leaks(answers: Sequence[Answer], what: str) -> Iterable[str]:
    """Headers that are not the same for all of a phase: by name, order and value."""
    for (phase, is_practice), group in _grouped(
        answers, lambda one: (one.phase, one.is_practice)
    ).items():
        where = said("practice") if is_practice else said("phase {phase}", phase=phase)
        names = {tuple(name for name, _ in one.headers) for one in group}
        if len(names) > 1:
            yield said(
                "The {what} of {where} come with {n_names} different lists of headers.",
                what=what,
                where=where,
                n_names=len(names),
            )
            continue
        values = defaultdict(set)
        for one in group:
            for name, value in one.headers:
                values[name].add(value)
        differing = [name for name, of in values.items() if len(of) > 1 and name not in _OWN_VALUES]
        if differing:
            yield said(
                "The {what} of {where} differ in the header {join}.",
                what=what,
                where=where,
                join=joined(differing, ", "),
            )


def _page_leaks(pages: Sequence[FetchedPage]) -> Iterable[str]:
    telling = sorted({word for one in pages for word in one.told})
    if telling:
        yield said(
            "A case's page names what a reader must not know: {named}.", named=_named(telling)
        )
    failed = sorted({str(one.status) for one in pages if one.status != 200})
    if failed:
        yield said("Pages of cases did not come (status {join}).", join=joined(failed, ", "))
    yield from _header_leaks(pages, said("pages"))
    # Text that the design shows beside a picture is told by itself; the rest must be alike.
    single = [one for one in pages if len(one.kinds) == 1 and not one.has_text]
    for (phase, is_practice), group in _grouped(
        single, lambda one: (one.phase, one.is_practice)
    ).items():
        real, synthetic = (
            np.array([one.length for one in group if kind in one.kinds], dtype=np.float64)
            for kind in (False, True)
        )
        apart = separation(real, synthetic)
        if apart is not None and apart.is_telling and apart.p <= 0.001:
            where = said("practice") if is_practice else said("phase {phase}", phase=phase)
            longer = said("shorter") if apart.synthetic_is == "lower" else said("longer")
            yield (
                said(
                    "The pages of {where} are {longer} for synthetic cases (AUC {auc:.2f}).",
                    where=where,
                    longer=longer,
                    auc=apart.auc,
                )
            )


def _by_time(pictures: Sequence[FetchedPicture]) -> Separation | None:
    real, synthetic = (
        np.array([one.seconds for one in pictures if one.is_synthetic == kind])
        for kind in (False, True)
    )
    return separation(real, synthetic)


def _time_leaks(pictures: Sequence[FetchedPicture]) -> Iterable[str]:
    proper = [one for one in pictures if not one.is_practice and one.status == 200]
    readers = _grouped(proper, lambda one: one.reader)
    each = [_by_time(group) for group in readers.values()]
    told = [one for one in each if one is not None and one.is_telling]
    if len(told) >= 2 and len(told) == len(each) and len({one.synthetic_is for one in told}) == 1:
        slower = said("later") if told[0].synthetic_is == "higher" else said("sooner")
        yield (
            said(
                "Synthetic pictures come {slower} than real ones, for each of "
                "{n_told} readers (AUC {min:.2f} or more).",
                slower=slower,
                n_told=len(told),
                min=min(one.auc for one in told),
            )
        )


def _order_leaks(placed: Sequence[Placed]) -> Iterable[str]:
    ranked: Mapping[str, Callable[[Placed], float | str]] = {
        said("The place in the order"): lambda one: one.position,
        said("The token in a picture's address"): lambda one: one.token,
    }
    for what, key in ranked.items():
        if _goes_with_truth(placed, key, lambda one: (one.reader, one.phase)):
            yield said(
                "{what} goes with the truth, over {len} readers.",
                what=what,
                len=len({one.reader for one in placed}),
            )
    together = [
        one for one in placed if _shown_with(placed)[one.reader, one.phase, one.position] > 1
    ]
    if _goes_with_truth(together, lambda one: one.slot, lambda one: (one.reader, one.phase)):
        yield said("The side on which a picture stands goes with the truth.")
    orders = {
        reader: tuple(one.case for one in sorted(group, key=lambda one: (one.phase, one.position)))
        for reader, group in _grouped(placed, lambda one: one.reader).items()
    }
    if len(orders) > 1 and len(set(orders.values())) == 1:
        length = len(next(iter(orders.values())))
        if length >= _FEWEST_IN_ORDER:
            yield said(
                "Every reader gets the cases in the same order, so that they can compare notes."
            )


def _shown_with(placed: Sequence[Placed]) -> Mapping[tuple[int, int, int], int]:
    counts: dict[tuple[int, int, int], int] = defaultdict(int)
    for one in placed:
        counts[one.reader, one.phase, one.position] += 1
    return counts


def _goes_with_truth(
    placed: Sequence[Placed],
    key: Callable[[Placed], float | str],
    stratum: Callable[[Placed], Hashable],
) -> bool:
    """Whether synthetic cases rank otherwise than real ones, summed over strata."""
    shift = variance = pairs = 0.0
    for group in _grouped(placed, stratum).values():
        ordered = np.unique([key(one) for one in group], return_inverse=True)[1]
        counts = np.bincount(ordered)
        ranks = (np.cumsum(counts) - (counts - 1) / 2)[ordered]
        synthetic = np.array([one.is_synthetic for one in group])
        ones, zeros = int(synthetic.sum()), int((~synthetic).sum())
        if not ones or not zeros:
            continue
        shift += float(ranks[synthetic].sum()) - ones * (len(group) + 1) / 2
        variance += ones * zeros * float(ranks.var(ddof=1)) / len(group)
        pairs += ones * zeros
    if not variance:
        return False
    return abs(shift) / math.sqrt(variance) >= _ORDER_Z and abs(shift) / pairs >= _ORDER_SHIFT


def _grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _named(words: Iterable[str]) -> str:
    named = list(dict.fromkeys(words))
    more = said(" and {value} more", value=len(named) - _NAMED) if len(named) > _NAMED else ""
    return joined(named[:_NAMED], ", ") + more
