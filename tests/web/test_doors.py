"""Doors of the server: https, HEAD, addresses below a path, whose word is taken for an address."""

import re
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.cli.server import whom_to_believe
from app.db.engine import POSTGRESQL_CONNECTIONS, Database
from app.db.tables import Event, Presentation, ReadingSession
from app.domain.errors import BadInput
from app.main import ROUTES, create_app
from app.services.accounts import set_password
from app.services.sign_in_tries import FREE_TRIES_OF_ADDRESS
from app.settings import OWN_PATHS, Settings
from tests.studies import NOW, House
from tests.web.accounts import make_account, visitor
from tests.web.reader_browser import ReaderBrowser

ROOT = Path(__file__).parents[2]


def settings_with(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update=changes)


def test_browsers_are_bound_to_https_where_it_is_used(settings: Settings, house: House) -> None:
    name = "strict-transport-security"
    secure = settings_with(settings, base_url="https://testserver")
    for path in ("/sign-in", "/read", "/static/office.css", "/no-such-page"):
        assert TestClient(create_app(secure)).get(path).headers[name] == "max-age=31536000"
        assert name not in TestClient(create_app(settings)).get(path).headers


def test_head_is_answered_wherever_get_is_and_leaves_no_trace(
    house: House, settings: Settings
) -> None:
    slug, token = house.open_study_with_reader(
        format=2,
        arms=[{"arm": "real", "cases": {"normal": 2}}, {"arm": "M1", "cases": {"normal": 2}}],
        questions=[{"measure": "realism"}],
        phases=[
            {"key": "glimpse", "questions": ["realism"], "presentation": {"exposures_ms": [200]}}
        ],
    )
    app = create_app(settings)
    closed = house.draft(title="Closed")
    house.open(closed)
    house.close(closed)
    make_account(house, "ada", "owner", **{slug.replace("-", "_"): "owner", closed: "owner"})
    ada = visitor(house, app, "ada").client
    reader = ReaderBrowser(TestClient(app))
    head = reader.client.head(f"/r/{token}", follow_redirects=False)
    assert (head.status_code, "set-cookie" in head.headers) == (303, False)
    with house.database.reading() as session:
        assert session.scalar(select(func.count(ReadingSession.id))) == 0
    reader.begin(token)
    case = reader.form.hidden["case"]
    before = _traces(house)
    for path in ("/read", "/read/practice", f"/read/image/{case}", "/healthz", "/sign-in"):
        assert reader.client.head(path, follow_redirects=False).status_code in (200, 303), path
    paths = {
        route.path.format(
            slug=closed,
            slug_again=closed,
            file="ratings.csv",
            key="M1",
            size=64,
            slot=1,
            code="C01",
            film=1,
            digest="0" * 64,
            upload="0" * 16,
        )
        for module in ROUTES
        for route in module.router.routes
        if "GET" in route.methods and not re.match(r"/(read|r/|metrics|api/|$)", route.path)
    }
    heads = {path: ada.head(path, follow_redirects=False).status_code for path in paths}
    assert _traces(house) == before
    gets = {path: ada.get(path, follow_redirects=False).status_code for path in paths}
    assert heads == gets
    assert set(heads.values()) <= {200, 303, 404, 409, 422}
    # What was only asked about is still there to be seen, once.
    assert reader.client.get(f"/read/image/{case}").status_code == 200
    assert reader.client.get(f"/read/image/{case}").status_code == 410


def _traces(house: House) -> tuple[object, ...]:
    with house.database.reading() as session:
        return (
            session.scalar(select(func.count(Event.id))),
            session.scalar(select(func.count(ReadingSession.id))),
            session.scalar(select(func.count(Presentation.exposed_at))),
            tuple(session.scalars(select(Presentation.shown_at).order_by(Presentation.id))),
        )


def test_a_study_called_new_has_a_page(house: House, settings: Settings) -> None:
    app = create_app(settings)
    slugs = [house.draft(title=title) for title in ("New", "Preview", "new")]
    make_account(house, "ada", "owner", **{slug.replace("-", "_"): "owner" for slug in slugs})
    ada = visitor(house, app, "ada")
    for slug, title in zip(slugs, ("New", "Preview", "new"), strict=True):
        assert f"<h1>{title}</h1>" in ada.get(f"/studies/{slug}").text


def test_no_template_leads_out_of_the_path_below_which_it_is_served() -> None:
    for path in sorted((ROOT / "templates").glob("*.html")):
        text = re.sub(r"\{\{ root \}\}\{\{.*?\}\}", "", path.read_text())
        assert re.findall(r"""(?<!root ~ )["'](/[a-z][^"']*)["']""", text) == [], path.name


