"""A study under way: progress live, reminders, a message to its readers, its last day."""

from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import Right
from app.domain.errors import BadInput
from app.domain.said import said
from app.services.message_readers import show_message, take_message_back
from app.services.move_last_day import move_last_day
from app.services.reading_conduct import reading_conduct
from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.days import day_of_form
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.pages import is_htmx
from app.web.routes.studies import study_page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/progress")
def progress(request: Request, slug: str) -> Response:
    """How reading goes, and no result; the moving part alone where htmx asks for it."""
    with investigator_at_desk(request, right=Right.SEE_PROGRESS) as desk:
        context = {
            "study": study_overview(desk.session, slug),
            "conduct": reading_conduct(desk.session, slug, now=desk.now),
        }
        template = "_conduct.html" if is_htmx(request) else "conduct.html"
        return investigator_page(request, desk, template, context)


@router.post("/studies/{slug}/message")
def tell_readers(request: Request, slug: str, form: FormFields) -> Response:
    """Show all readers a message; it wants a tick, since they can't unsee it."""
    try:
        with investigator_at_desk(request, form, right=Right.INVITE) as desk:
            if form.get("neutral") != "yes":
                raise BadInput(said("Please tick that the message tells nothing of the images."))
            until = day_of_form(form.get("until", ""), said("The message's last day"))
            show_message(
                desk.session,
                slug,
                form.get("message", ""),
                until=until,
                now=desk.now,
                actor=desk.name,
            )
    except BadInput as error:
        return _again(request, slug, form, error.sentence, Right.INVITE)
    return RedirectResponse(f"/studies/{slug}", 303)


@router.post("/studies/{slug}/message/take-back")
def take_back(request: Request, slug: str, form: FormFields) -> Response:
    """Show the message no more."""
    with investigator_at_desk(request, form, right=Right.INVITE) as desk:
        take_message_back(desk.session, slug, now=desk.now, actor=desk.name)
    return RedirectResponse(f"/studies/{slug}", 303)


@router.post("/studies/{slug}/last-day")
def last_day(request: Request, slug: str, form: FormFields) -> Response:
    """Move the last day of reading, with a reason."""
    try:
        with investigator_at_desk(request, form, right=Right.OPEN_AND_CLOSE) as desk:
            move_last_day(
                desk.session,
                slug,
                _day(form.get("day", "")),
                reason=form.get("reason", ""),
                now=desk.now,
                actor=desk.name,
            )
    except BadInput as error:
        return _again(request, slug, form, error.sentence, Right.OPEN_AND_CLOSE)
    return RedirectResponse(f"/studies/{slug}", 303)


def _day(text: str) -> date:
    day = day_of_form(text, said("The last day"))
    if day is None:
        raise BadInput(said("Say which day is to be the last one, such as 2027-01-31."))
    return day


def _again(request: Request, slug: str, form: FormFields, error: str, right: Right) -> Response:
    """The study's page with what was typed, after the transaction that failed."""
    with investigator_at_desk(request, right=right) as desk:
        return study_page(request, desk, slug, error=error, status=422, given=form)
