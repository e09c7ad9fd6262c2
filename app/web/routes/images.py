"""The pictures; every one of a study has the same headers and the same number of bytes."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import PlainTextResponse

from app.domain.design.design import MOST_PHASES
from app.domain.errors import ShownAlready
from app.web.reader_access import reader_at_desk, reader_looking

router = APIRouter()
Slot = Annotated[int, Path(ge=1, le=99)]
PhaseNumber = Annotated[int, Path(ge=1, le=MOST_PHASES)]
KEPT = "private, max-age=3600"


@router.get("/read/image/{token}")
def show_image(request: Request, token: str) -> Response:
    """The first or only picture of a presentation of this reader, by its opaque token."""
    return _picture(request, token, 1)


@router.get("/read/image/{token}/{slot}")
def show_image_of_several(request: Request, token: str, slot: Slot) -> Response:
    """The picture at a place among several."""
    return _picture(request, token, slot)


@router.get("/read/reference/{phase}")
def show_reference(request: Request, phase: PhaseNumber) -> Response:
    """The picture that every case of a phase of the reader's own study is compared with."""
    with reader_looking(request) as desk:
        picture = desk.reference(phase)
    return _png(picture, KEPT)


def _picture(request: Request, token: str, slot: int) -> Response:
    # No validator (ETag, Last-Modified): a digest or a date would be known again, or tell an age.
    with reader_looking(request) as desk:
        picture = desk.picture(token, slot)
    if picture is not None:
        return _png(picture, KEPT)
    try:
        with reader_at_desk(request) as desk:
            picture = desk.timed_picture(token, slot)
    except ShownAlready as error:
        return PlainTextResponse(str(error), 410, {"Cache-Control": "no-store"})
    return _png(picture, "no-store")


def _png(picture: bytes, kept: str) -> Response:
    return Response(picture, media_type="image/png", headers={"Cache-Control": kept})
