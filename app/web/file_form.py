"""A posted form with files, taken as it comes: each file goes to the disk piece by piece.

For browsers without scripts; others send pieces that can be tried again (static/upload.js). The
body is in no memory as a whole, so it passes neither the usual limit nor the slots.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.bank.uploads import ArrivingFile, Upload
from app.domain.document import told
from app.domain.errors import BadForm, BadInput, Refused
from app.domain.said import said

_STREAMED = re.compile(r"/bank/import/[0-9a-f]{16}/sent")
# What operating systems put beside somebody's files.
_HIDDEN: Final = (".DS_Store", "Thumbs.db", "desktop.ini")
_LONGEST_FIELD: Final = 200
_FIELDS: Final = 2**20


def is_file_form(path: str) -> bool:
    """Whether the address takes a form with files, whose body is longer than any other's."""
    return _STREAMED.fullmatch(path) is not None


def ensure_no_longer_than_an_upload(upload: Upload, length: int) -> None:
    """Raise Refused for a body of more bytes than an upload may have; its fields need some too."""
    if length > upload.largest + _FIELDS:
        raise Refused(
            said(
                "That is more than an upload may bring ({largest:,} MiB); nothing of it was "
                "kept but files that had come whole. The operator can raise "
                "NEGATOSCOPE_LARGEST_UPLOAD.",
                largest=upload.largest // 2**20,
            )
        )


@dataclass
class _Part:
    """What is on its way: a file that is kept, one that is refused, or a field."""

    name: str
    filename: str
    arriving: ArrivingFile | None = None
    refused: str = ""
    size: int = 0
    value: bytes = b""


@dataclass
class FileForm:
    """Writes the files of a form below an upload; `kept` and `refused` say what became of each.

    `check_token` is given the form's token, which comes before any file, and raises where it is
    not the browser's.
    """

    upload: Upload
    content_type: str
    check_token: Callable[[str], None]
    kept: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    _length: int = 0
    _is_checked: bool = False
    _part: _Part | None = None
    _heading: bytes = b""
    _headings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind, options = parse_options_header(self.content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise BadForm(
                said("This form brings no files; choose them on its page and send it again.")
            )
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_begin": self._begin_heading,
                "on_header_field": self._read_heading,
                "on_header_value": self._read_heading_value,
                "on_headers_finished": self._headed,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def write(self, piece: bytes) -> None:
        """Take the next bytes of the body.

        Raises BadForm for what is no such form, Refused for a longer one than any upload.
        """
        self._length += len(piece)
        ensure_no_longer_than_an_upload(self.upload, self._length)
        try:
            self._parser.write(piece)
        except MultipartParseError:
            raise BadForm(said("The form came damaged; please send it again.")) from None

    def close(self) -> None:
        """Throw away what did not come whole."""
        if self._part is not None and self._part.arriving is not None:
            self._part.arriving.drop()
            self.refused.append((self._part.filename, "was cut off on its way"))
        self._part = None

    def _begin(self) -> None:
        self._headings = {}

    def _begin_heading(self) -> None:
        self._heading = b""

    def _read_heading(self, data: bytes, start: int, end: int) -> None:
        self._heading += data[start:end]

    def _read_heading_value(self, data: bytes, start: int, end: int) -> None:
        name = self._heading.decode("latin-1").lower()
        value = data[start:end].decode("latin-1")
        self._headings[name] = self._headings.get(name, "") + value

    def _headed(self) -> None:
        _, options = parse_options_header(self._headings.get("content-disposition"))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        part = self._part = _Part(name, filename)
        if b"filename" not in options:
            return
        if not self._is_checked:
            raise BadForm(said("The form's token did not come before its files; reload its page."))
        if not filename or filename.split("/")[-1] in _HIDDEN:
            return
        try:
            part.arriving = self.upload.receive(filename)
        except (BadInput, Refused) as error:
            part.refused = error.sentence

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part is None:
            return
        part.size += end - start
        if part.arriving is not None:
            try:
                part.arriving.write(data[start:end])
            except Refused as error:
                part.arriving.drop()
                part.arriving, part.refused = None, error.sentence
        elif not part.filename and part.size <= _LONGEST_FIELD:
            part.value += data[start:end]

    def _end(self) -> None:
        part, self._part = self._part, None
        if part is None:
            return
        if part.name == "csrf_token" and not part.filename:
            self.check_token(part.value.decode("latin-1"))
            self._is_checked = True
        elif part.refused:
            self.refused.append((_shown(part.filename), part.refused))
        elif part.arriving is not None and not part.size:
            part.arriving.drop()
            self.refused.append((_shown(part.filename), "It is empty."))
        elif part.arriving is not None:
            try:
                part.arriving.keep()
                self.kept.append(part.filename)
            except (BadInput, Refused) as error:
                self.refused.append((_shown(part.filename), error.sentence))


def _shown(filename: str) -> str:
    return filename if filename.isprintable() and len(filename) <= 80 else told(filename)
