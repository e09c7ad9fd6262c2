"""The investigator's pages over made-up studies, without a database, and in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from app.bank.brought import OWN_TABLE, Brought, TableSeen
from app.bank.uploads import UploadState
from app.db.truth.bank_films import FilmFilter
from app.domain.access import ROLES, Account, Right
from app.domain.design.design import ExcludedImage
from app.domain.design.reading_load import showings_per_reader
from app.domain.questions.answer import Mark
from app.domain.reader_message import LONGEST_MESSAGE, MESSAGE_WARNING
from app.domain.record import RecordedEvent
from app.domain.signing import MEANINGS
from app.films.headings import OURS
from app.services.accounts import AccountLine, LogLine
from app.services.browse_bank import (
    BankArm,
    BankChoices,
    BankFilm,
    ComparedArms,
    FilmPage,
    OneFilm,
)
from app.services.draft_cases import CaseTruth, LookedAtCase, LookedAtCases, Swapped
from app.services.example_study import OfferedProtocol, list_protocols
from app.services.export_study import CASE_COLUMNS, READER_COLUMNS, RatingsFile
from app.services.film_gallery import ArmGallery, FilmGallery, ReadFilm
from app.services.reading_conduct import ReaderPace, ReadingConduct, invitation
from app.services.sign_ins import SignInLine
from app.services.study_access import AccessLine
from app.services.study_progress import ReaderLine, StudyLine, StudyOverview
from app.services.verify_record import Verified
from app.web.design_form.values import values_of
from app.web.design_words import design_words, shortages
from app.web.pages import Pages
from app.web.record_words import noted
from app.web.security_headers import SecurityHeaders
from app.web.ways_on import TRY_AGAIN, WayOn
from tests.domain.documents import design
from tests.serving import served
from tests.web.accessible import troubles_of
from tests.web.design_form.designs import ODD
from tests.web.design_form.shown import ARMS, context, rendered

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
DESIGN = design(
    title="Realism & <blinding>",
    arms=[
        {"arm": "real", "cases": {"normal": 10, "abnormal": 10}},
        {"arm": "M1", "cases": {"normal": 12, "abnormal": 0}},
    ],
    questions=[{"measure": "realism"}, {"measure": "verdict"}, {"measure": "confidence"}],
    practice={"count": 2, "feedback": True},
    break_every=8,
    registration={"ethics": "Board of <Lyon>"},
)
LINE = StudyLine("realism", DESIGN.title, "open", False, NOW, 32, 2, 1, 40, 64)
READERS = (
    ReaderLine(
        "R01",
        "finished",
        32,
        32,
        NOW - timedelta(days=3),
        False,
        False,
        False,
        "human",
        "Dr <Weiss>",
    ),
    ReaderLine(
        "R02", "reading", 8, 32, NOW - timedelta(minutes=5), False, False, False, "human", ""
    ),
    ReaderLine("R03", "link withdrawn", 0, 32, None, True, False, False, "human", ""),
    ReaderLine("X01", "finished", 32, 32, NOW, False, False, False, "machine", "a language model"),
)
EVENTS: tuple[dict[str, Any], ...] = (
    {"at": NOW, "actor": "ada", "action": "created", "detail": {}},
    {"at": NOW, "actor": "ada", "action": "invited", "detail": {"readers": ["R01", "R02"]}},
    {
        "at": NOW,
        "actor": "ada",
        "action": "opened",
        "detail": {"design_sha256": "d" * 64, "cases_sha256": "c" * 64, "warnings": ["Mind this."]},
    },
    {"at": NOW, "actor": "ada", "action": "link revoked", "detail": {"reader": "R03"}},
)
OPEN = StudyOverview(
    LINE, DESIGN, None, NOW - timedelta(days=4), None, "d" * 64, "c" * 64, READERS, EVENTS
)
DRAFT = replace(
    OPEN,
    line=replace(LINE, status="draft", readers=0, finished=0, rated=0, to_rate=0),
    opened_at=None,
    design_sha256=None,
    cases_sha256=None,
    readers=(),
    events=EVENTS[:1],
)
CLOSED = replace(OPEN, line=replace(LINE, status="closed"), closed_at=NOW)
REHEARSAL = replace(
    CLOSED,
    line=replace(CLOSED.line, is_rehearsal=True, slug="realism-rehearsal"),
    rehearsal_of="realism",
    readers=(ReaderLine("S01", "finished", 32, 32, NOW, False, False, False, "simulated", ""),),
    events=(
        {
            "at": NOW,
            "actor": "ada",
            "action": "rehearsed",
            "detail": {"rehearsal_of": "realism", "readers": 8, "seed": 3},
        },
    ),
)
STUDIES = {"draft": DRAFT, "open": OPEN, "closed": CLOSED, "rehearsal": REHEARSAL}
LINKS = (("R04", "https://example.org/r/aaa"), ("R05", "https://example.org/r/bbb"))


VALUES = values_of(DESIGN)
ACCOUNTS = {
    "accounts": [
        AccountLine("ada", "owner", NOW, None),
        AccountLine("b<real>", "monitor", NOW, NOW),
    ],
    "log": [LogLine(NOW, "ada", "account made", "b<real>", "monitor")],
    "roles": ROLES,
    "name": "b<real>",
}

_OPENED = RecordedEvent(2, NOW, "ada", "opened", {}, "00")
RECORD: dict[str, object] = {
    "events": [(_OPENED, "signed by <ada> (password): I declare"), (_OPENED, "")],
    "head": "ab" * 32,
    "length": 2,
    "more": 2,
    "kinds": {"study": "Design and status", "readers": "Readers"},
    "kind": "readers",
    "verified": Verified("realism", 2, 0, "ab" * 32, None),
}

WRONG = {
    "replicates.count": "<many>",
    "title": "",
    "questions[2].prompt": "",
    "phases[1].key": "<x>",
}
RATINGS = RatingsFile("realism", DESIGN, False)
OFFERED = [
    OfferedProtocol(one, "" if number % 3 else "The bank lacks <this>.")
    for number, one in enumerate(list_protocols())
]


def of_study(overview: StudyOverview) -> dict[str, Any]:
    """What a study's page is given."""
    by_key = {arm.key: arm for arm in ARMS}
    return {
        "study": overview,
        "arms": by_key,
        "words": design_words(overview.design),
        "showings": showings_per_reader(overview.design),
        "warnings": (),
        "left_out": (),
        "shortages": shortages(overview.design, by_key),
        "noted": [one for event in overview.events for one in noted(event["detail"])],
        "links": (),
        "invitation": invitation,
        "reminder": "",
        "error": None,
        "meanings": MEANINGS,
        "given": {},
        "message_warning": MESSAGE_WARNING,
        "longest_message": LONGEST_MESSAGE,
        "still_needed": "",
    }


