"""The store of renditions: written once, whole or not at all, telling nothing."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.bank.store import FIXED_MTIME, RenditionStore
from app.domain.errors import NotFound


def test_it_names_files_by_what_they_hold(tmp_path: Path) -> None:
    store = RenditionStore(tmp_path / "renditions")
    digest = store.put(b"picture")
    store.sync()
    assert digest == hashlib.sha256(b"picture").hexdigest()
    assert store.path(digest) == tmp_path / "renditions" / digest[:2] / f"{digest}.png"
    assert store.read(digest) == b"picture"
    assert store.holds(digest, 7)
    assert not store.holds(digest, 8)


def test_every_file_has_the_same_date_and_mode(tmp_path: Path) -> None:
    store = RenditionStore(tmp_path)
    states = [store.path(store.put(bytes([n]) * 9)).stat() for n in range(3)]
    assert {state.st_mtime for state in states} == {FIXED_MTIME}
    assert {state.st_mode & 0o777 for state in states} == {0o644}


def test_putting_again_writes_nothing_but_mends_a_file_that_lost_its_bytes(tmp_path: Path) -> None:
    store = RenditionStore(tmp_path)
    digest = store.put(b"picture")
    inode = store.path(digest).stat().st_ino
    store.put(b"picture")
    assert store.path(digest).stat().st_ino == inode
    store.path(digest).write_bytes(b"")
    store.put(b"picture")
    assert store.read(digest) == b"picture"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RenditionStore(tmp_path)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.bank.store.os.utime", no_space)
    with pytest.raises(OSError, match="No space"):
        store.put(b"picture")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_many_threads_may_put_the_same(tmp_path: Path) -> None:
    store = RenditionStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(store.put, [b"x" * 100_000] * 64))
    assert len(digests) == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_sync_beside_other_threads_loses_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, durable = RenditionStore(tmp_path), set[Path]()
    monkeypatch.setattr(
        "app.bank.store.os.sync",
        lambda: durable.update(path for path in tmp_path.rglob("*.png")),
    )
    monkeypatch.setattr("app.bank.store._FEW", 0)
    with ThreadPoolExecutor(4) as pool:
        put = pool.map(store.put, [str(number).encode() for number in range(200)])
        for number, _ in enumerate(put):
            if number % 16 == 0:
                store.sync()
    store.sync()
    assert len(durable) == 200


def test_what_a_killed_import_left_is_made_durable_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RenditionStore(tmp_path).put(b"picture")
    synced = list[int]()
    monkeypatch.setattr("app.bank.store.os.fsync", synced.append)
    store = RenditionStore(tmp_path)
    store.put(b"picture")
    store.sync()
    assert synced


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "a" * 63, "a" * 64 + "\n"])
def test_it_knows_no_name_but_digests(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        RenditionStore(tmp_path).path(name)


def test_a_rendition_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    store = RenditionStore(tmp_path)
    assert not store.holds("a" * 64, 0)
    with pytest.raises(NotFound):
        store.read("a" * 64)


def test_it_says_whether_it_can_be_reached(tmp_path: Path) -> None:
    store = RenditionStore(tmp_path / "renditions")
    assert store.is_reachable()
    (tmp_path / "renditions").rename(tmp_path / "gone")
    assert not store.is_reachable()
