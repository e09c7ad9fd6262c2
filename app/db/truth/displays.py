"""What a study's human readers said of their displays, and how their grey-step checks ended."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.exports import grey_checks, reader_rows


@dataclass(frozen=True)
class DisplayFacts:
    """Counts: readers by display and by light, as pairs, most first; sittings with a check."""

    displays: tuple[tuple[str, int], ...] = ()
    lights: tuple[tuple[str, int], ...] = ()
    checks: int = 0
    checks_passed: int = 0


def display_facts(session: Session, study: Study) -> DisplayFacts:
    """Of the readers who have begun to read."""
    begun = [reader for reader in reader_rows(session, study) if reader.began_at is not None]
    checks = [check for done in grey_checks(session, study).values() for check in done]
    return DisplayFacts(
        displays=_counted(reader.display for reader in begun if reader.display),
        lights=_counted(reader.ambient_light for reader in begun if reader.ambient_light),
        checks=len(checks),
        checks_passed=sum(check.has_passed for check in checks),
    )


def _counted(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(words).most_common())
