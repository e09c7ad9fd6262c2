"""What the record says of a study's conduct, in sentences: deviations, looks, signatures."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from app.domain.conduct import Conduct, Look
from app.services.summarise_study import StudySummary

NO_DEVIATION = "The record knows of no deviation from what was registered when the study opened."
_PARTS = {"negatoscope": "the app", "source_sha256": "its source", "python": "Python"}


def deviations(summary: StudySummary) -> tuple[str, ...]:
    """One sentence for everything that was done otherwise than registered at opening."""
    conduct = summary.conduct
    if summary.opened_at is None or summary.is_rehearsal:
        return ()
    if "analysis" not in conduct.opened:
        return (
            "The study was opened before analysis settings and software were recorded, so that "
            "deviations from them can't be told.",
        )
    return (
        *_of_settings(summary, conduct.opened["analysis"]["settings"]),
        *_of_software(conduct.opened["software"], summary.software),
        *_of_closing(summary),
        *_of_messages(conduct),
        *_of_looks(conduct),
        *_of_washout(summary),
        *(
            f"The answers of {machine} were imported after the study had closed."
            for machine in conduct.late_machines
        ),
    )


def look_words(look: Look) -> str:
    """What a look before closing was, on which ground."""
    what = (
        "A file with arm and truth of every rating was taken out"
        if look.is_unblinding
        else "Results by arm were seen"
    )
    after = "" if look.ratings is None else f" after {look.ratings} ratings"
    ground = "as the design had planned" if look.planned else "not planned in the design"
    reason = f"; the reason given: “{look.reason}”" if look.reason else ""
    return f"{what}{after}, {ground}{reason}."


def _of_washout(summary: StudySummary) -> Iterator[str]:
    for phase in summary.sittings.phases:
        if phase.too_early:
            title = summary.design.phases[phase.phase - 1].title or f"phase {phase.phase}"
            days = phase.planned_washout_days
            yield (
                f"{', '.join(phase.too_early)} began {title} less than the planned {days} "
                f"{'day' if days == 1 else 'days'} after the phase before."
            )


def _of_settings(summary: StudySummary, registered: Mapping[str, Any]) -> Iterator[str]:
    if summary.analysis is None:
        return
    # As JSON has them, which is how they were registered: a tuple there is a list.
    used = json.loads(json.dumps(asdict(summary.analysis.settings)))
    for name, value in used.items():
        if name not in registered:
            yield (
                f"The analysis has a setting that there was none of when the study opened: "
                f"{name.replace('_', ' ')}, {_told(value)}."
            )
        elif registered[name] != value:
            yield (
                f"The analysis was made with {name.replace('_', ' ')} {_told(value)}; registered "
                f"was {_told(registered[name])}."
            )


def _of_software(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    changed = [name for name in now if before.get(name) != now[name]]
    if changed:
        parts = ", ".join(
            f"{_PARTS.get(name, name)} {_short(before.get(name, 'unknown'))} then, "
            f"{_short(now[name])} now"
            for name in changed
        )
        yield f"The software has changed since the study opened: {parts}."


def _of_closing(summary: StudySummary) -> Iterator[str]:
    planned, conduct = summary.design.closes_on, summary.conduct
    registered = "registered"
    for move in conduct.moves:
        before = "from none" if move.before is None else f"from {move.before}"
        yield (
            f"On {move.at:%Y-%m-%d} {move.actor} moved the last day of reading {before} to "
            f"{move.after}; the reason given: “{move.reason}”."
        )
        planned, registered = move.after, "new"
    closed_at = conduct.closed_at
    if planned is not None and closed_at is not None and closed_at.date() <= planned:
        yield (
            f"The study was closed on {closed_at:%Y-%m-%d} by {conduct.closed_by}, before its "
            f"{registered} last day, {planned}, was over."
        )


def _of_messages(conduct: Conduct) -> Iterator[str]:
    for message in conduct.messages:
        yield (
            f"From {message.at:%Y-%m-%d %H:%M} (UTC) on, all readers were shown a message of "
            f"{message.actor}: “{message.text}”."
        )


def _of_looks(conduct: Conduct) -> Iterator[str]:
    for look in conduct.looks:
        if not look.planned:
            yield f"On {look.at:%Y-%m-%d}: {_lower(look_words(look))}"


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value in (None, ""):
        return "nothing"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return text[:12] if len(text) == 64 else text


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
