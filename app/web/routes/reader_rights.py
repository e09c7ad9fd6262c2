"""What a reader may ask for at any step: what is stored of them, the message, their way out.

Asked by the cookie of the personal link; like the other reading pages it reaches a reader's desk
and no database.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.blinding import BlindedDesign
from app.domain.consent import too_late, what_becomes
from app.domain.errors import Refused
from app.domain.said import said
from app.web.cookies import READER_COOKIE
from app.web.forms import FormFields
from app.web.front import front
from app.web.reader_access import drawer_of, form_token, reader_at_desk, reader_looking
from app.web.reading_context import paragraphs, sections_of, study_shown

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/read/privacy")
def privacy(request: Request) -> Response:
    """What is stored, why, how long, by whom; and the way to withdraw, where there is one."""
    with reader_looking(request) as desk:
        design, may_withdraw = desk.design, desk.may_withdraw()
    told = {"may_withdraw": may_withdraw, **sections_of(design)}
    return _page(request, "privacy.html", design, told)


@router.get("/read/message")
def message(request: Request) -> Response:
    """What the investigator tells the readers now, for whoever asks for it beside a case."""
    with reader_looking(request) as desk:
        design, told = desk.design, paragraphs(desk.message())
    return _page(request, "message.html", design, {"study_message": told})


@router.get("/read/withdraw")
def ask(request: Request) -> Response:
    """What withdrawing means, and the form that does it."""
    with reader_looking(request) as desk:
        design, may_withdraw = desk.design, desk.may_withdraw()
    if not may_withdraw:
        raise Refused(too_late(design.withdrawal))
    return _page(request, "withdraw.html", design, _asked(design, error=None))


@router.post("/read/withdraw")
def withdraw(request: Request, form: FormFields) -> Response:
    """Take the reader's part back; it can't be undone, so it wants a tick."""
    with reader_at_desk(request, form) as desk:
        design = desk.design
        is_sure = form.get("sure") == "yes"
        if is_sure:
            desk.withdraw()
    if not is_sure:
        asked = _asked(design, error=said("Please tick the box if you mean it."))
        return _page(request, "withdraw.html", design, asked, 422)
    context = {"drafts": drawer_of(request), "erased": design.withdrawal.answers == "erased"}
    response = _page(request, "withdrawn.html", design, context)
    if context["erased"]:
        # The link is gone, so the cookie would lead nowhere.
        response.delete_cookie(READER_COOKIE, path="/read")
    return response


def _asked(design: BlindedDesign, *, error: str | None) -> dict[str, object]:
    return {"becomes": what_becomes(design.withdrawal), "error": error}


def _page(
    request: Request,
    template: str,
    design: BlindedDesign,
    context: dict[str, object],
    status: int = 200,
) -> Response:
    shown = {"csrf_token": form_token(request), **study_shown(design), **context}
    # A page to read needs no width.
    return front(request).pages.render(request, template, shown | {"least_width": None}, status)
