"""The pictures; every one of a study has the same headers and the same number of bytes."""

from fastapi import APIRouter, Request, Response

from app.services.read_case import rendition_for
from app.web.access import reader_looking
from app.web.state import web_state

router = APIRouter()


@router.get("/read/image/{token}")
def show_image(request: Request, token: str) -> Response:
    """One rendition, by the opaque token of a presentation of this reader."""
    with reader_looking(request) as desk:
        sha256 = rendition_for(desk.session, desk.reader, desk.design.rendition_size, token)
    # No validator (ETag, Last-Modified): a digest or a date would be known again, or tell an age.
    return Response(
        web_state(request).store.read(sha256),
        media_type="image/png",
        headers={"Cache-Control": "private, max-age=3600"},
    )
