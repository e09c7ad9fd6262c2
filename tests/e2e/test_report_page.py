"""The report of a closed study as an investigator who signed in sees it: axe, and both windows."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient

from tests.e2e.conftest import OpenPage
from tests.e2e.test_design_form import signed_in
from tests.services.test_withdraw_and_erase import read_by_two
from tests.studies import House

pytestmark = pytest.mark.e2e
OPEN_ALL = "() => document.querySelectorAll('details:not(.menu)').forEach((one) => one.open = true)"


# The same report is looked at in every run where it lies in a file (tests/report).
@pytest.mark.slow
def test_axe_finds_nothing_in_the_report_of_a_study_that_people_read(
    house: House, client: TestClient, open_page: OpenPage
) -> None:
    arms = [{"arm": arm, "normal": 2, "abnormal": 1} for arm in ("real", "M0")]
    slug, _ = read_by_two(house, client, arms=arms)
    house.close(slug)
    page = signed_in(house, open_page, f"/studies/{slug}/report")
    assert page.locator(".answers").count() == 1
    page.evaluate(OPEN_ALL)
    drawn = page.locator(".plot img")
    assert drawn.count() >= 5
    # Every figure is there, not its alternative text.
    page.wait_for_function(
        "() => [...document.querySelectorAll('.plot img')].every((one) => "
        "(one.loading = 'eager') && one.complete && one.naturalWidth > 0)"
    )
    violations = Axe().run(page).response["violations"]
    told = [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in violations]
    assert told == []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
