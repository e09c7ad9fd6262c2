"""The log: a line an event, no answer, no token, no name; numbers; metrics if asked for."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from app.domain.blinding import link_token
from app.main import create_app
from app.settings import Settings
from app.web.logs import LogFormat, log_config, masked
from tests.studies import GOOD_ANSWERS, House
from tests.web.reader_browser import ReaderBrowser

TOKEN = "Zm9vYmFyQmF6-_x1234567890abcdefGHIJKLMNOPQR"


@contextmanager
def written(kind: LogFormat = "text") -> Iterator[io.StringIO]:
    """What a server with this format writes meanwhile."""
    stream = io.StringIO()
    config: Any = dict(log_config(kind))
    loggers = [logging.getLogger(name) for name in ("", "negatoscope", "uvicorn.access")]
    before = [(one, one.level, list(one.handlers)) for one in loggers]
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)
    try:
        yield stream
    finally:
        for one, level, handlers in before:
            one.setLevel(level)
            one.handlers = handlers


@pytest.mark.parametrize(
    "path",
    [
        f"/r/{TOKEN}",
        f"//r/{TOKEN}",
        f"/R/{TOKEN}",
        f"/./r/{TOKEN}",
        f"/read/r/{TOKEN}",
        f"/%72/{TOKEN}",
        f"/r//{TOKEN}",
        f"/r/x/../{TOKEN}",
        f"/somewhere/{TOKEN}/else",
        f"/r/{TOKEN[:20]}%2D{TOKEN[20:]}",
        f"/r/{TOKEN}.",
        f"/sign-in?next=/r/{TOKEN}",
    ],
)
def test_a_link_is_masked_wherever_it_stands(path: str) -> None:
    for piece in (TOKEN, TOKEN[:18], TOKEN[-18:]):
        assert piece not in masked(path)


@pytest.mark.parametrize("path", ["/r/short", "/R/short", "/read/r/short"])
def test_what_follows_r_is_masked_whatever_its_shape(path: str) -> None:
    assert "short" not in masked(path)


@pytest.mark.parametrize(
    "path", ["/studies/realism-of-synthetic-radiographs/open", "/read/rate", "/static/office.css"]
)
def test_words_stay_readable(path: str) -> None:
    assert masked(path) == path


def test_every_token_that_is_made_is_masked() -> None:
    for _ in range(200):
        token = link_token()
        assert token not in masked(f"/x/{token}")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_journey_leaves_lines_and_no_secret(
    house: House, client: TestClient, kind: LogFormat
) -> None:
    _, token = house.open_study_with_reader()
    with written(kind) as stream:
        browser = ReaderBrowser(client)
        browser.begin(token)
        case = browser.form.hidden["case"]
        answer = browser.client.post(
            "/read/rate", data={**browser.form.hidden, **GOOD_ANSWERS, "comment": "Odd ribs"}
        )
        client.get(f"//r/{token}")
        client.get(f"/read/r/{token}")
    printed = stream.getvalue()
    for secret in (token, case, "Odd ribs", "synthetic", "radiologist"):
        assert secret not in printed
    lines = printed.splitlines()
    assert sum("/read/rate" in line for line in lines) == 1
    assert any(answer.headers["x-request-id"] in line for line in lines)
    if kind == "json":
        assert all({"time", "level", "logger", "says"} <= set(json.loads(one)) for one in lines)
    else:
        assert all(" negatoscope" in line for line in lines)


def test_an_error_that_nobody_foresaw_is_one_line_without_its_words(
    house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object, _token: str) -> None:
        raise ValueError("the verdict is synthetic")

    _, token = house.open_study_with_reader()
    monkeypatch.setattr("app.web.blind_desk.BlindDesks.admit", fail)
    with written() as stream:
        answer = client.get(f"/r/{token}")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert answer.headers["content-security-policy"]
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert "error=ValueError" in lines[0]
    assert "web/routes/links.py" in lines[0]
    for secret in (token, "verdict", "Traceback"):
        assert secret not in stream.getvalue()
    assert lines[0].split("request=")[1] == lines[1].split("request=")[1]


def test_a_failing_statement_tells_no_parameters(house: House) -> None:
    with pytest.raises(Exception) as caught, house.database.writing() as session:  # noqa: PT011
        session.execute(text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": "Odd ribs"})
    assert "Odd ribs" not in str(caught.value)


# --- metrics


def test_there_are_no_metrics_unless_they_are_asked_for(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_open_to_their_token_and_tell_routes_only(house: House, settings: Settings) -> None:
    slug, token = house.open_study_with_reader()
    asked = settings.model_copy(update={"metrics_token": SecretStr("a token for metrics")})
    with TestClient(create_app(asked)) as client:
        browser = ReaderBrowser(client)
        browser.begin(token)
        case = browser.form.hidden["case"]
        client.get(f"/read/image/{case}")
        client.get(f"/studies/{slug}")
        client.request("ODD", "/read")
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            assert client.get("/metrics", headers=headers).status_code == 404
        numbers = client.get("/metrics", headers={"Authorization": "Bearer a token for metrics"})
    assert numbers.status_code == 200
    assert 'negatoscope_requests_total{method="GET",route="/r/{token}",status="303"} 1' in (
        numbers.text
    )
    assert 'route="/read/image/{token}"' in numbers.text
    for secret in (token, case, slug, "ODD"):
        assert secret not in numbers.text


def test_a_pages_file_that_is_missing_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.domain.errors import BadInput
    from app.settings import resource_dir

    def without_htmx(name: str) -> Any:
        return settings.data_dir if name == "static" else resource_dir(name)

    monkeypatch.setattr("app.main.resource_dir", without_htmx)
    with pytest.raises(BadInput, match=r"is missing.*install"):
        create_app(settings)


def test_the_state_of_the_app_is_not_told_by_its_number(client: TestClient) -> None:
    numbers = {client.get("/healthz").headers["x-request-id"] for _ in range(5)}
    assert len(numbers) == 5
    assert {len(one) for one in numbers} == {16}
    assert cast(FastAPI, client.app).state.metrics is None