def cases_pages() -> dict[str, tuple[str, dict[str, object]]]:
    """A draft's cases, blinded and after a swap, and a closed study's, unblinded."""
    truth = CaseTruth("M1", "<real> M1", "synthetic", "normal", 7, "a<b>.png")
    case = LookedAtCase("C0001", False, True, 1, "ab" * 32, "a <real> text", None)
    excluded = (ExcludedImage("cd" * 32, "letters <R>"),)
    shared = {"is_unblinded": False, "swapped": None, "error": "", "longest_reason": 500}
    blinded = LookedAtCases((case, replace(case, code="P0001", is_practice=True)), excluded, "d")
    told = LookedAtCases((replace(case, truth=truth),), (), "d")
    return {
        "/draft/cases": ("cases.html", {**shared, "study": DRAFT, "shown": blinded}),
        "/draft/swapped": (
            "cases.html",
            {**shared, "study": DRAFT, "shown": blinded, "swapped": Swapped("C0001", 2)},
        ),
        "/closed/cases": (
            "cases.html",
            {**shared, "study": CLOSED, "shown": told, "is_unblinded": True},
        ),
    }


def import_pages() -> dict[str, tuple[str, dict[str, object]]]:
    """An upload at its steps."""
    state = UploadState("ada <x>", "2026-11-27T04:00:00+00:00", size=3_000_000, files=2)
    summary = {
        "added": 1,
        "already_present": 2,
        "refreshed": 1,
        "refused_count": 3,
        "refused": ["line 2, <a>.png: is none"],
        "arms": {"M1": 1},
        "notes": {"dim": 1},
        "alike": ["a<b> is like c"],
        "alike_count": 1,
    }
    shared = {"upload": "0" * 16, "piece": 9, "asked": {}, "error": "", "ours": OURS}
    shared |= {"meant": ("normal", "abnormal"), "own_label": "its own label", "size": "512"}
    shared |= {"left_out": (), "own_table": OWN_TABLE}
    shared |= {"mappings": ("percentile",), "largest": 2**30, "refused": True, "table": "t.csv"}
    table = TableSeen(("Bild", "<real>"), (("a<b>", "x"),), "its <own>", "", (("x<y>", 3),))
    unread = replace(table, problem="It has no <file>.")
    came = Brought(ROOT, "table", 2, ("t.csv", OWN_TABLE))

    def page(step: str, **more: object) -> tuple[str, dict[str, object]]:
        at = replace(
            state, step=step, **{k: more.pop(k) for k in ("summary", "done") & more.keys()}
        )
        return "import.html", {**shared, "state": at, "came": None, "seen": None, **more}

    return {
        "/imports": ("imports.html", {"uploads": [("0" * 16, state)], "largest": 2**30}),
        "/import/arriving": page("arriving"),
        "/import/table": page("choosing", came=came, seen=table),
        "/import/unread": page("choosing", came=came, seen=unread),
        "/import/images": page(
            "choosing",
            came=replace(came, kind="images", tables=(OWN_TABLE,)),
            seen=table,
            table=OWN_TABLE,
        ),
        "/import/bank": page("choosing", came=replace(came, kind="bank", tables=())),
        "/import/done": page("done", summary=summary),
        "/import/works": page("importing", done=3),
    }


