"""An archive that is passed on piece by piece while it is made."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator

Content = Callable[[], Iterator[bytes]]


def zip_stream(folder: str, contents: Iterable[tuple[str, Content]]) -> Iterator[bytes]:
    """The archive's bytes; every file stands in `folder`, and is made when its turn comes."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents:
            entry = zipfile.ZipInfo(f"{folder}/{name}")
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w") as member:
                for piece in content():
                    member.write(piece)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that can only be written to; what was written is taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
