"""The display that a study is read on, as its readers tell of it and as a design asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.said import said

DISPLAYS: Mapping[str, str] = {
    "diagnostic": said("Diagnostic display (for reading radiographs)"),
    "office": said("Office or home monitor"),
    "laptop": said("Laptop"),
    "tablet": said("Tablet"),
    "phone": said("Phone"),
}
LIGHTS: Mapping[str, str] = {
    "dark": said("Dark, as in a reading room"),
    "dim": said("Dim, curtains drawn or a small lamp"),
    "office": said("Lit like an office"),
    "bright": said("Bright: daylight, a window or the open air"),
}
# A narrower phone is not made any more, and nobody can be asked to have a wider screen.
LEAST_WIDTHS = (320, 3840)


@dataclass(frozen=True)
class DisplayPlan:
    """What a design asks of the display.

    ask_kind     whether the profile asks what kind of display it is
    ask_light    whether it asks how light the room is
    grey_check   whether each sitting begins with the grey-step check
    least_width  of the window, in CSS pixels, below which no case is shown; 0 for none
    """

    ask_kind: bool = False
    ask_light: bool = False
    grey_check: bool = False
    least_width: int = 0
