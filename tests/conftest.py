"""What most tests start from: a database of each kind, a small bank, a study, a server."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.main import create_app
from app.services import accounts
from app.settings import Settings
from app.web import pages
from tests.analysed_once import studies_are_analysed_once
from tests.browser import chromium_browser
from tests.compiled_statements import statements_are_compiled_once
from tests.compiled_templates import TemplatesCompiledOnce
from tests.postgresql import drop_database, make_database, postgresql_server
from tests.routes_built_once import routes_are_built_once
from tests.studies import House

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_numbers = itertools.count(1)


# How long one example takes is a matter of what else the machine is doing.
hypothesis.settings.register_profile("negatoscope", deadline=None)
hypothesis.settings.load_profile("negatoscope")


@pytest.fixture(scope="session", autouse=True)
def own_hasher() -> Iterator[PasswordHasher]:
    """The app's own hasher of passwords. The tests use one that takes no time."""
    own = accounts._HASHER
    accounts._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield own
    accounts._HASHER = own


@pytest.fixture(scope="session", autouse=True)
def _the_same_is_done_once() -> Iterator[None]:
    """Every test makes app and database anew; what they make of the same sources is kept.

    Many show, export and report the same ratings besides, on both databases.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "Jinja2Templates", TemplatesCompiledOnce)
        statements_are_compiled_once(patch)
        routes_are_built_once(patch)
        studies_are_analysed_once(patch)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process: Playwright allows no second one."""
    with chromium_browser() as browser:
        yield browser


# Pages that only pass on what services say, which run on both databases each time; the pages run
# on PostgreSQL, by `make test-all`.
PAGES_OF_SERVICES = {
    f"tests/web/test_{name}.py"
    for name in (
        "access_matrix",
        "bank_pages",
        "cases_page",
        "display",
        "doors",
        "flagged_copies",
        "import_pages",
        "investigator",
        "leak_audit",
        "phases",
        "preview",
        "reading_journey",
        "reference_picture",
        "report",
        "text_gate",
    )
}


# The folders with the longest files come first, so that no core waits for one at the end.
LONGEST = ("e2e", "web", "ml", "services", "cli", "statistics", "report", "phantom")


def _place(item: pytest.Item) -> int:
    folder = item.nodeid.removeprefix("tests/").partition("/")[0]
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second database of those pages as slow; order the files."""
    items.sort(key=_place)
    for item in items:
        is_page = item.nodeid.partition("::")[0] in PAGES_OF_SERVICES
        backend = getattr(item, "callspec", None)
        if is_page and backend is not None and backend.params.get("backend") == "postgresql":
            item.add_marker("slow")


@dataclass(frozen=True)
class Template:
    """A database with the schema in it and one with the small bank too, both to be copied."""

    empty: str
    furnished: str
    renditions: Path


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Two database files."""
    folder = tmp_path_factory.mktemp("sqlite")
    empty, furnished = folder / "empty.db", folder / "furnished.db"
    _make(f"sqlite:///{empty}")
    shutil.copy(empty, furnished)
    return Template(str(empty), str(furnished), _furnish(f"sqlite:///{furnished}", folder))


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    """Two databases of a server."""
    names = [f"negatoscope_test_{os.getpid()}_{kind}" for kind in ("empty", "furnished")]
    for name in names:
        drop_database(postgresql, name)
    _make(make_database(postgresql, names[0]))
    url = make_database(postgresql, names[1], template=names[0])
    yield Template(*names, _furnish(url, tmp_path_factory.mktemp("postgresql")))
    for name in names:
        drop_database(postgresql, name)


def _make(url: str) -> None:
    database = Database(url)
    upgrade_schema(database, MIGRATIONS)
    database.dispose()


def _furnish(url: str, folder: Path) -> Path:
    database = Database(url)
    House(database, RenditionStore(folder / "renditions"), folder).fill_bank()
    database.dispose()
    return folder / "renditions"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Every test that touches a database runs on both."""
    return str(request.param)


@pytest.fixture
def template(backend: str, request: pytest.FixtureRequest) -> Template:
    """What this test's database is copied from."""
    source: Template = request.getfixturevalue(f"{backend}_template")
    return source


@contextmanager
def _copy(backend: str, source: str, folder: Path, server: str) -> Iterator[str]:
    if backend == "sqlite":
        path = folder / "negatoscope.db"
        shutil.copy(source, path)
        yield f"sqlite:///{path}"
        return
    name = f"{source}_{next(_numbers)}"
    drop_database(server, name)
    yield make_database(server, name, template=source)
    drop_database(server, name)


def _server(backend: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgresql")) if backend == "postgresql" else ""


@pytest.fixture
def database_url(
    backend: str, template: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """An empty database with the schema; the small bank is in it if `house` is asked for too."""
    source = template.furnished if "house" in request.fixturenames else template.empty
    with _copy(backend, source, tmp_path, _server(backend, request)) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of each kind."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def store(tmp_path: Path) -> RenditionStore:
    """An empty rendition store."""
    (tmp_path / "renditions").mkdir(exist_ok=True)
    return RenditionStore(tmp_path / "renditions")


@pytest.fixture
def house(database: Database, store: RenditionStore, template: Template, tmp_path: Path) -> House:
    """A database and a store with a small bank: real, M0 and M1, 6 images of each condition."""
    shutil.copytree(template.renditions, tmp_path / "renditions", dirs_exist_ok=True)
    return House(database, store, tmp_path)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings over the test's own folder and database."""
    return Settings(data_dir=tmp_path, database_url=database_url, base_url="http://testserver")


@pytest.fixture
def client(house: House, settings: Settings) -> Iterator[TestClient]:
    """A browser without JavaScript, on the small bank."""
    with TestClient(create_app(settings)) as client:
        yield client
