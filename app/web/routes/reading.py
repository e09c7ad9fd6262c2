"""The reader's pages: consent, profile, instructions, cases, breaks, phases, thanks.

What is shown follows from the stored facts alone, so the same address resumes anywhere. A page asks
the reader's desk, which holds a blinded design and blinded cases; nothing that is imported here
reaches a database, and import-linter guards that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.blinding import BlindedCase, CaseToRead, is_name, new_submission, opaque_token
from app.domain.consent import consent_sections
from app.domain.design.design import MOST_PHASES
from app.domain.desk import DueDesk, ReaderDesk
from app.domain.errors import (
    AlreadyRated,
    BadAnswer,
    NotShownYet,
    OtherAnswers,
    StudyError,
    TooLateToCorrect,
)
from app.domain.grey_steps import read_grey_steps, strips_of
from app.domain.journey import Standing, Step
from app.domain.profile import read_profile
from app.domain.questions.reading import form_of
from app.domain.receipt import Receipt
from app.domain.said import said
from app.web.forms import FormFields
from app.web.front import front
from app.web.pages import is_htmx
from app.web.plain_route import PlainRoute
from app.web.reader_access import drawer_of, form_token, reader_at_desk
from app.web.reading_context import (
    case_shown,
    key_list,
    keys_of_case,
    paragraphs,
    profile_fields,
    questions_asked,
    study_shown,
)

router = APIRouter(default_response_class=HTMLResponse, route_class=PlainRoute)

# Pages whose middle htmx swaps; the others are always whole.
SWAPPED = ("case.html", "break.html", "phase.html", "wait.html", "thanks.html")


@dataclass(frozen=True)
class Page:
    """What to show: chosen inside a transaction, rendered after it, so that none waits."""

    template: str
    context: Mapping[str, object]
    status: int = 200
    redirect: str | None = None


# What the forms of the pages say to htmx, for the page it is sent to instead.
SWAP = {"target": "#case", "select": "#case", "swap": "outerHTML show:top", "push": "false"}
ONWARDS = Page("", {}, redirect="/read")
PHASE_NUMBERS = {str(number) for number in range(1, MOST_PHASES + 1)}


@router.get("/read")
def resume(request: Request) -> Response:
    """Whatever comes next for this reader."""
    with reader_at_desk(request) as desk:
        page = next_page(desk)
    return _answer(request, page)


@router.post("/read/consent")
def consent(request: Request, form: FormFields) -> Response:
    """Record that the reader agrees to take part."""
    page = ONWARDS
    with reader_at_desk(request, form) as desk:
        desk.ensure_open()
        if form.get("consent") == "yes":
            desk.agree()
        else:
            page = _consent_page(desk, said("Please tick the box if you agree to take part."), 422)
    return _answer(request, page)


@router.post("/read/profile")
def profile(request: Request, form: FormFields) -> Response:
    """Store the reader's experience."""
    page = ONWARDS
    with reader_at_desk(request, form) as desk:
        desk.ensure_open()
        try:
            desk.keep_profile(read_profile(form, desk.design.display))
        except BadAnswer as error:
            page = _profile_page(desk, form, error.problems, 422)
    return _answer(request, page)


@router.get("/read/display")
def check_display(request: Request) -> Response:
    """The grey-step check once more, for whoever has changed the light or the display."""
    with reader_at_desk(request) as desk:
        desk.ensure_open()
        page = _display_page(desk) if desk.design.display.grey_check else ONWARDS
    return _answer(request, page)


@router.post("/read/display")
def display(request: Request, form: FormFields) -> Response:
    """Store which grey steps the reader told apart; a check that failed says what to do."""
    page = ONWARDS
    pattern = form.get("pattern", "")
    with reader_at_desk(request, form) as desk:
        desk.ensure_open()
        if not desk.design.display.grey_check:
            return _answer(request, page)
        if not is_name(pattern):
            return _answer(request, _display_page(desk, status=422))
        try:
            check = read_grey_steps(pattern, form)
        except BadAnswer as error:
            page = _display_page(desk, pattern, form, error.problems, 422)
        else:
            desk.keep_grey_steps(check)
            if not check.has_passed:
                page = _page(desk, "display_result.html", {"check": check})
    return _answer(request, page)