def test_no_script_knows_an_address() -> None:
    for path in (*(ROOT / "static").glob("*.js"), *(ROOT / "static/reading").glob("*.js")):
        assert not re.search(r"""(?<!\$=)["'`]/[a-z]""", path.read_text()), path.name


@pytest.mark.parametrize("strips", [True, False])
def test_a_proxy_may_take_the_path_off_or_leave_it(
    house: House, settings: Settings, strips: bool
) -> None:
    below = create_app(settings_with(settings, base_url="https://testserver/a/b"))
    client = TestClient(below, base_url="https://testserver")
    start = "" if strips else "/a/b"
    answer = client.get(f"{start}/studies?x=1", follow_redirects=False)
    assert answer.headers["location"] == "/a/b/sign-in?next=/studies"
    page = client.get(f"{start}/sign-in?next=/studies").text
    assert 'action="/a/b/sign-in"' in page
    (style,) = re.findall(r'href="(/a/b/static/office\.css[^"]*)"', page)
    assert client.get(style.removeprefix("/a/b" if strips else "")).status_code == 200
    assert client.get("/a/bc/sign-in").status_code == 404
    assert client.get(start or "/a/b", follow_redirects=False).status_code == 303
    with house.database.writing() as session:
        set_password(session, "ada", "a long password", now=NOW)
    answer = client.post(
        f"{start}/sign-in",
        data={"name": "ada", "password": "a long password", "next": "/studies"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/a/b/studies"
    assert "Path=/a/b;" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "path", ["/read", "/studies/x", "/api", "/a b", "/a/../b", "//a", "/a%20b", "/ä"]
)
def test_a_path_that_could_be_taken_for_a_page_is_refused(settings: Settings, path: str) -> None:
    with pytest.raises(BadInput, match="NEGATOSCOPE_BASE_URL"):
        assert settings_with(settings, base_url=f"https://testserver{path}").path_prefix


def test_every_page_of_ours_is_refused_as_a_path() -> None:
    first = {route.path.split("/")[1] for module in ROUTES for route in module.router.routes}
    assert first - {""} <= OWN_PATHS


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The real server, as `serve` sets it up."""
    config = uvicorn.Config(
        create_app(settings), port=0, log_level="error", **whom_to_believe(settings)
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize(
    ("proxies", "last"), [("", 429), ("10.9.8.7", 429), ("127.0.0.1", 403), ("127.0.0.0/8", 403)]
)
def test_a_forwarded_address_counts_only_from_a_declared_proxy(
    house: House, settings: Settings, proxies: str, last: int
) -> None:
    with served(settings_with(settings, trusted_proxies=proxies)) as address:
        statuses = [
            httpx2.post(
                f"{address}/sign-in",
                data={"name": f"nobody {number}", "password": "wrong"},
                # What was forged before the proxy wrote its own word stands to the left.
                headers={"X-Forwarded-For": f"203.0.113.99, 198.51.100.{number}"},
            ).status_code
            for number in range(FREE_TRIES_OF_ADDRESS + 1)
        ]
    assert statuses == [403] * FREE_TRIES_OF_ADDRESS + [last]


def test_whom_to_believe_is_nobody_unless_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert whom_to_believe(settings) == {"proxy_headers": False, "forwarded_allow_ips": []}
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with pytest.raises(BadInput, match="NEGATOSCOPE_TRUSTED_PROXIES"):
        whom_to_believe(settings)
    for wrong in ("*", "proxy.example.org", "10.0.0.0/8, everybody"):
        with pytest.raises(BadInput, match="no address or network"):
            whom_to_believe(settings_with(settings, trusted_proxies=wrong))


def test_four_workers_fit_a_database_of_a_hundred_connections() -> None:
    # One more each for the probe of health; three of PostgreSQL's hundred are its superuser's.
    workers, reserved = 4, 3
    assert workers * (sum(POSTGRESQL_CONNECTIONS) + 1) <= 100 - reserved - 10


def test_only_the_owner_reads_the_database(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    for _ in range(2):
        database = Database(f"sqlite:///{file}")
        with database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (x)")
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("kept.db*")
            }
        assert set(modes) == {"kept.db", "kept.db-wal", "kept.db-shm"}
        assert set(modes.values()) == {0o600}
        database.dispose()
        # As an older version left it.
        file.chmod(0o644)
