"""How long browsers keep scripts and styles."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.web.static_files import VersionedFiles


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "a.js").write_text("export const one = 1;")
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    app.mount("/static", VersionedFiles(directory=tmp_path))
    return TestClient(app)


def test_a_versioned_address_is_kept(client: TestClient) -> None:
    kept = client.get("/static/a.js?v=0123").headers["Cache-Control"]

    assert kept == "public, max-age=31536000, immutable"


def test_a_module_imported_by_another_is_asked_for_anew_and_not_sent_again(
    client: TestClient,
) -> None:
    first = client.get("/static/a.js")
    again = client.get("/static/a.js", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"
    assert again.status_code == 304
