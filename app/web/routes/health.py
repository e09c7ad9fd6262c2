"""Whether the server can do its work."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.web.state import web_state

router = APIRouter()


@router.get("/healthz")
async def healthz(request: Request) -> JSONResponse:
    """200 when database, renditions and disk can be read and written, else 503 saying which can't.

    Asynchronous, with threads and a connection of its own: it answers where all others are taken.
    """
    answers = await web_state(request).health.ask()
    is_well = all(answers.values())
    return JSONResponse(
        {"status": "ok" if is_well else "degraded", **answers},
        200 if is_well else 503,
        headers={"Cache-Control": "no-store"},
    )
