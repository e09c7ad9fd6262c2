"""GET /healthz."""

import shutil

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.studies import House


def test_it_answers_200_when_database_and_renditions_can_be_reached(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_it_answers_503_without_renditions(
    house: House, client: TestClient, settings: Settings
) -> None:
    shutil.rmtree(settings.data_dir / "renditions")
    assert client.get("/healthz").status_code == 503


def test_it_answers_503_without_the_schema(settings: Settings) -> None:
    settings = settings.model_copy(update={"database_url": f"sqlite:///{settings.data_dir}/no.db"})
    (settings.data_dir / "renditions").mkdir(exist_ok=True)
    with TestClient(create_app(settings)) as client:
        assert client.get("/healthz").status_code == 503


def test_it_answers_too_large_a_body_with_413(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"name": "x" * 2_000_000})
    assert answer.status_code == 413
