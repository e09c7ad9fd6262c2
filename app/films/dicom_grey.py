"""From a DICOM image's stored values to display grey levels, after PS3.3 C.7.6.3, C.11.1, C.11.2.

Where the header's window or table can't be used the next one is tried, then percentiles of what is
not padding, with a note each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.said import said
from app.films.dicom_values import (
    integer_of,
    items_of,
    lookup_table,
    numbers,
    places_of,
    text_of,
)
from app.films.film import GreyLevels, GreyMapping
from app.films.grey import StoredValues, Values, scaled
from app.films.notes import Note

# Levels (of 255) that a window must spread the film over; below it lies beside the data.
_LEAST_SPREAD: Final = 4.0


@dataclass(frozen=True)
class ShownValues:
    """A level for each of the stored values, and the values that became black and white."""

    levels: Values
    limits: tuple[float, float] | None
    is_eight_bit: bool = False


@dataclass(frozen=True)
class _Window:
    centre: float
    width: float
    function: str

    @property
    def is_usable(self) -> bool:
        """PS3.3 C.11.2.1.2: LINEAR needs a width of 1 at least, the others one above 0."""
        return self.width >= 1 if self.function == "LINEAR" else self.width > 0

    @property
    def ends(self) -> tuple[float, float]:
        if self.function == "LINEAR":
            half = (self.width - 1) / 2
            return self.centre - 0.5 - half, self.centre - 0.5 + half
        return self.centre - self.width / 2, self.centre + self.width / 2

    def levels(self, values: Values) -> Values:
        if self.function == "SIGMOID":
            power = np.clip(-4 * (values - self.centre) / self.width, -700, 700)
            shown: Values = 255.0 / (1 + np.exp(power))
            return shown
        low, high = self.ends
        if low == high:
            # A width of 1 is a threshold.
            return np.where(values <= low, 0.0, 255.0)
        return scaled(values, low, high)

    @property
    def words(self) -> str:
        """Its centre and width."""
        return said("window {centre:g}/{width:g}", centre=self.centre, width=self.width)


def display_levels(
    stored: StoredValues, dataset: Any, mapping: GreyMapping, notes: list[Note]
) -> tuple[GreyLevels, ShownValues]:
    """Grey levels of a monochrome image, (rows, columns); notes are added to `notes`.

    Raises ValueError where `mapping` is as-is and the values are real numbers, which have no range.
    """
    padding = _padding(stored, dataset)
    counted = stored.present if padding is None else stored.present & ~padding
    if not counted.any():
        counted, padding = stored.present, None
    if mapping == "as-is":
        shown = _as_is(stored, dataset)
    else:
        shown = _mapped(stored, dataset, counted, mapping, notes)
    levels = 255.0 - shown.levels if _is_inverted(dataset, notes) else shown.levels
    if padding is not None and (padding & stored.present).any():
        # Padding is no part of the body and is shown as the border is, black.
        levels = np.where(padding, 0.0, levels)
        notes.append(
            Note("padding", said("has padding, left out of its grey levels and shown black"))
        )
    if text_of(dataset, "PresentationIntentType") == "FOR PROCESSING":
        notes.append(
            Note(
                "for-processing",
                said(
                    "is detector data FOR PROCESSING, which nobody reads as it is; use the "
                    "FOR PRESENTATION image"
                ),
            )
        )
    return stored.picture(levels), shown


def _mapped(
    stored: StoredValues,
    dataset: Any,
    counted: NDArray[np.bool_],
    mapping: GreyMapping,
    notes: list[Note],
) -> ShownValues:
    values = _rescaled(stored, dataset, notes)
    if mapping == "dicom-window":
        for levels, limits in _offered(values, counted, dataset, notes):
            if _spread(stored, levels, counted) >= _LEAST_SPREAD:
                return ShownValues(levels, limits)
            notes.append(Note("window", said("has a window beside its values, which was not used")))
    is_plain = values is stored.values
    is_byte = int(dataset.get("BitsStored") or 0) == 8 and stored.dtype.kind == "u"
    if is_plain and is_byte and values[stored.present].max() <= 255:
        return ShownValues(values, None, is_eight_bit=True)
    low, high = stored.percentiles(values, np.where(counted, stored.counts, 0))
    notes.append(
        Note(
            "stretched",
            said(
                "was stretched by percentiles, from {low:g} to {high:g}",
                low=float(low),
                high=float(high),
            ),
        )
    )
    return ShownValues(scaled(values, low, high), (float(low), float(high)))


def _spread(stored: StoredValues, levels: Values, counted: NDArray[np.bool_]) -> float:
    low, high = stored.percentiles(levels, np.where(counted, stored.counts, 0))
    return float(high - low)


def _rescaled(stored: StoredValues, dataset: Any, notes: list[Note]) -> Values:
    """Values after the modality LUT or rescale; the very array of `stored` where there is none."""
    for place in places_of(dataset, "PixelValueTransformationSequence"):
        for item in items_of(place, "ModalityLUTSequence"):
            table = lookup_table(item, lowest=float(stored.values[stored.present].min()))
            if table is not None:
                return table(stored.values)
            notes.append(Note("window", said("has a modality table that can't be used")))
        slope, intercept = numbers(place, "RescaleSlope"), numbers(place, "RescaleIntercept")
        if (slope or intercept) and slope[:1] != [0.0]:
            factor, offset = (slope or [1.0])[0], (intercept or [0.0])[0]
            return stored.values if (factor, offset) == (1, 0) else stored.values * factor + offset
    return stored.values


def _offered(
    values: Values, counted: NDArray[np.bool_], dataset: Any, notes: list[Note]
) -> Iterator[tuple[Values, tuple[float, float]]]:
    """What the header offers to show the values with, best first: tables, then windows."""
    lowest = float(values[counted].min())
    for place in places_of(dataset, "FrameVOILUTSequence"):
        for item in items_of(place, "VOILUTSequence"):
            table = lookup_table(item, lowest=lowest)
            if table is None:
                notes.append(Note("window", said("has a VOI table that can't be used")))
                continue
            bits = table.bits
            if table.entries.max() < 2 ** (bits - 1):
                bits = max(1, int(table.entries.max()).bit_length())
                text = said(
                    "has a VOI table of {bits} bits that fills {filled}; shown as {filled}",
                    bits=table.bits,
                    filled=bits,
                )
                notes.append(Note("window", text))
            ends = (float(table.first), float(table.first + table.entries.size - 1))
            yield scaled(table(values), 0.0, float(2**bits - 1)), ends
        for window in _windows(place):
            if window.is_usable:
                yield window.levels(values), window.ends
            else:
                notes.append(
                    Note("window", said("has a {window}, which was not used", window=window.words))
                )


def _windows(place: Any) -> list[_Window]:
    function = text_of(place, "VOILUTFunction")
    function = function if function in ("LINEAR_EXACT", "SIGMOID") else "LINEAR"
    pairs = zip(numbers(place, "WindowCenter"), numbers(place, "WindowWidth"), strict=False)
    return [_Window(centre, width, function) for centre, width in pairs]


def _as_is(stored: StoredValues, dataset: Any) -> ShownValues:
    """Stored values over the whole range of their bits; no table, no window."""
    if not np.issubdtype(stored.dtype, np.integer):
        raise ValueError("holds real numbers, which the grey mapping as-is has no range for")
    bits = int(dataset.get("BitsStored") or 8 * stored.dtype.itemsize)
    low = -float(2 ** (bits - 1)) if int(dataset.get("PixelRepresentation") or 0) else 0.0
    high = low + 2.0**bits - 1
    levels = scaled(stored.values, low, high)
    if (numbers(dataset, "RescaleSlope") or [1.0])[0] < 0:
        levels = 255.0 - levels
    return ShownValues(levels, (low, high), is_eight_bit=bits == 8)


def _is_inverted(dataset: Any, notes: list[Note]) -> bool:
    """MONOCHROME1 or PresentationLUTShape INVERSE; both together are one inversion (the DX pair).

    MONOCHROME1 with IDENTITY contradicts itself; most viewers follow MONOCHROME1, and so do we.
    """
    is_first = text_of(dataset, "PhotometricInterpretation") == "MONOCHROME1"
    shape = text_of(dataset, "PresentationLUTShape")
    if is_first and shape == "IDENTITY":
        notes.append(
            Note("header", said("says MONOCHROME1 and IDENTITY at once; shown as MONOCHROME1"))
        )
    if not is_first and shape != "INVERSE":
        return False
    why = "MONOCHROME1" if is_first else "PresentationLUTShape INVERSE"
    notes.append(Note("inverted", said("was inverted, as {why} says", why=why)))
    return True


def _padding(stored: StoredValues, dataset: Any) -> NDArray[np.bool_] | None:
    """Which of the stored values are padding; its numbers are read as signed as the pixels are."""
    value = integer_of(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = integer_of(dataset, "PixelPaddingRangeLimit")
    bits = 8 * stored.dtype.itemsize if stored.dtype.kind in "ui" else 16
    is_signed = bool(int(dataset.get("PixelRepresentation") or 0))
    ends = sorted(
        _as_stored(end, bits, is_signed) for end in (value, value if limit is None else limit)
    )
    inside: NDArray[np.bool_] = (stored.values >= ends[0]) & (stored.values <= ends[1])
    return inside


def _as_stored(value: int, bits: int, is_signed: bool) -> int:
    """A number of the wrong sign (a US field for signed pixels, or the other way) put right."""
    span = 1 << bits
    if is_signed:
        return value - span if value >= span // 2 else value
    return value + span if value < 0 else value
