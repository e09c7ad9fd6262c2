"""Every route, asked by every role, of their own study and of somebody else's.

A route that is in no table below fails the first test: whoever adds one says here who may ask it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.domain.access import RIGHTS, ROLES, Right, Role
from app.main import ROUTES, create_app
from app.settings import Settings
from app.web.password_again import WRONG
from tests.studies import House
from tests.web.accounts import Visitor, make_account, visitor

# Of a study: the right that each route needs.
OF_A_STUDY = {
    ("GET", "/studies/{slug}"): Right.SEE_PROGRESS,
    ("GET", "/studies/{slug}/progress"): Right.SEE_PROGRESS,
    ("POST", "/studies/{slug}/message"): Right.INVITE,
    ("POST", "/studies/{slug}/message/take-back"): Right.INVITE,
    ("POST", "/studies/{slug}/last-day"): Right.OPEN_AND_CLOSE,
    ("GET", "/studies/{slug}/design"): Right.DESIGN,
    ("POST", "/studies/{slug}/design"): Right.DESIGN,
    ("GET", "/studies/{slug}/preview"): Right.DESIGN,
    ("POST", "/studies/{slug}/preview"): Right.DESIGN,
    ("POST", "/studies/{slug}/invite"): Right.INVITE,
    ("POST", "/studies/{slug}/readers/{code}/reissue"): Right.INVITE,
    ("POST", "/studies/{slug}/readers/{code}/revoke"): Right.INVITE,
    ("GET", "/studies/{slug}/readers/{code}/erase"): Right.ERASE,
    ("POST", "/studies/{slug}/readers/{code}/erase"): Right.ERASE,
    ("GET", "/studies/{slug}/privacy"): Right.SEE_PROGRESS,
    ("GET", "/studies/{slug}/audit"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/audit"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/audit/remedies"): Right.DESIGN,
    ("GET", "/studies/{slug}/audit/{code}.png"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/cases"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/cases/unblind"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/cases/swap"): Right.DESIGN,
    ("POST", "/studies/{slug}/rehearse"): Right.DESIGN,
    ("GET", "/studies/{slug}/report"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/report/figures/{file}"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/report/{slug_again}-report.html"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/report/{slug_again}-report.pdf"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/report/{slug_again}-figures.zip"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/report/films"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/report/summary"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/export"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/export/{file}"): Right.SEE_RESULTS,
    ("GET", "/studies/{slug}/record"): Right.DESIGN,
    ("POST", "/studies/{slug}/record"): Right.DESIGN,
    ("GET", "/studies/{slug}/protocol.md"): Right.DESIGN,
    ("POST", "/studies/{slug}/report"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/export"): Right.SEE_RESULTS,
    ("POST", "/studies/{slug}/open"): Right.OPEN_AND_CLOSE,
    ("POST", "/studies/{slug}/close"): Right.OPEN_AND_CLOSE,
    ("GET", "/studies/{slug}/access"): Right.GIVE_ACCESS,
    ("POST", "/studies/{slug}/access"): Right.GIVE_ACCESS,
    ("POST", "/studies/{slug}/access/remove"): Right.GIVE_ACCESS,
}
# Of no study: the roles on the installation that may ask, "anybody" signed in.
SIGNED_IN: dict[tuple[str, str], tuple[Role, ...]] = {
    ("GET", "/studies"): ROLES,
    ("GET", "/studies/new"): ("owner", "investigator"),
    ("POST", "/studies/new"): ("owner", "investigator"),
    ("POST", "/studies/preview"): ("owner", "investigator"),
    ("GET", "/studies/preview/picture/{size}/{slot}"): ("owner", "investigator"),
    ("GET", "/arms/{key}"): ("owner", "investigator"),
    ("GET", "/bank"): ("owner", "investigator"),
    ("GET", "/bank/films"): ("owner", "investigator"),
    ("GET", "/bank/films/{film}"): ("owner", "investigator"),
    ("GET", "/bank/renditions/{digest}/whole.png"): ("owner", "investigator"),
    ("GET", "/bank/renditions/{digest}/small.png"): ("owner", "investigator"),
    ("GET", "/bank/compare"): ("owner", "investigator"),
    ("GET", "/bank/import"): ("owner", "investigator"),
    ("POST", "/bank/import"): ("owner", "investigator"),
    ("GET", "/bank/import/{upload}"): ("owner", "investigator"),
    ("GET", "/bank/import/{upload}/files"): ("owner", "investigator"),
    ("POST", "/bank/import/{upload}/pieces"): ("owner", "investigator"),
    ("POST", "/bank/import/{upload}/sent"): ("owner", "investigator"),
    ("POST", "/bank/import/{upload}/arrived"): ("owner", "investigator"),
    ("POST", "/bank/import/{upload}/start"): ("owner", "investigator"),
    ("POST", "/bank/import/{upload}/throw-away"): ("owner", "investigator"),
    ("GET", "/bank/import/{upload}/refused.csv"): ("owner", "investigator"),
    ("GET", "/account"): ROLES,
    ("POST", "/account/password"): ROLES,
    ("GET", "/account/own-password"): ROLES,
    ("POST", "/account/own-password"): ROLES,
    ("POST", "/account/sign-out-everywhere"): ROLES,
    ("POST", "/account/tokens"): ROLES,
    ("POST", "/account/tokens/revoke"): ROLES,
    ("GET", "/accounts"): ("owner",),
    ("POST", "/accounts"): ("owner",),
    ("POST", "/accounts/password"): ("owner",),
    ("POST", "/accounts/role"): ("owner",),
    ("POST", "/accounts/disable"): ("owner",),
    ("POST", "/accounts/enable"): ("owner",),
    ("POST", "/accounts/sign-out"): ("owner",),
}
# For everybody, and for readers by their links; their own tests tell who gets what.
NOT_FOR_ACCOUNTS = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/language"),
}
FIELDS = {
    "/studies/{slug}/invite": {"count": "1"},
    "/studies/{slug}/close": {"sure": "yes"},
    "/studies/{slug}/message": {"message": "Thank you.", "neutral": "yes"},
    "/studies/{slug}/last-day": {"day": "2099-01-31", "reason": "Holidays."},
    "/studies/{slug}/cases/unblind": {"sure": "yes"},
    "/studies/{slug}/readers/{code}/erase": {"code": "R01"},
    "/studies/{slug}/access": {"name": "watcher", "role": "monitor"},
    "/studies/{slug}/access/remove": {"name": "watcher"},
    "/accounts": {"name": "new one", "role": "monitor"},
    "/accounts/password": {"name": "watcher"},
    "/accounts/role": {"name": "watcher", "role": "monitor"},
    "/accounts/disable": {"name": "watcher"},
    "/accounts/enable": {"name": "watcher"},
    "/accounts/sign-out": {"name": "watcher"},
}
STRANGER, NO_ROLE = "not signed in", "no role here"


def every_route() -> Iterator[tuple[str, str]]:
    """Method and path of everything the application answers."""
    for module in ROUTES:
        for route in module.router.routes:
            for method in route.methods - {"HEAD"}:
                yield method, route.path


def test_every_route_says_who_may_ask_it() -> None:
    told = {*OF_A_STUDY, *SIGNED_IN, *NOT_FOR_ACCOUNTS}
    readers = {(m, p) for m, p in every_route() if p.startswith(("/read", "/r/"))}
    # Tokens, and no cookies: test_api.py asks each as every role.
    programs = {(m, p) for m, p in every_route() if p.startswith("/api/")}

    assert set(every_route()) - readers - programs == told


@dataclass
class Scene:
    """A finished study, and a browser of each role on it."""

    slug: str
    visitors: dict[str, Visitor]


@pytest.fixture
def app(house: House, settings: Settings) -> Iterator[FastAPI]:
    app = create_app(settings)
    with TestClient(app):
        yield app


@pytest.fixture
def scene(house: House, app: FastAPI) -> Scene:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    # Everybody owns a study of their own, so that it is the role here that counts.
    other = house.draft(title="Another one")
    on_other: dict[str, Role] = {other.replace("-", "_"): "owner"}
    on_this = slug.replace("-", "_")
    for role in ROLES:
        on_both: dict[str, Role] = {on_this: role, **on_other}
        make_account(house, f"the {role}", "investigator", **on_both)
    make_account(house, NO_ROLE, "owner", **on_other)
    make_account(house, "watcher", "monitor")
    visitors = {role: visitor(house, app, f"the {role}") for role in ROLES}
    visitors |= {NO_ROLE: visitor(house, app, NO_ROLE), STRANGER: visitor(house, app, None)}
    return Scene(slug, visitors)


def ask(who: Visitor, method: str, path: str, slug: str) -> tuple[int, str, str]:
    """Status, where it leads, and the text, of one route with its parameters filled in."""
    filled = path.format(
        slug=slug,
        slug_again=slug,
        code="R01",
        file="forest-realism.svg" if "figures" in path else "ratings.csv",
        size=64,
        slot=1,
        key="M0",
        film=1,
        digest="0" * 64,
        upload="0" * 16,
    )
    if path.endswith("/pieces"):
        filled += "?path=a.png&offset=0&size=1&changed=0"
    answer = (
        who.get(filled) if method == "GET" else who.post(filled, **FIELDS.get(path, {"x": "y"}))
    )
    return answer.status_code, answer.headers.get("location", ""), answer.text


def is_door(status: int, location: str, text: str) -> bool:
    """Led to the door, or a form that is kept with the door in the answer."""
    is_led = status == 303 and location.startswith("/sign-in")
    return is_led or (status == 403 and 'action="/sign-in"' in text)


def is_allowed(role: str, right: Right) -> bool:
    return role in RIGHTS and right in RIGHTS[role]


def test_each_role_is_answered_by_its_rights_and_nobody_else_is(scene: Scene) -> None:
    rows = []
    for (method, path), right in OF_A_STUDY.items():
        seen = {}
        for role, who in scene.visitors.items():
            status, location, text = ask(who, method, path, scene.slug)
            seen[role] = "to the door" if is_door(status, location, text) else str(status)
            line = f"{method} {path} as {role}: {status} {location}"
            if role == STRANGER:
                assert is_door(status, location, text), line
            elif role == NO_ROLE:
                assert status == 404, line
            elif not is_allowed(role, right):
                assert (status, "Your role in the study" in text) == (403, True), line
            else:
                # 409: a closed study; 422: a form that says nothing; no rating, so no figure; no
                # such case, no password to sign with. All are the work's own answers.
                nothing = ("The report has no figure", "has no case", WRONG)
                is_worked = status in (200, 303, 409, 422) or any(one in text for one in nothing)
                assert is_worked, line
                assert not location.startswith("/sign-in"), line
        rows.append((f"{method} {path}", seen))
    for name, seen in rows:
        print(f"{name:56s}", *(f"{role}: {answer:4s}" for role, answer in seen.items()))


def test_anothers_study_is_answered_like_one_that_does_not_exist(scene: Scene) -> None:
    who = scene.visitors[NO_ROLE]
    for method, path in OF_A_STUDY:
        theirs = ask(who, method, path, scene.slug)
        nobodys = ask(who, method, path, "no-such-study")
        assert theirs[0] == nobodys[0] == 404, path
        assert theirs[2].replace(scene.slug, "SLUG") == nobodys[2].replace(
            "no-such-study", "SLUG"
        ), path


def test_the_list_has_the_studies_of_whoever_asks(scene: Scene) -> None:
    address = f'href="/studies/{scene.slug}"'
    assert address not in scene.visitors[NO_ROLE].get("/studies").text
    assert "Another one" in scene.visitors[NO_ROLE].get("/studies").text
    for role in ROLES:
        assert address in scene.visitors[role].get("/studies").text


def test_a_monitor_sees_progress_and_nothing_of_arms_or_design(
    house: House, app: FastAPI, scene: Scene
) -> None:
    make_account(house, "nurse", "monitor", **{scene.slug.replace("-", "_"): "monitor"})
    nurse = visitor(house, app, "nurse")
    for page in (nurse.get(f"/studies/{scene.slug}").text, nurse.get("/studies").text):
        assert "Trial study" in page
        for secret in ("M0", "M1", "LoRA", "real</td>", "/report", "/export", "realism", "seed"):
            assert secret not in page
    assert "R01" in nurse.get(f"/studies/{scene.slug}").text


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_no_study_ask_for_the_role_on_the_installation(
    house: House, app: FastAPI, role: Role
) -> None:
    make_account(house, "watcher", "monitor")
    make_account(house, "second owner", "owner")
    for (method, path), allowed in SIGNED_IN.items():
        name = f"{role} at {method} {path}"
        make_account(house, name, role)
        status, _, _ = ask(visitor(house, app, name), method, path, "")
        if role in allowed:
            # One's own password was not given; there is no such token and no such picture.
            own = {"/account/password": 403, "/account/tokens/revoke": 404}
            nothing_there = ("{digest}", "/{upload}")
            own |= {one: 404 for _, one in SIGNED_IN if any(name in one for name in nothing_there)}
            # Its token comes as a header.
            own["/bank/import/{upload}/pieces"] = 403
            assert status in ((own[path],) if path in own else (200, 303, 422)), name
        else:
            assert status == 403, name
        stranger = ask(visitor(house, app, None), method, path, "")
        assert is_door(*stranger), path


def test_no_account_opens_a_readers_page(scene: Scene) -> None:
    for who in scene.visitors.values():
        for method, path in every_route():
            if path.startswith("/read"):
                filled = path.format(token="x" * 22, slot=1, phase=1)
                answer = who.get(filled) if method == "GET" else who.post(filled)
                assert answer.status_code == 403, path
