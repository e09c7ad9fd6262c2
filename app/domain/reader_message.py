"""A message of the investigator's to the readers of an open study, and what it must not say."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.design.design import StudyDesign
from app.domain.design.status import is_past
from app.domain.design.warnings import telling_word
from app.domain.document import can_be_stored, plain_text
from app.domain.errors import BadInput
from app.domain.said import said, spoken_day

LONGEST_MESSAGE = 500
MESSAGE_WARNING = said(
    "Every reader sees it. It must not tell which images are real or synthetic, what an arm is or "
    "how others answer."
)
# What generators and their training are called; no reader has to know, whatever the study.
_MODELS = re.compile(
    r"stable[ -]?diffusion|\bSD ?[123](?:\.\d)?\b|\bSDXL\b|\bLoRA\b|dreambooth|textual inversion|"
    r"\bGANs?\b|\bStyleGAN|\bdiffusion\b|difusão|difusión|pixart|checkpoint",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReaderMessage:
    """A message as readers are shown it; `until` is its last day in UTC, None for no end."""

    text: str
    until: date | None

    def shows(self, now: datetime) -> bool:
        """Whether its last day is not over."""
        return not is_past(self.until, now)


def read_message(text: str, until: date | None, *, now: datetime) -> ReaderMessage:
    """A message as it was typed. Raises BadInput for none, for a long one and for a past day."""
    plain = plain_text(text)
    if not plain:
        raise BadInput(said("The message is empty; write one, or take back the one that is shown."))
    if len(plain) > LONGEST_MESSAGE:
        raise BadInput(
            said(
                "The message has {length} characters, at most {most} are possible.",
                length=len(plain),
                most=LONGEST_MESSAGE,
            )
        )
    if not can_be_stored(plain) or not plain.replace("\n", "").isprintable():
        raise BadInput(
            said("The message holds characters that can't be shown; please type it anew.")
        )
    if is_past(until, now):
        raise BadInput(
            said("{day} is over; name a later day for the message, or none.", day=spoken_day(until))
        )
    return ReaderMessage(plain, until)


def ensure_tells_nothing(text: str, design: StudyDesign, names: Iterable[str]) -> None:
    """Raise BadInput for a text that names an arm or a model to readers.

    `names` are keys and labels of the study's arms and the banks that they came from; names of one
    character are not looked for. In a study with a purpose-blinded phase, words that tell that some
    images are synthetic are refused too, as they are warned of in its other texts. What is meant
    between the lines nobody but the investigator can tell.
    """
    for what, word in _telling(text, design, names):
        raise BadInput(
            said(
                "The message says “{word}”, which is {what}; readers must not be told, so nothing "
                "was shown. Please write it without.",
                word=word,
                what=what,
            )
        )


def _telling(text: str, design: StudyDesign, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in sorted({one.strip() for one in names if len(one.strip()) > 1}):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            yield said("the name of an arm or its bank"), name
    match = _MODELS.search(text)
    if match:
        yield said("the name of a model or of its training"), match[0]
    word = telling_word(text)
    if word and any(phase.purpose_blinded for phase in design.phases):
        yield said("a word that gives the purpose of the study away"), word
