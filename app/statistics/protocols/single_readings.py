"""Answers to one question about single pictures in one phase, as arrays."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from app.statistics.table.ratings import REAL, Float, Int

# What a value is: 1 = synthetic, a grade, 1 = the finding present, how surely it is, 1 = something
# was noticed, or confidence signed by verdict.
Answered = Literal["verdict", "grade", "finding", "finding_grade", "noticed", "signed_confidence"]


@dataclass(frozen=True)
class PhaseFacts:
    """A phase as figures name it; `told` says whether readers knew by then, None for not known."""

    key: str
    title: str = ""
    told: bool | None = None

    @property
    def name(self) -> str:
        """The title, else the key."""
        return self.title or self.key


@dataclass(frozen=True)
class SingleReadings:
    """One row a first reading that was answered.

    Attributes
    ----------
    question : str
        Its key.
    answered : str
        What `value` is.
    phase : PhaseFacts
    reader, case, arm, truth, cluster : tuple of str
        `cluster` "" for a picture that stands alone.
    value : tuple of float
        Higher grades are more like a real image.
    exposure_ms : tuple of float
        NaN for as long as one looked.
    """

    question: str
    answered: Answered
    phase: PhaseFacts
    reader: tuple[str, ...]
    case: tuple[str, ...]
    arm: tuple[str, ...]
    truth: tuple[str, ...]
    cluster: tuple[str, ...]
    value: tuple[float, ...]
    exposure_ms: tuple[float, ...]

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Readers in sorted order."""
        return tuple(sorted(set(self.reader)))

    @cached_property
    def real_arms(self) -> tuple[str, ...]:
        """Arms of real pictures, by name."""
        return tuple(sorted({a for a, t in zip(self.arm, self.truth, strict=True) if t == REAL}))

    @cached_property
    def synthetic_arms(self) -> tuple[str, ...]:
        """Arms of synthetic pictures, by name."""
        return tuple(sorted({a for a, t in zip(self.arm, self.truth, strict=True) if t != REAL}))

    @cached_property
    def cluster_of(self) -> dict[tuple[str, str], str]:
        """Of every (arm, case) its cluster, or a name of its own."""
        return {
            (arm, case): cluster or f"{arm}\n{case}"
            for arm, case, cluster in zip(self.arm, self.case, self.cluster, strict=True)
        }

    def cases(self, arms: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """(arm, case) of every picture of some arms, in sorted order."""
        pairs = zip(self.arm, self.case, strict=True)
        return tuple(sorted({(arm, case) for arm, case in pairs if arm in arms}))

    def matrix(
        self,
        readers: Sequence[str],
        cases: Sequence[tuple[str, str]],
        exposure_ms: float | None = None,
    ) -> Float:
        """(J, K) array of values, NaN where there is none; of one exposure where it is given."""
        own, of_reader, of_case = self._codes
        rows = _places_in(readers, self.readers)[of_reader]
        columns = _places_in(cases, own)[of_case]
        keep = (rows >= 0) & (columns >= 0)
        if exposure_ms is not None:
            keep &= np.array(self.exposure_ms) == exposure_ms
        matrix = np.full((len(readers), len(cases)), np.nan)
        matrix[rows[keep], columns[keep]] = np.array(self.value)[keep]
        return matrix

    @cached_property
    def _codes(self) -> tuple[tuple[tuple[str, str], ...], Int, Int]:
        """Every (arm, case), and of each row its reader and its (arm, case) as codes."""
        pairs = list(zip(self.arm, self.case, strict=True))
        own = tuple(sorted(set(pairs)))
        return own, _codes_in(self.reader, self.readers), _codes_in(pairs, own)


def _codes_in(names: Sequence[Hashable], order: Sequence[Hashable]) -> Int:
    place = {name: code for code, name in enumerate(order)}
    return np.array([place[name] for name in names], dtype=np.int64)


def _places_in(wanted: Sequence[Hashable], own: Sequence[Hashable]) -> Int:
    """Of each own name its place among those wanted, -1 where it is none of them."""
    place = {name: k for k, name in enumerate(wanted)}
    return np.array([place.get(name, -1) for name in own], dtype=np.int64)


def cluster_codes(
    readings: Sequence[SingleReadings], *cases: Sequence[tuple[str, str]]
) -> tuple[Int, ...] | None:
    """Clusters of pictures, counted through over all lists; None where each stands alone."""
    named = {pair: name for one in readings for pair, name in one.cluster_of.items()}
    names = [[named[pair] for pair in some] for some in cases]
    flat = [name for some in names for name in some]
    if len(set(flat)) == len(flat):
        return None
    codes = {name: code for code, name in enumerate(dict.fromkeys(flat))}
    return tuple(np.array([codes[name] for name in some], dtype=np.int64) for some in names)
