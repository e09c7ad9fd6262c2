"""Methods, results and the consent as texts that a manuscript takes over."""

from collections.abc import Iterator

from app.domain.blinding import blinded_design
from app.domain.consent import HEADINGS, consent_digest, consent_text
from app.report.submission.source import Submission
from app.report.words.references import CitedText


def methods_text(submission: Submission) -> str:
    """The methods section as Markdown, with its references."""
    return "\n".join(_cited("Methods", submission.view.methods)) + "\n"


def results_text(submission: Submission) -> str:
    """What the report's first screen says, one sentence an arm in full, and the cautions."""
    return "\n".join(_results(submission)) + "\n"


def consent_file(submission: Submission) -> str:
    """The very text that readers agreed to; its digest, which every consent in the record names."""
    design = blinded_design(submission.summary.design)
    return f"{consent_text(design)}\n\n---\nSHA-256 of the text above: {consent_digest(design)}\n"


def registration_text(submission: Submission) -> str:
    """Ethics, registration, funding and interests; what the design leaves empty is said."""
    stated = submission.summary.design.registration
    return "".join(
        f"{heading}: {getattr(stated, field) or 'not stated in the design'}\n"
        for field, heading in HEADINGS.items()
    )


def _cited(title: str, text: CitedText) -> Iterator[str]:
    yield from (f"# {title}", "")
    for heading, paragraph in text.paragraphs:
        yield from (f"## {heading}", "", paragraph, "") if heading else (paragraph, "")
    if text.references:
        yield from ("## References", "")
        for number, reference in enumerate(text.references, start=1):
            yield f"{number}. {reference}"


def _results(submission: Submission) -> Iterator[str]:
    view = submission.view
    yield from (f"# Results of {view.head.title}", "", f"{view.head.counts}.", "")
    if view.head.mark:
        yield from (f"**{view.head.mark}**", "")
    if not view.answers:
        yield from (view.nothing, "")
    for answer in view.answers:
        yield f"- {answer.line}"
    if view.answers_note:
        yield from ("", view.answers_note)
    for section in view.sections:
        if section.sentences:
            yield from ("", f"## {section.title}", "")
            for sentence in section.sentences:
                yield from (f"**{sentence.label}: {sentence.heading}.** {sentence.text}", "")
    said = [*view.cautions, *(one for section in view.sections for one in section.cautions)]
    if said:
        yield from ("", "## Cautions", "")
        for caution in said:
            yield f"- **{caution.lead}** {caution.text}"
    if view.settling:
        yield from ("", "## What would settle the rest", "")
        for line in view.settling:
            yield f"- {line}"
