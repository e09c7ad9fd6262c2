"""The floor under benchmarks/reading.py: an app that stores a rating and shows the next page.

FastAPI, SQLAlchemy and Jinja as their manuals use them, and nothing else: no blinding, no lock, no
order, no receipt, no second look at what was sent. What the reading pages cost beyond this is ours.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Form, Request, Response
from fastapi.templating import Jinja2Templates
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

PAGES = Jinja2Templates(directory=Path(__file__).parent)
SCALE = ("1", "2", "3", "4", "5")
QUESTIONS = [
    {"key": "realism", "prompt": "How real does it look?", "options": SCALE},
    {"key": "verdict", "prompt": "Is it real?", "options": ("real", "synthetic")},
    {"key": "confidence", "prompt": "How sure are you?", "options": SCALE},
]


class Base(DeclarativeBase):
    """The floor's two tables."""


class Case(Base):
    """One case of one reader."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    token: Mapped[str]


class Rating(Base):
    """What was said of a case."""

    __tablename__ = "ratings"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    realism: Mapped[int]
    verdict: Mapped[str]
    confidence: Mapped[int]
    comment: Mapped[str]
    submitted_at: Mapped[datetime]


def create_app() -> FastAPI:
    """The app over the database and the picture that the environment names."""
    engine = create_engine(os.environ["FLOOR_DATABASE_URL"], pool_size=40)
    picture = Path(os.environ["FLOOR_PICTURE"])
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection, _record) -> None:  # type: ignore[no-untyped-def]
            for pragma in ("busy_timeout=20000", "journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")

    sessions = sessionmaker(engine)
    app = FastAPI()

    @app.get("/read/{reader}")
    def first(request: Request, reader: int) -> Response:
        with sessions() as session:
            return page(request, next_case(session, reader, 1))

    @app.post("/read/{reader}/{position}")
    def rate(
        request: Request,
        reader: int,
        position: int,
        case: Annotated[int, Form()],
        realism: Annotated[int, Form()],
        verdict: Annotated[str, Form()],
        confidence: Annotated[int, Form()],
        comment: Annotated[str, Form()] = "",
    ) -> Response:
        with sessions.begin() as session:
            session.add(
                Rating(
                    case_id=case,
                    realism=realism,
                    verdict=verdict,
                    confidence=confidence,
                    comment=comment,
                    submitted_at=datetime.now(UTC),
                )
            )
            following = next_case(session, reader, position + 1)
            return page(request, following)

    @app.get("/picture/{token}")
    def show(token: str) -> Response:
        return Response(picture.read_bytes(), media_type="image/png")

    def next_case(session, reader: int, position: int) -> Case:  # type: ignore[no-untyped-def]
        case: Case = session.scalars(
            select(Case).where(Case.reader == reader, Case.position == position)
        ).one()
        return case

    def page(request: Request, case: Case) -> Response:
        return PAGES.TemplateResponse(request, "floor.html", {"case": case, "questions": QUESTIONS})

    return app


if __name__ == "__main__":
    uvicorn.run(
        "benchmarks.floor:create_app",
        factory=True,
        port=int(sys.argv[1]),
        workers=int(sys.argv[2]),
        server_header=False,
        log_level="info",
    )
