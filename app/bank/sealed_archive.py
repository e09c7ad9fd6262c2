"""Archives that tell the digest of every file in them: what backups and moved studies are made of.

A ZIP file, so that it opens without this program. Its last member, `contents.json`, names the kind
of archive, its version, facts about it, and size and SHA-256 of every other member; the digest of
`contents.json` therefore stands for the whole archive.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple

from app.domain.errors import BadArchive
from app.domain.said import said

BACKUP: Final = "negatoscope-backup"
STUDY: Final = "negatoscope-study"
CONTENTS: Final = "contents.json"
VERSION: Final = 1
_LARGEST_CONTENTS: Final = 512 * 1024 * 1024
_PIECE: Final = 1024 * 1024
# Rows shrink to a twentieth at most in practice; what grows a hundredfold is made to fill a disk.
_MOST_GROWTH: Final = 200
_LONGEST_LINE: Final = 64 * 1024 * 1024
_NAME = re.compile(
    r"tables/[a-z][a-z0-9_]{0,62}\.jsonl|renditions/([0-9a-f]{2})/\1[0-9a-f]{62}\.png|secret_key"
)
# The earliest moment that ZIP can write; no member tells when it was made.
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


class Member(NamedTuple):
    """One file of an archive: its size in bytes and its SHA-256."""

    size: int
    sha256: str


class ArchiveWriter:
    """Writes members one after another, then the contents that seal them; used as a block."""

    def __init__(self, file: IO[bytes], kind: str) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._kind = kind
        self._members: dict[str, Member] = {}

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Sealed, it is closed already; else what is half written is thrown away with its file.
        with suppress(OSError, ValueError):
            self._archive.close()

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one member; renditions are compressed already and stay as they are."""
        if not _NAME.fullmatch(name) or name in self._members:
            raise ValueError(f"{name!r} can't be a member of an archive")
        packed = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
        self._members[name] = self._write(name, pieces, packed)

    def seal(self, facts: Mapping[str, Any]) -> str:
        """Write the contents and return their SHA-256, which stands for the whole archive."""
        contents = {
            "format": self._kind,
            "version": VERSION,
            "facts": dict(facts),
            "members": {name: list(member) for name, member in self._members.items()},
        }
        text = json.dumps(contents, ensure_ascii=False, indent=1).encode()
        sealed = self._write(CONTENTS, [text], zipfile.ZIP_DEFLATED)
        self._archive.close()
        return sealed.sha256

    def _write(self, name: str, pieces: Iterable[bytes], packed: int) -> Member:
        entry = zipfile.ZipInfo(name, _FIXED_TIME)
        entry.compress_type = packed
        entry.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        return Member(size, digest.hexdigest())