def conduct_pages() -> dict[str, tuple[str, dict[str, object]]]:
    """A study under way, and one that is over."""
    day = NOW.date()
    pace = ReaderPace({day: 32}, 4200.0, "before case 9 of 32")
    under_way = ReadingConduct(
        *({"R01": pace, "R02": replace(pace, by_day={}, median_ms=None)}, (day,), 3, {day: 32}),
        *(4200.0, day, 1, {"R02": "Thank you for <it>."}),
    )
    over = replace(under_way, reminders={}, days=(), closes_on=None, median_ms=None)
    return {
        "/open/progress": ("conduct.html", {"study": OPEN, "conduct": under_way}),
        "/closed/progress": ("conduct.html", {"study": CLOSED, "conduct": over}),
    }


def gallery_pages() -> dict[str, tuple[str, dict[str, object]]]:
    """Films of a closed study, with marks, and without any."""
    marks = (Mark(10, 20), Mark(5, 6, 7, 8))
    film = ReadFilm(
        *("C0001", "M1", "<real> M1", "synthetic", "ab" * 32, 512, 3, 1, 3, 2.5, 0.5),
        *(marks, (("a <blinding> edge", 2),)),
    )
    arm = ArmGallery("M1", "<real> M1", "synthetic", 2, (film,), (replace(film, marks=()),))
    gallery = FilmGallery(
        "verdict",
        5,
        (arm, replace(arm, label="M2 <it>", films=0, most=(), least=())),
        (film,),
        1,
    )
    nothing = FilmGallery("", None, (), (), 0)
    return {
        "/closed/films": ("report_films.html", {"study": CLOSED, "gallery": gallery}),
        "/rehearsal/films": ("report_films.html", {"study": REHEARSAL, "gallery": nothing}),
    }


def bank_pages() -> dict[str, tuple[str, dict[str, object]]]:
    """The bank's own pages."""
    arms = tuple(
        BankArm(
            *(key, f"<real> {key}", kind, "From <it>.", "LoRA, 300 steps", "CC BY 4.0", "A. <B>"),
            *("Trial bank", "dicom-window", 20, 8, "letters", {"normal": 3}, {"a lateral view": 1}),
            *(1, memorised),
        )
        for key, kind, memorised in (("real", "real", None), ("M1", "synthetic", 2))
    )
    record = {"prompt": "a <real> film", "evaluation": {"memorised": True}}
    films = tuple(
        BankFilm(
            *(number, "M1", "<real> M1", "synthetic", f"{number}" * 64, "normal", "a<b>.png"),
            *(512, 400, record, [["lateral", "is a lateral view"]], {512: "ab" * 32}),
        )
        for number in (1, 2)
    )
    choices = BankChoices((("M1", "<real> M1"),), ("normal",), ("seed",), (("dim", "dim"),), ())
    one = OneFilm(
        *(
            films[0],
            "called a copy",
            (("lateral view", "is a lateral view"),),
            (("prompt", "a <real> film"),),
        ),
        *((("closeness", "1.2"),), "images/1.png", films[1:]),
    )
    compared = ComparedArms(
        arms, ("normal",), {("real", "normal"): films[:1], ("M1", "normal"): films}, 1, 3
    )
    listed = {"wanted": FilmFilter(arm="M1"), "query": "arm=M1", "choices": choices}
    return {
        "/bank": ("bank.html", {"arms": arms, "most_compared": 4}),
        "/bank-empty": ("bank.html", {"arms": (), "most_compared": 4}),
        "/bank/films": ("bank_films.html", {"shown": FilmPage(films, 90, 2, 3), **listed}),
        "/bank/none": ("bank_films.html", {"shown": FilmPage((), 0, 1, 1), **listed}),
        "/bank/film": ("bank_film.html", {"one": one}),
        "/bank/compare": ("bank_compare.html", {"shown": compared, "query": "arm=real&arm=M1"}),
    }


