"""What a question is called in a sentence or a table, in whatever language these speak."""

from collections.abc import Mapping
from typing import Final

from app.domain.said import said

SHORT_NAMES: Final[Mapping[str, str]] = {
    "realism": said("realism"),
    "quality": said("quality"),
    "verdict": said("verdict"),
    "confidence": said("confidence"),
    "finding": said("finding"),
    "prompt_agreement": said("prompt agreement"),
    "preference": said("preference"),
    "find_the_real": said("find the real"),
    "artefact": said("artefact"),
    "place": said("place"),
    "noticed": said("noticed"),
    "comment": said("comment"),
}
"""By the key that a question has unless its design names it otherwise, which is its measure."""


def short_name(key: str) -> str:
    """A question's key in words where it is the product's own, else as the investigator wrote it.

    >>> short_name("find_the_real"), short_name("my_question")
    ('find the real', 'my_question')
    """
    return SHORT_NAMES.get(key, key)