class SealedArchive:
    """An archive that is read; nothing in it is believed before its digest was compared.

    `kind` is what the archive must be, `facts` what its writer said of it, `digest` the SHA-256
    of its contents. Members are never unpacked to files of their own, so no name in it can lead
    anywhere. Raises BadArchive for what is no such archive, OSError where there is no file.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        with self._understood():
            if not path.is_file():
                # A pipe or a device would be read for ever.
                path.stat()
                raise self.bad(said("is not a file"))
            self._archive = zipfile.ZipFile(path)
        try:
            self._entries = self._entries_of_archive()
            contents, self.digest = self._contents()
            self.facts, self.members = self._read_contents(contents, kind)
            self._ensure_complete()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> "SealedArchive":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def bad(self, reason: str) -> BadArchive:
        """The error that says what is wrong with this archive."""
        return BadArchive(
            said("{path}: {reason}; nothing was taken from it.", path=self._path, reason=reason)
        )

    def check(self) -> None:
        """Read every member once and compare its digest; raises BadArchive."""
        for name in self.members:
            for _ in self.pieces(name):
                pass

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, never more than its contents tell.

        Raises BadArchive, at the end at the latest, where they are not those that were sealed.
        """
        member = self.members[name]
        digest, left = hashlib.sha256(), member.size
        with self._understood(), self._archive.open(self._entries[name]) as file:
            while piece := file.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    break
                digest.update(piece)
                yield piece
        if left != 0 or digest.hexdigest() != member.sha256:
            raise self.bad(
                said(
                    "{name} is damaged, its digest is not the one that was written down", name=name
                )
            )

    def read(self, name: str) -> bytes:
        """All bytes of a small member."""
        return b"".join(self.pieces(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member, without their ends."""
        rest = b""
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > _LONGEST_LINE:
                raise self.bad(
                    said(
                        "{name} has a line of more than {most} bytes", name=name, most=_LONGEST_LINE
                    )
                )
        if rest:
            yield rest

    def _entries_of_archive(self) -> dict[str, zipfile.ZipInfo]:
        entries: dict[str, zipfile.ZipInfo] = {}
        size = self._path.stat().st_size
        for entry in self._archive.infolist():
            name = entry.filename
            if name != CONTENTS and not _NAME.fullmatch(name):
                raise self.bad(
                    said("it holds {name!r}, which has no place in such an archive", name=name[:80])
                )
            if name in entries:
                raise self.bad(said("it holds {name} twice", name=name))
            if entry.flag_bits & 1 or entry.compress_type not in (
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            ):
                raise self.bad(said("{name} is packed in a way that is not used here", name=name))
            entries[name] = entry
        unpacked = sum(entry.file_size for entry in entries.values())
        if unpacked > _MOST_GROWTH * size:
            raise self.bad(
                said(
                    "its {size} bytes would unpack to {unpacked}, which can't be right",
                    size=size,
                    unpacked=unpacked,
                )
            )
        return entries

    def _contents(self) -> tuple[Any, str]:
        entry = self._entries.get(CONTENTS)
        if entry is None:
            raise self.bad(
                said("it has no {file}, so it is not an archive of Negatoscope's", file=CONTENTS)
            )
        if entry.file_size > _LARGEST_CONTENTS:
            raise self.bad(said("its {file} is too large", file=CONTENTS))
        with self._understood(), self._archive.open(entry) as file:
            text = file.read(_LARGEST_CONTENTS)
        try:
            return json.loads(text), hashlib.sha256(text).hexdigest()
        except (ValueError, RecursionError):
            raise self.bad(said("its {file} can't be read", file=CONTENTS)) from None

    def _read_contents(
        self, contents: Any, kind: str
    ) -> tuple[Mapping[str, Any], dict[str, Member]]:
        given = contents if isinstance(contents, dict) else {}
        if given.get("format") != kind:
            raise self.bad(
                said(
                    "it is not a {kind} but {given!r}",
                    kind=kind,
                    given=str(given.get("format"))[:80],
                )
            )
        if given.get("version") != VERSION:
            raise self.bad(
                said(
                    "its format is version {version} and this program reads {known}; use the "
                    "Negatoscope that wrote it, or a newer one",
                    version=str(given.get("version"))[:20],
                    known=VERSION,
                )
            )
        facts, members = given.get("facts"), given.get("members")
        if not isinstance(facts, dict) or not isinstance(members, dict):
            raise self.bad(said("its {file} can't be read", file=CONTENTS))
        return facts, {name: self._member(name, told) for name, told in members.items()}

    def _member(self, name: str, told: object) -> Member:
        match told:
            case [int(size), str(sha256)] if re.fullmatch("[0-9a-f]{64}", sha256):
                return Member(size, sha256)
        raise self.bad(
            said(
                "its {file} doesn't say size and digest of {name!r}", file=CONTENTS, name=name[:80]
            )
        )

    def _ensure_complete(self) -> None:
        if missing := self.members.keys() - self._entries.keys():
            raise self.bad(said("{name} is missing from it", name=min(missing)[:80]))
        if unsealed := self._entries.keys() - self.members.keys() - {CONTENTS}:
            raise self.bad(
                said(
                    "it holds {name}, of which its {file} doesn't tell",
                    name=min(unsealed),
                    file=CONTENTS,
                )
            )
        for name, member in self.members.items():
            if self._entries[name].file_size != member.size:
                raise self.bad(
                    said("{name} is damaged, it hasn't the size that was written down", name=name)
                )
            if name.endswith(".png") and not name.endswith(f"{member.sha256}.png"):
                raise self.bad(said("{name} is not named by its digest", name=name))

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Turn what the reader of ZIP files raises over damage into one sentence."""
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise self.bad(said("it is damaged or no archive at all")) from None
        except (ValueError, RuntimeError, IndexError, OverflowError):
            raise self.bad(said("it is damaged or no archive at all")) from None


def rendition_member(sha256: str) -> str:
    """What a rendition is called in an archive."""
    return f"renditions/{sha256[:2]}/{sha256}.png"


def table_member(table: str) -> str:
    """What the rows of a table are called in an archive."""
    return f"tables/{table}.jsonl"
