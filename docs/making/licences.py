"""The table of licences in docs/licence-choice.md, from the metadata of the installed packages.

    python -m docs.making.licences        writes the table anew into the page

A package that is not installed keeps the line that the page has.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/licence-choice.md"
START, END = "<!-- from metadata: begin -->", "<!-- from metadata: end -->"
# What the metadata of old packages calls the licences that have a name of their own today.
SHORT = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
ASKS_MORE = re.compile(r"GPL|MPL|EUPL|CDDL|EPL", re.IGNORECASE)


def declared() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, by group: `app`, then its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {"app": project["dependencies"], **project["optional-dependencies"]}
    return {group: [Requirement(one) for one in named] for group, named in groups.items()}


def licence_of(package: str) -> str | None:
    """What an installed package says of its licence; None if it is not installed."""
    try:
        about = metadata(package)
    except PackageNotFoundError:
        return None
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    classified = [
        SHORT.get(line.split(" :: ")[-1], line.split(" :: ")[-1])
        for line in about.get_all("Classifier") or ()
        if line.startswith("License :: ")
    ]
    free = (about.get("License") or "").strip()
    if free and len(free) < 60 and "\n" not in free and (not classified or classified == ["BSD"]):
        return SHORT.get(free, free)
    return " or ".join(classified) or "says none in its metadata; see its files"


def brought_along(requirements: Iterable[Requirement]) -> set[str]:
    """Everything that these install, themselves included, as far as it is installed."""
    waiting = [(one.name, extra) for one in requirements for extra in _extras(one)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if (key, extra) in seen or licence_of(name) is None:
            continue
        seen.add((key, extra))
        for line in requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(needed.name, more) for more in _extras(needed)]
    return {name for name, _ in seen}


def _extras(needed: Requirement) -> tuple[str, ...]:
    return ("", *needed.extras)


def table(kept: dict[str, str]) -> str:
    """Both tables as text; `kept` has the licences of packages that are not installed here."""
    return "\n".join([*_direct(kept), "", *_asking_more()])


def _direct(kept: dict[str, str]) -> Iterator[str]:
    yield "| package | licence | needed by |"
    yield "|---|---|---|"
    by_package: dict[str, list[str]] = {}
    for group, names in declared().items():
        for needed in names:
            by_package.setdefault(needed.name, []).append(group)
    for name, groups in sorted(by_package.items()):
        licence = licence_of(name) or kept.get(name) or "not installed when this was made"
        yield f"| {name} | {licence} | {', '.join(groups)} |"


def _asking_more() -> Iterator[str]:
    yield "Of all that the app and `ml` bring along, these ask for more than a notice:"
    yield ""
    yield "| package | licence |"
    yield "|---|---|"
    groups = declared()
    for name in sorted(brought_along([*groups["app"], *groups["ml"]])):
        licence = licence_of(name) or ""
        if ASKS_MORE.search(licence):
            yield f"| {name} | {licence} |"


def kept_lines(page: str) -> dict[str, str]:
    """The licences that the page has already, by package."""
    return dict(re.findall(r"^\| (\S+) \| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE))


def renewed(page: str) -> str:
    """The page with its tables made anew."""
    before, rest = page.split(START)
    after = rest.split(END)[1]
    return f"{before}{START}\n{table(kept_lines(page))}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written.\n")
