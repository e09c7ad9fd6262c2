"""The page that lies on top of an archive."""

from collections.abc import Mapping


def read_me(
    title: str, status: str, files: Mapping[str, str], *, head: str, simulated: bool
) -> str:
    """What the archive holds; `files` maps name to what it is. A warning leads where one is due.

    `head` is that of the study's record with this export in it.
    """
    lines = [title, "=" * len(title), ""]
    if simulated:
        lines += [
            "REHEARSAL: simulated readers. Every rating in these files was made up by a program;",
            "nothing here is a result.",
            "",
        ]
    if status != "closed":
        lines += [
            f"The study was {status} when this was written: ratings are missing, and whoever",
            "opens these files is no longer blinded.",
            "",
        ]
    width = max(len(name) for name in files)
    lines += [f"{name:<{width}}  {what}" for name, what in files.items()]
    lines += [
        "",
        "Texts are UTF-8, times UTC. Positive means synthetic: a hit is a synthetic image called",
        "synthetic. Repeated readings (replicate above 0) serve intra-reader agreement only.",
        "",
        "Head of the study's record, this export the last thing in it:",
        head,
        "Who keeps it can show later that the record was not written anew.",
        "",
    ]
    return "\n".join(lines)
