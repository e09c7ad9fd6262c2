"""The reader's pages: consent, profile, instructions, cases, breaks, thanks.

What is shown follows from the stored facts alone, so the same address resumes anywhere. Nothing
here imports a module that knows an arm; import-linter guards that.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.blinding import BlindedCase
from app.domain.errors import AlreadyRated, BadAnswer, TooLateToCorrect
from app.domain.journey import Step
from app.domain.profile import read_profile
from app.domain.study import ensure_open
from app.services.admit_reader import begin_reading, give_consent, keep_profile
from app.services.read_case import (
    CaseToRead,
    can_correct,
    case_again,
    case_to_correct,
    case_to_read,
    progress_of,
)
from app.services.record_rating import continue_reading, new_submission, record_rating
from app.web.access import ReaderAtDesk, csrf_token, reader_at_desk
from app.web.cookies import READER_COOKIE
from app.web.forms import FormFields
from app.web.pages import is_htmx
from app.web.reading_context import (
    case_picture,
    key_list,
    paragraphs,
    profile_fields,
    question_list,
    values_of,
)
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/read")
def resume(request: Request) -> Response:
    """Whatever comes next for this reader."""
    with reader_at_desk(request) as desk:
        return _next_page(request, desk)


@router.post("/read/consent")
def consent(request: Request, form: FormFields) -> Response:
    """Record that the reader agrees to take part."""
    with reader_at_desk(request, form) as desk:
        ensure_open(desk.reader.study.status)  # type: ignore[arg-type]
        if form.get("consent") != "yes":
            return _consent_page(
                request, desk, "Please tick the box if you agree to take part.", 422
            )
        give_consent(desk.reader, now=desk.now)
    return _onwards()


@router.post("/read/profile")
def profile(request: Request, form: FormFields) -> Response:
    """Store the reader's experience."""
    with reader_at_desk(request, form) as desk:
        ensure_open(desk.reader.study.status)  # type: ignore[arg-type]
        if desk.reader.consented_at is None:
            return _onwards()
        try:
            keep_profile(desk.reader, read_profile(form), now=desk.now)
        except BadAnswer as error:
            return _profile_page(request, desk, form, error.problems, 422)
    return _onwards()


@router.post("/read/begin")
def begin(request: Request, form: FormFields) -> Response:
    """Start with the first case."""
    with reader_at_desk(request, form) as desk:
        ensure_open(desk.reader.study.status)  # type: ignore[arg-type]
        if desk.reader.profiled_at is not None:
            begin_reading(desk.reader, now=desk.now)
    return _onwards()


@router.post("/read/rate")
def rate(request: Request, form: FormFields) -> Response:
    """Take a rating; the answer leaves only after it is durable."""
    token, submission = form.get("case", ""), form.get("submission", "")
    message = None
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
            corrects = not submission.startswith("0.")
            again = case_again(
                desk.session, desk.reader, desk.design, token, is_correction=corrects
            )
            return _case_page(
                request, desk, again, submission, form, problems=error.problems, status=422
            )
        except (AlreadyRated, TooLateToCorrect) as error:
            message = str(error)
    if not is_htmx(request) and message is None:
        return _onwards()
    # A transaction of its own: what was rated is committed before the next case is looked for.
    with reader_at_desk(request) as desk:
        return _next_page(request, desk, message, 200 if message is None else 409)


@router.post("/read/continue")
def go_on(request: Request, form: FormFields) -> Response:
    """After a break or after a practice case's feedback."""
    with reader_at_desk(request, form) as desk:
        continue_reading(desk.session, desk.reader, desk.design, now=desk.now)
    if not is_htmx(request):
        return _onwards()
    with reader_at_desk(request) as desk:
        return _next_page(request, desk)


@router.get("/read/back")
def back(request: Request) -> Response:
    """The last rated case with its answers, to be corrected."""
    with reader_at_desk(request) as desk:
        ensure_open(desk.reader.study.status)  # type: ignore[arg-type]
        try:
            found = case_to_correct(desk.session, desk.reader, desk.design, now=desk.now)
        except TooLateToCorrect as error:
            return _next_page(request, desk, str(error), 409)
        return _served_case(request, desk, found)


def _next_page(
    request: Request, desk: ReaderAtDesk, message: str | None = None, status: int = 200
) -> Response:
    progress = progress_of(desk.session, desk.reader, desk.design)
    step = progress.step
    if step is not Step.THANKS:
        ensure_open(desk.reader.study.status)  # type: ignore[arg-type]
    if step is Step.CONSENT:
        return _consent_page(request, desk)
    if step is Step.PROFILE:
        return _profile_page(request, desk, {}, {})
    if step is Step.INSTRUCTIONS:
        return _render(request, desk, "instructions.html", _instructions(desk))
    if step is Step.FEEDBACK:
        # Another file's page: this one can't reach the truth.
        return RedirectResponse("/read/practice", 303)
    if step is Step.CASE:
        found = case_to_read(desk.session, desk.reader, desk.design, now=desk.now)
        return _served_case(request, desk, found, message, status)
    back = {"can_go_back": can_correct(desk.session, desk.reader, desk.design)}
    if step is Step.BREAK:
        done = {"done": progress.cases_done, "total": desk.design.presentation_count}
        return _render(request, desk, "break.html", {**done, **back})
    return _render(request, desk, "thanks.html", back)


def _served_case(
    request: Request,
    desk: ReaderAtDesk,
    found: CaseToRead,
    message: str | None = None,
    status: int = 200,
) -> Response:
    return _case_page(
        request,
        desk,
        found.case,
        new_submission(found.version),
        values_of(found.answers),
        message=message,
        status=status,
    )


def _case_page(
    request: Request,
    desk: ReaderAtDesk,
    case: BlindedCase,
    submission: str,
    values: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    message: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "case": case_picture(case),
        "questions": question_list(desk.design.questions),
        "values": values,
        "errors": dict(problems or {}),
        "submission": submission,
        "message": message,
    }
    return _render(request, desk, "case.html", context, status)


def _consent_page(
    request: Request, desk: ReaderAtDesk, error: str | None = None, status: int = 200
) -> Response:
    context = {"consent_paragraphs": paragraphs(desk.design.consent), "error": error}
    return _render(request, desk, "consent.html", context, status)


def _profile_page(
    request: Request,
    desk: ReaderAtDesk,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    status: int = 200,
) -> Response:
    context = {"fields": profile_fields(), "values": values, "errors": problems}
    return _render(request, desk, "profile.html", context, status)


def _instructions(desk: ReaderAtDesk) -> dict[str, object]:
    return {
        "instruction_paragraphs": paragraphs(desk.design.instructions),
        "questions": question_list(desk.design.questions),
        "practice_count": desk.design.practice.count,
        "case_count": desk.design.presentation_count,
        "keys": key_list(desk.design.questions),
    }


def _render(
    request: Request,
    desk: ReaderAtDesk,
    template: str,
    context: Mapping[str, object],
    status: int = 200,
) -> Response:
    shared = {
        "csrf_token": csrf_token(request, READER_COOKIE),
        "notice": desk.design.notice or None,
        "study_title": desk.design.title,
    }
    pages = web_state(request).pages
    if template in ("case.html", "break.html", "thanks.html"):
        return pages.page_or_partial(request, template, {**shared, **context}, status)
    return pages.render(request, template, {**shared, **context}, status)


def _onwards() -> Response:
    return RedirectResponse("/read", 303)
