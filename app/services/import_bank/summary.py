"""What an import did, counted while it goes on."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.bank.batches import Digest
from app.bank.header import BankHeader
from app.bank.manifest import BadRecord, ImageRecord
from app.films.notes import counted

# Of the records refused, how many are kept word for word; all are counted.
MOST_REFUSED_KEPT = 1000
MOST_ALIKE_NAMED = 50

# Hears of every record that is refused, those too that a summary no longer names.
Refused = Callable[[BadRecord], None]


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, in images.

    `refreshed` of the `already_present` ones got new provenance; `refused` holds the first
    thousand of `refused_count`; `arms` counts the added ones of each arm the source names.
    `notes` counts what is odd about the added ones, by kind; `alike` names the first of
    `alike_count` added ones that show the same picture as another image, of any arm, or nearly.
    A strict import that refuses anything has added and refreshed nothing.
    """

    added: int
    already_present: int
    refreshed: int
    refused_count: int
    refused: tuple[BadRecord, ...]
    arms: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    alike_count: int = 0


@dataclass
class Tally:
    """Counts of an import under way."""

    added: Counter[str] = field(default_factory=Counter)
    already_present: int = 0
    refreshed: int = 0
    refused_count: int = 0
    refused: list[BadRecord] = field(default_factory=list)
    lines: int = 0
    # Arms whose row has been written or refreshed.
    described: set[str] = field(default_factory=set)
    # While checking, nothing is stored that a later line could be held against.
    conditions: dict[Digest, str] = field(default_factory=dict)
    pictures: dict[Digest, ImageRecord] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    alike: list[str] = field(default_factory=list)
    alike_count: int = 0
    each_refused: Refused = field(default=lambda _: None)

    def refuse(self, bad: BadRecord) -> None:
        """Count a record that is refused, and tell who wants to hear of it."""
        self.refused_count += 1
        self.each_refused(bad)
        if len(self.refused) < MOST_REFUSED_KEPT:
            self.refused.append(bad)

    def summary(self, header: BankHeader) -> ImportSummary:
        """The counts as they are now, by the arms that the source names."""
        return ImportSummary(
            added=self.added.total(),
            already_present=self.already_present,
            refreshed=self.refreshed,
            refused_count=self.refused_count,
            refused=tuple(sorted(self.refused, key=lambda bad: bad.line_number)),
            arms={arm.id: self.added[arm.id] for arm in header.arms},
            notes=counted(self.notes.elements()),
            alike=tuple(self.alike),
            alike_count=self.alike_count,
        )

    def name_alike(self, sentence: str, kind: str) -> None:
        """Count a picture that is there already, or nearly; `kind` is that of the note."""
        self.notes[kind] += 1
        self.alike_count += 1
        if len(self.alike) < MOST_ALIKE_NAMED:
            self.alike.append(sentence)
