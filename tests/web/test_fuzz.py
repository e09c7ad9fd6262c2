"""Whatever is sent to whatever address, on either database, no answer is an error of the server's.

Three machines of rules, a reader's journey, an investigator's and an account's (doors, roles,
passwords), send what the pages would send and all that they would not: a little of it in every run,
more with the slow tests, where FUZZ_EXAMPLES=200 FUZZ_STEPS=60 makes still more of it.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import quote, quote_from_bytes

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from app.db.investigators import investigator_by_name, named_account
from app.domain.access import ROLES
from app.main import ROUTES, create_app
from app.services import accounts
from app.services.accounts import set_password
from app.services.sign_in_tries import forget_tries
from app.settings import Settings
from app.web.reader_access import READER_COOKIE
from tests.studies import GOOD_ANSWERS, NOW, PROFILE, Clock, House
from tests.two_lengths import SLOW
from tests.web.reader_browser import ReaderBrowser

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
STEPS = int(os.environ.get("FUZZ_STEPS", "30"))
# PostgreSQL takes less than SQLite does: what it can't hold is met there.
FORMS = pytest.mark.parametrize(
    ("backend", "examples"),
    [
        ("postgresql", 6),
        *(pytest.param(one, EXAMPLES, marks=SLOW) for one in ("postgresql", "sqlite")),
    ],
    indirect=["backend"],
)
PASSWORD = "a long password of ours"
PASSWORDS = (PASSWORD, "another long password", "short", "x" * 201)
NAMES = ("owner", "second owner")
FORM = "application/x-www-form-urlencoded"

PARAMETER = re.compile(r"\{(\w+)\}")
FIELD = re.compile(r'name="([^"]+)"')
CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')

# Text as nobody types it: any character, half surrogates and NUL among them.
odd_text = st.text(st.characters(exclude_categories=()), max_size=30)
odd_bytes = st.binary(max_size=20)
plain = st.sampled_from(
    [
        "",
        "0",
        "1",
        "2",
        "-1",
        "5",
        "99999999999999999999",
        "1e9",
        "nan",
        "yes",
        "real",
        "None",
        "[]",
    ]
)
values = st.one_of(plain, odd_text, odd_bytes)
ODD_HEADERS = st.dictionaries(
    st.sampled_from(
        ["Origin", "Referer", "HX-Request", "Accept", "Content-Type", "Range", "X-CSRF-Token",
         "If-None-Match", "Authorization", "Sec-Fetch-Site", "Accept-Language", "Cookie"]
    ),
    st.one_of(
        st.sampled_from([b"http://[bad", b"null", b"true", b"application/json", b"\xff"]),
        st.binary(max_size=12).map(lambda raw: re.sub(rb"[\x00-\x1f\x7f]", b"", raw)),
    ),
    max_size=2,
)  # fmt: skip


def quoted(value: str | bytes) -> str:
    """Percent-encoded as bytes, so that what is no text can be sent too."""
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return quote_from_bytes(raw, safe="")


def encoded(fields: Mapping[str, str | bytes]) -> str:
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in fields.items())


def routes(*beginnings: str) -> list[tuple[str, str]]:
    """Method and path of every route that begins so."""
    return [
        (method, route.path)  # type: ignore[attr-defined]
        for module in ROUTES
        for route in module.router.routes
        for method in sorted(route.methods)  # type: ignore[attr-defined]
        if route.path.startswith(beginnings)  # type: ignore[attr-defined]
    ]


class Sender(RuleBasedStateMachine):
    """What both machines can do; `client` and `names` are given by the test."""

    client: TestClient
    names: Mapping[str, list[str]]
    statuses: list[int]

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str | bytes] | None = None,
        headers: Mapping[str, bytes] | None = None,
    ) -> Response:
        """Send it, and see that the answer is none of 5xx."""
        sent = [(name.encode(), value) for name, value in (headers or {}).items()]
        body = None if fields is None else encoded(fields).encode()
        if body is not None and "Content-Type" not in (headers or {}):
            sent.append((b"Content-Type", FORM.encode()))
        answer = self.client.request(
            method, path, content=body, headers=sent, follow_redirects=False
        )
        self.statuses.append(answer.status_code)
        assert answer.status_code < 500, f"{method} {path} {fields} {headers}: {answer.text[:300]}"
        return answer

    def filled(self, path: str, data: st.DataObject) -> str:
        """A route's path with names that exist, or anything else, in its places."""

        def fill(match: re.Match[str]) -> str:
            known = self.names.get(match[1], [])
            given = data.draw(st.one_of(st.sampled_from(known), values) if known else values)
            return quoted(given) or "%20"

        return PARAMETER.sub(fill, path)


