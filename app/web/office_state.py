"""What only an investigator's routes need of the application: built once by main.

Apart from `WebState`, which reading routes hold, because a report tells arms and truth.
"""

from dataclasses import dataclass
from typing import cast

from fastapi import Request

from app.bank.uploads import Uploads
from app.report.page.cache import ReportCache
from app.web.delivery_probe import DeliveryProbe


@dataclass(frozen=True)
class OfficeState:
    """The joined parts."""

    reports: ReportCache
    probe: DeliveryProbe
    uploads: Uploads


def office_state(request: Request) -> OfficeState:
    """The state of the application that answers this request."""
    return cast(OfficeState, request.app.state.office)
