"""Whether the server can do its work."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.web.state import web_state

router = APIRouter()


@router.get("/healthz")
def healthz(request: Request) -> JSONResponse:
    """200 when database and renditions can be reached, else 503 saying which can't."""
    state = web_state(request)
    database = state.database.is_reachable()
    renditions = state.store.is_reachable()
    return JSONResponse(
        {
            "status": "ok" if database and renditions else "unavailable",
            "database": database,
            "renditions": renditions,
        },
        200 if database and renditions else 503,
        headers={"Cache-Control": "no-store"},
    )