# How a form is changed: which of its fields say what, which is left out, which is invented. Drawn
# without a look at the form, since Hypothesis wants the same draws whatever the server answers.
CHANGES = st.tuples(
    st.lists(st.tuples(st.integers(0, 999), values), max_size=4),
    st.integers(0, 9),
    st.integers(0, 999),
    st.integers(0, 9),
    odd_text,
    values,
)
Change = tuple[list[tuple[int, str | bytes]], int, int, int, str, str | bytes]


def changed(
    change: Change, names: list[str], start: Mapping[str, str | bytes]
) -> dict[str, str | bytes]:
    """The fields of a page, some of them changed, some left out, some invented."""
    edits, leaves_out, which, invents, name, value = change
    fields: dict[str, str | bytes] = dict(start)
    for pick, said in edits:
        fields[names[pick % len(names)]] = said
    if fields and leaves_out == 0:
        fields.pop(sorted(fields)[which % len(fields)])
    if invents == 0:
        fields[name] = value
    return fields


class ReaderMachine(Sender):
    """A reader who goes their way and strays from it."""

    tokens: list[str]

    @initialize()
    def open_a_link(self) -> None:
        self.client.cookies.clear()
        self.browser = ReaderBrowser(self.client)
        self.browser.open_link(self.tokens[0])
        # Whose journey is over goes to the end of the queue.
        self.tokens.append(self.tokens.pop(0))

    @rule()
    def go_on(self) -> None:
        page = self.ask("GET", "/read")
        self.browser.page = page
        form = self.browser.form
        if form.action:
            answers = {"consent": "yes", **PROFILE, **GOOD_ANSWERS}
            self.ask("POST", form.action, {**form.hidden, **answers})

    @rule(change=CHANGES, headers=ODD_HEADERS)
    def send_a_page_changed(self, change: Change, headers: dict[str, bytes]) -> None:
        self.browser.page = self.ask("GET", "/read")
        form = self.browser.form
        if form.action:
            names = sorted(form.names | {"case", "submission", "csrf_token", "viewing"})
            fields = changed(change, names, {**form.hidden, **GOOD_ANSWERS})
            self.ask("POST", form.action, fields, headers)

    @rule(data=st.data(), headers=ODD_HEADERS, query=st.one_of(st.none(), values))
    def stray(
        self, data: st.DataObject, headers: dict[str, bytes], query: str | bytes | None
    ) -> None:
        method, path = data.draw(st.sampled_from(routes("/read", "/r/", "/healthz", "/metrics")))
        address = self.filled(path, data) + ("" if query is None else f"?q={quoted(query)}")
        fields = changed(data.draw(CHANGES), ["case", "submission", "seen", "phase"], {})
        self.ask(method, address, fields if method == "POST" else None, headers)

    @rule(value=values)
    def bring_another_cookie(self, value: str | bytes) -> None:
        kept = self.client.cookies.get(READER_COOKIE)
        self.client.cookies.clear()
        self.ask("GET", "/read", headers={"Cookie": f"{READER_COOKIE}={quoted(value)}".encode()})
        if kept:
            self.client.cookies.set(READER_COOKIE, kept, path="/read")


