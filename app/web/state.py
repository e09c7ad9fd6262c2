"""What every route finds on the application: built once by main, never at import."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from fastapi import Request

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.web.cookies import CookieSigner
from app.web.pages import Pages
from app.web.throttle import SignInThrottle


@dataclass(frozen=True)
class WebState:
    """The joined parts; `base_url` has no slash at its end."""

    database: Database
    store: RenditionStore
    pages: Pages
    signer: CookieSigner
    throttle: SignInThrottle
    base_url: str
    data_dir: Path
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def cookies_need_https(self) -> bool:
        """Whether cookies are marked Secure."""
        return self.base_url.startswith("https://")


def web_state(request: Request) -> WebState:
    """The state of the application that answers this request."""
    return cast(WebState, request.app.state.web)
