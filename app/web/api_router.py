"""The router that each file of the API's routes starts from."""

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from app.web.api_forms import error_answers

# Says in the document that a token is needed; `caller_at_desk` is what checks it.
TOKEN = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="An API token: an account makes one on its own page, the operator with make-token.",
)
EVERYWHERE = error_answers(400, 401, 403, 404, 405, 422, 500, 503)


def api_router() -> APIRouter:
    """One whose routes answer JSON under /api/v1, need a token and have the usual errors."""
    return APIRouter(
        prefix="/api/v1",
        default_response_class=JSONResponse,
        dependencies=[Depends(TOKEN)],
        responses=EVERYWHERE,
    )