class InvestigatorMachine(Sender):
    """An investigator with every form of theirs, and with none."""

    fields: list[str]
    sign_in: Callable[[], None]

    def token(self) -> str:
        page = CSRF.search(self.client.get("/studies").text)
        return "" if page is None else page[1]

    @initialize()
    def come_in(self) -> None:
        self.sign_in()

    @rule()
    def come_back(self) -> None:
        if self.client.get("/studies").url.path != "/studies":
            self.sign_in()

    @rule(data=st.data(), headers=ODD_HEADERS)
    def do_anything(self, data: st.DataObject, headers: dict[str, bytes]) -> None:
        method, path = data.draw(st.sampled_from(routes("/")))
        address, change = self.filled(path, data), data.draw(CHANGES)
        if method != "POST":
            self.ask(method, address, headers=headers)
            return
        fields = changed(change, self.fields, {"csrf_token": self.token()})
        self.ask(method, address, fields, headers)

    @rule(data=st.data(), change=CHANGES, press=st.integers(0, 999))
    def send_a_design_changed(self, data: st.DataObject, change: Change, press: int) -> None:
        from tests.web.html_form import HtmlForm

        slug = data.draw(st.sampled_from(self.names["slug"]))
        address = data.draw(st.sampled_from(["/studies/new", f"/studies/{slug}/design"]))
        page = self.ask("GET", address)
        if page.status_code != 200:
            return
        form = HtmlForm(page.text)
        fields = changed(change, sorted(form.names) or ["title"], form.fields)
        if form.buttons:
            name, value = sorted(form.buttons)[press % len(form.buttons)]
            fields[name] = value
        self.ask("POST", form.action or address, fields)

    @rule(query=values)
    def ask_for_the_door(self, query: str | bytes) -> None:
        self.ask("GET", f"/sign-in?next={quoted(query)}")
        self.ask("GET", f"/studies/new?protocol={quoted(query)}")
        self.ask("GET", f"/{quote(quoted(query))}")

    @rule(
        headers=ODD_HEADERS, method=st.sampled_from(["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
    )
    def use_another_method(self, headers: dict[str, bytes], method: str) -> None:
        self.ask(method, "/studies", headers=headers)
        self.ask(method, "/read", headers=headers)


class Door:
    """A browser that knows its account's password, whatever becomes of it."""

    def __init__(self, client: TestClient, name: str, password: str) -> None:
        self.client = client
        self.name = name
        self.password = password

    def is_open(self) -> bool:
        return self.client.get("/account").url.path in ("/account", "/account/own-password")


class AccountMachine(Sender):
    """Everything about accounts: doors, roles, passwords, tokens, access to a study.

    Two owners, so that whatever becomes of one the other puts them right; what is typed is right,
    or drawn.
    """

    doors: list[Door]
    fields: list[str]
    put_right: Callable[[], None]
    later: Callable[[], None]

    @initialize()
    def begin(self) -> None:
        self.put_right()

    def at(self, data: st.DataObject) -> Door:
        door = data.draw(st.sampled_from(self.doors))
        self.client = door.client
        return door

    def sent(
        self,
        door: Door,
        path: str,
        data: st.DataObject,
        headers: Mapping[str, bytes] | None = None,
        **right: str,
    ) -> Response:
        """A form as its page would send it, or with some of its fields changed."""
        page = CSRF.search(self.client.get("/account").text)
        fields: dict[str, str | bytes] = {"csrf_token": page[1] if page else "", **right}
        change = data.draw(CHANGES)
        if data.draw(st.integers(0, 2)) == 0:
            fields = changed(change, sorted({*self.fields, *right}), fields)
        return self.ask("POST", path, fields, headers)

    @rule(data=st.data(), headers=ODD_HEADERS, onward=values)
    def sign_in(self, data: st.DataObject, headers: dict[str, bytes], onward: str | bytes) -> None:
        door = self.at(data)
        name = data.draw(st.one_of(st.just(door.name), values))
        password = data.draw(st.one_of(st.just(door.password), values))
        self.ask("POST", "/sign-in", {"name": name, "password": password, "next": onward}, headers)

    @rule(
        tag=st.one_of(st.sampled_from(("en", "pt-BR", "es")), values),
        headers=ODD_HEADERS,
        onward=values,
    )
    def choose_language(
        self, tag: str | bytes, headers: dict[str, bytes], onward: str | bytes
    ) -> None:
        self.ask("POST", "/language", {"language": tag, "next": onward}, headers)

    @rule(data=st.data())
    def sign_out(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(["/sign-out", "/account/sign-out-everywhere"]))
        self.sent(self.at(data), path, data)

    @rule(data=st.data())
    def change_the_password(self, data: st.DataObject) -> None:
        door = self.at(data)
        path = data.draw(st.sampled_from(["/account/password", "/account/own-password"]))
        new = data.draw(st.sampled_from(PASSWORDS))
        self.sent(door, path, data, current=door.password, password=new, again=new)

    @rule(data=st.data(), headers=ODD_HEADERS)
    def change_an_account(self, data: st.DataObject, headers: dict[str, bytes]) -> None:
        door = self.at(data)
        ends = ("", "/password", "/role", "/disable", "/enable", "/sign-out")
        name = data.draw(st.sampled_from([*NAMES, "a new one"]))
        role = data.draw(st.sampled_from(ROLES))
        path = f"/accounts{data.draw(st.sampled_from(ends))}"
        self.sent(door, path, data, headers, name=name, role=role)

    @rule(data=st.data())
    def give_or_take_access(self, data: st.DataObject) -> None:
        door = self.at(data)
        slug = data.draw(st.sampled_from(self.names["slug"]))
        end = data.draw(st.sampled_from(["", "/remove"]))
        name = data.draw(st.sampled_from(NAMES))
        role = data.draw(st.sampled_from(ROLES))
        self.sent(door, f"/studies/{slug}/access{end}", data, name=name, role=role)

    @rule(data=st.data())
    def make_or_revoke_a_token(self, data: st.DataObject) -> None:
        door = self.at(data)
        path = data.draw(st.sampled_from(["/account/tokens", "/account/tokens/revoke"]))
        self.sent(door, path, data, label="A script", days="9", token="1")

    @rule(data=st.data(), headers=ODD_HEADERS)
    def look(self, data: st.DataObject, headers: dict[str, bytes]) -> None:
        self.at(data)
        slug = data.draw(st.sampled_from(self.names["slug"]))
        pages = ["/account", "/accounts", "/account/own-password", f"/studies/{slug}/access"]
        self.ask("GET", data.draw(st.sampled_from(pages)), headers=headers)

    @rule()
    def wait(self) -> None:
        """For long enough that tries are free again, and sometimes that sign-ins end."""
        self.later()

    @rule()
    def come_back(self) -> None:
        self.put_right()


@pytest.fixture
def furnished(house: House, settings: Settings) -> tuple[TestClient, dict[str, list[str]]]:
    """An app with a draft, an open and a closed study, and what names there are."""
    closed, token = house.open_study_with_reader(title="Closed study")
    client = TestClient(create_app(settings), raise_server_exceptions=False)
    browser = ReaderBrowser(client)
    browser.begin(token)
    for _ in range(3):
        browser.rate()
    house.close(closed)
    slug, draft = house.draft(), house.draft(title="Draft")
    house.open(slug)
    names = {
        "slug": [slug, draft, closed],
        "slug_again": [closed],
        "code": ["R01", "R02", "C001"],
        "key": ["real", "M0"],
        "film": ["1", "2"],
        "token": [token],
        "phase": ["1", "2"],
        "size": ["64", "512"],
        "file": ["ratings.csv", "realism.svg", "analysis.json", "study.zip"],
    }
    return client, names


def run(machine: type[Sender], given: Mapping[str, object], examples: int) -> list[int]:
    """Run the machine over one app, and return every status that came."""
    statuses: list[int] = []
    made: Callable[[], Sender] = type(machine.__name__, (machine,), {**given, "statuses": statuses})
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # What happened before stays in the database: an example made smaller is another one.
            phases=[Phase.generate],
            print_blob=False,
        ),
    )
    return statuses


