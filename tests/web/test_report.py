"""The report page: shown when closed, its figures as files, and the whole of it as one file."""

import io
import re
import zipfile
from html import unescape
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.report.submission import contents
from app.services.rehearse_study import rehearse_study
from tests.bank.test_evaluation import HOSTILE, WHOLE
from tests.services.test_export_study import KEPT
from tests.studies import NOW, House
from tests.web.test_investigator import Investigator


@pytest.fixture
def investigator(client: TestClient, house: House) -> Investigator:
    """Signed in."""
    signed_in = Investigator(house, client)
    signed_in.sign_in()
    return signed_in


FILES = {
    "svg": ("image/svg+xml", b"<?xml"),
    "pdf": ("application/pdf", b"%PDF"),
    "png": ("image/png", b"\x89PNG"),
    "tiff": ("image/tiff", b"II*"),
    "csv": ("text/csv; charset=utf-8", b"arm,mark,reader"),
}


def rehearsed(house: House, **changes: Any) -> str:
    slug = house.draft(**changes)
    house.open(slug)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="test").slug


def test_a_closed_study_shows_conclusions_tables_figures_and_methods(
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
    for ending, (kind, beginning) in FILES.items():
        assert f"/figures/roc.{ending}" in page.text
        file = investigator.client.get(f"/studies/{slug}/report/figures/roc.{ending}")
        assert file.headers["content-type"] == kind
        assert file.content.startswith(beginning)


def test_a_report_hangs_nothing_on_the_application(
    client: TestClient, house: House, investigator: Investigator
) -> None:
    state = cast(FastAPI, client.app).state._state
    before = dict(state)
    assert investigator.client.get(f"/studies/{rehearsed(house)}/report").status_code == 200
    assert state == before


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
    for path in (
        "figures/roc.svg",
        "figures/forest-auc.png",
        f"{slug}-report.html",
        f"{slug}-report.pdf",
        f"{slug}-figures.zip",
    ):
        assert investigator.client.get(f"/studies/{slug}/report/{path}").status_code == 409


def test_strangers_get_no_figure(house: House, client: TestClient) -> None:
    slug = rehearsed(house)
    for path in ("", "/figures/roc.svg", f"/{slug}-report.html", f"/{slug}-report.pdf"):
        answer = client.get(f"/studies/{slug}/report{path}", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_unknown_figures_are_not_found(house: House, investigator: Investigator) -> None:
    slug = rehearsed(house)
    for path in (
        "figures/none.svg",
        "figures/roc.gif",
        "figures/roc",
        "other-report.html",
        "other-figures.zip",
    ):
        assert investigator.client.get(f"/studies/{slug}/report/{path}").status_code == 404


def test_a_closed_study_without_ratings_says_so(house: House, investigator: Investigator) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    page = investigator.client.get(f"/studies/{slug}/report")
    assert page.status_code == 200
    assert "Nobody has rated anything" in page.text


@pytest.mark.parametrize("is_drawn", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_export_is_offered_and_comes(
    house: House, investigator: Investigator, monkeypatch: pytest.MonkeyPatch, is_drawn: bool
) -> None:
    if not is_drawn:
        # The PDF and the figures of a submission take most of the time; tests/report makes them.
        monkeypatch.setattr(contents, "report_pdf", lambda *_, **__: b"%PDF-")
        monkeypatch.setattr(contents, "figure_files", lambda *_: iter([("roc.svg", b"<svg/>")]))
    slug = rehearsed(house)
    page = investigator.post(f"/studies/{slug}/export").text
    names = set(re.findall(rf'href="/studies/{slug}/export/([^"]+)"', page))
    assert {"wide.csv", "analysis.json", "study.imrmc", "rjafroc.csv", "models.R"} <= names
    for name in names:
        assert investigator.client.get(f"/studies/{slug}/export/{name}").status_code == 200, name


TWELVE: dict[str, Any] = {**WHOLE, "images": 12, "memorised": 12}
FLAGGED = {"memorised": True, "nearest_training_image": "images/train-7.png"}


def both_forms(investigator: Investigator, slug: str) -> list[str]:
    """The page and the document, as text, without what styles them."""
    texts = []
    for path in ("", f"/{slug}-report.html"):
        answer = investigator.client.get(f"/studies/{slug}/report{path}")
        assert answer.status_code == 200
        texts.append(unescape(re.sub(r"<style.*?</style>", "", answer.text, flags=re.DOTALL)))
    return texts


def row_of(text: str, arm: str) -> list[str]:
    """The cells of an arm in the table of image measures."""
    body = text.split("data-measures")[1].split("</table>")[0]
    row = next(row for row in body.split("<tr")[1:] if f"<small>{arm}</small>" in row)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    return [re.sub(r"<[^>]+>", " ", cell).strip() for cell in cells]


def test_realistic_but_memorised_is_seen_in_the_report(
    house: House, investigator: Investigator
) -> None:
    house.fill_bank({"M0": TWELVE}, {"M0": FLAGGED, "M1": {"memorised": False}})
    for text in both_forms(investigator, rehearsed(house, **KEPT)):
        assert row_of(text, "M0")[2:8] == [
            "0.012 SE 0.004",
            "1.25",
            "0.70",
            "0.312",
            "0.80",
            "0.60",
        ]
        assert row_of(text, "M0")[-2:] == ["12 of 12 100%", "4 of 4 100%"]
        assert row_of(text, "M1")[-2:] == ["–", "0 of 4 0%"]
        assert set(row_of(text, "real")) == {"–"}
        summary = text.split('id="summary"')[1].split("</section>")[0]
        assert "Possible copies of training images: M0: foundation model." in summary
        assert "4 of the 4 images drawn for this study, 12 of the 12 in the bank" in summary
        assert "Possible copies of training images: M1" not in text
        assert "Image measures." in text.split('id="part-methods"')[1]
        # Whose film was copied is the bank's to show: names of training images stay out.
        assert "train-7" not in text


def test_an_evaluation_that_is_imported_later_reaches_a_report_that_was_seen(
    house: House, investigator: Investigator
) -> None:
    slug = rehearsed(house)
    for text in both_forms(investigator, slug):
        assert "data-measures" not in text
        assert "part-measures" not in text
        assert "Image measures" not in text
    house.fill_bank({"M0": TWELVE}, {"M0": FLAGGED})
    for text in both_forms(investigator, slug):
        assert row_of(text, "M0")[-2:] == ["12 of 12 100%", "4 of 4 100%"]


def test_no_evaluation_however_odd_breaks_the_report(
    house: House, investigator: Investigator
) -> None:
    slug = rehearsed(house)
    for value in HOSTILE:
        if isinstance(value, float) and not value < 1e301:
            continue  # no JSON
        everywhere = dict.fromkeys(WHOLE, value) | {"memorised": 1}
        house.fill_bank({"M0": everywhere, "M1": value}, {"M0": value, "M1": {"memorised": value}})
        answer = investigator.client.get(f"/studies/{slug}/report")
        assert answer.status_code == 200
        assert row_of(answer.text, "M0")[-2] == "1"
        assert set(row_of(answer.text, "M0")[:-2]) <= {"–", "−1.000", "−1.00"}
        assert "<script>alert" not in answer.text


def test_one_part_is_open_and_every_entry_of_the_contents_leads_into_a_part(
    house: House, investigator: Investigator
) -> None:
    slug = rehearsed(house)
    for text in both_forms(investigator, slug):
        assert text.count("<details open>") == 1
        contents = text.split('class="contents"')[1].split("</nav>")[0]
        targets = re.findall(r'href="#([^"]+)"', contents)
        assert len(targets) == len(set(targets)) > 10
        for target in targets:
            assert text.count(f'id="{target}"') == 1
        # What a link leads to lies inside what is folded: browsers then open it.
        folds = re.findall(r"<details.*?</details>", text, flags=re.DOTALL)
        inside = {target for target in targets for fold in folds if f'id="{target}"' in fold}
        assert inside == set(targets) - {"summary"}


def test_the_first_screen_says_a_line_an_arm_with_one_figure(
    house: House, investigator: Investigator
) -> None:
    slug = rehearsed(house)
    for text in both_forms(investigator, slug):
        screen = text.split('id="summary"')[1].split("</section>")[0]
        lines = re.findall(r'<li class="answer [^>]*>(.*?)</li>', screen)
        assert len(lines) == 2
        assert all("AUC 0." in line or "AUC 1." in line for line in lines)
        assert screen.count("<img") == 1


# Drawing does not depend on the database.
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_all_figures_come_in_one_archive_and_the_report_as_one_pdf(
    house: House, investigator: Investigator
) -> None:
    slug = rehearsed(house)
    page = investigator.client.get(f"/studies/{slug}/report").text
    names = set(re.findall(r"/figures/([^\"./]+)\.svg", page))
    archive = investigator.client.get(f"/studies/{slug}/report/{slug}-figures.zip")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as file:
        assert set(file.namelist()) == {f"{name}.{ending}" for name in names for ending in FILES}
    sheets = investigator.client.get(f"/studies/{slug}/report/{slug}-report.pdf")
    assert sheets.headers["content-type"] == "application/pdf"
    assert "attachment" in sheets.headers["content-disposition"]
    assert sheets.content.startswith(b"%PDF")
