"""A study's protocol to be registered before anybody reads: in words, and as JSON, with digests."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from app.domain.memorised import left_out_sentences
from app.domain.record import written_moment
from app.domain.said import capital, figure, joined, said, said_many
from app.domain.signing import known_meaning
from app.report.words.markdown import code, typed, typed_prose
from app.report.words.settings import setting_name
from app.services.study_protocol import StudyProtocol
from app.web.design_words import design_words
from app.web.known_words import known_word
from app.words.language import ENGLISH, Language, language


def protocol_json(protocol: StudyProtocol) -> str:
    """Everything that was frozen: the design itself, the digests, the settings, the software."""
    plain = {
        "study": protocol.slug,
        "title": protocol.title,
        "status": protocol.status,
        "opened_at": written_moment(protocol.opened_at),
        "opening": dict(protocol.opening),
        "record_head": protocol.head,
        "design": json.loads(protocol.design_text),
    }
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def protocol_text(protocol: StudyProtocol, arms: Mapping[str, str], tongue: str = ENGLISH) -> str:
    """The protocol in words, as Markdown; `arms` are the arms' names in full.

    What the design itself says stands in its own words. `tongue` is a tag of `LANGUAGES`.
    """
    return "\n".join(_Document(language(tongue)).lines(protocol, arms)) + "\n"


class _Document:
    """Its lines in one language."""

    def __init__(self, tongue: Language) -> None:
        self._tongue = tongue

    def _say(self, sentence: str) -> str:
        return str(self._tongue.say(typed(sentence)))

    def lines(self, protocol: StudyProtocol, arms: Mapping[str, str]) -> Iterator[str]:
        design = protocol.design
        words = design_words(design)
        yield from (f"# {typed(design.title)}", "", self._say(_standing(protocol)), "")
        yield from self._facts(said("What was frozen"), _digests(protocol))
        yield from self._facts(said("Registration"), words.registration)
        yield from self._list(said("Arms and cases"), self._arms(protocol, arms))
        questions = (
            f"{number}. {self._say(one.prompt)} (`{one.key}`: {self._say(one.about)})"
            for number, one in enumerate(words.questions, start=1)
        )
        yield from self._list(said("Questions"), questions)
        phases = (
            f"{number}. {self._say(one.title)}: {self._say(one.about)}"
            for number, one in enumerate(words.phases, start=1)
        )
        yield from self._list(said("Phases"), phases)
        yield from self._facts(said("Rules"), words.facts)
        yield from self._facts(said("Analysis settings"), _settings(protocol.opening))
        yield from self._prose(said("Consent"), f"{design.consent}\n\n{design.consent_line}")
        yield from self._prose(said("Instructions"), design.instructions)
        for told in words.phases:
            if told.introduction:
                heading = said("Introduction of {phase}", phase=told.title)
                yield from self._prose(heading, told.introduction)

    def _arms(self, protocol: StudyProtocol, arms: Mapping[str, str]) -> Iterator[str]:
        for plan in protocol.design.arms:
            cases = (
                said_many("{count} image picked by hand", "{count} images picked by hand", by_hand)
                if (by_hand := len(plan.images))
                else joined((_drawn(count, stratum) for stratum, count in plan.cases), ", ")
            )
            is_control = plan.role == "positive_control"
            role = said("; a positive control") if is_control else ""
            name = arms.get(plan.arm, plan.arm)
            yield f"- {typed(name)} (`{plan.arm}`): {self._say(cases)}{self._say(role)}"
        left_out = protocol.opening.get("left_out_as_memorised", {})
        yield from (f"- {self._say(one)}" for one in left_out_sentences(left_out, arms))

    def _list(self, heading: str, rows: Iterable[str]) -> list[str]:
        return [f"## {self._say(heading)}", "", *rows, ""]

    def _facts(self, heading: str, facts: Iterable[tuple[str, str]]) -> list[str]:
        rows = [f"- {self._say(term)}: {' '.join(self._say(text).split())}" for term, text in facts]
        return self._list(heading, rows) if rows else []

    def _prose(self, heading: str, text: str) -> list[str]:
        # Quoted, so that a heading in a study's own text is none of ours.
        own = typed_prose(self._tongue.say(text))
        return self._list(heading, (f"> {line}".rstrip() for line in own.split("\n")))


def _standing(protocol: StudyProtocol) -> str:
    if protocol.opened_at is None:
        return said(
            "A draft (`{slug}`): cases, pictures, settings and software are frozen when it opens, "
            "and this document then has their digests. Register that one.",
            slug=protocol.slug,
        )
    return said(
        "Study `{slug}`, opened {moment}. `python -m app verify {slug}` shows that nothing of this "
        "has changed since.",
        slug=protocol.slug,
        moment=_moment(protocol.opened_at),
    )


def _digests(protocol: StudyProtocol) -> Iterator[tuple[str, str]]:
    opening = protocol.opening
    for name, what in (
        ("design_sha256", said("SHA-256 of the design")),
        ("cases_sha256", said("SHA-256 of the cases")),
        ("renditions_sha256", said("SHA-256 of the pictures")),
        ("analysis_sha256", said("SHA-256 of the analysis settings")),
    ):
        if opening.get(name):
            yield what, code(opening[name])
    if opening.get("software"):
        parts = ", ".join(f"{name} {what}" for name, what in opening["software"].items())
        yield said("Software"), parts
    signed = opening.get("signed")
    if signed:
        yield (
            said("Signed"),
            said(
                "{name} ({checked}): {meaning}",
                name=signed["name"],
                checked=known_word(signed["checked"]),
                meaning=known_meaning(signed["meaning"]),
            ),
        )
    yield said("Head of the record"), code(protocol.head)


def _drawn(count: int, stratum: str) -> str:
    return said("{stratum}: {count}", count=count, stratum=known_word(stratum))


def _settings(opening: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in opening.get("analysis", {}).get("settings", {}).items():
        yield capital(setting_name(name)), _value(value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return said("yes") if value else said("no")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return figure(value) if isinstance(value, float) else str(value) or said("none")


def _moment(moment: datetime) -> str:
    return said("{moment:%Y-%m-%d %H:%M} UTC", moment=moment)
