"""The store in a bucket of a server that speaks S3 over HTTP.

Skipped, saying so, where `pip install 'negatoscope[s3]' 'moto[server]'` was not done.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from app.bank.opening import open_renditions
from app.bank.rendition import encode_png
from app.domain.errors import NotFound, StoreUnavailable

WANTED = "needs a server that speaks S3: pip install 'negatoscope[s3]' 'moto[server]'"
s3fs = pytest.importorskip("s3fs", reason=WANTED)
moto = pytest.importorskip("moto.server", reason=WANTED)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server on loopback, with the driver's own variables pointing to it."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    yield server
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def address(server: Any) -> str:
    bucket = f"renditions-{uuid.uuid4().hex[:12]}"
    s3fs.S3FileSystem().mkdir(bucket)
    return f"s3://{bucket}/deep/folder"


def test_what_one_machine_puts_into_the_bucket_another_reads(address: str) -> None:
    here = open_renditions(address)
    picture = encode_png(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64).astype(np.uint8))
    missing = "a" * 64
    assert not here.holds(missing, 7)
    digest = here.put(picture)
    here.sync()
    s3fs.S3FileSystem.clear_instance_cache()
    there = open_renditions(address)
    assert there.read(digest) == picture
    assert there.holds(digest, len(picture))
    assert not there.holds(digest, len(picture) + 1)
    assert there.put(picture) == digest
    assert there.is_reachable()
    with pytest.raises(NotFound):
        there.read(missing)


def test_what_another_machine_puts_later_is_there_at_once(address: str) -> None:
    here, there = open_renditions(address), open_renditions(address)
    first = here.put(b"one")
    # The folder has been listed; what comes afterwards must not be hidden by that.
    assert there.holds(first, 3)
    digest = here.put(b"two")
    assert there.holds(digest, 3)
    assert there.read(digest) == b"two"


def test_a_server_that_is_gone_is_said_so(server: Any, address: str) -> None:
    store = open_renditions(address)
    digest = store.put(b"picture")
    server.stop()
    with pytest.raises(StoreUnavailable):
        store.read(digest)
    assert not store.is_reachable()


def test_a_bucket_that_is_not_there_is_said_so(server: Any) -> None:
    store = open_renditions("s3://no-such-bucket/folder")
    with pytest.raises(StoreUnavailable):
        store.put(b"picture")
    assert not store.is_reachable()