@router.post("/read/begin")
def begin(request: Request, form: FormFields) -> Response:
    """Start with the first case."""
    with reader_at_desk(request, form, "begin") as desk:
        desk.begin()
    return _answer(request, ONWARDS)


@router.post("/read/rate")
def rate(request: Request, form: FormFields) -> Response:
    """Take a rating; the answer leaves only after it is durable, with a receipt if it is stored."""
    token, submission = form.get("case", ""), form.get("submission", "")
    page, receipt = ONWARDS, None

    def serve_next() -> None:
        nonlocal page
        if is_htmx(request):
            page = _after_rating(desk)

    with reader_at_desk(request, form) as desk:
        try:
            receipt = desk.rate(token, submission, form, serve_next)
        except BadAnswer as error:
            page = _sent_back(desk, form, 422, problems=error.problems)
        except NotShownYet as error:
            page = _sent_back(desk, form, 409, message=error.sentence)
        except (AlreadyRated, OtherAnswers, TooLateToCorrect) as error:
            page = _sent_back(desk, form, 409, message=error.sentence, leads_on=True)
    if receipt is not None and "record_head" in page.context:
        # The page was made before the rating's own event was written.
        page = replace(page, context={**page.context, "record_head": receipt.record})
    return _answer(request, page, receipt)


@router.post("/read/continue")
def go_on(request: Request, form: FormFields) -> Response:
    """After a break, a practice case's feedback or a phase's introduction."""
    page = ONWARDS
    phase = form.get("phase", "")
    with reader_at_desk(request, form) as desk:
        desk.go_on(form.get("step", ""), int(phase) if phase in PHASE_NUMBERS else 0)
        if is_htmx(request):
            page = next_page(desk)
    return _answer(request, page)


@router.get("/read/back")
def back(request: Request) -> Response:
    """The last rated case with its answers, to be corrected."""
    with reader_at_desk(request) as desk:
        desk.ensure_open()
        try:
            page = _served_case(desk, desk.last_case())
        except TooLateToCorrect as error:
            page = next_page(desk, error.sentence, 409)
    return _answer(request, page)


def _after_rating(desk: ReaderDesk) -> Page:
    try:
        return next_page(desk)
    except StudyError:
        # Closed since, say: that is said next, and neither undoes the rating nor its receipt.
        return ONWARDS


def next_page(desk: DueDesk, message: str | None = None, status: int = 200) -> Page:
    """The page that is due; raises StudyNotOpen where the study takes no answers."""
    standing = desk.standing()
    step = standing.step
    if step is Step.WITHDRAWN:
        return _page(desk, "withdrawn.html", {"erased": False})
    if step is not Step.THANKS:
        desk.ensure_open()
    if step is Step.CONSENT:
        return _consent_page(desk)
    if step is Step.PROFILE:
        return _profile_page(desk, {}, {})
    if step is Step.INSTRUCTIONS:
        return _page(desk, "instructions.html", _instructions(desk, standing))
    if step is Step.FEEDBACK:
        # Another file's page: this one can't reach the truth.
        return Page("", {}, redirect="/read/practice")
    if step is Step.DISPLAY:
        return _display_page(desk, message=message)
    if step is Step.CASE:
        return _served_case(desk, desk.case(), message, status)
    between: dict[str, object] = {"step": step, "phase": standing.phase, "message": message}
    if step is Step.PHASE:
        return _page(desk, "phase.html", between | _introduction(desk, standing), status)
    if step is Step.WAIT:
        return _page(desk, "wait.html", between | {"ready_on": standing.ready_on}, status)
    between["can_go_back"] = standing.can_go_back
    if step is Step.BREAK:
        between |= {"done": standing.done, "total": standing.total}
        return _page(desk, "break.html", between, status)
    between |= {"certificate": True, "promises_score": desk.design.own_score}
    return _page(desk, "thanks.html", between | {"record_head": desk.record_head()}, status)


def _served_case(
    desk: DueDesk, served: CaseToRead, message: str | None = None, status: int = 200
) -> Page:
    case = served.case
    asked = desk.design.phase(case.phase).asked(at_end=case.is_phase_end)
    values = form_of(asked, served.answers or {})
    return _case_page(
        desk, case, new_submission(served.version), values, message=message, status=status
    )


