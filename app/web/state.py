"""What an investigator's routes find on the application: built once by main, never at import.

The reader's routes find less: `front` and `desks`, which hold no database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from fastapi import Request

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.web.front import Front
from app.web.health_probes import HealthProbes
from app.web.password_desk import PasswordDesk


@dataclass(frozen=True)
class WebState(Front):
    """The joined parts."""

    database: Database
    store: RenditionStore
    passwords: PasswordDesk
    health: HealthProbes
    data_dir: Path
    clock: Callable[[], datetime]


def web_state(request: Request) -> WebState:
    """The state of the application that answers this request."""
    return cast(WebState, request.app.state.web)
