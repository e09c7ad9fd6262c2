"""The grey-step check: which steps near black and near white a reader can tell apart.

The idea of the 5 % and 95 % patches of the SMPTE pattern (RP 133) and of TG18-QC (AAPM On-line
Report 3, doi:10.1118/1.1861159): squares a few per cent lighter than black, or darker than white.
Per cent are of the driving level (grey level / 255), not of luminance: what the display, the light
in the room and the eye make of such a step is what is tested, so nothing is corrected for gamma.
The squares stand at random places of a strip, some of which are empty, so that no answer can be
given without looking.
"""

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from app.domain.errors import BadAnswer
from app.domain.said import said

End = Literal["black", "white"]
ENDS: tuple[End, ...] = ("black", "white")
STEPS = (5, 3, 2, 1)
# The step that a display fit for reading shows; finer ones say how good it is.
NEEDED = 5
PLACES = 8
NONE = "none"


@dataclass(frozen=True)
class Strip:
    """One strip: `steps` has for each place, first to last, the square's step or None for none."""

    end: End
    steps: tuple[int | None, ...]

    @property
    def ground(self) -> int:
        """The strip's grey level."""
        return 0 if self.end == "black" else 255

    @property
    def levels(self) -> tuple[int | None, ...]:
        """The grey level of the square at each place.

        >>> Strip("white", (5, None, 1)).levels
        (242, None, 252)
        """
        away = (None if step is None else round(step * 255 / 100) for step in self.steps)
        return tuple(
            None if one is None else (one if self.end == "black" else 255 - one) for one in away
        )


@dataclass(frozen=True)
class GreySteps:
    """What one check gave: the finest step told apart at each end, in per cent, and the errors.

    A step counts if it and every larger one were seen and no empty place was called a square; None
    where that holds for none. `false` counts the empty places called squares, of both strips.
    """

    black_step: int | None
    white_step: int | None
    false: int

    @property
    def has_passed(self) -> bool:
        """Whether the step that a display must show was told apart at both ends."""
        return all(
            step is not None and step <= NEEDED for step in (self.black_step, self.white_step)
        )


def strips_of(name: str) -> tuple[Strip, ...]:
    """The two strips of the check called `name`; another name, other places."""
    rng = random.Random(hashlib.sha256(f"grey steps:{name}".encode()).hexdigest())
    strips = []
    for end in ENDS:
        steps: list[int | None] = [*STEPS, *([None] * (PLACES - len(STEPS)))]
        rng.shuffle(steps)
        strips.append(Strip(end, tuple(steps)))
    return tuple(strips)


def read_grey_steps(name: str, form: Mapping[str, str]) -> GreySteps:
    """What a reader ticked of the strips called `name`: `black.1` to `white.8`, or `black.none`.

    Raises BadAnswer, by the strip, where nothing is ticked or both a place and none.
    """
    problems: dict[str, str] = {}
    finest: dict[End, int | None] = {}
    false = 0
    for strip in strips_of(name):
        seen = [form.get(f"{strip.end}.{place}") == "yes" for place in range(1, PLACES + 1)]
        none = form.get(f"{strip.end}.{NONE}") == "yes"
        if none == any(seen):
            problems[strip.end] = (
                said("Tick either the places of squares or “None”, not both.")
                if none
                else said("Tick every place where you see a square; “None” if you see none.")
            )
        wrong = sum(tick and step is None for tick, step in zip(seen, strip.steps, strict=True))
        ticked = {step for tick, step in zip(seen, strip.steps, strict=True) if tick}
        finest[strip.end] = None if wrong else _finest(ticked)
        false += wrong
    if problems:
        raise BadAnswer(problems)
    return GreySteps(finest["black"], finest["white"], false)


def _finest(ticked: set[int | None]) -> int | None:
    finest = None
    for step in STEPS:
        if step not in ticked:
            break
        finest = step
    return finest


def with_check(stored: str | None, check: GreySteps) -> str:
    """The checks of a sitting with one more, as they are stored; the last one counts."""
    earlier = json.loads(stored) if stored else []
    return json.dumps([*earlier, asdict(check)], separators=(",", ":"))


def last_check(stored: str | None) -> GreySteps | None:
    """The check that counts; None where none was done."""
    return None if not stored else GreySteps(**json.loads(stored)[-1])
