"""Whether the server can do its work."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from app.web.state import web_state

router = APIRouter()
logger = logging.getLogger("negatoscope")


@router.get("/healthz")
def healthz(request: Request) -> JSONResponse:
    """200 when database and renditions can be reached, else 503 saying which can't."""
    state = web_state(request)
    try:
        database = state.database.is_reachable()
    except SQLAlchemyError as error:
        logger.warning("the database can't be reached: %s", type(error).__name__)
        database = False
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
