"""The one place where the parts of the web application are joined."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.report.page.cache import ReportCache
from app.settings import Settings, resource_dir
from app.web.cookies import CookieSigner
from app.web.error_pages import add_error_pages
from app.web.office_state import OfficeState
from app.web.pages import Pages
from app.web.routes import (
    audit,
    designs,
    exports,
    health,
    images,
    links,
    practice,
    readers,
    reading,
    reports,
    sign_in,
    studies,
)
from app.web.security_headers import SecurityHeaders
from app.web.state import WebState
from app.web.throttle import SignInThrottle

LARGEST_BODY = 1024 * 1024


def create_app(settings: Settings) -> FastAPI:
    """The application over a database whose schema is up to date."""
    database = Database(settings.effective_database_url)

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
        max_body_size=LARGEST_BODY,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    static = resource_dir("static")
    app.state.web = WebState(
        database=database,
        store=RenditionStore(settings.renditions_dir),
        pages=Pages(resource_dir("templates"), static),
        signer=CookieSigner(settings.effective_secret_key()),
        throttle=SignInThrottle(),
        base_url=settings.base_url.rstrip("/"),
        data_dir=settings.data_dir,
    )
    app.state.office = OfficeState(reports=ReportCache())
    app.add_middleware(SecurityHeaders)
    add_error_pages(app)
    app.mount("/static", StaticFiles(directory=static), name="static")
    for module in (
        health,
        links,
        images,
        reading,
        practice,
        sign_in,
        designs,
        studies,
        readers,
        reports,
        audit,
        exports,
    ):
        app.include_router(module.router)
    logging.getLogger("uvicorn.access").addFilter(_without_link_tokens)
    return app


def create_app_from_environment() -> FastAPI:
    """What uvicorn calls in each of its workers."""
    return create_app(Settings())


def _without_link_tokens(record: logging.LogRecord) -> bool:
    """A reader's link is a key; the access log must not keep it."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            "/r/***" if isinstance(arg, str) and arg.startswith("/r/") else arg
            for arg in record.args
        )
    return True
