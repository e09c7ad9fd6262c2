"""What a form holds and what is wrong with it, box by box."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.said import said
from app.web.design_form.boxes import Box, Choices, Group
from app.web.design_form.shown import BoxShown, GroupShown


@dataclass(frozen=True)
class HeldForm:
    """The values of a form and the reasons at each name; `open_row` was just added or moved."""

    values: Mapping[str, str]
    at: Mapping[str, Sequence[str]]
    open_row: str = ""

    def box(self, box: Box, prefix: str = "", choices: Choices = ()) -> BoxShown:
        """One box; a choice that is no longer there is offered as such, so that it isn't lost."""
        name = f"{prefix}{box.name}"
        value = self.values.get(name, "")
        offered = choices or box.choices
        if box.kind == "select" and value and value not in {one for one, _ in offered}:
            offered = (*offered, (value, said("{value} (not there)", value=value)))
        return BoxShown(box, name, value, offered, self.at.get(name, ()), box.label)

    def group(self, group: Group, boxes: Iterable[BoxShown]) -> GroupShown:
        """Boxes together, open where they hold something unusual or something is wrong."""
        shown = tuple(boxes)
        unusual = any(one.problems or one.value.strip() not in _nothing(one.box) for one in shown)
        return GroupShown(group.heading, group.hint, group.folded, unusual, shown)


def _nothing(box: Box) -> tuple[str, ...]:
    return (box.usual, "") if box.kind != "tick" else (box.usual,)