@FORMS
def test_a_reader_who_sends_anything_gets_no_error_of_the_server(
    house: House, furnished: tuple[TestClient, dict[str, list[str]]], examples: int
) -> None:
    client, names = furnished
    tokens = [one.token for one in house.invite(names["slug"][0], 10)]
    statuses = run(ReaderMachine, {"client": client, "names": names, "tokens": tokens}, examples)
    assert {200, 303} <= set(statuses)
    assert any(400 <= status < 500 for status in statuses)


def furnish_accounts(house: House) -> None:
    with house.database.writing() as session:
        for name in NAMES:
            account = investigator_by_name(session, name)
            if account is None:
                set_password(session, name, PASSWORD, now=NOW)
                account = named_account(session, name)
            # Sign-ins go on, so that most of what is sent arrives.
            account.password_hash = accounts._HASHER.hash(PASSWORD)
            account.role, account.disabled_at, account.password_is_given = "owner", None, False


@FORMS
def test_whoever_sends_anything_to_doors_and_accounts_gets_no_error_of_the_server(
    house: House,
    settings: Settings,
    furnished: tuple[TestClient, dict[str, list[str]]],
    examples: int,
) -> None:
    _, names = furnished
    clock = Clock()
    app = create_app(settings, clock)
    doors = [Door(TestClient(app, raise_server_exceptions=False), name, PASSWORD) for name in NAMES]

    def put_right() -> None:
        clock.now += timedelta(minutes=10)
        furnish_accounts(house)
        for door in doors:
            if not door.is_open():
                door.client.cookies.clear()
                door.client.post("/sign-in", data={"name": door.name, "password": PASSWORD})

    def later() -> None:
        clock.now += timedelta(minutes=50)

    put_right()
    pages = [doors[0].client.get(path).text for path in ("/account", "/accounts")]
    fields = sorted({name for page in pages for name in FIELD.findall(page)})
    given = {
        "client": doors[0].client,
        "names": names,
        "doors": doors,
        "fields": fields,
        "put_right": staticmethod(put_right),
        "later": staticmethod(later),
    }
    statuses = run(AccountMachine, given, examples)
    # Which of them a few examples meet is chance: something was done, and something refused.
    assert {200, 303} & set(statuses)
    assert any(400 <= status < 500 for status in statuses)