def _sent_back(
    desk: ReaderDesk,
    form: Mapping[str, str],
    status: int,
    *,
    problems: Mapping[str, str] | None = None,
    message: str | None = None,
    leads_on: bool = False,
) -> Page:
    """The form again with all that was given, under the same name.

    `leads_on` offers the way to what is due, where sending it again would be in vain.
    """
    submission = form.get("submission", "")
    is_correction = bool(submission) and not submission.startswith("0.")
    case = desk.case_again(form.get("case", ""), is_correction=is_correction)
    return _case_page(
        desk,
        case,
        submission,
        form,
        problems=problems,
        message=message,
        status=status,
        leads_on=leads_on,
    )


def _case_page(
    desk: DueDesk,
    case: BlindedCase,
    submission: str,
    values: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    message: str | None = None,
    status: int = 200,
    leads_on: bool = False,
) -> Page:
    design = desk.design
    asked = questions_asked(
        design.phase(case.phase), design, at_end=case.is_phase_end, pictures=len(case.pictures)
    )
    context = {
        "case": case_shown(case, design),
        "questions": asked,
        "values": values,
        "errors": dict(problems or {}),
        "submission": submission,
        "message": message,
        "leads_on": leads_on,
        "keys": keys_of_case(asked, case, design),
    }
    return _page(desk, "case.html", context, status)


def _consent_page(desk: DueDesk, error: str | None = None, status: int = 200) -> Page:
    context = {
        "consent_paragraphs": paragraphs(desk.design.consent),
        "consent_sections": [
            {"heading": section.heading, "paragraphs": paragraphs(section.text)}
            for section in consent_sections(desk.design)
        ],
        "consent_line": desk.design.consent_line,
        "error": error,
    }
    return _page(desk, "consent.html", context, status)


def _profile_page(
    desk: DueDesk,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    status: int = 200,
) -> Page:
    context = {"fields": profile_fields(desk.design.display), "values": values, "errors": problems}
    return _page(desk, "profile.html", context, status)


def _display_page(
    desk: DueDesk,
    pattern: str | None = None,
    values: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
    message: str | None = None,
) -> Page:
    """The strips of the pattern, another one with each new check."""
    name = pattern or opaque_token()
    context = {
        "pattern": name,
        "strips": strips_of(name),
        "values": values or {},
        "errors": problems or {},
        "message": message,
    }
    return _page(desk, "display_check.html", context, status)


def _instructions(desk: DueDesk, standing: Standing) -> dict[str, object]:
    phase = desk.design.phase(1)
    asked = questions_asked(phase, desk.design)
    return {
        "instruction_paragraphs": paragraphs(desk.design.instructions),
        "questions": asked,
        "practice_count": desk.design.practice_count,
        "case_count": standing.total,
        "keys": key_list(asked, {phase.layout}, has_film=not phase.is_timed),
    }


def _introduction(desk: DueDesk, standing: Standing) -> dict[str, object]:
    phase = desk.design.phase(standing.phase)
    asked = questions_asked(phase, desk.design)
    return {
        "phase_title": phase.title,
        "introduction_paragraphs": paragraphs(phase.introduction),
        "questions": asked,
        "case_count": standing.total,
        "keys": key_list(asked, {phase.layout}, has_film=not phase.is_timed),
    }


def _page(desk: DueDesk, template: str, context: Mapping[str, object], status: int = 200) -> Page:
    shown = {**study_shown(desk.design), "study_message": paragraphs(desk.message()), **context}
    return Page(template, shown, status)


def _answer(request: Request, page: Page, receipt: Receipt | None = None) -> Response:
    if page.redirect is None:
        context = {
            "csrf_token": form_token(request),
            "drafts": drawer_of(request),
            "has_foot": True,
            **page.context,
        }
        pages = front(request).pages
        render = pages.page_or_partial if page.template in SWAPPED else pages.render
        response: Response = render(request, page.template, context, page.status)
    elif receipt is not None and is_htmx(request):
        # A redirect is followed by the browser itself, which drops its headers.
        response = Response(headers={"HX-Location": json.dumps({"path": page.redirect, **SWAP})})
    else:
        response = RedirectResponse(page.redirect, 303)
    if receipt is not None:
        response.headers["Receipt"] = str(receipt)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
