"""The JSON API: tokens, roles, one form of error; and whatever is sent, never a 5xx."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from sqlalchemy import func, select

from app.db.tables import ApiToken, Event, Rating, Reader
from app.domain.access import RIGHTS, ROLES, Right, Role
from app.domain.record import LAST_DAY_MOVED, MESSAGE_SHOWN, MESSAGE_TAKEN_BACK
from app.main import create_app, utc_now
from app.services.accounts import disable_account
from app.services.api_tokens import account_by_name, make_api_token
from app.services.verify_record import verify_study
from app.settings import Settings
from app.web.routes.api import openapi_document
from tests.services.test_machine_readers import answered, open_study, written
from tests.studies import Clock, House
from tests.two_lengths import SLOW
from tests.web.accounts import make_account, visitor
from tests.web.reader_browser import ReaderBrowser

RIGHT_OF = {
    ("GET", "/studies/{slug}"): Right.SEE_PROGRESS,
    ("GET", "/studies/{slug}/progress"): Right.SEE_PROGRESS,
    ("GET", "/studies/{slug}/export"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/export/{file}"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/machine-answers"): Right.INVITE,
    ("GET", "/studies/{slug}/message"): Right.INVITE,
    ("PUT", "/studies/{slug}/message"): Right.INVITE,
    ("DELETE", "/studies/{slug}/message"): Right.INVITE,
    ("PUT", "/studies/{slug}/last-day"): Right.OPEN_AND_CLOSE,
}
SENT = {
    "/studies/{slug}/message": {"text": "Thank you.", "tells_nothing": True},
    "/studies/{slug}/last-day": {"day": "2099-01-31", "reason": "Holidays."},
}
OF_NO_STUDY = {("GET", "/studies"), ("GET", "/bank")}


class Program:
    """A program that shows one token, or none."""

    def __init__(self, client: TestClient, token: str | None) -> None:
        self.client = client
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = self.headers | more.pop("headers", {})
        return self.client.request(
            method, f"/api/v1{path}", headers=headers, follow_redirects=False, **more
        )

    def get(self, path: str) -> Any:
        return self.ask("GET", path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(house: House, settings: Settings, clock: Clock) -> FastAPI:
    return create_app(settings, clock)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def token_for(house: House, name: str, *, days: int = 30, clock: Clock) -> str:
    with house.database.writing() as session:
        account = account_by_name(session, name)
        return make_api_token(session, account, label="a test", days=days, now=clock.now)


def programs(house: House, client: TestClient, slug: str, clock: Clock) -> dict[str, Program]:
    """One for each role on the study, for an account without one, and without a token."""
    for role in ROLES:
        on_study: dict[str, Role] = {slug.replace("-", "_"): role}
        make_account(house, f"the {role}", "monitor", **on_study)
    make_account(house, "nobody here", "owner")
    names = {role: f"the {role}" for role in ROLES} | {"none": "nobody here"}
    made = {
        role: Program(client, token_for(house, name, clock=clock)) for role, name in names.items()
    }
    return made | {"stranger": Program(client, None)}


def told(answer: Any) -> str:
    """The sentence of an error, which has the one form."""
    error = answer.json()["error"]
    assert set(answer.json()) == {"error"}
    assert set(error) == {"status", "title", "message"}
    assert error["status"] == answer.status_code
    return str(error["message"])


def filled(path: str, slug: str) -> str:
    return path.format(slug=slug, file="ratings.csv")


def test_the_document_lists_what_is_tested_here(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    listed = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert listed == {*RIGHT_OF, *OF_NO_STUDY}


def test_each_role_may_what_its_rights_say(house: House, client: TestClient, clock: Clock) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    asking = programs(house, client, slug, clock)
    for (method, path), right in RIGHT_OF.items():
        more: dict[str, Any] = {}
        if method == "POST":
            more = {"params": {"machine": "m"}, "json": {}}
        elif method == "PUT":
            more = {"json": SENT[path]}
        for role, program in asking.items():
            answer = program.ask(method, filled(path, slug), **more)
            line = f"{method} {path} as {role}: {answer.status_code}"
            if role == "stranger":
                assert answer.status_code == 401, line
                assert answer.headers["WWW-Authenticate"] == "Bearer"
                assert "Authorization: Bearer" in told(answer)
            elif role == "none":
                assert answer.status_code == 404, line
                nobodys = program.ask(method, filled(path, "no-such"), **more)
                assert told(answer).replace(slug, "S") == told(nobodys).replace("no-such", "S")
            elif right in RIGHTS[role]:  # type: ignore[index]
                assert answer.status_code in (200, 409, 422), line
            else:
                assert answer.status_code == 403, line
                assert f"Your role in the study {slug} is {role}" in told(answer)


def test_studies_and_progress_say_what_the_pages_say_and_no_answer(
    house: House, client: TestClient, clock: Clock
) -> None:
    slug, token = house.open_study_with_reader()
    house.draft(title="Another")
    reader = ReaderBrowser(TestClient(client.app))
    reader.begin(token)
    reader.read_to_the_end()
    program = programs(house, client, slug, clock)["monitor"]
    listed = program.get("/studies").json()
    assert [one["slug"] for one in listed["studies"]] == [slug]
    assert (listed["total"], listed["studies"][0]["rated"]) == (1, 12)
    assert program.get("/studies?offset=1").json() == {"total": 1, "studies": []}
    one = program.get(f"/studies/{slug}").json()
    assert (one["role"], one["status"], len(one["cases_sha256"])) == ("monitor", "open", 64)
    progress = program.get(f"/studies/{slug}/progress")
    (line,) = progress.json()["readers"]
    assert (line["code"], line["state"], line["rated"]) == ("R01", "finished", 12)
    assert "synthetic" not in progress.text
    assert "M0" not in progress.text


def test_exports_open_when_the_study_is_closed(
    house: House, client: TestClient, clock: Clock
) -> None:
    slug, _ = house.open_study_with_reader()
    program = programs(house, client, slug, clock)["owner"]
    listed = program.get(f"/studies/{slug}/export").json()
    assert listed["is_open"] is False
    assert "ratings.csv" in [file["name"] for file in listed["files"]]
    refused = program.get(f"/studies/{slug}/export/ratings.csv")
    assert (refused.status_code, "when the study is closed" in told(refused)) == (409, True)
    house.close(slug)
    ratings = program.get(f"/studies/{slug}/export/ratings.csv")
    assert ratings.status_code == 200
    assert ratings.text.startswith("study,")
    assert program.get(f"/studies/{slug}/export/{slug}.zip").content[:2] == b"PK"
    assert program.get(f"/studies/{slug}/export/secret_key").status_code == 404


def test_a_machines_answers_come_in_once_and_count_as_a_machines(
    house: House, client: TestClient, clock: Clock
) -> None:
    slug = open_study(house)
    program = programs(house, client, slug, clock)["investigator"]
    address = f"/studies/{slug}/machine-answers"
    _, document = written(house, slug)
    answers = answered(document)
    answers["answers"].pop()
    taken = program.ask("POST", f"{address}?machine=Model X", json=answers)
    assert taken.status_code == 201
    entries = len(document["entries"])
    # One entry was left out, and one answer is null.
    assert taken.json() == {"reader": "X01", "answered": entries - 2, "entries": entries}
    with house.database.reading() as session:
        reader = session.scalars(select(Reader).where(Reader.kind == "machine")).one()
        assert (reader.code, reader.label) == ("X01", "Model X")
        assert session.scalar(select(func.count(Rating.id))) == entries - 2
        event = session.scalars(select(Event).where(Event.action == "answers imported")).one()
        assert event.actor.startswith("the investigator")
        assert verify_study(session, house.store, slug).problem is None
    # Ratings are never replaced, so the same is not taken again.
    again = program.ask("POST", f"{address}?machine=Model X", json=answers)
    assert (again.status_code, bool(told(again))) == (409, True)
    films = [
        one["entry"] for one in document["entries"] if one["phase"] == 1 and not one["is_phase_end"]
    ]
    rows = [f"{document['set']},{entry},3" for entry in films]
    as_csv = "\r\n".join(["set,entry,quality", *rows])
    other = program.ask(
        "POST",
        f"{address}?machine=Model Y",
        content=as_csv.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert other.status_code == 201, other.text
    assert other.json() == {"reader": "X02", "answered": len(films), "entries": entries}
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Rating.id))) == entries - 2 + len(films)


def test_a_message_and_the_last_day_are_set_as_on_the_page(
    house: House, client: TestClient, clock: Clock
) -> None:
    slug, _ = house.open_study_with_reader()
    program = programs(house, client, slug, clock)["owner"]
    message, last_day = f"/studies/{slug}/message", f"/studies/{slug}/last-day"
    nothing = {"text": None, "until": None, "is_shown": False}
    assert program.get(message).json() == nothing
    said = {"text": "We read on Monday.", "tells_nothing": True}
    shown = program.ask("PUT", message, json=said)
    assert shown.json() == {"text": "We read on Monday.", "until": None, "is_shown": True}
    assert program.get(message).json() == shown.json()
    moved = program.ask("PUT", last_day, json={"day": "2099-01-31", "reason": "Holidays."})
    assert moved.json() == {"before": None, "after": "2099-01-31"}
    assert program.ask("DELETE", message).status_code == 204
    assert program.get(message).json() == nothing
    assert (refused := program.ask("DELETE", message)).status_code == 409
    assert "none to take back" in told(refused)
    with house.database.reading() as session:
        actors = {one.action: one.actor for one in session.scalars(select(Event))}
        assert verify_study(session, house.store, slug).problem is None
    for action in (MESSAGE_SHOWN, MESSAGE_TAKEN_BACK, LAST_DAY_MOVED):
        assert actors[action].startswith("the owner"), action


def test_a_message_that_tells_something_is_refused(
    house: House, client: TestClient, clock: Clock
) -> None:
    slug, _ = house.open_study_with_reader()
    program = programs(house, client, slug, clock)["owner"]
    for sent, why in (
        ({"text": "M0 is next.", "tells_nothing": True}, "the name of an arm"),
        ({"text": "Thank you."}, "body.tells_nothing"),
        ({"text": "Thank you.", "tells_nothing": False}, "body.tells_nothing"),
        ({"text": " ", "tells_nothing": True}, "empty"),
        ({"text": "Thank you.", "tells_nothing": True, "until": "2001-01-31"}, "is over"),
        ({"text": "Thank you.", "tells_nothing": True, "untill": "2099-01-31"}, "body.untill"),
    ):
        answer = program.ask("PUT", f"/studies/{slug}/message", json=sent)
        assert (answer.status_code, why in told(answer)) == (422, True), answer.text
    assert program.get(f"/studies/{slug}/message").json()["text"] is None


def test_what_can_not_be_used_is_said_and_stores_nothing(
    house: House, client: TestClient, clock: Clock
) -> None:
    slug, _ = house.open_study_with_reader()
    program = programs(house, client, slug, clock)["investigator"]
    address = f"/studies/{slug}/machine-answers"
    as_xml = program.ask(
        "POST", f"{address}?machine=m", content=b"<a/>", headers={"Content-Type": "text/xml"}
    )
    assert (as_xml.status_code, "application/json" in told(as_xml)) == (415, True)
    unnamed = program.ask("POST", address, json={})
    assert (unnamed.status_code, "machine" in told(unnamed)) == (422, True)
    never = program.ask("POST", f"{address}?machine=m", json={"set": "x", "answers": []})
    assert never.status_code in (409, 422)
    assert told(never)
    large = program.ask("POST", f"{address}?machine=m", json={"x": "y" * 2_000_000})
    assert (large.status_code, bool(told(large))) == (413, True)
    assert len(program.get(f"/studies/{slug}/progress").json()["readers"]) == 1
    assert told(program.get("/studies?limit=0")).startswith("query.limit")
    assert told(program.ask("DELETE", "/studies"))
    assert "nothing at this address" in told(program.get("/nothing"))


def test_a_token_ends_when_its_time_is_over_or_it_is_revoked_or_its_account_is_disabled(
    house: House, client: TestClient, clock: Clock
) -> None:
    # Browsers are signed in by the real clock.
    clock.now = utc_now()
    make_account(house, "Ada", "owner")
    good, short, third = (
        Program(client, token_for(house, "Ada", days=days, clock=clock)) for days in (30, 1, 30)
    )
    assert {one.get("/studies").status_code for one in (good, short, third)} == {200}
    browser = visitor(house, client.app, "Ada")  # type: ignore[arg-type]
    with house.database.reading() as session:
        last = session.scalars(select(ApiToken.id).order_by(ApiToken.id.desc())).first()
    browser.post("/account/tokens/revoke", token=str(last))
    assert (good.get("/studies").status_code, third.get("/studies").status_code) == (200, 401)
    clock.now += timedelta(days=1)
    assert (good.get("/studies").status_code, short.get("/studies").status_code) == (200, 401)
    make_account(house, "Eve", "owner")
    with house.database.writing() as session:
        disable_account(session, "Ada", now=clock.now, actor="test")
    assert good.get("/studies").status_code == 401


def test_a_token_is_made_in_the_browser_shown_once_and_stored_as_a_hash(
    house: House, client: TestClient, clock: Clock
) -> None:
    clock.now = utc_now()
    make_account(house, "Ada", "owner")
    browser = visitor(house, client.app, "Ada")  # type: ignore[arg-type]
    page = browser.post("/account/tokens", label="nightly", days="7")
    token = page.text.split('autocomplete="off">negatoscope_')[1].split("<")[0]
    assert Program(client, f"negatoscope_{token}").get("/bank").status_code == 200
    assert token not in browser.get("/account").text
    assert "nightly" in browser.get("/account").text
    with house.database.reading() as session:
        (row,) = session.scalars(select(ApiToken))
        assert token not in row.token_hash
    for fields in ({"label": "", "days": "7"}, {"label": "x", "days": "999"}, {"label": "x"}):
        assert browser.post("/account/tokens", **fields).status_code == 422
    # Another account can't revoke it.
    make_account(house, "Eve", "owner")
    other = visitor(house, client.app, "Eve")  # type: ignore[arg-type]
    assert other.post("/account/tokens/revoke", token=str(row.id)).status_code == 404


def test_nothing_of_a_readers_opens_the_api(house: House, client: TestClient) -> None:
    slug, token = house.open_study_with_reader()
    client.get(f"/r/{token}")
    cookie = client.cookies.get("negatoscope_reader", path="/read")
    for shown in (token, cookie, f"negatoscope_{token}", ""):
        for method, path in [*RIGHT_OF, *OF_NO_STUDY]:
            answer = client.request(
                method,
                f"/api/v1{filled(path, slug)}",
                params={"machine": "m"},
                json=SENT.get(path, {}),
                headers={"Authorization": f"Bearer {shown}"},
            )
            assert answer.status_code == 401, path


def test_nothing_of_a_signed_in_browser_opens_the_api(house: House, client: TestClient) -> None:
    make_account(house, "Ada", "owner")
    browser = visitor(house, client.app, "Ada")  # type: ignore[arg-type]
    assert browser.get("/api/v1/studies").status_code == 401


def ask_anything(
    program: Program, operation: Any, mode: GenerationMode, slug: str, examples: int
) -> Counter[int]:
    """Send what the operation's description allows, or what it doesn't; count the answers."""
    documented = operation.definition.raw["responses"]
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        for path_parameters in (case.path_parameters, {**case.path_parameters, "slug": slug}):
            if "slug" in case.path_parameters:
                case.path_parameters = path_parameters
            sent = case.as_transport_kwargs(base_url="http://testserver")
            sent["headers"] = {**dict(sent.get("headers") or {}), **program.headers}
            sent.pop("cookies", None)
            answer = program.client.request(**sent, follow_redirects=False)
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, (sent, answer.text)
            assert str(answer.status_code) in documented, (sent, answer.text)
            if answer.status_code >= 400:
                assert told(answer)

    ask()
    return statuses


# PostgreSQL takes less than SQLite does: what it can't hold is met there.
@pytest.mark.parametrize(
    ("backend", "examples"),
    [("postgresql", 6), *(pytest.param(one, 12, marks=SLOW) for one in ("postgresql", "sqlite"))],
    indirect=["backend"],
)
def test_whatever_is_sent_no_answer_is_a_5xx_and_each_is_as_the_document_says(
    house: House, client: TestClient, clock: Clock, examples: int
) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    program = programs(house, client, slug, clock)["owner"]
    schema = schemathesis.openapi.from_dict(openapi_document())
    statuses: Counter[int] = Counter()
    for result in schema.get_all_operations():
        for mode in GenerationMode:
            statuses += ask_anything(program, result.ok(), mode, slug, examples)
    print(dict(statuses))
    assert statuses[200] > 0
    assert statuses.total() >= 11 * 2 * examples
