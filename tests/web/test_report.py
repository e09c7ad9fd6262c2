"""The report page: shown when closed, its figures as files, and the whole of it as one file."""

import re

import pytest
from fastapi.testclient import TestClient

from app.services.rehearse_study import rehearse_study
from tests.studies import NOW, House
from tests.web.test_investigator import Investigator


@pytest.fixture
def investigator(client: TestClient, house: House) -> Investigator:
    """Signed in."""
    found = Investigator(house, client)
    found.sign_in()
    return found


def rehearsed(house: House) -> str:
    slug = house.draft()
    house.open(slug)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="test").slug


def test_a_closed_study_shows_verdicts_tables_figures_and_methods(
    house: House, investigator: Investigator
) -> None:
    slug = rehearsed(house)
    page = investigator.client.get(f"/studies/{slug}/report")
    assert page.status_code == 200
    for words in ("Fleiss", "Whom the intervals speak for", "Obuchowski", "8 of 20 generated"):
        assert words in page.text
    # Real first, in the first table.
    first = page.text.split("data-results")[1].split("</table>")[0]
    assert re.findall(r"<small>(real|M0|M1)</small>", first) == ["real", "M0", "M1"]
    assert "style=" not in page.text
    assert "<style" not in page.text
    figures = set(re.findall(r'src="([^"]+/figures/[^"]+)"', page.text))
    assert len(figures) >= 8
    for address in figures:
        svg = investigator.client.get(address)
        assert svg.headers["content-type"] == "image/svg+xml"
        assert "script-src" not in svg.headers["content-security-policy"]
        assert svg.content.startswith(b"<?xml")
    png = investigator.client.get(f"/studies/{slug}/report/figures/roc.png")
    assert png.headers["content-type"] == "image/png"
    assert png.content.startswith(b"\x89PNG")


def test_the_document_holds_its_figures(house: House, investigator: Investigator) -> None:
    slug = rehearsed(house)
    answer = investigator.client.get(f"/studies/{slug}/report/{slug}-report.html")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert "data:image/svg+xml;base64," in answer.text
    assert "simulated readers" in answer.text


def test_nothing_by_arm_comes_out_of_an_open_study(
    house: House, investigator: Investigator
) -> None:
    slug, _ = house.open_study_with_reader()
    page = investigator.client.get(f"/studies/{slug}/report")
    assert "once the study is closed" in page.text
    for path in ("figures/roc.svg", "figures/forest-auc.png", f"{slug}-report.html"):
        assert investigator.client.get(f"/studies/{slug}/report/{path}").status_code == 409


def test_strangers_get_no_figure(house: House, client: TestClient) -> None:
    slug = rehearsed(house)
    for path in ("", "/figures/roc.svg", f"/{slug}-report.html"):
        answer = client.get(f"/studies/{slug}/report{path}", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_unknown_figures_are_not_found(house: House, investigator: Investigator) -> None:
    slug = rehearsed(house)
    for path in ("figures/none.svg", "figures/roc.gif", "figures/roc", "other-report.html"):
        assert investigator.client.get(f"/studies/{slug}/report/{path}").status_code == 404


def test_a_closed_study_without_ratings_says_so(house: House, investigator: Investigator) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    page = investigator.client.get(f"/studies/{slug}/report")
    assert page.status_code == 200
    assert "Nobody has rated anything" in page.text


def test_every_export_is_offered_and_comes(house: House, investigator: Investigator) -> None:
    slug = rehearsed(house)
    page = investigator.client.get(f"/studies/{slug}/export").text
    names = set(re.findall(rf'href="/studies/{slug}/export/([^"]+)"', page))
    assert {"wide.csv", "analysis.json", "study.imrmc", "rjafroc.csv", "models.R"} <= names
    for name in names:
        assert investigator.client.get(f"/studies/{slug}/export/{name}").status_code == 200, name
