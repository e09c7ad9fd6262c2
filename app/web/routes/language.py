"""Choosing the language of the office in this browser; readers' pages speak their study's."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import BadForm
from app.domain.said import said
from app.web.cookies import set_cookie
from app.web.forms import FormFields, refuse_foreign_origin
from app.web.front import front
from app.web.inside import inside
from app.web.spoken import LANGUAGE_COOKIE
from app.words.language import LANGUAGES

router = APIRouter()

YEAR_SECONDS = 365 * 24 * 3600


@router.post("/language")
def choose_language(request: Request, form: FormFields) -> Response:
    """Keep the choice in a cookie for a year, and go back to the page it was made on.

    For anybody, signed in or not. Raises BadForm for a language that there is not.
    """
    refuse_foreign_origin(request)
    tag = form.get("language", "")
    if tag not in LANGUAGES:
        raise BadForm(
            said("There is no such language here; choose one of {languages}.", languages=_names())
        )
    response = RedirectResponse(inside(form.get("next", "")), 303)
    set_cookie(
        response,
        LANGUAGE_COOKIE,
        tag,
        path="/",
        max_age=YEAR_SECONDS,
        secure=front(request).cookies_need_https,
    )
    return response


def _names() -> str:
    return ", ".join(name for name, _ in LANGUAGES.values())
