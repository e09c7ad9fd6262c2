"""What the record says of a study's conduct, in sentences: deviations, looks, signatures."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from app.domain.conduct import Conduct, Look
from app.domain.said import joined, said, said_many, small
from app.report.words.settings import setting_name
from app.services.summarise_study import StudySummary

NO_DEVIATION = said(
    "The record knows of no deviation from what was registered when the study opened."
)
_PARTS = {
    "negatoscope": said("the app"),
    "source_sha256": said("its source"),
    "python": said("Python"),
}


def deviations(summary: StudySummary) -> tuple[str, ...]:
    """One sentence for everything that was done otherwise than registered at opening."""
    conduct = summary.conduct
    if summary.opened_at is None or summary.is_rehearsal:
        return ()
    if "analysis" not in conduct.opened:
        return (
            said(
                "The study was opened before analysis settings and software were "
                "recorded, so that deviations from them can't be told."
            ),
        )
    return (
        *_of_settings(summary, conduct.opened["analysis"]["settings"]),
        *_of_software(conduct.opened["software"], summary.software),
        *_of_closing(summary),
        *_of_messages(conduct),
        *_of_looks(conduct),
        *_of_washout(summary),
        *(
            said(
                "The answers of {machine} were imported after the study had closed.",
                machine=machine,
            )
            for machine in conduct.late_machines
        ),
    )


def look_words(look: Look) -> str:
    """What a look before closing was, on which ground."""
    what = (
        said("A file with arm and truth of every rating was taken out")
        if look.is_unblinding
        else said("Results by arm were seen")
    )
    after = "" if look.ratings is None else said(" after {ratings} ratings", ratings=look.ratings)
    ground = (
        said("as the design had planned") if look.planned else said("not planned in the design")
    )
    reason = said("; the reason given: “{reason}”", reason=look.reason) if look.reason else ""
    return said(
        "{what}{after}, {ground}{reason}.", what=what, after=after, ground=ground, reason=reason
    )


def _of_washout(summary: StudySummary) -> Iterator[str]:
    for phase in summary.sittings.phases:
        if phase.too_early:
            title = summary.design.phases[phase.phase - 1].title or said(
                "phase {phase}", phase=phase.phase
            )
            days = phase.planned_washout_days
            yield (
                said_many(
                    "{join} began {title} less than the planned {count} day after the "
                    "phase before.",
                    "{join} began {title} less than the planned {count} days after the "
                    "phase before.",
                    days,
                    join=joined(phase.too_early, ", "),
                    title=title,
                )
            )


def _of_settings(summary: StudySummary, registered: Mapping[str, Any]) -> Iterator[str]:
    if summary.analysis is None:
        return
    # As JSON has them, which is how they were registered: a tuple there is a list.
    used = json.loads(json.dumps(asdict(summary.analysis.settings)))
    for name, value in used.items():
        if name not in registered:
            yield (
                said(
                    "The analysis has a setting that there was none of when the study "
                    "opened: {replace}, {told}.",
                    replace=setting_name(name),
                    told=_told(value),
                )
            )
        elif registered[name] != value:
            yield (
                said(
                    "The analysis was made with {replace} {told}; registered was {told2}.",
                    replace=setting_name(name),
                    told=_told(value),
                    told2=_told(registered[name]),
                )
            )


def _of_software(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    changed = [name for name in now if before.get(name) != now[name]]
    if changed:
        parts = joined(
            (
                said(
                    "{get} {short} then, {short2} now",
                    get=_PARTS.get(name, name),
                    short=_short(before.get(name, "unknown")),
                    short2=_short(now[name]),
                )
                for name in changed
            ),
            ", ",
        )
        yield said("The software has changed since the study opened: {parts}.", parts=parts)


def _of_closing(summary: StudySummary) -> Iterator[str]:
    planned, conduct = summary.design.closes_on, summary.conduct
    registered: str = said("registered")
    for move in conduct.moves:
        yield said(
            "On {at:%Y-%m-%d} {actor} moved the last day of reading {before} to {after:%Y-%m-%d}; "
            "the reason given: “{reason}”.",
            at=move.at,
            actor=move.actor,
            before=said("from none")
            if move.before is None
            else said("from {day:%Y-%m-%d}", day=move.before),
            after=move.after,
            reason=move.reason,
        )
        planned, registered = move.after, said("new")
    closed_at = conduct.closed_at
    if planned is not None and closed_at is not None and closed_at.date() <= planned:
        yield (
            said(
                "The study was closed on {closed_at:%Y-%m-%d} by {closed_by}, before "
                "its {registered} last day, {planned:%Y-%m-%d}, was over.",
                closed_at=closed_at,
                closed_by=conduct.closed_by,
                registered=registered,
                planned=planned,
            )
        )


def _of_messages(conduct: Conduct) -> Iterator[str]:
    for message in conduct.messages:
        yield (
            said(
                "From {at:%Y-%m-%d %H:%M} (UTC) on, all readers were shown a message of "
                "{actor}: “{text}”.",
                at=message.at,
                actor=message.actor,
                text=message.text,
            )
        )


def _of_looks(conduct: Conduct) -> Iterator[str]:
    for look in conduct.looks:
        if not look.planned:
            yield said("On {at:%Y-%m-%d}: {what}", at=look.at, what=small(look_words(look)))


def _told(value: object) -> str:
    if isinstance(value, list):
        return joined(map(str, value), ", ") or said("none")
    if value in (None, ""):
        return said("nothing")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return text[:12] if len(text) == 64 else text
