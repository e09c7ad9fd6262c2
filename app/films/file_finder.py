"""Finding the file that a table means: other cases, other spellings of é, no ending, no folder."""

import os
import unicodedata
from pathlib import Path

from app.domain.said import said
from app.films.kinds import IMAGE_SUFFIXES


class FileFinder:
    """Looks below one folder; what is there is listed once, when a name is not there as written."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listed: dict[str, list[str]] | None = None

    def find(self, name: str) -> str:
        """The path below the folder, with /, that `name` means; `name` itself where there is none.

        Raises ValueError, the end of a sentence, where several files could be meant.
        """
        # A way out of the folder is never followed, and is for the caller to refuse.
        if ".." in name.split("/") or (self._root / name).is_file():
            return name
        meant = self._meant(_folded(name).split("/"))
        if len(meant) > 1:
            more = "" if len(meant) == 2 else said(" or {count} others", count=len(meant) - 2)
            raise ValueError(
                said(
                    "could be {one} or {other}{more}; write the whole path",
                    one=meant[0],
                    other=meant[1],
                    more=more,
                )
            )
        return meant[0] if meant else name

    def _meant(self, parts: list[str]) -> list[str]:
        """Files of that last name, those whose folders agree with most of `parts` from the end.

        "CheXpert-v1.0-small/train/..." is unpacked under any name, so the front may differ.
        """
        if self._listed is None:
            self._listed = self._list()
        best: list[str] = []
        most = -1
        for path in self._listed.get(parts[-1], []):
            folders = _folded(path).split("/")[:-1]
            pairs = zip(reversed(folders), reversed(parts[:-1]), strict=False)
            agreed = 0
            for one, other in pairs:
                if one != other:
                    break
                agreed += 1
            if agreed > most:
                best, most = [path], agreed
            elif agreed == most:
                best.append(path)
        return best

    def _list(self) -> dict[str, list[str]]:
        """Every file by its folded name, with and without an image's ending."""
        listed: dict[str, list[str]] = {}
        for folder, folders, files in os.walk(self._root):
            folders.sort()
            for file in sorted(files):
                path = Path(folder, file).relative_to(self._root).as_posix()
                name = _folded(file)
                listed.setdefault(name, []).append(path)
                stem, dot, suffix = name.rpartition(".")
                if dot and f".{suffix}" in IMAGE_SUFFIXES:
                    listed.setdefault(stem, []).append(path)
        return listed


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
