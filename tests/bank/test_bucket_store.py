"""The store of renditions in a bucket, with the promises of the folder."""

import uuid
from pathlib import Path

import pytest

from app.bank.bucket_store import BucketStore
from app.bank.opening import open_renditions
from app.bank.store import RenditionStore
from app.domain.errors import BadInput, NotFound, StoreUnavailable


@pytest.fixture(params=["memory", "file", "folder"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "memory":
        return f"memory://renditions-{uuid.uuid4()}/deep"
    return f"file://{tmp_path}/shared" if request.param == "file" else str(tmp_path / "shared")


def test_what_one_machine_puts_another_reads(address: str) -> None:
    here, there = open_renditions(address), open_renditions(address)
    missing = "a" * 64
    assert not there.holds(missing, 7)
    digest = here.put(b"picture")
    here.sync()
    assert there.read(digest) == b"picture"
    assert there.holds(digest, 7)
    assert not there.holds(digest, 8)
    assert there.put(b"picture") == digest
    with pytest.raises(NotFound):
        there.read(missing)
    assert there.is_reachable()


def test_an_address_is_a_bucket_and_a_path_a_folder(tmp_path: Path) -> None:
    assert type(open_renditions(str(tmp_path))) is RenditionStore
    assert type(open_renditions("memory://somewhere")) is BucketStore


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "a" * 63, "a" * 64 + "\n"])
def test_it_knows_no_name_but_digests(name: str) -> None:
    with pytest.raises(NotFound):
        open_renditions("memory://none").read(name)


def test_damage_is_mended_by_putting_again() -> None:
    store = BucketStore(f"memory://damaged-{uuid.uuid4()}")
    digest = store.put(b"picture")
    store._files.pipe_file(store._name(digest), b"pictur")
    assert not store.holds(digest, 7)
    store.put(b"picture")
    assert store.read(digest) == b"picture"


def test_a_service_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    store = BucketStore(f"memory://silent-{uuid.uuid4()}")
    digest = store.put(b"picture")

    def silent(*_: object, **__: object) -> None:
        raise TimeoutError("the driver's own words")

    for name in ("cat_file", "info", "pipe_file"):
        monkeypatch.setattr(type(store._files), name, silent)
    for ask in (
        lambda: store.read(digest),
        lambda: store.put(b"x"),
        lambda: store.holds(digest, 7),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
    assert not store.is_reachable()


@pytest.mark.parametrize("address", ["nowhere://bucket", "s4://x"])
def test_an_address_of_no_kind_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="NEGATOSCOPE_RENDITIONS"):
        open_renditions(address)


def test_a_missing_driver_is_named() -> None:
    try:
        import s3fs  # noqa: F401
    except ImportError:
        with pytest.raises(BadInput, match=r"negatoscope\[s3\]"):
            open_renditions("s3://bucket/folder")
    else:
        pytest.skip("s3fs is installed, so nothing is missing")
