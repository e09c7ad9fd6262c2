"""The reader's pages over a desk without database: what a test sets, and what was received."""

import asyncio
import io
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from app.domain.blinding import blinded_design
from app.domain.design.design import Layout
from app.domain.design.reading import design_from_mapping
from app.domain.display import DisplayPlan
from app.domain.document import Problems, Table
from app.domain.errors import BadAnswer
from app.domain.grey_steps import GreySteps, strips_of
from app.domain.questions.answer import Answers
from app.domain.questions.document import read_questions
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.question import Question
from app.domain.questions.reading import form_of, read_answers
from app.domain.receipt import Receipt, answers_digest, form_digest, rating_name
from app.domain.said import said as marked
from app.web.pages import Pages, is_htmx
from app.web.reading_context import (
    CaseShown,
    PictureShown,
    image_url,
    key_list,
    picture_name,
    profile_fields,
    question_list,
    reference_url,
    sections_of,
)
from app.web.security_headers import SecurityHeaders
from tests.browser import film_is_shown
from tests.studies import design_values
from tests.web.kept_window import VIEWPORT, KeptWindow

ROOT = Path(__file__).parents[2]
CASES = 6
SIZE = 512
USUAL = ({"measure": "realism"}, {"measure": "verdict"}, {"measure": "confidence"})
USUAL_WITH_COMMENT = (*USUAL, {"measure": "comment"})


def asked(*rows: Mapping[str, Any]) -> tuple[Question, ...]:
    """Questions as a design would have them; a problem of the document fails the test."""
    problems = Problems()
    questions = read_questions(Table("", {"questions": [dict(row) for row in rows]}, problems))
    problems.raise_if_any()
    return questions


def film(number: int, slot: int = 1) -> bytes:
    """A grey wedge, so that window/level can be checked in pixels; case and place differ."""
    wedge = Image.linear_gradient("L").rotate(90).resize((SIZE, SIZE))
    wedge.paste(128, (192, 192, 320, 320))
    wedge.paste(60 + number, (0, 0, 40, 40))
    pen = ImageDraw.Draw(wedge)
    for count in range(slot):
        pen.ellipse((60 + 40 * count, 400, 84 + 40 * count, 424), fill=230)
    out = io.BytesIO()
    wedge.save(out, "PNG")
    return out.getvalue()


@dataclass
class Desk:
    """What a test sets and what the stand-in server has received."""

    questions: tuple[Question, ...] = field(default_factory=lambda: asked(*USUAL_WITH_COMMENT))
    position: int = 1
    pictures: int = 1
    layout: Layout = "single"
    beside: str | None = None
    has_reference: bool = False
    exposure_ms: int | None = None
    mask: bool = True
    phase_title: str = ""
    is_phase_end: bool = False
    language: str = "en"
    least_width: int | None = None
    given: Answers = field(default_factory=dict)
    exposed: set[str] = field(default_factory=set)
    sent_once: set[str] = field(default_factory=set)
    received: list[dict[str, str]] = field(default_factory=list)
    stored: list[Answers] = field(default_factory=list)
    faults: list[int | str] = field(default_factory=list)
    drawer: str = "dr4wer"
    images_asked: list[str] = field(default_factory=list)
    images_work: bool = True

    def case(self, is_correction: bool = False) -> CaseShown:
        """The case at the desk's position."""
        token = f"opaque{self.position}"
        slots = () if self.is_phase_end else range(1, self.pictures + 1)
        ahead = self.position < CASES and self.exposure_ms is None
        return CaseShown(
            token=token,
            position=self.position,
            total=CASES,
            phase=1,
            phase_title=self.phase_title,
            is_practice=False,
            is_phase_end=self.is_phase_end,
            is_correction=is_correction,
            can_go_back=self.position > 1 and not is_correction,
            pictures=tuple(
                PictureShown(
                    slot, image_url(token, slot), picture_name(slot, self.pictures), self.beside
                )
                for slot in slots
            ),
            layout=self.layout,
            exposure_ms=self.exposure_ms,
            is_exposed=token in self.exposed,
            mask=self.mask,
            picture_size=SIZE,
            language=self.language,
            next_image_urls=tuple(image_url(f"opaque{self.position + 1}", slot) for slot in slots)
            if ahead
            else (),
            reference_url=reference_url(1) if self.has_reference else None,
        )


