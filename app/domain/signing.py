"""Steps that somebody signs: opening, closing, taking results out; with what they declare by it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from app.domain.document import plain_text
from app.domain.errors import BadInput
from app.domain.said import said

Step = Literal["open", "close", "export"]
# How it was made sure that the name is right.
Checked = Literal["password", "local shell, no password"]
LONGEST_NAME: Final = 100

MEANINGS: Mapping[Step, str] = {
    "open": said(
        "I declare that the design of this study is final, its analysis included, and I open "
        "it as it stands."
    ),
    "close": said(
        "I declare that reading ends here for good, for no reason that lies in its results."
    ),
    "export": said(
        "I declare that I take these results out for the purpose of this study, and that I "
        "keep them as its protocol says."
    ),
}


@dataclass(frozen=True)
class Signature:
    """Who signs, what they declare, and how their name was checked; the time is the event's."""

    name: str
    meaning: str
    checked: Checked

    def written(self) -> dict[str, Any]:
        """As it stands in the detail of an event."""
        return {"signed": asdict(self)}


def signature(step: Step, name: str, checked: Checked) -> Signature:
    """Sign a step; raises BadInput for a name that can't be printed."""
    name = plain_text(name)
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadInput(
            said(
                "Sign with your name: 1 to {longest_name} characters on one line.",
                longest_name=LONGEST_NAME,
            )
        )
    return Signature(name, MEANINGS[step], checked)


def written_signature(signed: Signature | None) -> dict[str, Any]:
    """What an event's detail says of a signature; nothing where nobody has signed."""
    return {} if signed is None else signed.written()


def known_meaning(meaning: str) -> str:
    """What was declared, as a page can say it; an older wording as it stands."""
    return next((one for one in MEANINGS.values() if one == meaning), meaning)
