"""The ratings table: the one thing every analysis starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Strings = NDArray[np.str_]

REAL = "real"
SYNTHETIC = "synthetic"

Measure = Literal[
    "realism",
    "score",
    "verdict",
    "judged_real",
    "confidence",
    "signed_confidence",
    "position",
    "reading_time_ms",
    "log_time",
]
_COLUMNS = ("realism", "score", "verdict", "confidence", "position", "reading_time_ms")


class StatisticsInputError(ValueError):
    """The ratings cannot be analysed as given; the message says what, where and what to do."""


@dataclass(frozen=True)
class RatingsTable:
    """Ratings as columns, one row a rating. Build it with :func:`ratings_table`.

    Attributes
    ----------
    reader, case, arm, truth : (N,) array of str
        ``truth`` is ``"real"`` or ``"synthetic"`` and constant within an arm. A case belongs to its
        arm: the same name under two arms is two cases.
    cluster : (N,) array of str
        Images that belong together, as those of a patient; "" for an image that stands alone. One a
        case; the same name under two arms is one cluster.
    replicate : (N,) array of int
        0 for the first read of a case by a reader, 1, 2, ... for repeats.
    realism, score, verdict, confidence, position, reading_time_ms : (N,) array of float
        NaN where missing. Higher realism and score mean more like a real image; ``verdict`` is 1
        for "synthetic" and 0 for "real"; ``position`` counts presentations from 1.
    realism_min, realism_max, confidence_max : float or None
        Ends of the scales; the observed extremes when not told. None without that column.
    reader_groups : mapping of reader to mapping of group name to level
        Such as ``{"R01": {"specialty": "thoracic", "experience": "> 10 years"}}``.
    machines : tuple of str
        Readers that are programs. They are never pooled with people.
    strata : mapping of name to (N,) array of str
        What the bank's records say of each rating's case, such as ``sex``; "" where nothing.
    """

    reader: Strings
    case: Strings
    arm: Strings
    truth: Strings
    cluster: Strings
    replicate: Int
    realism: Float
    score: Float
    verdict: Float
    confidence: Float
    position: Float
    reading_time_ms: Float
    realism_min: float | None = None
    realism_max: float | None = None
    confidence_max: float | None = None
    reader_groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    machines: tuple[str, ...] = ()
    strata: Mapping[str, Strings] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.reader.size)

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Readers in sorted order: the rows of every matrix."""
        return tuple(str(name) for name in np.unique(self.reader))

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Arms, those of real cases first, then by name."""
        names = [str(name) for name in np.unique(self.arm)]
        return tuple(sorted(names, key=lambda name: (self.truth_of(name) != REAL, name)))

    @cached_property
    def real_arms(self) -> tuple[str, ...]:
        return tuple(name for name in self.arms if self.truth_of(name) == REAL)

    @cached_property
    def synthetic_arms(self) -> tuple[str, ...]:
        return tuple(name for name in self.arms if self.truth_of(name) == SYNTHETIC)

    def truth_of(self, arm: str) -> str:
        """``"real"`` or ``"synthetic"``."""
        return str(self.truth[self._rows_of_arm[arm][0]])

    def cases(self, arm: str) -> tuple[str, ...]:
        """Cases of an arm in sorted order: the columns of its matrices."""
        return self._layout[arm][0]

    @cached_property
    def has_clusters(self) -> bool:
        """Whether any cluster holds more than one case."""
        named = self.cluster != ""
        cases = np.unique(np.stack([self.cluster, self.arm, self.case])[:, named], axis=1)
        return bool(np.unique(cases[0]).size < cases.shape[1])

    def clusters(self, arm: str) -> Int:
        """Cluster of every case of an arm, counted through over all arms, in the matrices' order.

        A case that stands alone is a cluster of its own.
        """
        return self._clusters[arm]

    def pooled_clusters(self, arms: Sequence[str]) -> Int:
        """Clusters of the columns of :meth:`pooled_matrix`."""
        parts = [self.clusters(arm) for arm in arms]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    def clusters_of(self, groups: Sequence[Sequence[str]]) -> list[Int] | None:
        """Clusters of the columns of several pooled matrices; None where every case stands alone.

        Parameters
        ----------
        groups : sequence of sequences of str
            The arms of each pooled matrix.
        """
        return [self.pooled_clusters(arms) for arms in groups] if self.has_clusters else None

    @cached_property
    def _clusters(self) -> dict[str, Int]:
        of_arm: dict[str, Int] = {}
        codes: dict[object, int] = {}
        for arm, rows in self._rows_of_arm.items():
            names, of_case = self._layout[arm]
            named = [""] * len(names)
            for row, place in zip(rows, of_case, strict=True):
                named[place] = str(self.cluster[row])
            keys = [name or (arm, case) for name, case in zip(named, names, strict=True)]
            of_arm[arm] = np.array(
                [codes.setdefault(key, len(codes)) for key in keys], dtype=np.int64
            )
        return of_arm

    def has(self, measure: Measure) -> bool:
        """Whether the table holds any value of the measure."""
        return bool(np.isfinite(self._values(measure)).any())

    def categories(self) -> tuple[float, ...]:
        """Steps of the realism scale: every whole step when it has at most 11, else those seen."""
        low, high = self.realism_min, self.realism_max
        if low is None or high is None:
            return ()
        seen = np.unique(self.realism[np.isfinite(self.realism)])
        whole = bool(np.all(seen == np.round(seen))) and low == round(low)
        if whole and high - low <= 10:
            return tuple(float(step) for step in np.arange(low, high + 1))
        return tuple(float(value) for value in seen)

    def matrix(self, measure: Measure, arm: str, *, replicate: int = 0) -> Float:
        """Readers x cases of one arm, NaN where there is no rating.

        Parameters
        ----------
        measure : str
            A column, or ``"judged_real"`` (1 = called real), ``"signed_confidence"`` (confidence
            positive when called real, negative when called synthetic), ``"log_time"`` (natural
            logarithm of milliseconds).
        arm : str
        replicate : int
            0 (default) for first reads; 1 for second reads, and so on.

        Returns
        -------
        (J, K) array of float
            J = all readers of the table, K = cases of the arm. Shared between calls and read-only.
        """
        key = (measure, arm, replicate)
        if key not in self._matrices:
            self._matrices[key] = self._build(measure, arm, replicate)
        return self._matrices[key]

    def pooled_matrix(self, measure: Measure, arms: Sequence[str], *, replicate: int = 0) -> Float:
        """Matrices of several arms side by side, as one (J, K) array."""
        if not arms:
            return np.empty((len(self.readers), 0))
        parts = [self.matrix(measure, arm, replicate=replicate) for arm in arms]
        return parts[0] if len(parts) == 1 else np.hstack(parts)

    @property
    def people(self) -> RatingsTable:
        """The table of readers who are no machines."""
        if not self.machines:
            return self
        return self.select_readers([name for name in self.readers if name not in self.machines])

    def select_readers(self, readers: Sequence[str]) -> RatingsTable:
        """The table of some readers only; scales stay those of the whole table."""
        kept = self._of_rows(np.isin(self.reader, np.asarray(list(readers), dtype=np.str_)))
        return replace(kept, machines=tuple(one for one in self.machines if one in readers))

    def of_stratum(self, name: str, levels: Sequence[str]) -> RatingsTable:
        """The table of the cases of which `strata` says one of `levels` under a name."""
        return self._of_rows(np.isin(self.strata[name], np.asarray(list(levels), dtype=np.str_)))

    def _of_rows(self, keep: NDArray[np.bool_]) -> RatingsTable:
        columns = {name: getattr(self, name)[keep] for name in _ALL_COLUMNS}
        strata = {name: levels[keep] for name, levels in self.strata.items()}
        return replace(self, **columns, strata=strata)

    @cached_property
    def _rows_of_arm(self) -> dict[str, Int]:
        names, codes = np.unique(self.arm, return_inverse=True)
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=names.size))
        starts = np.concatenate(([0], ends[:-1]))
        return {
            str(name): order[start:end].astype(np.int64)
            for name, start, end in zip(names, starts, ends, strict=True)
        }

    @cached_property
    def _reader_codes(self) -> Int:
        return np.unique(self.reader, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def _layout(self) -> dict[str, tuple[tuple[str, ...], Int]]:
        layout = {}
        for arm, rows in self._rows_of_arm.items():
            names, codes = np.unique(self.case[rows], return_inverse=True)
            layout[arm] = (tuple(str(name) for name in names), codes.astype(np.int64))
        return layout

    @cached_property
    def _matrices(self) -> dict[tuple[str, str, int], Float]:
        return {}

    def _build(self, measure: Measure, arm: str, replicate: int) -> Float:
        rows = self._rows_of_arm[arm]
        names, case_codes = self._layout[arm]
        first = self.replicate[rows] == replicate
        matrix = np.full((len(self.readers), len(names)), np.nan)
        matrix[self._reader_codes[rows[first]], case_codes[first]] = self._values(measure)[
            rows[first]
        ]
        matrix.setflags(write=False)
        return matrix

    def _values(self, measure: Measure) -> Float:
        if measure == "judged_real":
            return 1.0 - self.verdict
        if measure == "signed_confidence":
            # Half a step is added so that the verdict still counts at confidence 0.
            signed: Float = (self.confidence + 0.5) * (1.0 - 2.0 * self.verdict)
            return signed
        if measure == "log_time":
            return np.log(self.reading_time_ms)
        values: Float = getattr(self, measure)
        return values


_ALL_COLUMNS = ("reader", "case", "arm", "truth", "cluster", "replicate", *_COLUMNS)


def ratings_table(
    *,
    reader: Sequence[str],
    case: Sequence[str],
    arm: Sequence[str],
    truth: Sequence[str],
    cluster: Sequence[str] | None = None,
    replicate: ArrayLike | None = None,
    realism: ArrayLike | None = None,
    score: ArrayLike | None = None,
    verdict: ArrayLike | None = None,
    confidence: ArrayLike | None = None,
    position: ArrayLike | None = None,
    reading_time_ms: ArrayLike | None = None,
    realism_min: float | None = None,
    realism_max: float | None = None,
    confidence_max: float | None = None,
    reader_groups: Mapping[str, Mapping[str, str]] | None = None,
    machines: Sequence[str] = (),
    strata: Mapping[str, Sequence[str]] | None = None,
) -> RatingsTable:
    """Check columns of ratings and join them to a table.

    Parameters
    ----------
    reader, case, arm, truth : sequence of str
        One entry a rating. ``truth`` is ``"real"`` or ``"synthetic"``.
    cluster : sequence of str, optional
        Images with the same value belong together; "" for one that stands alone.
    replicate : array of int, optional
        0 = first read (the default for every row).
    realism, score, verdict, confidence, position, reading_time_ms : array of float, optional
        NaN (or None) where missing; a column left out is missing everywhere.
    realism_min, realism_max, confidence_max : float, optional
        Ends of the scales as the study defines them; else the observed extremes.
    reader_groups : mapping, optional
        Reader to ``{"specialty": ..., "experience": ...}``.
    machines : sequence of str, optional
        Readers that are programs.
    strata : mapping of name to sequence of str, optional
        One entry a rating: what the records say of its case.

    Raises
    ------
    StatisticsInputError
        In one sentence: no rows, columns of unequal length, a blank name, an unknown truth, an arm
        of both truths, a case in two clusters, two rows for one read, a verdict other than 0 or 1,
        a value off its scale, a negative confidence, a reading time that is not positive.
    """
    columns = {
        **_names(reader, case, arm, truth, cluster, replicate),
        **_measures(
            len(reader),
            {
                "realism": realism,
                "score": score,
                "verdict": verdict,
                "confidence": confidence,
                "position": position,
                "reading_time_ms": reading_time_ms,
            },
        ),
    }
    _check(columns)
    told = {name: np.array(list(levels), dtype=np.str_) for name, levels in (strata or {}).items()}
    _check_lengths({"reader": columns["reader"], **told})
    low, high = _scale("realism", columns["realism"], realism_min, realism_max)
    _, top = _scale("confidence", columns["confidence"], None, confidence_max)
    return RatingsTable(
        **columns,
        realism_min=low,
        realism_max=high,
        confidence_max=top,
        reader_groups={name: dict(levels) for name, levels in (reader_groups or {}).items()},
        machines=tuple(sorted(set(machines) & set(columns["reader"].tolist()))),
        strata=told,
    )


def _check(columns: Mapping[str, Any]) -> None:
    """Refuse what can't be a table of ratings; nobody writes into the columns from then on."""
    _check_lengths(columns)
    _check_truth(columns)
    _check_one_cluster_a_case(columns)
    _check_one_rating_a_read(columns)
    _check_values(columns)
    for column in columns.values():
        column.setflags(write=False)


