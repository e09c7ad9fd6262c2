"""The reader's pages: consent, profile, instructions, cases, breaks, thanks.

What is shown follows from the stored facts alone, so the same address resumes anywhere. Nothing
here imports a module that knows an arm; import-linter guards that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.blinding import BlindedCase, blinded_design
from app.domain.design.status import ensure_open
from app.domain.errors import AlreadyRated, BadAnswer, TooLateToCorrect
from app.domain.journey import Step
from app.domain.profile import read_profile
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.question import Question
from app.domain.questions.reading import form_of
from app.services.admit_reader import begin_reading, give_consent, keep_profile
from app.services.read_case import (
    CaseToRead,
    case_again,
    case_to_correct,
    case_to_read,
    standing_of,
)
from app.services.record_rating import continue_reading, new_submission, record_rating
from app.web.access import ReaderAtDesk, csrf_token, reader_at_desk
from app.web.cookies import READER_COOKIE
from app.web.forms import FormFields
from app.web.pages import is_htmx
from app.web.reading_context import (
    case_shown,
    key_list,
    paragraphs,
    profile_fields,
    question_list,
)
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)

# Pages whose middle htmx swaps; the others are always whole.
SWAPPED = ("case.html", "break.html", "thanks.html")


@dataclass(frozen=True)
class Page:
    """What to show, found inside a transaction and rendered after it: none waits for a template."""

    template: str
    context: Mapping[str, object]
    status: int = 200
    redirect: str | None = None


ONWARDS = Page("", {}, redirect="/read")


@router.get("/read")
def resume(request: Request) -> Response:
    """Whatever comes next for this reader."""
    with reader_at_desk(request) as desk:
        page = _next_page(desk)
    return _answer(request, page)


@router.post("/read/consent")
def consent(request: Request, form: FormFields) -> Response:
    """Record that the reader agrees to take part."""
    page = ONWARDS
    with reader_at_desk(request, form) as desk:
        ensure_open(desk.reader.study.status)
        if form.get("consent") == "yes":
            give_consent(desk.reader, now=desk.now)
        else:
            page = _consent_page(desk, "Please tick the box if you agree to take part.", 422)
    return _answer(request, page)


@router.post("/read/profile")
def profile(request: Request, form: FormFields) -> Response:
    """Store the reader's experience."""
    page = ONWARDS
    with reader_at_desk(request, form) as desk:
        ensure_open(desk.reader.study.status)
        if desk.reader.consented_at is not None:
            try:
                keep_profile(desk.reader, read_profile(form), now=desk.now)
            except BadAnswer as error:
                page = _profile_page(desk, form, error.problems, 422)
    return _answer(request, page)


@router.post("/read/begin")
def begin(request: Request, form: FormFields) -> Response:
    """Start with the first case."""
    with reader_at_desk(request, form) as desk:
        ensure_open(desk.reader.study.status)
        if desk.reader.profiled_at is not None:
            begin_reading(desk.reader, now=desk.now)
    return _answer(request, ONWARDS)


@router.post("/read/rate")
def rate(request: Request, form: FormFields) -> Response:
    """Take a rating; the answer leaves only after it is durable."""
    token, submission = form.get("case", ""), form.get("submission", "")
    page, message = ONWARDS, None
    with reader_at_desk(request, form) as desk:
        try:
            record_rating(
                desk.session,
                desk.reader,
                desk.design,
                token=token,
                submission=submission,
                form=form,
                now=desk.now,
            )
        except BadAnswer as error:
            case = case_again(
                desk.session,
                desk.reader,
                desk.design,
                token,
                is_correction=bool(submission) and not submission.startswith("0."),
            )
            page = _case_page(desk, case, submission, form, problems=error.problems, status=422)
        except (AlreadyRated, TooLateToCorrect) as error:
            message = str(error)
    if page is ONWARDS and (message is not None or is_htmx(request)):
        # A transaction of its own: the rating is committed before the next case is looked for.
        with reader_at_desk(request) as desk:
            page = _next_page(desk, message, 200 if message is None else 409)
    return _answer(request, page)


