"""What a decoder process does for `reader` and `header_text`, which load no decoder themselves."""

from pathlib import Path
from typing import Any

import numpy as np

from app.films.decode import decode_film
from app.films.decoder import Answer
from app.films.reader import read_image_file


def answer_film(arguments: dict[str, Any], payload: bytes) -> Answer:
    """A film's facts and its levels, float32."""
    film = decode_film(payload, arguments["name"], arguments["mapping"])
    facts = {
        "shape": list(film.pixels.shape),
        "format": film.format,
        "bits": film.bits,
        "notes": [note.written() for note in film.notes],
        "limits": film.limits,
    }
    return facts, np.ascontiguousarray(film.pixels, dtype=np.float32).tobytes()


def answer_texts(arguments: dict[str, Any], _payload: bytes) -> Answer:
    """Single texts of a DICOM header."""
    from app.films.dicom_file import open_dataset

    path = Path(arguments["path"])
    dataset = open_dataset(read_image_file(path, path.name), path.name, without_pixels=True)
    return {keyword: _text(dataset, keyword) for keyword in arguments["keywords"]}, b""


def _text(dataset: Any, keyword: str) -> str:
    try:
        return str(dataset.get(keyword) or "").strip()
    except Exception:
        # pydicom converts when asked, and raises for what it can't convert.
        return ""
