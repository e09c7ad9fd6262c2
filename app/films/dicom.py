"""A DICOM image as a film: its grey levels, turned as the patient lies, with what is odd of it."""

from typing import Any, Final

import numpy as np

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.dicom_file import open_dataset
from app.films.dicom_grey import display_levels
from app.films.dicom_pixels import check_header, stored_pixels
from app.films.dicom_values import item_of, items_of, numbers, places_of, text_of
from app.films.film import Film, GreyLevels, GreyMapping
from app.films.grey import StoredValues
from app.films.notes import Note
from app.films.plain_grey import plain_levels
from app.films.shape import squared

_LATERAL_VIEWS: Final = ("LL", "RL", "LLD", "RLD", "LLO", "RLO", "LATERAL", "LAT", "ML", "LM")
_SPACINGS: Final = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_OPPOSITE: Final = {"R": "L", "L": "R", "A": "P", "P": "A", "H": "F", "F": "H"}


def read_dicom(data: bytes, name: str, mapping: GreyMapping) -> Film:
    """A single-frame DICOM image's film; raises BadImage under `name`."""
    try:
        dataset = open_dataset(data, name)
        check_header(dataset, name)
        return _film(dataset, name, mapping)
    except (BadImage, MemoryError):
        raise
    # pydicom raises whatever its parsers and decoders meet in a damaged file.
    except Exception as error:
        brief = " ".join(str(error).split())[:160] or type(error).__name__
        raise BadImage(
            name, said("is a DICOM file that can't be shown ({brief})", brief=brief)
        ) from None


def _film(dataset: Any, name: str, mapping: GreyMapping) -> Film:
    notes: list[Note] = []
    values, is_colour = stored_pixels(dataset, name, notes)
    stored = StoredValues(values)
    if is_colour:
        levels, limits, is_eight_bit = plain_levels(stored, mapping, notes)
    else:
        levels, shown = display_levels(stored, dataset, mapping, notes)
        limits, is_eight_bit = shown.limits, shown.is_eight_bit
    across, down = _directions(dataset, notes)
    aspect = _aspect(dataset, notes)
    levels, is_swapped = upright(levels, across, down, notes)
    levels = squared(levels, 1 / aspect if is_swapped else aspect, notes)
    _note_oddities(dataset, across, down, notes)
    bits = 8 if is_eight_bit and np.array_equal(levels, np.rint(levels)) else 16
    return Film(levels, "DICOM", bits, tuple(notes), limits)


def upright(
    levels: GreyLevels, across: str, down: str, notes: list[Note]
) -> tuple[GreyLevels, bool]:
    """Turn a picture so that its columns run to the feet and its rows to the patient's left.

    `across` and `down` are the letters that rows and columns run to as stored. A lateral film
    is put head up and keeps its front where it has it. Also says whether the axes were swapped.
    """
    is_swapped = across in ("H", "F")
    if is_swapped:
        levels, across, down = levels.swapaxes(0, 1), down, across
    flips_down, flips_across = down == "H", across == "R"
    if flips_down:
        levels = levels[::-1]
    if flips_across:
        levels = levels[:, ::-1]
    if is_swapped or flips_down or flips_across:
        how = {
            (False, False): said("turned on its side"),
            (True, False): said("upside down"),
            (False, True): said("mirrored"),
            (True, True): said("turned by half"),
        }[flips_down, flips_across]
        how = said("on its side") if is_swapped else how
        notes.append(
            Note("turned", said("was stored {how}; put upright, as its header says", how=how))
        )
    return np.ascontiguousarray(levels), is_swapped


def _directions(dataset: Any, notes: list[Note]) -> tuple[str, str]:
    """The letters that rows and columns run to (R L A P H F); "" and "" where nothing tells."""
    value = dataset.get("PatientOrientation")
    parts = [str(part).strip().upper()[:1] for part in value] if _is_pair(value) else []
    if not any(parts):
        cosines = _cosines(dataset)
        parts = [_letter(cosines[:3]), _letter(cosines[3:])] if len(cosines) == 6 else []
    if not any(parts):
        return "", ""
    across, down = parts[0], parts[1]
    if across not in _OPPOSITE or down not in (*_OPPOSITE,) or down in (across, _OPPOSITE[across]):
        text = said(
            "has a PatientOrientation that can't be ({orientation}); shown as stored",
            orientation=f"{across}\\{down}",
        )
        notes.append(Note("header", text))
        return "", ""
    return across, down


def _is_pair(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes) and len(value) == 2


def _cosines(dataset: Any) -> list[float]:
    for place in places_of(dataset, "PlaneOrientationSequence"):
        if len(cosines := numbers(place, "ImageOrientationPatient")) == 6:
            return cosines
    return []


def _letter(direction: list[float]) -> str:
    """The direction's main axis: x runs to the left, y to the back, z to the head."""
    place = int(np.argmax(np.abs(direction)))
    negative, positive = ("R", "A", "F")[place], ("L", "P", "H")[place]
    if direction[place] == 0:
        return ""
    return positive if direction[place] > 0 else negative


def _aspect(dataset: Any, notes: list[Note]) -> float:
    """A pixel's height over its width: PixelAspectRatio, else the first spacing there is."""
    ratio = numbers(dataset, "PixelAspectRatio")
    pairs = [ratio, *(numbers(dataset, key) for key in _SPACINGS)]
    pairs += [
        numbers(place, "PixelSpacing") for place in places_of(dataset, "PixelMeasuresSequence")
    ]
    for pair in pairs:
        if len(pair) >= 2:
            if pair[0] > 0 and pair[1] > 0:
                return pair[0] / pair[1]
            notes.append(
                Note("header", said("has a pixel aspect or spacing of 0, which was not used"))
            )
    return 1.0


def _note_oddities(dataset: Any, across: str, down: str, notes: list[Note]) -> None:
    view = text_of(dataset, "ViewPosition")
    meanings = " ".join(
        text_of(item, "CodeMeaning") for item in items_of(dataset, "ViewCodeSequence")
    )
    described = " ".join(
        text_of(dataset, key)
        for key in ("SeriesDescription", "AcquisitionDeviceProcessingDescription")
    )
    is_lateral = (
        view in _LATERAL_VIEWS
        or "LATERAL" in meanings.replace("BILATERAL", "")
        or (bool({across, down} & {"A", "P"}) and bool({across, down} & {"H", "F"}))
        or (not view and not meanings and "LATERAL" in described.replace("BILATERAL", "").split())
    )
    if is_lateral:
        notes.append(
            Note(
                "lateral",
                said("is a lateral view ({view})", view=view or meanings or described or across),
            )
        )
    if text_of(dataset, "BurnedInAnnotation") == "YES":
        notes.append(Note("burnt-in", said("has letters burnt in, perhaps a name: look at it")))
    if item_of(dataset, "IconImageSequence") is not None and "PixelData" not in dataset:
        notes.append(Note("header", said("holds an icon only")))
