"""Where a reader's routes find the desks, which main has joined in."""

from typing import cast

from fastapi import Request

from app.domain.desk import ReaderDesks


def reader_desks(request: Request) -> ReaderDesks:
    """The desks of the application that answers this request."""
    return cast(ReaderDesks, request.app.state.desks)
