"""The documentation site: docs/, the pages of the top folder and a reference made from the code.

    python -m docs.making.site [--out site]

Every warning ends it, a link that leads nowhere among them. The site needs no other host.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from docs.making.reference.columns import columns_page
from docs.making.reference.commands import commands_page
from docs.making.reference.design_fields import design_fields_page
from docs.making.reference.estimands import estimands_page

ROOT = Path(__file__).parents[2]
# Pages outside docs/ that belong to the site, and where they stand in it.
PROJECT_PAGES = {
    "SECURITY.md": "project/security.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CODE_OF_CONDUCT.md": "project/code-of-conduct.md",
    "CHANGELOG.md": "project/changelog.md",
    "benchmarks/README.md": "project/benchmarks.md",
}
REFERENCE = {
    "reference/commands.md": commands_page,
    "reference/design-fields.md": design_fields_page,
    "reference/columns.md": columns_page,
    "reference/estimands.md": estimands_page,
}
# What the site's first page lists, by what a reader has come for.
CONTENTS = {
    "Tutorial": ["tutorial"],
    "How to": [
        "study-design",
        "planning",
        "running",
        "moving-a-study",
        "languages",
        "ratings-files",
        "fine-tuning",
    ],
    "Reference": [
        *(name.removesuffix(".md") for name in REFERENCE),
        "reading",
        "exports",
        "bank-format",
        "api",
        "statistics",
    ],
    "Explanation": ["blinding", "record", "privacy", "generating", "decisions/README"],
    "Project": [
        "measured",
        "licence-choice",
        *(name.removesuffix(".md") for name in PROJECT_PAGES.values()),
    ],
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def gather(folder: Path) -> None:
    """Write the site's sources into `folder`, which is empty."""
    docs = ROOT / "docs"
    shutil.copytree(docs / "pictures", folder / "pictures")
    pages = {path: path.relative_to(docs) for path in docs.rglob("*.md")}
    pages |= {ROOT / name: Path(place) for name, place in PROJECT_PAGES.items()}
    for path, place in pages.items():
        # Decisions have a list of their own; beside each page they would be too many.
        front = "---\norphan: true\n---\n\n" if re.match(r"decisions/\d", place.as_posix()) else ""
        _write(folder / place, front + _with_links(path, place, pages))
    for name, page in REFERENCE.items():
        _write(folder / name, page())
    _write(folder / "index.md", _first_page([path.stem for path in sorted(docs.glob("*.md"))]))


def build(sources: Path, out: Path, builder: str = "html") -> int:
    """Build the pages of `sources` into `out`; Sphinx's exit status, 0 without any warning.

    The builder `dummy` looks for the same faults and writes nothing.
    """
    from sphinx.cmd.build import build_main

    settings = str(Path(__file__).parent)
    with tempfile.TemporaryDirectory() as doctrees:
        return build_main(
            [
                "-q",
                "-W",
                "-b",
                builder,
                "--keep-going",
                "-c",
                settings,
                "-d",
                doctrees,
                str(sources),
                str(out),
            ]
        )


def _with_links(path: Path, place: Path, pages: dict[Path, Path]) -> str:
    """A page's text whose links lead to where things stand in the site.

    A link to a file that is not in the site, as to a module, becomes its words alone.
    """

    def moved(link: re.Match[str]) -> str:
        picture, words, target, anchor = link.groups()
        if not target or "://" in target:
            return link[0]
        goal = (path.parent / target).resolve()
        if goal.is_dir():
            goal = goal / "README.md"
        if goal in pages:
            up = "../" * (len(place.parts) - 1)
            return f"{picture}[{words}]({up}{pages[goal].as_posix()}{anchor or ''})"
        if goal.is_relative_to(ROOT / "docs/pictures"):
            return link[0]
        if not goal.exists():
            raise ValueError(f"{path.relative_to(ROOT)} links to {target}, which is not there.")
        return words

    parts = FENCE.split(path.read_text(encoding="utf-8"))
    return "".join(
        part if number % 2 else LINK.sub(moved, part) for number, part in enumerate(parts)
    )


def _first_page(names: list[str]) -> str:
    """The README's opening and the list of pages; one that CONTENTS doesn't name is a how-to."""
    listed = {name for group in CONTENTS.values() for name in group}
    contents = CONTENTS | {"How to": [*CONTENTS["How to"], *(n for n in names if n not in listed)]}
    readme = (ROOT / "README.md").read_text()
    opening = readme.split("\n## ")[0].replace("docs/pictures/", "pictures/")
    trees = [
        f"```{{toctree}}\n:caption: {caption}\n:maxdepth: 1\n\n" + "\n".join(pages) + "\n```"
        for caption, pages in contents.items()
    ]
    return "\n\n".join([opening, *trees]) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main(
    out: Annotated[Path, typer.Option(help="The folder of the built site.")] = Path("site"),
) -> None:
    """Build the documentation site; every warning is an error."""
    with tempfile.TemporaryDirectory() as sources:
        gather(Path(sources))
        status = build(Path(sources), out)
    if not status:
        typer.echo(f"{out / 'index.html'}")
    sys.exit(status)


if __name__ == "__main__":
    typer.run(main)