def stand_in(desk: Desk) -> FastAPI:
    """The reading routes' pages over answers in memory."""
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    app.add_middleware(SecurityHeaders)
    app.mount("/static", StaticFiles(directory=ROOT / "static"))
    shown = _Shown(desk)
    _serve_pages(app, desk, shown)
    _serve_pictures(app, desk)
    _serve_ratings(app, desk, shown)
    return app


class _Shown:
    """The pages of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pages = Pages(ROOT / "templates", ROOT / "static")

    def page(
        self, request: Request, name: str, status: int = 200, **context: object
    ) -> HTMLResponse:
        shared = {
            "csrf_token": "t0ken",
            "drafts": self._desk.drawer,
            "is_over": False,
            "has_foot": True,
            "form": {},
            "notice": None,
            "study_title": "A <study>",
            "study_language": self._desk.language,
            "least_width": self._desk.least_width,
            "leads_on": False,
            "was_rating": False,
        }
        return self._pages.page_or_partial(request, name, {**shared, **context}, status)

    def case(
        self,
        request: Request,
        values: Mapping[str, str],
        errors: Mapping[str, str],
        status: int = 200,
        is_correction: bool = False,
        message: str | None = None,
        leads_on: bool = False,
    ) -> HTMLResponse:
        desk = self._desk
        questions = question_list(desk.questions, Picture(desk.pictures, SIZE))
        has_film = desk.exposure_ms is None and not desk.is_phase_end
        return self.page(
            request,
            "case.html",
            status,
            case=desk.case(is_correction),
            questions=questions,
            values=values,
            errors=errors,
            submission=f"{int(is_correction)}.{len(desk.received)}-{time.monotonic_ns()}",
            message=message,
            leads_on=leads_on,
            keys=key_list(questions, {desk.layout}, has_film=has_film),
        )

    def now(self, request: Request) -> HTMLResponse:
        """The case at the desk's position, or thanks after the last."""
        if self._desk.position > CASES:
            return self.page(
                request, "thanks.html", can_go_back=False, message=None, record_head=""
            )
        return self.case(request, form_of(self._desk.questions, self._desk.given), {})


def _serve_pages(app: FastAPI, desk: Desk, shown: _Shown) -> None:
    @app.get("/read")
    def read(request: Request) -> Response:
        return shown.now(request)

    @app.get("/read/back")
    def back(request: Request) -> Response:
        desk.position -= 1
        given = {"realism": "3", "verdict": "real", "confidence": "4"}
        return shown.case(request, given, {}, is_correction=True)

    @app.post("/read/continue")
    def go_on() -> Response:
        return RedirectResponse("/read", 303)

    @app.get("/page/{name}")
    def others(request: Request, name: str) -> Response:
        return shown.page(request, f"{name}.html", **other_pages(desk)[name])


def _serve_pictures(app: FastAPI, desk: Desk) -> None:
    @app.get("/read/image/{token}")
    @app.get("/read/image/{token}/{slot}")
    def image(token: str, slot: int = 1) -> Response:
        name = token if slot == 1 else f"{token}/{slot}"
        desk.images_asked.append(name)
        if not desk.images_work:
            return Response(status_code=503)
        if desk.exposure_ms is not None:
            if name in desk.sent_once:
                return Response(status_code=410)
            desk.sent_once.add(name)
            desk.exposed.add(token)
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(film(int(token[-1]), slot), media_type="image/png", headers=headers)

    @app.get("/read/reference/{phase}")
    def reference(phase: int) -> Response:
        desk.images_asked.append(f"reference/{phase}")
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(film(9, phase), media_type="image/png", headers=headers)