def every_page() -> dict[str, tuple[str, dict[str, object]]]:
    """Template and context by the path at which the stand-in serves them."""
    exported = {
        "rating_columns": RATINGS.columns,
        "reader_columns": READER_COLUMNS,
        "case_columns": CASE_COLUMNS,
        "signed_until": NOW,
        "meaning": "I declare <it>.",
        "error": None,
    }
    lines = [overview.line for overview in STUDIES.values()]
    pages: dict[str, tuple[str, dict[str, object]]] = {
        "/studies": ("studies.html", {"studies": lines, "arms": ARMS}),
        "/no-study": ("studies.html", {"studies": [], "arms": ARMS}),
        "/empty": ("studies.html", {"studies": [], "arms": ()}),
        "/new": ("study_new.html", context(VALUES, protocols=OFFERED)),
        "/edit": ("study_new.html", context(VALUES, slug="realism", warnings=["It says <AI>."])),
        "/odd": ("study_new.html", context(values_of(ODD))),
        "/wrong": ("study_new.html", context({**VALUES, **WRONG})),
        "/invited": ("study.html", {**of_study(OPEN), "links": LINKS}),
        "/progress": ("progress.html", {"study": OPEN}),
        "/access": (
            "access.html",
            {
                "study": OPEN,
                "roles": ROLES,
                "name": "",
                "error": None,
                "lines": [
                    AccessLine("ada", "owner", NOW, False),
                    AccessLine("b<real>", "monitor", NOW, True),
                ],
            },
        ),
        "/accounts": ("accounts.html", {**ACCOUNTS, "password": None, "error": None}),
        "/accounts-made": ("accounts.html", {**ACCOUNTS, "password": "s3cret", "error": None}),
        "/account": (
            "account.html",
            {
                "browsers": [SignInLine(NOW, NOW, True)],
                "error": "It is wrong.",
                "tokens": (),
                "token": "ngs_new",
                "token_error": None,
            },
        ),
    }
    for status, overview in STUDIES.items():
        pages[f"/{status}"] = ("study.html", of_study(overview))
        pages[f"/{status}/report"] = ("report.html", {"study": overview, "error": ""})
        pages[f"/{status}/record"] = ("record.html", {**RECORD, "study": overview})
        pages[f"/{status}/export"] = ("exports.html", {"study": overview, **exported})
    pages |= bank_pages() | cases_pages() | import_pages() | gallery_pages() | conduct_pages()
    unsigned = {**exported, "signed_until": None, "error": "That is not <it>."}
    pages["/unsigned/export"] = ("exports.html", {"study": CLOSED, **unsigned})
    broken = Verified("realism", 2, 0, "ab" * 32, "Event 2 (<it>) was changed.")
    pages["/broken/record"] = ("record.html", {**RECORD, "study": CLOSED, "verified": broken})
    return pages


