"""Erasing a reader in the browser: asked for by their code, by an owner, at any time."""

from fastapi.testclient import TestClient

from tests.services.test_withdraw_and_erase import problem_of, read_by_two, with_withdrawal
from tests.studies import House
from tests.web.test_investigator import Investigator


def test_a_reader_is_erased_by_typing_their_code(house: House, client: TestClient) -> None:
    slug, _ = read_by_two(house, client)
    house.close(slug)
    investigator = Investigator(house, client)
    assert investigator.sign_in() == 303
    address = f"/studies/{slug}/readers/R01/erase"
    assert address in client.get(f"/studies/{slug}").text
    assert "The study is closed" in client.get(address).text
    wrong = investigator.post(address, code="R02")
    assert wrong.status_code == 422
    assert "nothing was erased" in wrong.text
    assert investigator.post(address, code="R01").status_code == 200
    study = client.get(f"/studies/{slug}").text
    assert "Erased" in study
    assert address not in study
    assert client.get(address).status_code == 409
    assert problem_of(house, slug) is None
    report = client.get(f"/studies/{slug}/report").text
    assert "1 reader withdrew or asked, and had their answers erased" in report


def test_the_office_sees_what_readers_are_told_and_what_is_not_said(
    house: House, client: TestClient
) -> None:
    slug, _ = house.open_study_with_reader(
        **with_withdrawal(""), registration={"controller": "Spital am Berg"}
    )
    Investigator(house, client).sign_in()
    page = client.get(f"/studies/{slug}/privacy").text
    assert "Spital am Berg" in page
    assert page.count("Not said yet.") == 4
    assert client.get("/studies/none/readers/R01/erase").status_code == 404
    assert client.get(f"/studies/{slug}/readers/R09/erase").status_code == 404