def _serve_ratings(app: FastAPI, desk: Desk, shown: _Shown) -> None:
    @app.post("/read/rate")
    async def rate(request: Request) -> Response:
        given = {name: str(value) for name, value in (await request.form()).items()}
        fault = desk.faults.pop(0) if desk.faults else None
        if fault == "silence":
            # Longer than any test waits; nothing of it is taken.
            await asyncio.sleep(30)
            return Response(status_code=504)
        if isinstance(fault, int):
            return HTMLResponse("<html><body>a proxy's page</body></html>", fault)
        desk.received.append(given)
        if fault in ("refused", "closed"):
            told = {"heading": "No", "sentence": f"It is {fault}.", "is_over": fault == "closed"}
            return shown.page(request, "reading_error.html", 409, **told)
        if fault == "rated elsewhere":
            return shown.case(request, given, {}, 409, message="It was rated.", leads_on=True)
        try:
            answers = _read(desk, given)
        except BadAnswer as error:
            is_correction = not given.get("submission", "0.").startswith("0.")
            return shown.case(request, given, error.problems, 422, is_correction=is_correction)
        if fault == "no receipt":
            return shown.case(request, {}, {})
        desk.stored.append(answers)
        if fault == "another receipt":
            answer = shown.case(request, {}, {})
            answer.headers["Receipt"] = str(
                Receipt("r", "a", "h", form_digest({**given, "x": "y"}))
            )
            return answer
        desk.position += 1
        next_page = shown.now(request) if is_htmx(request) else RedirectResponse("/read", 303)
        next_page.headers["Receipt"] = str(_receipt(given, answers))
        return next_page


def _read(desk: Desk, given: Mapping[str, str]) -> Answers:
    if len(given.get("correction-reason", "")) > 500:
        said = "Please give the reason in at most 500 characters."
        raise BadAnswer({"correction-reason": said})
    return read_answers(desk.questions, given, Picture(desk.pictures, SIZE))


def _receipt(given: Mapping[str, str], answers: Answers) -> Receipt:
    return Receipt(
        rating_name(given["case"], given["submission"]),
        answers_digest(answers),
        "0" * 64,
        form_digest(given),
    )


def other_pages(desk: Desk) -> dict[str, dict[str, Any]]:
    """What the pages around the cases are given."""
    questions = question_list(desk.questions, Picture(desk.pictures, SIZE))
    return {
        "consent": {
            "consent_paragraphs": ["One.", "Two."],
            "consent_sections": [{"heading": "Whom to ask", "paragraphs": ["Dr <Weiss>"]}],
            "consent_line": "I agree & take part.",
            "error": "Please tick.",
        },
        "profile": {
            "fields": profile_fields(DisplayPlan(ask_kind=True, ask_light=True)),
            "values": {"role": "researcher", "years_experience": "many"},
            "errors": {"years_experience": "Please give a whole number."},
        },
        "instructions": {
            "instruction_paragraphs": ["Read <calmly>."],
            "questions": questions,
            "practice_count": 2,
            "case_count": CASES,
            "keys": key_list(questions, {desk.layout}),
        },
        "phase": {
            "step": "phase",
            "phase": 2,
            "phase_title": "The second look",
            "introduction_paragraphs": ["Some are <not> real."],
            "questions": questions,
            "case_count": CASES,
            "keys": key_list(questions, {desk.layout}),
            "message": None,
        },
        "wait": {"ready_on": date(2026, 12, 16), "message": None},
        "practice_feedback": {
            "step": "feedback",
            "phase": 1,
            "position": 1,
            "total": 2,
            "image_url": "/read/image/opaque1",
            "picture_size": SIZE,
            "reference_url": reference_url(1) if desk.has_reference else None,
            "marks": '[{"x": 128, "y": 128, "width": 0, "height": 0, "picture": 1}]',
            "mark_count": 1,
            "verdict_given": "real",
            "truth": "synthetic",
            "keys": key_list((), can_go_back=False),
        },
        "display_check": {
            "pattern": "0123456789abcdef",
            "strips": strips_of("0123456789abcdef"),
            "values": {"black.2": "yes"},
            "errors": {"white": "Tick every place where you see a square."},
            "message": None,
        },
        "display_result": {"check": GreySteps(None, 3, 0)},
        "break": {
            "step": "break",
            "phase": 1,
            "done": 3,
            "total": CASES,
            "can_go_back": True,
            "message": None,
        },
        "thanks": {"can_go_back": True, "message": None, "record_head": "0f" * 32},
        "privacy": {
            "may_withdraw": True,
            **sections_of(blinded_design(design_from_mapping(design_values()))),
        },
        "withdraw": {"becomes": "Your answers are then erased.", "error": "Please tick the box."},
        "withdrawn": {"erased": False},
        "reading_error": {
            "heading": marked("Not possible now"),
            "sentence": marked(
                "Your certificate is here once you have read your last case or the study is closed."
            ),
            "way_on": {"address": "/read", "words": "Back to the study"},
        },
    }