@FORMS
def test_an_investigator_who_sends_anything_gets_no_error_of_the_server(
    house: House, furnished: tuple[TestClient, dict[str, list[str]]], examples: int
) -> None:
    client, names = furnished
    with house.database.writing() as session:
        set_password(session, "owner", PASSWORD, now=NOW)

    def sign_in() -> None:
        """Anew, where something that was sent has ended the sign-in or changed the account."""
        with house.database.writing() as session:
            forget_tries(session, name="owner", address="testclient")
            set_password(session, "owner", PASSWORD, now=NOW)
            account = named_account(session, "owner")
            account.role, account.disabled_at = "owner", None
        client.cookies.clear()
        answer = client.post("/sign-in", data={"name": "owner", "password": PASSWORD})
        assert answer.status_code == 200

    sign_in()
    pages = [client.get(f"/studies/{slug}").text for slug in names["slug"]]
    pages += [client.get(path).text for path in ("/studies/new", "/accounts")]
    fields = sorted({name for page in pages for name in FIELD.findall(page)} | {"sure", "count"})
    given = {
        "client": client,
        "names": names,
        "fields": fields,
        "sign_in": staticmethod(sign_in),
    }
    statuses = run(InvestigatorMachine, given, examples)
    assert {200, 303} <= set(statuses)
    assert any(400 <= status < 500 for status in statuses)
    assert isinstance(client.app, FastAPI)