@router.post("/read/continue")
def go_on(request: Request, form: FormFields) -> Response:
    """After a break or after a practice case's feedback."""
    page = ONWARDS
    with reader_at_desk(request, form) as desk:
        continue_reading(desk.session, desk.reader, desk.design, now=desk.now)
        if is_htmx(request):
            desk.session.flush()
            page = _next_page(desk)
    return _answer(request, page)


@router.get("/read/back")
def back(request: Request) -> Response:
    """The last rated case with its answers, to be corrected."""
    with reader_at_desk(request) as desk:
        ensure_open(desk.reader.study.status)
        try:
            page = _served_case(
                desk, case_to_correct(desk.session, desk.reader, desk.design, now=desk.now)
            )
        except TooLateToCorrect as error:
            page = _next_page(desk, str(error), 409)
    return _answer(request, page)


def _next_page(desk: ReaderAtDesk, message: str | None = None, status: int = 200) -> Page:
    standing = standing_of(desk.session, desk.reader, desk.design)
    step = standing.progress.step
    if step is not Step.THANKS:
        ensure_open(desk.reader.study.status)
    if step is Step.CONSENT:
        return _consent_page(desk)
    if step is Step.PROFILE:
        return _profile_page(desk, {}, {})
    if step is Step.INSTRUCTIONS:
        return _page(desk, "instructions.html", _instructions(desk))
    if step is Step.FEEDBACK:
        # Another file's page: this one can't reach the truth.
        return Page("", {}, redirect="/read/practice")
    if step is Step.CASE:
        to_read = case_to_read(standing, desk.design, now=desk.now)
        return _served_case(desk, to_read, message, status)
    context: dict[str, object] = {"can_go_back": standing.can_go_back, "message": message}
    if step is Step.BREAK:
        context |= {"done": standing.progress.cases_done, "total": desk.design.presentation_count}
        return _page(desk, "break.html", context, status)
    return _page(desk, "thanks.html", context, status)


def _served_case(
    desk: ReaderAtDesk, to_read: CaseToRead, message: str | None = None, status: int = 200
) -> Page:
    return _case_page(
        desk,
        to_read.case,
        new_submission(to_read.version),
        form_of(_asked(desk), to_read.answers or {}),
        message=message,
        status=status,
    )


def _case_page(
    desk: ReaderAtDesk,
    case: BlindedCase,
    submission: str,
    values: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    message: str | None = None,
    status: int = 200,
) -> Page:
    context = {
        "case": case_shown(case, blinded_design(desk.design)),
        "questions": question_list(_asked(desk), _shown(desk)),
        "values": values,
        "errors": dict(problems or {}),
        "submission": submission,
        "message": message,
    }
    return _page(desk, "case.html", context, status)


def _asked(desk: ReaderAtDesk) -> tuple[Question, ...]:
    return desk.design.questions_of(desk.design.phase(1))


def _shown(desk: ReaderAtDesk) -> Picture:
    return Picture(1, desk.design.rendition_size)


def _consent_page(desk: ReaderAtDesk, error: str | None = None, status: int = 200) -> Page:
    context = {"consent_paragraphs": paragraphs(desk.design.consent), "error": error}
    return _page(desk, "consent.html", context, status)


def _profile_page(
    desk: ReaderAtDesk,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    status: int = 200,
) -> Page:
    context = {"fields": profile_fields(), "values": values, "errors": problems}
    return _page(desk, "profile.html", context, status)


def _instructions(desk: ReaderAtDesk) -> dict[str, object]:
    asked = question_list(_asked(desk), _shown(desk))
    return {
        "instruction_paragraphs": paragraphs(desk.design.instructions),
        "questions": asked,
        "practice_count": desk.design.practice.count,
        "case_count": desk.design.presentation_count,
        "keys": key_list(asked),
    }


def _page(
    desk: ReaderAtDesk, template: str, context: Mapping[str, object], status: int = 200
) -> Page:
    shared = {"notice": desk.design.notice or None, "study_title": desk.design.title}
    return Page(template, {**shared, **context}, status)


def _answer(request: Request, page: Page) -> Response:
    if page.redirect is not None:
        return RedirectResponse(page.redirect, 303)
    context = {"csrf_token": csrf_token(request, READER_COOKIE), **page.context}
    pages = web_state(request).pages
    render = pages.page_or_partial if page.template in SWAPPED else pages.render
    return render(request, page.template, context, page.status)