@dataclass
class Room:
    """A browser window on the stand-in desk; scripts that fail are kept as troubles."""

    desk: Desk
    address: str
    browser: Browser
    kept: KeptWindow
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    listeners: dict[str, Callable[[Any], None]] = field(default_factory=dict)

    def open(self, path: str = "/read", *, is_waited_for: bool = True, **options: Any) -> Page:
        """A page, once its pictures are shown where it has any that are shown at once."""
        page = self._window(options)
        page.goto(self.address + path)
        has_film = is_waited_for and self.desk.exposure_ms is None and not self.desk.is_phase_end
        if options.get("java_script_enabled", True) and path == "/read" and has_film:
            film_is_shown(page)
        return page

    def in_windows(
        self, sizes: Iterable[tuple[int, int]], **options: Any
    ) -> Iterator[tuple[tuple[int, int], Page]]:
        """The case in windows of several widths and heights, loaded anew in each."""
        page = None
        for width, height in sizes:
            size: ViewportSize = {"width": width, "height": height}
            if page is None:
                page = self.open(viewport=size, **options)
            else:
                page.set_viewport_size(size)
                page.goto(f"{self.address}/read")
                film_is_shown(page)
            yield (width, height), page

    def _window(self, options: dict[str, Any]) -> Page:
        """The kept window for the first page of the usual size, else a new one."""
        telling = self._telling()
        if not options and not self.listeners:
            self.listeners = telling
            return self.kept.take(telling)
        options.setdefault("viewport", VIEWPORT)
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        on: Any = page.on
        for name, listener in telling.items():
            on(name, listener)
        return page

    def _telling(self) -> dict[str, Callable[[Any], None]]:
        def console(message: Any) -> None:
            if "Security Policy" in message.text:
                self.troubles.append(message.text)

        return {"pageerror": lambda error: self.troubles.append(str(error)), "console": console}

    def close(self) -> None:
        """Close every window."""
        if self.listeners:
            self.kept.give_back(self.listeners)
        for context in self.contexts:
            context.close()


def press(page: Page, *keys: str) -> None:
    """Keys one after another."""
    for key in keys:
        page.keyboard.press(key)


def chosen(page: Page) -> list[str]:
    """The id of every radio and box that is ticked."""
    ids = page.locator("#case input:checked").evaluate_all("all => all.map(one => one.id)")
    return sorted(ids)


def lit(page: Page) -> str | None:
    """The key of the lit question."""
    every: Sequence[str] = page.locator("#case .question.active").evaluate_all(
        "all => all.filter(one => !one.hidden).map(one => one.dataset.question)"
    )
    assert len(every) <= 1
    return every[0] if every else None


def said(page: Page) -> str:
    """The sentence above the submit button."""
    return page.locator("[data-save-state]").inner_text()
