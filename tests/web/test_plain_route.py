"""Routes that are asked with every case take the request and the form, and nothing is solved."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRouter
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.forms import FormFields
from app.web.plain_route import PlainRoute, stand_directly


def served() -> TestClient:
    router = APIRouter(route_class=PlainRoute)

    @router.get("/asked")
    def asked(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.url.query)

    @router.post("/sent")
    def sent(request: Request, form: FormFields) -> PlainTextResponse:
        return PlainTextResponse(told(form))

    @router.get("/parts/{part}")
    def parts(request: Request, part: int) -> PlainTextResponse:
        return PlainTextResponse(str(part + 1))

    app = FastAPI()
    stand_directly(app, router)
    return TestClient(app)


def told(form: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in form.items())


def test_a_route_is_given_the_request_the_form_and_by_fastapi_parts_of_the_path() -> None:
    client = served()
    assert client.get("/asked?case=3").text == "case=3"
    assert client.post("/sent", data={"realism": "4"}).text == "realism=4"
    assert client.get("/parts/4").text == "5"
    assert client.get("/parts/four").status_code == 422


def test_the_reading_routes_of_the_app_are_plain_and_asked_before_all_others(
    settings: Settings,
) -> None:
    """A page that takes a route of FastAPI's again would be slower, and nothing would say so."""
    kinds = [type(route).__name__ for route in create_app(settings).routes]
    assert kinds[:2] == ["Mount", "PlainRoute"]
    assert max(n for n, kind in enumerate(kinds) if kind == "PlainRoute") < kinds.index(
        "_IncludedRouter"
    )
