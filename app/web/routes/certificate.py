"""A reader's certificate of taking part, with their own score once the study is closed.

The name on it comes with the request that asks for the sheet and leaves with its answer.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.certificate import LONGEST_NAME, TakingPart, read_name
from app.domain.errors import BadInput
from app.web.certificate_state import prints_sheet, tells_score
from app.web.forms import FormFields, refuse_foreign_origin
from app.web.front import front
from app.web.reader_access import drawer_of, form_token, known_reader, reader_looking
from app.web.reading_context import study_shown

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/read/certificate")
def certificate(request: Request) -> Response:
    """What would be certified, and where to type a name; the score where one is told."""
    return _page(request, {})


@router.post("/read/certificate")
def sheet(request: Request, form: FormFields) -> Response:
    """The sheet with the name that was typed: a page to print, or a PDF."""
    refuse_foreign_origin(request)
    try:
        name = read_name(form.get("name", ""))
    except BadInput as error:
        return _page(request, form, error.sentence, 422)
    with reader_looking(request) as desk:
        part = desk.certificate()
    context = {
        **_told(part),
        "name": name,
        "scores": tells_score(request)(known_reader(request)[0]),
        "as_pdf": form.get("as") == "pdf",
    }
    pages = front(request).pages
    page: Response = pages.render(request, "certificate_sheet.html", context)
    if form.get("as") != "pdf":
        return page
    return Response(
        prints_sheet(request)(bytes(page.body).decode(), "certificate.css"),
        media_type="application/pdf",
        headers={
            "Content-Disposition": 'attachment; filename="certificate.pdf"',
            "Cache-Control": "no-store",
        },
    )


def _page(
    request: Request, typed: Mapping[str, str], error: str = "", status: int = 200
) -> Response:
    with reader_looking(request) as desk:
        part, design = desk.certificate(), desk.design
    context = {
        **study_shown(design),
        # A page to read needs no width.
        "least_width": None,
        **_told(part),
        "scores": tells_score(request)(known_reader(request)[0]),
        "csrf_token": form_token(request),
        "drafts": drawer_of(request),
        "typed": typed,
        "longest": LONGEST_NAME,
        "error": error,
        "has_foot": True,
    }
    return front(request).pages.render(request, "certificate.html", context, status)


def _told(part: TakingPart) -> dict[str, object]:
    first, last = part.first_at.date(), part.last_at.date()
    return {
        "part": part,
        "study_language": part.language,
        "first_day": first,
        "last_day": last,
        "is_one_day": first == last,
    }
