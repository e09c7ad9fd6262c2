"""The one place where the parts of the web application are joined."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session

from app.bank.opening import open_renditions
from app.bank.uploads import Uploads
from app.db.blind.tables import Reader
from app.db.engine import Database
from app.db.heartbeat import HeartbeatProbe
from app.domain.design.reading import design_from_json
from app.domain.desk import ReaderDesks
from app.domain.own_score import PhaseScore
from app.domain.practice import PracticeFeedback
from app.report.page.cache import ReportCache
from app.report.page.pdf import sheet_pdf
from app.services.own_score import own_score
from app.services.practice_feedback import practice_feedback
from app.settings import Settings, resource_dir
from app.steps.lay_out_presentations import lay_out_for
from app.web.api_errors import JsonErrors
from app.web.below_prefix import BelowPrefix
from app.web.blind_desk import BlindDesks
from app.web.body_limits import BodyLimits
from app.web.certificate_state import TellsScore
from app.web.cookies import CookieSigner
from app.web.delivery_probe import DeliveryProbe
from app.web.error_pages import add_error_pages, error_page
from app.web.front import Front
from app.web.health_probes import HealthProbes, disk_probe
from app.web.logs import MaskedPaths
from app.web.metrics import metrics_for
from app.web.office_state import OfficeState
from app.web.pages import Pages
from app.web.password_desk import PasswordDesk
from app.web.plain_route import stand_directly
from app.web.practice_state import TellsPractice
from app.web.request_log import RequestLog
from app.web.routes import (
    access,
    accounts,
    api,
    api_conduct,
    arms,
    audit,
    bank,
    cases,
    certificate,
    conduct,
    designs,
    exports,
    galleries,
    health,
    images,
    imports,
    language,
    links,
    metrics,
    own_account,
    practice,
    preview,
    reader_rights,
    readers,
    reading,
    record,
    reports,
    sign_in,
    studies,
)
from app.web.security_headers import SecurityHeaders
from app.web.slots import Slots
from app.web.state import WebState
from app.web.static_files import VersionedFiles
from app.web.text_gate import TextGate

LARGEST_BODY = 1024 * 1024
# How many threads Starlette works in.
THREADS = 40
# Those that are asked most come first: an address is compared with one after another.
ROUTES = (
    reading,
    images,
    health,
    metrics,
    links,
    practice,
    reader_rights,
    certificate,
    sign_in,
    language,
    designs,
    preview,
    studies,
    conduct,
    readers,
    record,
    access,
    accounts,
    own_account,
    reports,
    galleries,
    arms,
    imports,
    bank,
    audit,
    cases,
    exports,
    api,
    api_conduct,
)


def _answer_heads_too(router: APIRouter) -> None:
    """Let HEAD be asked wherever GET is; the server keeps the body to itself."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The application over a database whose schema is up to date; `clock` tells the time."""
    database = Database(settings.effective_database_url, patience=settings.database_patience)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.dispose()

    app = FastAPI(
        title="Negatoscope",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    _join_parts(app, settings, database, clock)
    _stand_guard(app, settings, database)
    app.mount("/static", VersionedFiles(directory=resource_dir("static")), name="static")
    for module in ROUTES:
        if module not in (api, api_conduct):
            # The API answers what its published document lists.
            _answer_heads_too(module.router)
        if module in (reading, images):
            stand_directly(app, module.router)
        else:
            app.include_router(module.router)
    return app


def _stand_guard(app: FastAPI, settings: Settings, database: Database) -> None:
    """What every request passes; the last one added is the first that it meets."""
    metrics = metrics_for(settings.metrics_token.get_secret_value())
    app.state.metrics = metrics
    app.add_middleware(
        Slots,
        count=min(THREADS, database.most_connections),
        patience=settings.database_patience,
        is_in_trouble=lambda: database.was_in_trouble,
    )
    app.add_middleware(TextGate)
    app.add_middleware(
        RequestLog, answers=error_page, counts=None if metrics is None else metrics.count
    )
    app.add_middleware(BodyLimits, usual=LARGEST_BODY)
    app.add_middleware(JsonErrors)
    app.add_middleware(SecurityHeaders, is_https=settings.base_url.startswith("https://"))
    app.add_middleware(BelowPrefix, prefix=settings.path_prefix)
    add_error_pages(app)
    logging.getLogger("uvicorn.access").addFilter(MaskedPaths())


def _join_parts(
    app: FastAPI, settings: Settings, database: Database, clock: Callable[[], datetime]
) -> None:
    """Hang on the application what its routes find there; each finds only what it may know."""
    store = open_renditions(settings.renditions_at)
    pages = Pages(resource_dir("templates"), resource_dir("static"), settings.path_prefix)
    pages.ensure_whole()
    shared = Front(
        pages=pages,
        signer=CookieSigner(settings.effective_secret_key()),
        base_url=settings.base_url.rstrip("/"),
    )
    app.state.front = shared
    # A reader's pages are given these two and `front`: no database.
    desks: ReaderDesks = BlindDesks(database, store, _lay_out, clock)
    app.state.desks = desks
    app.state.tells_practice = _tells_practice(database)
    app.state.tells_score = _tells_score(database)
    app.state.prints_sheet = partial(sheet_pdf, static=resource_dir("static"))
    app.state.web = WebState(
        pages=shared.pages,
        signer=shared.signer,
        base_url=shared.base_url,
        database=database,
        store=store,
        passwords=PasswordDesk(),
        health=HealthProbes(
            {
                "database": HeartbeatProbe(settings.effective_database_url),
                "renditions": store.is_reachable,
                "disk": disk_probe(settings.data_dir),
            }
        ),
        data_dir=settings.data_dir,
        clock=clock,
    )
    app.state.office = OfficeState(
        reports=ReportCache(),
        probe=DeliveryProbe(settings, create_app),
        uploads=Uploads(settings.data_dir / "uploads", settings.largest_upload * 2**20),
    )


def create_app_from_environment() -> FastAPI:
    """What uvicorn calls in each of its workers."""
    return create_app(Settings())


def _lay_out(session: Session, reader: Reader, now: datetime) -> None:
    lay_out_for(session, reader, design_from_json(reader.study.design), now)


def _tells_score(database: Database) -> TellsScore:
    def tell(reader_id: int) -> tuple[PhaseScore, ...]:
        with database.reading() as session:
            return own_score(session, reader_id)

    return tell


def _tells_practice(database: Database) -> TellsPractice:
    def tell(reader_id: int) -> PracticeFeedback | None:
        with database.reading() as session:
            return practice_feedback(session, reader_id)

    return tell