def _names(
    reader: Sequence[str],
    case: Sequence[str],
    arm: Sequence[str],
    truth: Sequence[str],
    cluster: Sequence[str] | None,
    replicate: ArrayLike | None,
) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "reader": _strings("reader", reader),
        "case": _strings("case", case),
        "arm": _strings("arm", arm),
        "truth": _strings("truth", truth),
    }
    rows = columns["reader"].size
    if rows == 0:
        raise StatisticsInputError("There are no ratings: give at least one row.")
    columns["cluster"] = np.array([""] * rows if cluster is None else list(cluster), dtype=np.str_)
    columns["replicate"] = (
        np.zeros(rows, dtype=np.int64) if replicate is None else _whole("replicate", replicate)
    )
    return columns


def _measures(rows: int, given: Mapping[str, ArrayLike | None]) -> dict[str, Float]:
    return {
        name: np.full(rows, np.nan) if values is None else _floats(name, values)
        for name, values in given.items()
    }


def _strings(name: str, values: Sequence[str]) -> Strings:
    column = np.array([str(value) for value in values], dtype=np.str_)
    blank = np.flatnonzero(np.char.strip(column) == "") if column.size else np.empty(0, int)
    if blank.size:
        raise StatisticsInputError(
            f"Row {blank[0] + 1} has no {name}: name the {name} of every rating."
        )
    return column


