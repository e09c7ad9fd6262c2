"""Single texts of a DICOM header, for who needs to know more than pixels: read apart, too."""

from collections.abc import Sequence
from pathlib import Path

from app.films.decoder import DECODERS

_TASK = "app.films.answers:answer_texts"


def header_texts(path: Path, keywords: Sequence[str]) -> dict[str, str]:
    """What a DICOM file says under each keyword, "" where it says nothing; pixels are left out.

    Raises BadImage where the file can't be opened as DICOM.
    """
    arguments = {"path": str(path), "keywords": list(keywords)}
    with DECODERS.one() as decoder:
        texts, _ = decoder.ask(_TASK, arguments, name=path.name)
    return {keyword: str(texts.get(keyword) or "") for keyword in keywords}
