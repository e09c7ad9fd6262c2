"""Numbers, tables and sequences of a DICOM header, read as vendors write them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")


def text_of(dataset: Any, keyword: str) -> str:
    """A text field in capitals without blanks around; "" where it is missing or odd."""
    try:
        value = dataset.get(keyword)
    except Exception:
        # pydicom converts when asked, and raises for what it can't convert.
        return ""
    return str(value or "").strip().upper()


def numbers(dataset: Any, keyword: str) -> list[float]:
    """All finite numbers of a field, a decimal comma read as a point; [] where there is none.

    Something among them that is no number ends the list: what follows would be in a wrong place.
    """
    if keyword not in dataset:
        return []
    element = dataset.get_item(keyword)
    value = element.value
    if isinstance(element, RawDataElement) and isinstance(value, bytes) and element.VR == "DS":
        parts: list[Any] = value.decode("latin-1").strip("\x00 ").split("\\")
    else:
        value = _converted(dataset, keyword, value)
        parts = list(value) if isinstance(value, list | tuple) or _is_multi(value) else [value]
    result: list[float] = []
    for part in parts:
        try:
            number = float(str(part).strip("\x00 ").replace(",", "."))
        except ValueError:
            break
        if not math.isfinite(number):
            break
        result.append(number)
    return result


def _converted(dataset: Any, keyword: str, raw: Any) -> Any:
    try:
        return dataset[keyword].value
    except Exception:
        return raw.decode("latin-1").split("\\") if isinstance(raw, bytes) else raw


def _is_multi(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str | bytes)


def integer_of(dataset: Any, keyword: str) -> int | None:
    """A whole number, also where its VR was lost and its bytes are left; None without one."""
    if keyword not in dataset:
        return None
    element = dataset.get_item(keyword)
    if isinstance(element.value, bytes) and len(element.value) == 2:
        is_big = dataset.original_encoding[1] is False
        return int.from_bytes(element.value, "big" if is_big else "little")
    values = numbers(dataset, keyword)
    return int(values[0]) if values else None


def item_of(dataset: Any, keyword: str) -> Any | None:
    """The first item of a sequence; None where it is missing, empty or no sequence."""
    items = items_of(dataset, keyword)
    return items[0] if items else None


def items_of(dataset: Any, keyword: str) -> list[Any]:
    """The items of a sequence; [] where it is missing or no sequence."""
    try:
        value = dataset.get(keyword)
        return [item for item in value or () if hasattr(item, "get_item")]
    except Exception:
        return []


def places_of(dataset: Any, sequence: str) -> Iterator[Any]:
    """The data set itself, then its functional groups' item of that name (PS3.3 C.7.6.16)."""
    yield dataset
    for keyword in _GROUPS:
        group = item_of(dataset, keyword)
        item = item_of(group, sequence) if group is not None else None
        if item is not None:
            yield item


@dataclass(frozen=True)
class LookupTable:
    """A LUT of PS3.3 C.11.1.1 or C.11.2.1.1: `entries` for the values from `first` on."""

    entries: NDArray[np.float64]
    first: int
    bits: int

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Each value's entry; values outside take the first or the last one."""
        places = np.clip(np.rint(values) - self.first, 0, self.entries.size - 1)
        looked_up: NDArray[np.float64] = self.entries[places.astype(np.int64)]
        return looked_up


def lookup_table(item: Any, *, lowest: float) -> LookupTable | None:
    """A sequence item's table; None where it can't be used.

    `lowest` is the least value it will be asked for: below 0 a first value above 32,767 is a
    signed one. Entries of 8 bits may be packed two a word.
    """
    described = numbers(item, "LUTDescriptor")
    if len(described) < 3 or "LUTData" not in item:
        return None
    count = int(described[0]) or 65_536
    first = int(described[1])
    if lowest < 0 and first > 32_767:
        first -= 65_536
    if lowest >= 0 and first < 0:
        first += 65_536
    bits = int(described[2])
    entries = _entries(item, count, bits)
    if entries is None or entries.size == 0 or entries.min() == entries.max():
        return None
    top = int(entries.max())
    if not 1 <= bits <= 16 or top >= 1 << bits:
        bits = max(1, top.bit_length())
    return LookupTable(entries, first, bits)


def _entries(item: Any, count: int, bits: int) -> NDArray[np.float64] | None:
    element = item.get_item("LUTData")
    data = element.value
    if not isinstance(data, bytes):
        try:
            values = np.atleast_1d(np.asarray(item[Tag(0x0028, 0x3006)].value, dtype=np.float64))
        except (TypeError, ValueError):
            return None
        if bits <= 8 and values.size == (count + 1) // 2:
            data = values.astype("<u2").tobytes()
            return np.frombuffer(data, np.uint8, count).astype(np.float64)
        return values % 65_536
    if bits <= 8 and len(data) in (count, count + count % 2):
        return np.frombuffer(data, np.uint8, count).astype(np.float64)
    order = "<" if getattr(element, "is_little_endian", True) is not False else ">"
    words = np.frombuffer(data, f"{order}u2", min(count, len(data) // 2))
    return words.astype(np.float64)
