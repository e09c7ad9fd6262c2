"""An investigator signs in, designs, invites, opens, watches and closes."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.db.studies import study_by_slug
from app.services.accounts import create_first_investigator, set_password
from app.services.create_study import design_of
from app.services.sign_in_tries import FREE_TRIES_OF_ADDRESS
from tests.studies import NOW, House
from tests.web.html_form import HtmlForm
from tests.web.reader_browser import ReaderBrowser


class Investigator:
    """A signed-in browser."""

    def __init__(self, house: House, client: TestClient) -> None:
        with house.database.writing() as session:
            self.password = create_first_investigator(session, now=NOW) or ""
        self.client = client
        self.name = "investigator"

    def sign_in(self, password: str | None = None, **fields: str) -> int:
        answer = self.client.post(
            "/sign-in",
            data={"name": self.name, "password": password or self.password, **fields},
            follow_redirects=False,
        )
        return answer.status_code

    def post(self, path: str, **fields: str):  # type: ignore[no-untyped-def]
        page = self.client.get("/studies").text
        token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
        assert token is not None
        # Steps that are signed ask for it again.
        signed = (
            {"password": self.password} if path.endswith(("/open", "/close", "/export")) else {}
        )
        return self.client.post(path, data={"csrf_token": token[1], **signed, **fields})


@pytest.fixture
def investigator(house: House, client: TestClient) -> Investigator:
    return Investigator(house, client)


def test_a_stranger_is_asked_to_sign_in(investigator: Investigator) -> None:
    answer = investigator.client.get("/studies", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/studies")


def test_a_wrong_password_is_refused_and_guessing_slowed_down(
    investigator: Investigator,
) -> None:
    statuses = [investigator.sign_in("wrong-password") for _ in range(FREE_TRIES_OF_ADDRESS + 1)]
    assert statuses == [403] * FREE_TRIES_OF_ADDRESS + [429]
    assert investigator.sign_in() == 429


def test_the_session_cookie_is_shielded(investigator: Investigator) -> None:
    answer = investigator.client.post(
        "/sign-in",
        data={"name": "investigator", "password": investigator.password},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(investigator: Investigator, target: str) -> None:
    answer = investigator.client.post(
        "/sign-in",
        data={"name": "investigator", "password": investigator.password, "next": target},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/studies"


def test_a_new_password_ends_every_session(house: House, investigator: Investigator) -> None:
    investigator.sign_in()
    assert investigator.client.get("/studies").url.path == "/studies"
    with house.database.writing() as session:
        set_password(session, "investigator", "a new long password", now=NOW)
    assert investigator.client.get("/studies").url.path == "/sign-in"


def test_signing_out_forgets(investigator: Investigator) -> None:
    investigator.sign_in()
    investigator.post("/sign-out")
    assert investigator.client.get("/studies").url.path == "/sign-in"


@pytest.mark.parametrize("action", ["open", "close", "invite", "design", "readers/R01/revoke"])
def test_every_change_needs_the_forms_token(
    house: House, investigator: Investigator, action: str
) -> None:
    slug = house.draft()
    investigator.sign_in()
    answer = investigator.client.post(
        f"/studies/{slug}/{action}", data={"csrf_token": "0" * 64, "count": "1", "sure": "yes"}
    )
    assert answer.status_code == 403


SMALL = {
    "title": "Trial by form",
    "rendition_size": "64",
    "replicates.count": "0",
    "practice.count": "0",
    **{
        f"arms[{arm}].cases.{condition}": "2"
        for arm in (1, 2, 3)
        for condition in ("normal", "abnormal")
    },
}


def new_form(investigator: Investigator, query: str = "") -> HtmlForm:
    return HtmlForm(investigator.client.get(f"/studies/new{query}").text)


def send(investigator: Investigator, form: HtmlForm, fields: Mapping[str, str]) -> Response:
    return investigator.client.post(form.action, data=dict(fields))


def test_a_study_is_designed_by_the_form_and_goes_all_the_way(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    assert form.action == "/studies/new"
    fields = form.typed({**SMALL, "arms[2].cases.normal": "", "arms[2].cases.abnormal": "0"})
    # One question fewer, another scale, one phase more: rows are changed without saving.
    form = HtmlForm(send(investigator, form, {**fields, "remove": "questions[4]"}).text)
    changed = form.typed({"questions[1].high": "7", "questions[1].labels": "No\r\nYes"})
    form = HtmlForm(send(investigator, form, {**changed, "add": "phases"}).text)
    assert "phases-2" in form.open
    assert investigator.client.get("/studies").text.count("Trial by form") == 0
    again = {"phases[2].cases": "same", "phases[2].of": "main", "phases[2].title": "Once more"}
    answer = send(investigator, form, form.typed(again))
    assert answer.status_code == 200
    assert answer.url.path == "/studies/trial-by-form"
    assert "Once more" in answer.text
    opened = investigator.post("/studies/trial-by-form/open")
    assert "open" in opened.text
    invited = investigator.post("/studies/trial-by-form/invite", count="2")
    links = re.findall(r"http://testserver/r/([\w-]{43})", invited.text)
    assert len(set(links)) == 2
    assert links[0] not in investigator.client.get("/studies/trial-by-form").text
    reader = ReaderBrowser(TestClient(investigator.client.app))
    reader.begin(links[0])
    assert "1 of 8" in reader.html
    assert 'value="7"' in reader.html
    assert "confidence" in reader.form.names
    assert "comment" not in reader.form.names


def test_the_suggested_design_opens_as_it_stands(house: House, investigator: Investigator) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    assert form.fields["rendition_size"] == "64"
    saved = send(investigator, form, form.fields)
    assert investigator.post(f"{saved.url.path}/open").status_code == 200


@pytest.mark.parametrize("title", ["New", "Preview"])
def test_a_study_may_be_called_as_a_page_is(
    house: House, investigator: Investigator, title: str
) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    saved = send(investigator, form, form.typed({**SMALL, "title": title}))
    assert saved.url.path == f"/studies/{title.lower()}-2"
    assert HtmlForm(investigator.client.get("/studies/new").text).action == "/studies/new"


def test_a_draft_is_changed_by_the_very_form_that_shows_it(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft()
    with house.database.reading() as session:
        before = design_of(session, slug)
    investigator.sign_in()
    form = HtmlForm(investigator.client.get(f"/studies/{slug}/design").text)
    send(investigator, form, form.fields)
    with house.database.reading() as session:
        assert design_of(session, slug) == before
        # The draft of format 1 is kept in format 2.
        assert '"format":2' in study_by_slug(session, slug).design
    send(investigator, form, form.typed({"title": "Another title", "closes_on": "2031-05-01"}))
    page = investigator.client.get(f"/studies/{slug}").text
    assert "Another title" in page
    assert "1 May 2031" in page


def test_a_form_does_not_undo_what_another_window_saved(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft()
    investigator.sign_in()
    address = f"/studies/{slug}/design"
    mine, theirs = (HtmlForm(investigator.client.get(address).text) for _ in range(2))
    send(investigator, theirs, theirs.typed({"title": "Theirs", "practice.count": "1"}))
    # A row that is added meanwhile doesn't make the form forget what it began with.
    mine = HtmlForm(send(investigator, mine, mine.press("add", "questions")).text)
    mine = HtmlForm(send(investigator, mine, mine.press("remove", "questions[4]")).text)
    answer = send(investigator, mine, mine.typed({"title": "Mine"}))
    assert answer.status_code == 409
    # Where the page's script puts the focus, so that it is seen far down a long form too.
    assert " data-problems><p><strong>This design was changed since this page" in answer.text
    with house.database.reading() as session:
        assert design_of(session, slug).title == "Theirs"
    told = HtmlForm(answer.text)
    assert told.fields["title"] == "Mine"
    send(investigator, told, told.fields)
    with house.database.reading() as session:
        assert design_of(session, slug).title == "Mine"


def test_another_measure_is_looked_at_before_it_is_saved(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    fields = form.typed({**SMALL, "questions[1].measure": "artefact"})
    answer = send(investigator, form, fields)
    assert answer.status_code == 422
    assert "look at it, save again" in answer.text
    form = HtmlForm(answer.text)
    assert form.fields["questions[1].kind"] == "choices"
    assert "Unnatural symmetry" in form.fields["questions[1].options"]
    assert send(investigator, form, form.fields).url.path == "/studies/trial-by-form"


def test_strata_follow_the_key_that_is_chosen(house: House, investigator: Investigator) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    fields = form.typed({**SMALL, "stratify_by": "seed"})
    form = HtmlForm(send(investigator, form, {**fields, "redraw": "arms"}).text)
    boxes = {name for name in form.names if name.startswith("arms[1].cases.")}
    assert boxes == {f"arms[1].cases.{seed}" for seed in range(6)}
    assert all(form.fields[box] == "" for box in boxes)
    cases = {f"arms[{arm}].cases.3": "1" for arm in (1, 2, 3)}
    saved = send(investigator, form, form.typed(cases))
    assert saved.url.path == "/studies/trial-by-form"
    assert investigator.post("/studies/trial-by-form/open").status_code == 200


def test_the_form_starts_from_a_published_protocol(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    page = investigator.client.get("/studies/new").text
    offered = re.findall(r"protocol=([\w-]+)", page)
    assert "clode-da-silva-2024" in offered
    # What the bank of these tests lacks is said, and its protocol can't be chosen.
    assert "tordjman-2026" not in offered
    assert "Tordjman" in page
    form = new_form(investigator, "?protocol=clode-da-silva-2024")
    assert form.fields["title"] == "Realism of chest radiographs"
    saved = send(investigator, form, form.fields)
    assert saved.url.path == "/studies/realism-of-chest-radiographs"
    assert investigator.post(f"{saved.url.path}/open").status_code == 200
    assert investigator.client.get("/studies/new?protocol=nobody").status_code == 404
    lacking = investigator.client.get("/studies/new?protocol=tordjman-2026")
    assert lacking.status_code == 422


def test_a_blinded_phase_that_tells_is_warned_of_and_neutral_texts_are_offered(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    fields = form.typed({**SMALL, "phases[1].purpose_blinded": "yes"})
    page = send(investigator, form, {**fields, "redraw": "phases[1]"}).text
    assert "in the text of the consent" in page
    form = HtmlForm(page)
    neutral = send(investigator, form, form.press("neutral", "yes")).text
    assert "in the text of the consent" not in neutral
    assert "computer" not in HtmlForm(neutral).fields["consent.text"]
    # The draft's own page warns too.
    saved = send(investigator, form, form.fields)
    assert "in the text of the consent" in saved.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "is missing"),
        ("seed", "many", "must be a whole number"),
        ("break_every", "-1", "must be a whole number"),
        ("arms[1].cases.normal", "700", "the bank holds 6"),
        ("arms[1].cases.normal", "x", "must be a whole number"),
        ("analysis.margin", "wide", "must be a number"),
        ("analysis.margin", "nan", "must be a number"),
        ("replicates.count", "50", "50 replicates"),
        ("questions[2].prompt", "", "is missing; say what is asked"),
        ("language", "?", "must be a tag"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_lost(
    house: House, investigator: Investigator, field: str, value: str, sentence: str
) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    answer = send(investigator, form, form.typed({**SMALL, field: value}))
    if answer.status_code == 200:
        # How many the bank holds is asked when the study opens.
        answer = investigator.post(f"{answer.url.path}/open")
        assert sentence in answer.text
        return
    assert answer.status_code == 422
    assert sentence in answer.text
    shown = HtmlForm(answer.text).fields
    assert shown[field] == value
    assert field == "title" or shown["title"] == "Trial by form"
    assert "Trial by form" not in investigator.client.get("/studies").text


def test_an_arm_that_the_bank_has_lost_is_named(house: House, investigator: Investigator) -> None:
    investigator.sign_in()
    form = new_form(investigator)
    fields = form.typed({**SMALL, "arms[1].arm": "gone"})
    answer = send(investigator, form, fields)
    assert answer.status_code == 422
    assert "The bank has no arm" in answer.text


def test_an_open_study_can_not_be_changed(house: House, investigator: Investigator) -> None:
    slug, _ = house.open_study_with_reader()
    investigator.sign_in()
    refused = investigator.client.get(f"/studies/{slug}/design")
    assert refused.status_code == 409
    assert f'href="/studies/{slug}">Back to the study' in refused.text
    assert investigator.post(f"/studies/{slug}/design", title="Other").status_code in (409, 422)
    assert investigator.post(f"/studies/{slug}/open").status_code == 409


def test_closing_wants_to_be_meant(house: House, investigator: Investigator) -> None:
    slug, _ = house.open_study_with_reader()
    investigator.sign_in()
    assert investigator.post(f"/studies/{slug}/close").status_code == 409
    assert "closed" in investigator.post(f"/studies/{slug}/close", sure="yes").text
    assert investigator.post(f"/studies/{slug}/invite", count="1").status_code == 409


@pytest.mark.parametrize("count", ["", "0", "201", "-3", "two", "1.5", "9999999"])
def test_a_bad_number_of_readers_is_refused(
    house: House, investigator: Investigator, count: str
) -> None:
    slug = house.draft()
    investigator.sign_in()
    assert investigator.post(f"/studies/{slug}/invite", count=count).status_code == 422


def test_revoking_and_reissuing_by_the_page(house: House, investigator: Investigator) -> None:
    slug, token = house.open_study_with_reader()
    investigator.sign_in()
    investigator.post(f"/studies/{slug}/readers/R01/revoke")
    assert TestClient(investigator.client.app).get(f"/r/{token}").status_code == 403
    page = investigator.post(f"/studies/{slug}/readers/R01/reissue").text
    link = re.search(r"/r/([\w-]{43})", page)
    assert link is not None
    assert TestClient(investigator.client.app).get(f"/r/{link[1]}").status_code == 200
    assert investigator.post(f"/studies/{slug}/readers/R99/revoke").status_code == 404


def test_an_open_study_shows_progress_and_no_result(
    house: House, investigator: Investigator
) -> None:
    slug, token = house.open_study_with_reader()
    reader = ReaderBrowser(TestClient(investigator.client.app))
    reader.begin(token)
    reader.rate()
    investigator.sign_in()
    page = investigator.client.get(f"/studies/{slug}").text
    assert "1" in page
    for path in ("report", "export"):
        answer = investigator.client.get(f"/studies/{slug}/{path}")
        assert answer.status_code == 200
        assert "closed" in answer.text
        assert "Fleiss" not in answer.text
    for file in ("ratings.csv", "readers.csv", f"{slug}.zip"):
        assert investigator.client.get(f"/studies/{slug}/export/{file}").status_code == 409


def test_a_closed_study_is_exported(house: House, investigator: Investigator) -> None:
    slug, token = house.open_study_with_reader()
    reader = ReaderBrowser(TestClient(investigator.client.app))
    reader.begin(token)
    reader.rate(comment='=HYPERLINK("http://evil")')
    reader.visit("/read/back")
    reader.rate(comment="-1+1", realism="2")
    house.close(slug)
    investigator.sign_in()
    assert investigator.post(f"/studies/{slug}/export").status_code == 200
    packed = investigator.client.get(f"/studies/{slug}/export/{slug}.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        names = {name.removeprefix(f"{slug}/") for name in archive.namelist()}
        assert {"ratings.csv", "readers.csv", "codebook.csv"} <= names
        text = archive.read(f"{slug}/ratings.csv").decode()
        codebook = list(csv.DictReader(io.StringIO(archive.read(f"{slug}/codebook.csv").decode())))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["superseded"] for row in rows] == ["1", "0"]
    assert [row["realism"] for row in rows] == ["4", "2"]
    assert rows[0]["comment"] == '\'=HYPERLINK("http://evil")'
    assert rows[1]["comment"] == "'-1+1"
    assert rows[0]["truth"] in ("real", "synthetic")
    assert rows[0]["submitted_at"].endswith("Z")
    explained = {row["column"] for row in codebook if row["file"] == "ratings.csv"}
    assert explained == set(rows[0])
    single = investigator.client.get(f"/studies/{slug}/export/ratings.csv")
    assert single.text == text
    assert investigator.client.get(f"/studies/{slug}/export/secrets.csv").status_code == 404


def test_an_unknown_study_is_said_to_be_unknown(investigator: Investigator) -> None:
    investigator.sign_in()
    answer = investigator.client.get("/studies/nothing")
    assert answer.status_code == 404
    assert "no study" in answer.text


def test_the_pictures_of_a_draft_and_of_an_open_study_are_audited(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft()
    address = f"/studies/{slug}/audit"
    assert investigator.client.get(address, follow_redirects=False).status_code == 303
    investigator.sign_in()
    assert f'href="{address}"' in investigator.client.get(f"/studies/{slug}").text
    page = investigator.client.get(address)
    assert page.status_code == 200
    assert "All 12 files are alike" in page.text
    assert "cases that opening would draw" in page.text
    house.open(slug)
    opened = investigator.client.get(address)
    assert "These are the cases of the study" in opened.text
    assert f'href="{address}"' in investigator.client.get(f"/studies/{slug}").text


def test_a_draft_that_can_not_be_drawn_is_not_audited_and_says_why(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft(arms=[{"arm": "real", "normal": 99, "abnormal": 0}])
    investigator.sign_in()
    page = investigator.client.get(f"/studies/{slug}/audit")
    assert page.status_code == 422
    assert "Its pictures can&#39;t be checked yet" in page.text
    assert "99 normal images are asked for" in page.text


def test_an_audit_tells_nothing_of_ratings(house: House, investigator: Investigator) -> None:
    slug, token = house.open_study_with_reader()
    investigator.sign_in()
    before = investigator.client.get(f"/studies/{slug}/audit").text
    reader = ReaderBrowser(TestClient(investigator.client.app))
    reader.begin(token)
    reader.read_to_the_end()
    assert investigator.client.get(f"/studies/{slug}/audit").text == before
    # Nor does a reader's link open it.
    answer = reader.client.get(f"/studies/{slug}/audit", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_a_spoilt_file_is_named_on_the_page(house: House, investigator: Investigator) -> None:
    slug = house.draft()
    investigator.sign_in()
    for path in house.folder.rglob("*.png"):
        if path.parent.parent.name == "renditions":
            path.write_bytes(b"")
    page = investigator.client.get(f"/studies/{slug}/audit").text
    assert "12 of 12 files are missing or unlike the others" in page
    assert page.count("has 0 bytes, not") == 12


def test_inviting_tells_how_many_readers_are_still_needed(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    slug = house.draft(
        format=2,
        arms=[{"arm": arm, "cases": {"normal": 4}} for arm in ("real", "M0")],
        questions=[{"measure": "realism"}],
        allocation={"scheme": "quota", "cases_per_reader": 4, "readers_per_case": 2},
    )
    few = "1 reader is invited, each reading 4 of 8 cases; invite at least 4"
    assert few in investigator.post(f"/studies/{slug}/invite", count="1").text
    in_portuguese = investigator.client.get(
        f"/studies/{slug}", headers={"Accept-Language": "pt-BR"}
    ).text
    assert "1 leitor foi convidado, cada um lendo 4 de 8 casos" in in_portuguese
    assert "invite at least" not in investigator.post(f"/studies/{slug}/invite", count="3").text


def test_what_a_page_tells_of_others_is_in_its_language(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    slug, _ = house.open_study_with_reader()
    ask = {"Accept-Language": "pt-BR"}
    client = investigator.client

    def page(path: str) -> str:
        return client.get(path, headers=ask).text

    assert "Não há estudo &#39;no-such&#39;" in page("/studies/no-such")
    # Readers are told in the study's language, whoever looks at it in the office.
    privacy = page(f"/studies/{slug}/privacy")
    assert "O que se diz aos leitores sobre seus dados" in privacy
    assert '<section class="card" lang="en">' in privacy
    assert "Your rights" in privacy
    # An audit's two readers are probes.
    assert "leitores simulados, semente" not in page(f"/studies/{slug}")
    assert "simulados" not in page(f"/studies/{slug}").split('class="log"')[1]


def test_a_language_has_its_name_and_a_log_says_what_and_whom(
    house: House, investigator: Investigator
) -> None:
    investigator.sign_in()
    slug = house.draft()
    investigator.post("/accounts", name="mo", role="monitor", password="a long enough password")
    investigator.post(f"/studies/{slug}/access", name="mo", role="monitor")
    page = investigator.client.get(f"/studies/{slug}").text
    assert "English, en" in page
    assert "role given: mo (monitor)" in " ".join(page.split())
    images = re.findall(
        r"imported: Trial bank \((\d+) new images\)", investigator.client.get("/accounts").text
    )
    assert len(images) == 1
    assert int(images[0]) > 10
