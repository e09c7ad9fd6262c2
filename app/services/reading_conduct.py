"""A study under way: who read how much on which day, in what time, and who stopped where."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.db.blind.conduct import PartOfReading, first_ratings, parts_of_reading
from app.db.blind.designs import closing_day_of
from app.db.blind.readers import readers_of
from app.db.blind.tables import Study
from app.db.studies import study_by_slug
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.said import joined, said, said_many, spoken_day

# Days with ratings that the page has columns for, the latest ones.
MOST_DAYS = 14


@dataclass(frozen=True)
class ReaderPace:
    """How one reader gets on; `median_ms` is the median time of their cases, None without any.

    `stands` says in words where they are; empty for who has not begun or has read everything.
    """

    by_day: Mapping[date, int]
    median_ms: float | None
    stands: str


@dataclass(frozen=True)
class ReadingConduct:
    """All readers by code; `days` are the latest with a rating, in UTC, the earliest first.

    `earlier_days` counts those before them, `days_left` the days until the last one of reading,
    today included (None where there is none or the study is not open).
    """

    readers: Mapping[str, ReaderPace]
    days: tuple[date, ...]
    earlier_days: int
    by_day: Mapping[date, int]
    median_ms: float | None
    closes_on: date | None
    days_left: int | None
    reminders: Mapping[str, str] = field(default_factory=dict)


def reading_conduct(session: Session, slug: str, *, now: datetime) -> ReadingConduct:
    """How reading goes; no arm and no answer is looked at. Raises NotFound for no such study."""
    study = study_by_slug(session, slug)
    design = design_from_json(study.design)
    times: dict[str, list[int]] = {}
    days: dict[str, Counter[date]] = {}
    for one in first_ratings(session, study):
        days.setdefault(one.reader, Counter())[one.submitted_at.astimezone(UTC).date()] += 1
        # A browser that tells 0 has measured nothing.
        if one.reading_time_ms:
            times.setdefault(one.reader, []).append(one.reading_time_ms)
    all_days: Counter[date] = Counter()
    for of_reader in days.values():
        all_days.update(of_reader)
    shown = sorted(all_days)[-MOST_DAYS:]
    parts: dict[str, list[PartOfReading]] = {}
    for part in parts_of_reading(session, study):
        parts.setdefault(part.reader, []).append(part)
    readers = {
        code: ReaderPace(
            days.get(code, Counter()), _median(times.get(code, ())), where_they_stand(design, of)
        )
        for code, of in parts.items()
    }
    closes_on = closing_day_of(study)
    left = None
    if closes_on is not None and study.status == "open":
        left = max((closes_on - now.astimezone(UTC).date()).days + 1, 0)
    return ReadingConduct(
        readers=readers,
        days=tuple(shown),
        earlier_days=len(all_days) - len(shown),
        by_day=all_days,
        median_ms=_median([one for of in times.values() for one in of]),
        closes_on=closes_on,
        days_left=left,
        reminders=_reminders(session, study, design, parts) if study.status == "open" else {},
    )


def where_they_stand(design: StudyDesign, parts: Sequence[PartOfReading]) -> str:
    """Where a reader is, in words; empty before the first answer and after the last."""
    if not any(part.rated for part in parts):
        return ""
    due = next((part for part in parts if part.rated < part.total), None)
    if due is None:
        return ""
    place = {"number": due.rated + 1, "total": due.total}
    if due.is_practice:
        return said("before practice case {number} of {total}", **place)
    if len(design.phases) == 1:
        return said("before case {number} of {total}", **place)
    phase = design.phase(due.phase)
    return said(
        "before case {number} of {total} of phase {phase} ({title})",
        **place,
        phase=due.phase,
        title=phase.title or phase.key,
    )


def _median(times: Sequence[int]) -> float | None:
    return statistics.median(times) if times else None


def _reminders(
    session: Session,
    study: Study,
    design: StudyDesign,
    parts: Mapping[str, Sequence[PartOfReading]],
) -> dict[str, str]:
    """A text for each person whose link works and who has not finished."""
    texts = {}
    for reader in readers_of(session, study):
        is_over = reader.finished_at or reader.revoked_at or reader.has_left
        if reader.kind != "human" or is_over:
            continue
        left = _cases_left(parts.get(reader.code, ()))
        texts[reader.code] = reminder(design, left, closing_day_of(study))
    return texts


def reminder_with_link(session: Session, slug: str, code: str, link: str) -> str:
    """What somebody may write to a reader of an open study who has just been given a new link.

    Empty where the study is not open or the reader has read everything. Raises NotFound.
    """
    study = study_by_slug(session, slug)
    parts = [part for part in parts_of_reading(session, study) if part.reader == code]
    left = _cases_left(parts)
    if study.status != "open" or left == 0:
        return ""
    return reminder(design_from_json(study.design), left, closing_day_of(study), link)


def _cases_left(parts: Sequence[PartOfReading]) -> int | None:
    """How many cases wait for a reader; None before any is read."""
    has_begun = any(part.rated for part in parts)
    return sum(part.total - part.rated for part in parts) if has_begun else None


def reminder(design: StudyDesign, left: int | None, last_day: date | None, link: str = "") -> str:
    """What somebody may write to a reader; `left` is how many cases wait, None before any is.

    `last_day` is the last day of reading, None where there is none; `link` a link that was just
    made. Without one the reader's own still works: of links nothing but a hash is kept, so that it
    can't be repeated.
    """
    lines: list[str] = [said("Thank you for taking part in “{title}”.", title=design.title)]
    if left is None:
        lines.append(said("The first case is waiting for you."))
    else:
        lines.append(
            said_many(
                "What you read is kept; {count} case is still waiting for you.",
                "What you read is kept; {count} cases are still waiting for you.",
                left,
            )
        )
    if link:
        lines += [
            said(
                "This is your new personal link; the one before no longer works. Keep it to "
                "yourself. It goes on where you stopped, on another device too:"
            ),
            link,
        ]
    else:
        lines.append(
            said(
                "Please open the personal link that you were sent; it goes on where you stopped, "
                "on another device too."
            )
        )
    if last_day is not None:
        lines.append(last_day_of_reading(last_day))
    if not link:
        lines.append(said("If you can't find the link, answer this message and you get a new one."))
    return joined(lines, "\n")


def invitation(design: StudyDesign, link: str, last_day: date | None) -> str:
    """What somebody may write to a reader who is new, with their personal link."""
    lines = [
        said("You are invited to read radiographs for “{title}”.", title=design.title),
        said(
            "Please open your personal link and keep it to yourself. It goes on where you stopped, "
            "on another device too:"
        ),
        link,
    ]
    if last_day is not None:
        lines.append(last_day_of_reading(last_day))
    return joined(lines, "\n")


def last_day_of_reading(day: date) -> str:
    """Until when one may read."""
    return said("The last day of reading is {day} (UTC).", day=spoken_day(day))
