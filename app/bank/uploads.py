"""What is brought in by the browser, piece by piece, until it is imported or thrown away.

Each upload is a folder: `files/` as they came, `about.json` whose it is and how far it has come,
`refused.csv` once an import refused something. A file arrives under a name that holds its length
and when it was changed, so that another file of the same name is never added to it; whole, it gets
its own. All of it is office work, which no reader's page can import.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from app.domain.document import told
from app.domain.errors import BadInput, NotFound, Refused
from app.domain.said import said

Step = Literal["arriving", "unpacking", "choosing", "importing", "done", "failed"]
# An upload that is worked on by the server, not waiting for somebody.
WORKING: Final[tuple[Step, ...]] = ("unpacking", "importing")
MOST_UPLOADS: Final = 20
MOST_FILES: Final = 200_000
_LONGEST_PATH: Final = 500
_LONGEST_NAME: Final = 180
# So much of the disk is left for the database, whatever is brought in.
_LEFT_FREE: Final = 512 * 2**20
_ID = re.compile(r"[0-9a-f]{16}")
_ARRIVING = re.compile(r"(.+)\.(\d+)-(\d+)\.arriving")


@dataclass(frozen=True)
class UploadState:
    """Whose an upload is and how far it has come.

    `size` counts bytes that have come, `done` of `total` lines that an import has dealt with (0:
    not known). `sentence` says what went wrong, in English and as what it is made of
    (app.domain.kept), `worker` which process works on it; `summary` is
    what an import did.
    """

    account: str
    begun_at: str
    step: Step = "arriving"
    size: int = 0
    files: int = 0
    done: int = 0
    total: int = 0
    sentence: str = ""
    sentence_made_of: Any = None
    worker: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def begun(self) -> datetime:
        """When it was begun."""
        return datetime.fromisoformat(self.begun_at)


class Uploads:
    """The uploads of an installation, below one folder; each at most `largest` bytes."""

    def __init__(self, folder: Path, largest: int) -> None:
        self._folder = folder
        self.largest = largest

    def begin(self, account: str, *, now: datetime) -> "Upload":
        """Make an empty upload; raises Refused where there are too many or none are allowed."""
        if not self.largest:
            raise Refused(
                said(
                    "This installation takes no images by the browser; import them on its server "
                    "(python -m app import-bank, import-images)."
                )
            )
        if len(list(self.all())) >= MOST_UPLOADS:
            raise Refused(
                said(
                    "{most_uploads} uploads lie here already; throw one away first.",
                    most_uploads=MOST_UPLOADS,
                )
            )
        upload = Upload(self._folder / secrets.token_hex(8), self.largest)
        upload.files.mkdir(parents=True)
        upload.keep(UploadState(account, now.isoformat(timespec="seconds")))
        return upload

    def of(self, upload_id: str) -> "Upload":
        """The upload of that name; raises NotFound."""
        path = self._folder / upload_id
        if not _ID.fullmatch(upload_id) or not (path / "about.json").is_file():
            raise NotFound(said("There is no such upload; perhaps it was thrown away."))
        return Upload(path, self.largest)

    def all(self) -> Iterator["Upload"]:
        """Every upload, the latest first."""
        if not self._folder.is_dir():
            return
        there = [path for path in self._folder.iterdir() if (path / "about.json").is_file()]
        for path in sorted(there, key=lambda path: path.stat().st_ctime, reverse=True):
            yield Upload(path, self.largest)


class Upload:
    """One upload; what several requests do to it at once is done one after the other."""

    def __init__(self, folder: Path, largest: int) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.refused = folder / "refused.csv"
        self.largest = largest

    @property
    def id(self) -> str:
        """By which addresses name it."""
        return self.folder.name

    @property
    def state(self) -> UploadState:
        """How far it has come; raises NotFound once it is thrown away."""
        try:
            return UploadState(
                **json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
            )
        except FileNotFoundError:
            raise NotFound(said("There is no such upload; perhaps it was thrown away.")) from None

    def keep(self, state: UploadState) -> None:
        """Write how far it has come, whole or not at all."""
        path = self.folder / f"about-{secrets.token_hex(4)}.tmp"
        path.write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8")
        path.replace(self.folder / "about.json")

    def change(self, **changes: Any) -> UploadState:
        """Change some of its state while nobody else does."""
        return self.change_where(lambda state: True, **changes)

    def change_where(self, holds: Callable[[UploadState], bool], **changes: Any) -> UploadState:
        """Change some of its state if something holds of it, while nobody else does."""
        with self._alone():
            state = self.state
            if holds(state):
                state = replace(state, **changes)
                self.keep(state)
            return state

    def take_up(self, step: Step, worker: str, *, by: tuple[Step, ...]) -> None:
        """Begin work on it; raises Refused unless it stands at one of the steps `by`."""
        with self._alone():
            state = self.state
            if state.step not in by:
                raise Refused(said("This upload is worked on already; reload its page."))
            begun = replace(state, step=step, worker=worker, done=0, total=0, sentence="")
            self.keep(replace(begun, summary={}))

    def arrived(self) -> dict[str, int]:
        """Bytes that are here of each file, by path; of one on its way, by path, length and change.

        The name of one that is on its way ends in its length, its moment of change and `.arriving`.
        """
        here = {}
        for folder, _, names in os.walk(self.files):
            for name in names:
                path = Path(folder, name)
                here[path.relative_to(self.files).as_posix()] = path.stat().st_size
        return here

    def add(self, path: str, offset: int, piece: bytes, *, size: int, changed: int) -> int:
        """Add a piece of the file `path` at `offset`; how many bytes of it are here then.

        A piece that doesn't follow what is here is not added, and the answer says where to go on.
        Raises BadInput for a path that can't be used, Refused for what is too much.
        """
        whole = self.files / checked_path(path)
        arriving = whole.with_name(f"{whole.name}.{size}-{changed}.arriving")
        with self._alone():
            state = self.state
            self._ensure_open(state)
            if whole.is_file() and whole.stat().st_size == size:
                return size
            here = arriving.stat().st_size if arriving.is_file() else 0
            if offset != here:
                return here
            self._ensure_room(state, len(piece), is_new=not here)
            if here + len(piece) > size:
                raise BadInput(
                    said("{path} is longer than was said; choose it once more.", path=told(path))
                )
            try:
                arriving.parent.mkdir(parents=True, exist_ok=True)
                with arriving.open("ab") as file:
                    file.write(piece)
            except (NotADirectoryError, IsADirectoryError, FileExistsError):
                raise BadInput(
                    said("{path} is a file and a folder at once.", path=told(path))
                ) from None
            here += len(piece)
            if here == size:
                replaced = whole.stat().st_size if whole.is_file() else 0
                arriving.replace(whole)
                state = replace(state, size=state.size - replaced, files=state.files + 1)
            self.keep(replace(state, step="arriving", size=state.size + len(piece)))
            return here

    def receive(self, path: str) -> "ArrivingFile":
        """A file `path` that comes in one go, of a length that nobody has told.

        Raises BadInput for a path that can't be used, Refused where nothing more is taken.
        """
        whole = self.files / checked_path(path)
        self._ensure_open(self.state)
        self._ensure_room(self.state, 0, is_new=True)
        return ArrivingFile(self, whole)

    def ensure_room_for(self, size: int) -> None:
        """Raise Refused unless `size` more bytes may come."""
        self._ensure_room(self.state, size, is_new=False)

    def take_in(self, arriving: Path, whole: Path) -> None:
        """Give a file that came whole its name; raises BadInput and Refused."""
        with self._alone():
            state = self.state
            self._ensure_open(state)
            size = arriving.stat().st_size
            self._ensure_room(state, size, is_new=True)
            try:
                whole.parent.mkdir(parents=True, exist_ok=True)
                replaced = whole.stat().st_size if whole.is_file() else None
                arriving.replace(whole)
            except (NotADirectoryError, IsADirectoryError, FileExistsError):
                name = whole.relative_to(self.files).as_posix()
                raise BadInput(
                    said("{name} is a file and a folder at once.", name=told(name))
                ) from None
            files = state.files + (replaced is None)
            size = state.size + size - (replaced or 0)
            self.keep(replace(state, step="arriving", size=size, files=files))

    def drop_unfinished(self) -> int:
        """Throw away what did not come whole; how many files that were."""
        parts = [path for path in self.arrived() if _ARRIVING.fullmatch(path)]
        for path in parts:
            (self.files / path).unlink(missing_ok=True)
        return len(parts)

    def empty(self) -> None:
        """Throw the files away and keep what an import did with them."""
        shutil.rmtree(self.files, ignore_errors=True)

    def throw_away(self) -> None:
        """Throw everything away; raises Refused while it is worked on."""
        with self._alone():
            if self.state.step in WORKING:
                raise Refused(said("This upload is worked on just now; wait for it to end."))
            shutil.rmtree(self.folder)

    def _ensure_open(self, state: UploadState) -> None:
        if state.step not in ("arriving", "choosing", "failed"):
            raise Refused(said("This upload is closed; begin another one."))

    def _ensure_room(self, state: UploadState, more: int, *, is_new: bool) -> None:
        if state.size + more > self.largest:
            raise Refused(
                said(
                    "An upload may bring {largest:,} MiB, and this would be more. The operator "
                    "can raise NEGATOSCOPE_LARGEST_UPLOAD, or import it on the server.",
                    largest=self.largest // 2**20,
                )
            )
        if is_new and state.files >= MOST_FILES:
            raise Refused(
                said(
                    "An upload has at most {most_files:,} files; bring a zip.",
                    most_files=MOST_FILES,
                )
            )
        if shutil.disk_usage(self.folder).free - more < _LEFT_FREE:
            raise Refused(said("The server's disk is nearly full, so nothing more is taken."))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            handle = os.open(self.folder, os.O_RDONLY)
        except FileNotFoundError:
            raise NotFound(said("There is no such upload; perhaps it was thrown away.")) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


class ArrivingFile:
    """A file on its way, beside the upload's files until it is whole."""

    def __init__(self, upload: Upload, whole: Path) -> None:
        self._upload = upload
        self._whole = whole
        self._path = upload.folder / f"{secrets.token_hex(8)}.form"
        self._file = self._path.open("wb")
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Add bytes; raises Refused where that would be too much."""
        self._upload.ensure_room_for(self._size + len(piece))
        self._file.write(piece)
        self._size += len(piece)

    def keep(self) -> None:
        """It is whole: put it among the upload's files; raises BadInput and Refused."""
        self._file.close()
        try:
            self._upload.take_in(self._path, self._whole)
        finally:
            self._path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Throw it away."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def checked_path(path: str) -> PurePosixPath:
    """A path below an upload's folder; raises BadInput for any other.

    >>> checked_path("films/a.png").as_posix()
    'films/a.png'
    """
    plain = PurePosixPath(path)
    names = path.split("/")
    is_odd = any(
        name in ("", ".", "..") or len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME
        for name in names
    )
    if is_odd or not path.isprintable() or "\\" in path or len(path) > _LONGEST_PATH:
        raise BadInput(
            said(
                "A file can't be called {path} here; give it and its folders shorter, plain names.",
                path=told(path),
            )
        )
    if _ARRIVING.fullmatch(path):
        raise BadInput(
            said("A file whose name ends in .arriving can't be brought in; name it anew.")
        )
    return plain
