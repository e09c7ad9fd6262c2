"""A study's protocol to be registered before anybody reads: in words, and as JSON, with digests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.domain.design.design import StudyDesign
from app.domain.memorised import left_out_sentences
from app.domain.record import written_moment
from app.services.study_protocol import StudyProtocol
from app.web.design_words import design_words


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


def protocol_text(protocol: StudyProtocol, arms: Mapping[str, str]) -> str:
    """The protocol in words, as Markdown; `arms` are the arms' names in full."""
    return "\n".join(_lines(protocol, arms)) + "\n"


def _lines(protocol: StudyProtocol, arms: Mapping[str, str]) -> Iterator[str]:
    design = protocol.design
    words = design_words(design)
    yield from (f"# {design.title}", "", _standing(protocol), "")
    yield from _facts("What was frozen", _digests(protocol))
    yield from _facts("Registration", words.registration)
    yield from ("## Arms and cases", "")
    yield from _arms(design, arms)
    left_out = protocol.opening.get("left_out_as_memorised", {})
    yield from (f"- {sentence}" for sentence in left_out_sentences(left_out, arms))
    yield from ("", "## Questions", "")
    for number, question in enumerate(words.questions, start=1):
        yield f"{number}. {question.prompt} (`{question.key}`: {question.about})"
    yield from ("", "## Phases", "")
    for number, phase in enumerate(words.phases, start=1):
        yield f"{number}. {phase.title}: {phase.about}"
    yield ""
    yield from _facts("Rules", words.facts)
    yield from _settings(protocol.opening.get("analysis", {}).get("settings", {}))
    yield from _prose("Consent", f"{design.consent}\n\n{design.consent_line}")
    yield from _prose("Instructions", design.instructions)
    for told in words.phases:
        if told.introduction:
            yield from _prose(f"Introduction of {told.title}", told.introduction)


def _standing(protocol: StudyProtocol) -> str:
    if protocol.opened_at is None:
        return (
            f"A draft (`{protocol.slug}`): cases, pictures, settings and software are frozen when "
            "it opens, and this document then has their digests. Register that one."
        )
    return (
        f"Study `{protocol.slug}`, opened {_moment(protocol.opened_at)}. `python -m app verify "
        f"{protocol.slug}` shows that nothing of this has changed since."
    )


def _digests(protocol: StudyProtocol) -> Iterator[tuple[str, str]]:
    opening = protocol.opening
    for name, what in (
        ("design_sha256", "SHA-256 of the design"),
        ("cases_sha256", "SHA-256 of the cases"),
        ("renditions_sha256", "SHA-256 of the pictures"),
        ("analysis_sha256", "SHA-256 of the analysis settings"),
    ):
        if opening.get(name):
            yield what, f"`{opening[name]}`"
    if opening.get("software"):
        yield "Software", ", ".join(f"{name} {what}" for name, what in opening["software"].items())
    signed = opening.get("signed")
    if signed:
        yield "Signed", f"{signed['name']} ({signed['checked']}): {signed['meaning']}"
    yield "Head of the record", f"`{protocol.head}`"


def _arms(design: StudyDesign, arms: Mapping[str, str]) -> Iterator[str]:
    for plan in design.arms:
        cases = (
            f"{len(plan.images)} images picked by hand"
            if plan.images
            else ", ".join(f"{count} {stratum}" for stratum, count in plan.cases)
        )
        role = "; a positive control" if plan.role == "positive_control" else ""
        yield f"- {arms.get(plan.arm, plan.arm)} (`{plan.arm}`): {cases}{role}"


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    named = [(name.replace("_", " ").capitalize(), str(value)) for name, value in settings.items()]
    yield from _facts("Analysis settings", named)


def _facts(heading: str, facts: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> list[str]:
    rows = [f"- {term}: {' '.join(text.split())}" for term, text in facts]
    return [f"## {heading}", "", *rows, ""] if rows else []


def _prose(heading: str, text: str) -> Iterator[str]:
    # Quoted, so that a heading in a study's own text is none of ours.
    yield from (f"## {heading}", "", *(f"> {line}".rstrip() for line in text.split("\n")), "")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