def _floats(name: str, values: ArrayLike) -> Float:
    try:
        column = np.array(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise StatisticsInputError(
            f"Column {name} holds something that is not a number: "
            "use numbers, and leave missing values empty."
        ) from error
    if np.isinf(column).any():
        row = int(np.flatnonzero(np.isinf(column))[0]) + 1
        raise StatisticsInputError(
            f"Row {row} has an infinite {name}: use a number, or leave it empty."
        )
    return column


def _whole(name: str, values: ArrayLike) -> Int:
    column = _floats(name, values)
    wrong = ~(np.isfinite(column) & (column == np.round(column)) & (column >= 0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0]) + 1
        raise StatisticsInputError(
            f"Row {row} has {name} {column[row - 1]:g}: use 0 for the first read, then 1, 2, ..."
        )
    return column.astype(np.int64)


def _check_lengths(columns: Mapping[str, Any]) -> None:
    rows = columns["reader"].size
    for name, values in columns.items():
        if values.size != rows:
            raise StatisticsInputError(
                f"Column {name} has {values.size} rows and reader has {rows}: "
                "give every column one entry a rating."
            )


def _check_truth(columns: Mapping[str, Any]) -> None:
    truth, arm = columns["truth"], columns["arm"]
    known = (truth == REAL) | (truth == SYNTHETIC)
    if not known.all():
        row = int(np.flatnonzero(~known)[0]) + 1
        raise StatisticsInputError(
            f"Row {row} has truth {str(truth[row - 1])!r}: use 'real' or 'synthetic'."
        )
    both = np.intersect1d(arm[truth == REAL], arm[truth == SYNTHETIC])
    if both.size:
        raise StatisticsInputError(
            f"Arm {str(both[0])!r} holds real and synthetic cases: "
            "give the real cases an arm of their own, such as 'real'."
        )


def _check_one_cluster_a_case(columns: Mapping[str, Any]) -> None:
    cluster_of: dict[tuple[str, str], str] = {}
    if not (columns["cluster"] != "").any():
        return
    for row, key in enumerate(zip(columns["arm"], columns["case"], strict=True)):
        cluster = str(columns["cluster"][row])
        if cluster_of.setdefault(key, cluster) != cluster:
            raise StatisticsInputError(
                f"Row {row + 1} puts case {str(key[1])!r} into cluster {cluster!r}, an earlier row "
                f"into {cluster_of[key]!r}: give each case one."
            )


def _check_one_rating_a_read(columns: Mapping[str, Any]) -> None:
    codes = [np.unique(columns[name], return_inverse=True)[1] for name in ("reader", "arm", "case")]
    key = np.zeros(codes[0].size, dtype=np.int64)
    for code in (*codes, columns["replicate"]):
        key = key * (int(code.max()) + 1) + code
    order = np.argsort(key, kind="stable")
    twice = np.flatnonzero(np.diff(key[order]) == 0)
    if twice.size:
        row = int(order[twice[0] + 1])
        raise StatisticsInputError(
            f"Row {row + 1} repeats the rating of case {str(columns['case'][row])!r} by reader "
            f"{str(columns['reader'][row])!r} (replicate {columns['replicate'][row]}): "
            "number repeated reads in a replicate column."
        )


def _check_values(columns: Mapping[str, Any]) -> None:
    rules: dict[str, tuple[Callable[[Float], NDArray[np.bool_]], str]] = {
        "verdict": (lambda v: (v == 0) | (v == 1), "use 1 for synthetic and 0 for real"),
        "confidence": (lambda v: v >= 0, "use numbers from 0 upwards"),
        "reading_time_ms": (lambda v: v > 0, "use milliseconds above 0, or leave it empty"),
    }
    for name, (rule, what_to_do) in rules.items():
        values = columns[name]
        wrong = np.isfinite(values) & ~rule(values)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise StatisticsInputError(f"Row {row + 1} has {name} {values[row]:g}: {what_to_do}.")


def _scale(
    name: str, values: Float, low: float | None, high: float | None
) -> tuple[float | None, float | None]:
    seen = values[np.isfinite(values)]
    if seen.size == 0:
        return low, high
    bottom = float(seen.min()) if low is None else float(low)
    top = float(seen.max()) if high is None else float(high)
    off = np.isfinite(values) & ((values < bottom) | (values > top))
    if off.any():
        row = int(np.flatnonzero(off)[0])
        raise StatisticsInputError(
            f"Row {row + 1} has {name} {values[row]:g}, outside the scale from {bottom:g} to "
            f"{top:g}: correct the rating or the scale."
        )
    return bottom, top
