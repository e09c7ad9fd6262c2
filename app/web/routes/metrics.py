"""The page that Prometheus reads."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from app.web.cookies import same_token
from app.web.metrics import metrics_of

router = APIRouter()


@router.get("/metrics")
async def show_metrics(request: Request) -> Response:
    """The numbers for whoever sends the token; for all others there is no such page."""
    metrics = metrics_of(request)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if metrics is None or not same_token(metrics.token, given):
        raise HTTPException(404)
    return Response(
        metrics.text(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )
