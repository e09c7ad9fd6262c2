"""What the options --column and --value say of a table, in the words of both halves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Meanings:
    """Our names to a table's headings, and our names to what its values mean there.

    `headings_of` takes both.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return bool(self.columns or self.values)


NOTHING_SAID: Final = Meanings()


def meanings_of(columns: Iterable[str], values: Iterable[tuple[str, str]]) -> Meanings:
    """Read OURS=HEADING, as often as given, and pairs of a column and THEIRS=OURS.

    Raises ValueError, a sentence, for what has not that form or says two things of one.
    """
    headings: dict[str, str] = {}
    for pair in columns:
        ours, equals, heading = (part.strip() for part in pair.partition("="))
        if not (ours and equals and heading):
            raise ValueError(f"--column {pair!r} must be OURS=HEADING, such as file=Path.")
        if headings.setdefault(ours, heading) != heading:
            raise ValueError(f"--column says two things of {ours}: {headings[ours]} and {heading}.")
    meant: dict[str, dict[str, str]] = {}
    for column, pair in values:
        theirs, equals, ours = (part.strip() for part in pair.rpartition("="))
        if not (column.strip() and equals and ours):
            raise ValueError(
                f'--value {column} {pair!r} must be COLUMN "THEIRS=OURS", '
                'such as condition "No Finding=normal".'
            )
        said = meant.setdefault(column.strip(), {})
        if said.setdefault(theirs, ours) != ours:
            raise ValueError(f"--value says two things of {theirs!r}: {said[theirs]} and {ours}.")
    return Meanings(headings, meant)
