"""The page that lies on top of an archive."""

import textwrap
from collections.abc import Callable, Iterator, Mapping

from app.domain.design.status import STATUS_WORDS, Status
from app.domain.said import said

_WIDE = 88


def read_me(
    title: str,
    status: Status,
    files: Mapping[str, str],
    *,
    head: str,
    simulated: bool,
    say: Callable[[str], str] = str,
) -> str:
    """What the archive holds; `files` maps name to what it is. A warning leads where one is due.

    `head` is that of the study's record with this export in it; `say` puts it into a language.
    """
    lines = [title, "=" * len(title), ""]
    for warning in _warnings(status, simulated=simulated):
        lines += [textwrap.fill(say(warning), _WIDE), ""]
    width = max(len(name) for name in files)
    lines += [f"{name:<{width}}  {say(what)}" for name, what in files.items()]
    texts = said(
        "Texts are UTF-8, times UTC, decimals with a point. Positive means synthetic: a hit is a "
        "synthetic image called synthetic. Repeated readings (replicate above 0) serve "
        "intra-reader agreement only."
    )
    lines += ["", textwrap.fill(say(texts), _WIDE), ""]
    lines += [say(said("Head of the study's record, this export the last thing in it:")), head]
    keeps = said("Who keeps it can show later that the record was not written anew.")
    lines += [textwrap.fill(say(keeps), _WIDE), ""]
    return "\n".join(lines)


def _warnings(status: Status, *, simulated: bool) -> Iterator[str]:
    if simulated:
        yield said(
            "REHEARSAL: simulated readers. Every rating in these files was made up by a program; "
            "nothing here is a result."
        )
    if status != "closed":
        yield said(
            "The study was {status} when this was written: ratings are missing, and whoever "
            "opens these files is no longer blinded.",
            status=STATUS_WORDS[status],
        )
