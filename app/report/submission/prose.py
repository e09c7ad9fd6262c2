"""Methods, results and the consent as texts that a manuscript takes over."""

from collections.abc import Callable, Iterator

from app.domain.blinding import blinded_design
from app.domain.consent import HEADINGS, consent_digest, consent_text
from app.domain.said import said
from app.report.page.view import ReportView
from app.report.submission.source import Submission
from app.report.words.markdown import typed
from app.report.words.references import CitedText


def methods_text(submission: Submission) -> str:
    """The methods section as Markdown, with its references."""
    lines = _cited(said("Methods"), submission.view.methods, _say(submission))
    return "\n".join(lines) + "\n"


def results_text(submission: Submission) -> str:
    """What the report's first screen says, one sentence an arm in full, and the cautions."""
    return "\n".join(_results(submission)) + "\n"


def consent_file(submission: Submission) -> str:
    """The very text that readers agreed to; its digest, which every consent in the record names."""
    design = blinded_design(submission.summary.design)
    line = said("SHA-256 of the text above: {digest}", digest=consent_digest(design))
    return f"{consent_text(design)}\n\n---\n{submission.say(line)}\n"


def registration_text(submission: Submission) -> str:
    """Ethics, registration, funding and interests; what the design leaves empty is said."""
    stated = submission.summary.design.registration
    nothing, say = said("not stated in the design"), submission.say
    return "".join(
        f"{say(heading)}: {getattr(stated, field) or say(nothing)}\n"
        for field, heading in HEADINGS.items()
    )


def _say(submission: Submission) -> Callable[[str], str]:
    return lambda sentence: submission.say(typed(sentence))


def _cited(title: str, text: CitedText, say: Callable[[str], str]) -> Iterator[str]:
    yield from (f"# {say(title)}", "")
    for heading, paragraph in text.paragraphs:
        if heading:
            yield from (f"## {say(heading)}", "")
        yield from (say(paragraph), "")
    if text.references:
        yield from (f"## {say(said('References'))}", "")
        for number, reference in enumerate(text.references, start=1):
            yield f"{number}. {typed(reference)}"


def _results(submission: Submission) -> Iterator[str]:
    view, say = submission.view, _say(submission)
    title = said("Results of {title}", title=view.head.title)
    yield from (f"# {say(title)}", "", f"{say(view.head.counts)}.", "")
    if view.head.mark:
        yield from (f"**{say(view.head.mark)}**", "")
    if not view.answers:
        yield from (say(view.nothing), "")
    for answer in view.answers:
        yield f"- {say(answer.line)}"
    if view.answers_note:
        yield from ("", say(view.answers_note))
    for section in view.sections:
        if section.sentences:
            yield from ("", f"## {say(section.title)}", "")
            for sentence in section.sentences:
                lead = f"{say(sentence.label)}: {say(sentence.heading)}."
                yield from (f"**{lead}** {say(sentence.text)}", "")
    yield from _closing(view, say)


def _closing(view: ReportView, say: Callable[[str], str]) -> Iterator[str]:
    """The cautions, and what would settle what is open."""
    cautions = [*view.cautions, *(one for section in view.sections for one in section.cautions)]
    if cautions:
        yield from ("", f"## {say(said('Cautions'))}", "")
        for caution in cautions:
            yield f"- **{say(caution.lead)}** {say(caution.text)}"
    if view.settling:
        yield from ("", f"## {say(said('What would settle the rest'))}", "")
        for line in view.settling:
            yield f"- {say(line)}"