PAGES = every_page()
SIGNED_IN = {
    "csrf_token": "t0ken",
    "investigator": "ada",
    "account": Account(1, "ada", "owner"),
    "may": frozenset(Right),
    "now": NOW,
    "verdict": None,
}
SIGNED_OUT: dict[str, tuple[str, dict[str, object]]] = {
    "/sign-in": (
        "sign_in.html",
        {"next": "/studies", "name": "a<b", "error": "It is wrong.", "kept": {}},
    ),
    # Signed in, but nothing else is to be had yet.
    "/own-password": (
        "own_password.html",
        {"next": "/studies", "error": "Too short.", "shortest": 12, "kept": {}},
    ),
    "/error": (
        "error.html",
        {
            "heading": "Not found",
            "sentence": "There is no study 'x<y'.",
            "ways_on": [WayOn("/studies", "Go to the studies")],
            "is_lost": True,
        },
    ),
    "/refused": (
        "error.html",
        {
            "heading": "Not possible now",
            "sentence": "The study is locked.",
            "ways_on": [
                TRY_AGAIN,
                WayOn("/studies/pilot", "Back to the study"),
                WayOn("/studies", "Go to the studies"),
            ],
            "is_lost": False,
        },
    ),
}
EVERY_PATH = (*PAGES, *SIGNED_OUT)
# One page of each template, the fullest.
OF_EVERY_RUN = (
    "/studies",
    "/wrong",
    "/open",
    "/progress",
    "/access",
    "/accounts-made",
    "/account",
    "/closed/report",
    "/open/record",
    "/closed/export",
    "/bank",
    "/bank/films",
    "/bank/film",
    "/bank/compare",
    "/draft/swapped",
    "/imports",
    "/import/table",
    "/closed/films",
    "/open/progress",
    "/sign-in",
    "/own-password",
    "/refused",
)


def stand_in() -> FastAPI:
    """Every page at a path of its own; what is posted to is never asked."""
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    app.add_middleware(SecurityHeaders)
    app.mount("/static", StaticFiles(directory=ROOT / "static"))
    pages = Pages(ROOT / "templates", ROOT / "static")

    @app.get("/{path:path}")
    def serve(request: Request, path: str) -> Response:
        if f"/{path}" in SIGNED_OUT:
            name, context = SIGNED_OUT[f"/{path}"]
            return pages.render(request, name, {"csrf_token": "", **context})
        if f"/{path}" not in PAGES:
            return HTMLResponse("nothing", 404)
        name, context = PAGES[f"/{path}"]
        return pages.render(request, name, {**SIGNED_IN, **context})

    return app


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(stand_in())


@pytest.mark.parametrize("path", EVERY_PATH)
def test_it_keeps_scripts_and_styles_out_of_the_markup(client: TestClient, path: str) -> None:
    html = client.get(path).text

    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|hx-on", html)
    assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize("path", PAGES)
def test_it_signs_every_form_and_offers_the_way_out(client: TestClient, path: str) -> None:
    forms = re.findall(r"<form.*?</form>", client.get(path).text, re.DOTALL)

    assert 'action="/sign-out"' in forms[0]
    for form in forms:
        # What only asks for another page changes nothing.
        if 'method="get"' in form:
            continue
        assert 'method="post"' in form
        # The language of this browser is no secret and nobody's: its origin is looked at.
        if 'action="/language"' in form:
            continue
        assert 'name="csrf_token" value="t0ken"' in form


def test_an_error_can_be_shown_to_nobody_in_particular(client: TestClient) -> None:
    html = client.get("/error").text

    assert "There is no study &#39;x&lt;y&#39;." in html
    # But for the choice of a language, which tells nothing.
    assert html.count("<form") == html.count('<form class="language-choice"') == 1


def test_a_refused_step_of_a_study_leads_back_to_it(client: TestClient) -> None:
    assert 'href="/studies/pilot"' in client.get("/refused").text
    assert 'href="/studies/' not in client.get("/error").text


def test_a_failed_sign_in_keeps_the_name_and_never_the_password(client: TestClient) -> None:
    html = client.get("/sign-in").text

    assert 'value="a&lt;b"' in html
    assert "It is wrong." in html
    password = re.search(r'<input[^>]*type="password"[^>]*>', html)
    assert password is not None
    assert "value=" not in password[0]
    assert 'name="next" value="/studies"' in html


@pytest.mark.parametrize("path", EVERY_PATH)
def test_it_escapes_what_people_have_typed(client: TestClient, path: str) -> None:
    html = client.get(path).text

    assert "<blinding>" not in html
    assert "<real>" not in html
    assert "<many>" not in html


def test_the_label_of_a_reader_and_their_kind_are_told(client: TestClient) -> None:
    html = client.get("/open").text

    assert "Dr &lt;Weiss&gt;" in html
    assert "a language model" in html
    assert "(machine)" in html
    assert "readers/X01" not in html


