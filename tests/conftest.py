"""What most tests start from: a database of each kind, a small bank, a study, a server."""

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from app.bank.store import RenditionStore
from app.db import engine
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
from tests.drawn_once import figures_are_drawn_once
from tests.in_memory import place_in_memory
from tests.not_to_disk import nothing_waits_for_the_disk
from tests.phantom_bank import write_phantom_bank
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
def own_synchronous() -> Iterator[str]:
    """How the app's own SQLite waits for the disk. The tests wait for none."""
    own = engine.SQLITE_SYNCHRONOUS
    with pytest.MonkeyPatch.context() as patch:
        nothing_waits_for_the_disk(patch)
        yield own


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
        figures_are_drawn_once(patch)
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


# On PostgreSQL by `make test-all` alone: pages that only pass on what services say, and services
# that only make pictures, figures and files of what is stored. Answers, blinding, receipts, the
# record, access and what moves between databases are tested on both each time.
ON_SQLITE_FIRST = {
    f"tests/{name}.py"
    for name in (
        "services/test_audit_pictures",
        "services/test_design_figures",
        "services/test_export_study",
        "services/test_remedy_pictures",
        "services/test_summarise_study",
        "web/test_bank_pages",
        "web/test_cases_page",
        "web/test_certificate",
        "web/test_conduct_page",
        "web/test_display",
        "web/test_doors",
        "web/test_flagged_copies",
        "web/test_gallery_pages",
        "web/test_import_pages",
        "web/test_investigator",
        "web/test_leak_audit",
        "web/test_phases",
        "web/test_preview",
        "web/test_reader_flow",
        "web/test_reader_message",
        "web/test_reading_journey",
        "web/test_reference_picture",
        "web/test_report",
        "web/test_submission",
        "web/test_text_gate",
    )
}


# The folders with the longest files come first, so that no core waits for one at the end.
LONGEST = ("e2e", "web", "ml", "services", "cli", "statistics", "report", "phantom")


def _place(item: pytest.Item) -> int:
    folder = item.nodeid.removeprefix("tests/").partition("/")[0]
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


def pytest_configure() -> None:
    """Let `tmp_path` lie in memory, where there is much of it."""
    place = place_in_memory()
    if place is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))


def pytest_collection_finish() -> None:
    """Let garbage be looked for among what tests make, not again and again in all that is loaded.

    Modules and thousands of tests are millions of objects that stay; to walk them took a sixth of
    the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second database of those files as slow; order the files."""
    items.sort(key=_place)
    for item in items:
        is_one = item.nodeid.partition("::")[0] in ON_SQLITE_FIRST
        backend = getattr(item, "callspec", None)
        if is_one and backend is not None and backend.params.get("backend") == "postgresql":
            item.add_marker("slow")


@pytest.fixture(scope="session")
def phantom_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Phantom films of five arms, 4 of each condition, with a text and a matching key."""
    folder = tmp_path_factory.mktemp("phantom_bank")
    write_phantom_bank(folder)
    return folder


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


# Given what fills a house: what copies of that house are made from.
MadeOnce = Callable[[Callable[[House], object]], Template]


def _made_once(
    backend: str, bare: Template, server: str, folders: pytest.TempPathFactory
) -> Iterator[MadeOnce]:
    made: dict[Callable[[House], object], Template] = {}
    with ExitStack() as until_the_end:

        def make(fill: Callable[[House], object]) -> Template:
            if fill not in made:
                folder = folders.mktemp(fill.__name__)
                shutil.copytree(bare.renditions, folder / "renditions")
                url = until_the_end.enter_context(_copy(backend, bare.furnished, folder, server))
                database = Database(url)
                fill(House(database, RenditionStore(folder / "renditions"), folder))
                database.dispose()
                name = database.engine.url.database or ""
                made[fill] = Template(bare.empty, name, folder / "renditions")
            return made[fill]

        yield make


@pytest.fixture(scope="session")
def sqlite_made_once(
    sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MadeOnce]:
    """Fills a copy of the small bank once."""
    yield from _made_once("sqlite", sqlite_template, "", tmp_path_factory)


@pytest.fixture(scope="session")
def postgresql_made_once(
    postgresql: str, postgresql_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MadeOnce]:
    """Fills a copy of the small bank once."""
    yield from _made_once("postgresql", postgresql_template, postgresql, tmp_path_factory)


@pytest.fixture
def made_once(backend: str, request: pytest.FixtureRequest) -> MadeOnce:
    """Fills a copy of the small bank once for each kind of database; tests have copies of that.

    A file whose tests all begin with the same study has a fixture `template` that asks for it.
    """
    made: MadeOnce = request.getfixturevalue(f"{backend}_made_once")
    return made


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
