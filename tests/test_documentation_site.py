"""The documentation site: no link leads nowhere, and nothing comes from another host."""

import re
from pathlib import Path

import pytest

from app.cli.program import program
from docs.making.reference.columns import columns_page
from docs.making.reference.commands import commands_page
from docs.making.reference.design_fields import design_fields_page
from docs.making.reference.estimands import estimands_page
from docs.making.site import build, gather

# MyST uses what Sphinx will drop two versions from now; it is bounded in pyproject.toml.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated. Check CHANGES for Sphinx.*")
REMOTE = re.compile(r"""(?:src|href)=["']?(?:https?:)?//[^"'\s>]+""")
LOADED = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*>")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="the extra `docs` is not installed")
    folder = tmp_path_factory.mktemp("sources")
    gather(folder)
    return folder


def test_every_link_of_the_site_leads_somewhere(sources: Path, tmp_path: Path) -> None:
    assert build(sources, tmp_path, "dummy") == 0


@pytest.mark.parametrize("link", ["[a page](nowhere.md)", "[a heading](#no-such-heading)"])
def test_a_link_that_leads_nowhere_ends_it(link: str, tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="the extra `docs` is not installed")
    (tmp_path / "index.md").write_text(f"# A page\n\n{link}\n")
    assert build(tmp_path, tmp_path / "out", "dummy") != 0


@pytest.mark.slow
def test_no_page_of_the_site_loads_anything_from_elsewhere(sources: Path, tmp_path: Path) -> None:
    assert build(sources, tmp_path) == 0
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        for tag in LOADED.findall(page.read_text()):
            assert not REMOTE.search(tag), (page.name, tag)
    for sheet in tmp_path.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text()), sheet.name


def test_the_reference_names_every_command_with_its_options() -> None:
    page = commands_page()
    for command in program.registered_commands:
        assert f"\n## {command.name}\n" in page
    assert "`--acknowledge`" in page.split("\n## open-study\n")[1].split("\n## ")[0]


def test_the_reference_explains_fields_columns_and_estimands() -> None:
    fields = design_fields_page()
    assert re.search(r"^\| `margin` \| `0.1` \| half-width", fields, re.MULTILINE)
    assert re.search(r"^\| `realism` \| `scale`, `slider` \|", fields, re.MULTILINE)
    assert re.search(r"^\| `reader` \| The reader's pseudonymous", columns_page(), re.MULTILINE)
    estimands = estimands_page()
    for path in (
        "realism.mean",
        "deception.rate",
        "discrimination.auc_realism",
        "agreement.realism.",
    ):
        assert f"| `{path}" in estimands