def test_a_study_says_its_design_in_words(client: TestClient) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/open").text))

    for words in (
        "How realistic is it? realism realism, a scale of points from 1 to 5",
        "Real or synthetic? verdict verdict, Real / Synthetic",
        "one picture at a time; asks realism, verdict, confidence",
        "Allocation every reader reads every case",
        "Last day none; you close it",
        "Ethics approval Board of &lt;Lyon&gt;",
    ):
        assert words in text


def test_protocols_are_offered_with_what_the_bank_lacks(client: TestClient) -> None:
    html = client.get("/new").text

    offered = re.findall(r'href="/studies/new\?protocol=([\w-]+)"', html)
    assert len(offered) == 13 - html.count("The bank lacks &lt;this&gt;.")
    assert "Clode da Silva et al. 2024" in html
    assert "protocol=" not in client.get("/edit").text
    portuguese = client.get("/new", headers={"Accept-Language": "pt-BR"}).text
    assert "Encontrar a única radiografia real entre quatro" in portuguese
    assert "Clode da Silva et al. 2024" in portuguese


def test_an_empty_bank_tells_the_commands_and_offers_no_study(client: TestClient) -> None:
    html = client.get("/empty").text

    assert "import-bank" in html
    assert "import-images" in html
    assert "/studies/new" not in html
    assert "/studies/new" in client.get("/no-study").text


def actions(html: str) -> set[str]:
    return {action.split("/")[-1] for action in re.findall(r'action="/studies/([^"]+)"', html)}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", {"open", "invite", "rehearse"}),
        ("open", {"invite", "close", "reissue", "revoke", "message", "last-day"}),
        ("closed", set()),
        ("rehearsal", set()),
    ],
)
def test_it_offers_only_what_the_status_allows(
    client: TestClient, status: str, expected: set[str]
) -> None:
    assert actions(client.get(f"/{status}").text) == expected


def test_closing_wants_a_tick_that_nobody_has_set(client: TestClient) -> None:
    html = client.get("/open").text

    tick = re.search(r'<input type="checkbox"[^>]*name="sure" value="yes"[^>]*>', html)
    assert tick is not None
    assert "checked" not in tick[0]
    assert "1 reader has not finished" in html


def test_a_draft_says_what_the_bank_is_short_of(client: TestClient) -> None:
    greedy = design(arms=[{"arm": "M1", "cases": {"normal": 10, "abnormal": 4}}])
    html = rendered({**SIGNED_IN, **of_study(replace(DRAFT, design=greedy))}, "study.html")

    assert "M1: 4 abnormal cases are asked for, the bank holds 0." in html
    assert "normal cases are asked for" not in html.replace("abnormal", "")
    assert "asked for, the bank" not in client.get("/draft").text


def test_new_links_are_shown_whole_and_only_when_just_made(client: TestClient) -> None:
    html = client.get("/invited").text

    box = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", html, re.DOTALL)
    assert box is not None
    assert [tuple(line.split("\t")) for line in box[1].strip().splitlines()] == list(LINKS)
    assert "only this once" in html
    assert "readonly" not in client.get("/open").text


def test_readers_show_progress_last_activity_and_state(client: TestClient) -> None:
    html = client.get("/open").text

    for text in ("32 of 32", "8 of 32", "3 days ago", "5 min ago", "never", "Link withdrawn"):
        assert text in html
    assert 'readers/R03/revoke"' not in html
    assert 'readers/R03/reissue"' in html


def test_the_page_keeps_digests_warnings_and_the_log(client: TestClient) -> None:
    html = client.get("/open").text

    assert "d" * 64 in html
    assert "c" * 64 in html
    assert "Mind this." in html
    log = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split('class="log"')[1]))
    assert "invited R01, R02" in log
    assert "link revoked: R03" in log


@pytest.mark.parametrize("page", ["", "/report", "/export"])
def test_a_rehearsal_says_so_on_every_page(client: TestClient, page: str) -> None:
    sentence = "every reader and every rating is simulated"

    assert sentence in client.get(f"/rehearsal{page}").text
    assert sentence not in client.get(f"/closed{page}").text


@pytest.mark.parametrize("status", ["draft", "open"])
def test_nothing_by_arm_is_reported_or_given_out_before_closing(
    client: TestClient, status: str
) -> None:
    report = client.get(f"/{status}/report").text
    assert "once the study is closed" in report
    assert not {"M1", "real", "M0"} & set(re.findall(r"\w+", re.sub(r"<[^>]+>", " ", report)))

    export = client.get(f"/{status}/export").text
    assert "open when the study is closed" in export
    assert not re.search(r'href="[^"]*\.(?:csv|zip)"', export)


