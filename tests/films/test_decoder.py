"""Decoders run apart: what crashes, hangs or swells takes nobody with it."""

import os
import signal
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.filereader import read_dataset, read_preamble

from app.domain.errors import BadImage
from app.films import decoder as module
from app.films.decoder import Answer, Decoder
from app.films.limits import DECODER_MEMORY_BYTES
from app.films.reader import read_film
from tests.bank.files import dicom, saved, texture

HERE = "tests.films.test_decoder:"


def crash(_arguments: dict[str, Any], _payload: bytes) -> Answer:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}, b""


def hang(_arguments: dict[str, Any], _payload: bytes) -> Answer:
    time.sleep(60)
    return {}, b""


def swell(arguments: dict[str, Any], _payload: bytes) -> Answer:
    return {"size": len(bytearray(arguments["bytes"]))}, b""


def chatter(_arguments: dict[str, Any], payload: bytes) -> Answer:
    print("a codec's warning")
    os.write(2, b"another")
    return {"length": len(payload)}, payload[::-1]


def write(arguments: dict[str, Any], _payload: bytes) -> Answer:
    Path(arguments["path"]).write_bytes(b"12345")
    return {}, b""


@pytest.fixture
def decoder() -> Any:
    one = Decoder()
    yield one
    one.close()


def test_an_answer_comes_back_whole_whatever_is_printed(decoder: Decoder) -> None:
    payload = bytes(range(256)) * 5000
    answer = decoder.ask(HERE + "chatter", {}, payload, name="film")
    assert answer == ({"length": len(payload)}, payload[::-1])


def test_a_crash_refuses_the_file_and_the_next_is_read(decoder: Decoder) -> None:
    with pytest.raises(BadImage, match="film: broke its decoder"):
        decoder.ask(HERE + "crash", {}, name="film")
    assert decoder.ask(HERE + "chatter", {}, b"ab", name="next") == ({"length": 2}, b"ba")


def test_a_decoder_that_hangs_is_ended_in_time(decoder: Decoder) -> None:
    decoder.ask(HERE + "chatter", {}, name="warm")
    began = time.monotonic()
    with pytest.raises(BadImage, match="took longer than 1 s"):
        decoder.ask(HERE + "hang", {}, name="film", seconds=1)
    assert time.monotonic() - began < 10


def test_memory_beyond_the_limit_refuses_the_file(decoder: Decoder) -> None:
    arguments = {"bytes": DECODER_MEMORY_BYTES // 4}
    assert decoder.ask(HERE + "swell", arguments, name="film")[0] == {"size": arguments["bytes"]}
    with pytest.raises(BadImage, match="needs more than 2 GiB"):
        decoder.ask(HERE + "swell", {"bytes": DECODER_MEMORY_BYTES * 3 // 2}, name="film")


def test_a_decoder_writes_no_files(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "written"
    with pytest.raises(BadImage):
        decoder.ask(HERE + "write", {"path": str(path)}, name="film")
    assert not path.exists() or path.stat().st_size == 0


def test_a_lying_decoder_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(*_: Any, **__: Any) -> Answer:
        return {"shape": [9, 9], "format": "PNG", "bits": 8, "notes": [], "limits": None}, b"1234"

    monkeypatch.setattr(module.Decoder, "ask", lie)
    with pytest.raises(BadImage, match="broke its decoder"):
        read_film(saved(texture()), "film")


def deflated(plain_length: int) -> bytes:
    """A deflated DICOM file whose data set inflates to so many bytes."""
    import io

    data = dicom(texture())
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    whole = io.BytesIO(buffer.getvalue())
    if plain_length == 0:
        return whole.getvalue()
    read_preamble(whole, False)
    read_dataset(whole, False, True, stop_when=lambda tag, _vr, _length: tag >> 16 != 2)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = bytes(1 << 20)
    parts = [packer.compress(piece) for _ in range(plain_length >> 20)]
    return whole.getvalue()[: whole.tell()] + b"".join(parts) + packer.flush()


def test_a_deflated_file_is_read_and_a_deflate_bomb_is_not() -> None:
    np.testing.assert_array_equal(read_film(deflated(0)).pixels, texture())
    with pytest.raises(BadImage, match="would inflate to more than"):
        read_film(deflated(600 << 20), "bomb")
