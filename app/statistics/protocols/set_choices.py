"""Readings of several pictures shown together, as arrays of readers and sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.statistics.protocols.sides import SideChoice
from app.statistics.table.ratings import Float, Int


@dataclass(frozen=True)
class SetReading:
    """One reader's answer to one set of pictures.

    Attributes
    ----------
    reader, case : str
        `case` names the set.
    side : SideChoice
        Arms by place, places of real pictures, the place chosen (0 a tie, None left open).
    linked : tuple of str
        What other sets may share with this one: the names of its pictures, and the clusters that
        they belong to.
    exposure_ms : float
        Milliseconds for which the pictures were shown; NaN for as long as one looked.
    """

    reader: str
    case: str
    side: SideChoice
    linked: tuple[str, ...] = ()
    exposure_ms: float = float("nan")


@dataclass(frozen=True)
class SetReadings:
    """Readings of sets; each reader reads a set once."""

    rows: tuple[SetReading, ...]

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Readers in sorted order: the rows of every matrix."""
        return tuple(sorted({row.reader for row in self.rows}))

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """Sets in sorted order: the columns of every matrix."""
        return tuple(sorted({row.case for row in self.rows}))

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Arms shown, by name."""
        return tuple(sorted({arm for row in self.rows for arm in row.side.arms}))

    def only(self, keep: Callable[[SetReading], bool]) -> SetReadings:
        """The readings that `keep` says to keep."""
        return SetReadings(tuple(row for row in self.rows if keep(row)))

    def by_size(self) -> tuple[SetReadings, ...]:
        """The readings of sets of two pictures, of three, and so on."""
        sizes: dict[int, list[SetReading]] = {}
        for row in self.rows:
            sizes.setdefault(len(row.side.arms), []).append(row)
        return tuple(SetReadings(tuple(sizes[size])) for size in sorted(sizes))

    def matrix(self, value: Callable[[SetReading], float]) -> Float:
        """(J, K) array of `value` of every reading; NaN where there is none."""
        matrix = np.full((len(self.readers), len(self.cases)), np.nan)
        for row, reader, case in zip(self.rows, self.reader_codes, self.case_codes, strict=True):
            matrix[reader, case] = value(row)
        return matrix

    @cached_property
    def reader_codes(self) -> Int:
        """Of every reading, its reader's place in `readers`."""
        return _codes([row.reader for row in self.rows], self.readers)

    @cached_property
    def case_codes(self) -> Int:
        """Of every reading, its set's place in `cases`."""
        return _codes([row.case for row in self.rows], self.cases)

    @cached_property
    def clusters(self) -> Int:
        """(K,) cluster of every set: sets that share a picture or a cluster of pictures are one.

        Where all sets hang together they are taken one by one, since one cluster has no spread;
        `hang_together` says so.
        """
        joined = _joined(self.rows, {case: k for k, case in enumerate(self.cases)})
        return np.arange(len(self.cases)) if self.hang_together else joined

    @property
    def clusters_of_matrix(self) -> list[Int] | None:
        """`clusters` of a figure's one matrix; None where each set is a cluster of its own."""
        alone = np.unique(self.clusters).size == self.clusters.size
        return None if alone else [self.clusters]

    @cached_property
    def hang_together(self) -> bool:
        """Whether pictures return in so many sets that no two sets are independent."""
        joined = _joined(self.rows, {case: k for k, case in enumerate(self.cases)})
        return len(self.cases) > 1 and int(joined.max()) == 0


def _codes(names: Sequence[str], order: Sequence[str]) -> Int:
    place = {name: code for code, name in enumerate(order)}
    return np.array([place[name] for name in names], dtype=np.int64)


def _joined(rows: Sequence[SetReading], places: Mapping[str, int]) -> Int:
    """Sets joined by what they share, numbered from 0."""
    parent = list(range(len(places)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    first: dict[str, int] = {}
    for row in rows:
        here = places[row.case]
        for name in row.linked:
            parent[root(here)] = root(first.setdefault(name, here))
    return np.unique([root(k) for k in range(len(places))], return_inverse=True)[1].astype(np.int64)