def test_a_closed_study_gives_its_files_and_explains_every_column(client: TestClient) -> None:
    html = client.get("/closed/export").text

    assert set(re.findall(r'href="/studies/realism/export/([^"]+)"', html)) == {
        "realism.zip",
        "realism-submission.zip",
        "ratings.csv",
        "readers.csv",
        "cases.csv",
        "codebook.csv",
    }
    for name, _ in (*RATINGS.columns, *READER_COLUMNS, *CASE_COLUMNS):
        assert f"<code>{name}</code>" in html


# Browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(stand_in()) as address:
        yield address


@pytest.fixture(scope="module", params=[1440, 390])
def page(request: pytest.FixtureRequest, address: str, chromium: Browser) -> Iterator[Page]:
    height = {1440: 900, 390: 844}[request.param]
    page = chromium.new_page(base_url=address, viewport={"width": request.param, "height": height})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    page.context.close()
    assert troubles == []


def test_a_page_of_every_template_is_looked_at_in_every_run() -> None:
    templates = {path: name for path, (name, _) in {**PAGES, **SIGNED_OUT}.items()}
    assert {templates[path] for path in OF_EVERY_RUN} == set(templates.values())
    assert len(OF_EVERY_RUN) == len(set(templates.values()))


@pytest.mark.e2e
@pytest.mark.parametrize(
    "paths", [OF_EVERY_RUN, pytest.param(EVERY_PATH, marks=pytest.mark.slow)], ids=["one", "every"]
)
def test_every_page_is_for_everybody(
    chromium: Browser, address: str, paths: tuple[str, ...]
) -> None:
    page = chromium.new_page(base_url=address, viewport={"width": 1440, "height": 900})
    told = []
    for path in paths:
        page.goto(path)
        told += [f"{path} {one}" for one in troubles_of(page)]
    page.context.close()

    assert not told, "\n".join(told)


@pytest.mark.e2e
def test_after_links_were_made_a_reload_makes_no_more(page: Page) -> None:
    page.goto("/invited")
    expect(page).to_have_url(re.compile("/studies/realism$"))
    page.get_by_role("button", name="Copy all").click()
    expect(page.locator("[data-copied]").first).not_to_be_empty()


@pytest.mark.e2e
def test_an_open_menu_and_the_focus_outlast_a_renewal(page: Page) -> None:
    later = replace(OPEN, line=replace(LINE, rated=LINE.rated + 1))
    part = rendered({**SIGNED_IN, **of_study(later)}, "_study_now.html")
    page.route("**/studies/realism", lambda route: route.fulfill(body=part))
    page.goto("/open")
    page.fill("#labels", "Dr. A")
    menu, other = page.locator("#link-of-R01"), page.locator("#link-of-R02")
    other.evaluate("one => { one.isOld = true }")
    menu.locator("summary").click()
    button = menu.locator("button").first
    button.focus()
    with page.expect_response("**/studies/realism"):
        page.evaluate(
            "htmx.ajax('GET', '/studies/realism', {source: '#how-far', swap: 'outerHTML'})"
        )
    expect(page.locator("#how-far dd").first).to_contain_text(f"{LINE.rated + 1} of")
    expect(menu).to_have_attribute("open", "")
    expect(button).to_be_focused()
    assert other.evaluate("one => one.isOld") is None
    assert page.input_value("#labels") == "Dr. A"
    page.unroute("**/studies/realism")


@pytest.mark.e2e
def test_the_form_counts_what_a_reader_will_read(page: Page) -> None:
    page.goto("/new")
    total = page.locator("[data-total]")
    expect(total).to_contain_text("32 cases drawn; each reader sees 32 and 2 in practice")
    page.fill("#arms-3-cases-1", "8")
    page.fill("#replicates-count", "4")
    expect(total).to_contain_text("40 cases drawn; each reader sees 44")


@pytest.mark.e2e
def test_a_readers_menu_opens_alone_and_closes_by_escape(page: Page) -> None:
    page.goto("/open")
    page.get_by_text("Link of R01", exact=True).click()
    expect(page.get_by_role("button", name="Withdraw the link of R01")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Withdraw the link of R01")).to_be_hidden()
