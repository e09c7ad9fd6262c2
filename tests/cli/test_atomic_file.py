"""A file is written whole, over nobody else's, and never in the place of a device."""

import errno
import resource
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click import Context
from typer.main import get_command

from app.cli import report_files
from app.cli.atomic_file import ensure_free, ensure_free_folder, writing_atomically
from app.cli.program import COMMANDS, program
from app.domain.errors import BadInput, Refused

WRITE_A_FILE = {"out", "out_figure", "html", "pdf", "figures", "suggest_mapping"}
MAKE_A_NEW_FOLDER = {"blinded-set", "demo-bank"}


def test_every_command_that_writes_a_file_asks_for_force() -> None:
    group = get_command(program)
    options = {
        name: {str(one.name) for one in group.resolve_command(Context(group), [name])[1].params}
        for _, name, _ in COMMANDS
    }
    writes = {name for name in options if options[name] & WRITE_A_FILE} - MAKE_A_NEW_FOLDER
    assert {"export", "report", "pack", "plan", "analyse", "export-protocol"} <= writes
    assert [name for name in writes if "force" not in options[name]] == []


def test_what_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"

    def write_while_another_does() -> None:
        with writing_atomically(file, force=False) as to:
            to.write(b"mine")
            file.write_text("another's")

    with pytest.raises(Refused, match="exists already"):
        write_while_another_does()
    assert file.read_text() == "another's"
    assert [one.name for one in tmp_path.iterdir()] == ["all.zip"]
    with writing_atomically(file, force=True) as to:
        to.write(b"mine")
    assert file.read_text() == "mine"


def test_a_disk_that_is_full_or_takes_no_files_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"

    def write_until_full() -> None:
        with writing_atomically(file, force=False) as to:
            to.write(b"mine")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as refused:
        write_until_full()
    assert refused.value.filename == str(file)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match=r"all\.zip") as refused, ExitStack() as stack:
        stack.enter_context(writing_atomically(Path("/proc/all.zip"), force=False))
    assert refused.value.filename == "/proc/all.zip"


def test_of_figures_that_do_not_all_fit_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def figure_files(*_: object) -> dict[str, bytes]:
        return {"a.svg": b"a", "nowhere/b.svg": b"b"}

    monkeypatch.setattr(report_files, "figure_files", figure_files)
    view: Any = SimpleNamespace(figures=["a", "b"])
    with pytest.raises(BadInput, match="make it first"):
        report_files.write_figures(view, tmp_path / "figures", force=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.svg").write_bytes(b"of last week")
    with pytest.raises(BadInput, match="make it first"):
        report_files.write_figures(view, tmp_path, force=True)
    assert (tmp_path / "a.svg").read_bytes() == b"of last week"
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_more_figures_are_written_than_files_may_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"{number}.svg": b"drawn" for number in range(60)}
    monkeypatch.setattr(report_files, "figure_files", lambda *_: many)
    view: Any = SimpleNamespace(figures=["a", "b"])
    own = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A number is given to the lowest that is free: so many are open now, or nearly.
    with Path("/dev/null").open() as lowest:
        limit = lowest.fileno() + 40
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, own[1]))
    try:
        report_files.write_figures(view, tmp_path / "figures", force=False)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, own)
    assert {path.name for path in (tmp_path / "figures").iterdir()} == set(many)


def test_a_device_a_folder_and_a_link_to_nothing_are_refused(tmp_path: Path) -> None:
    """Written over, /dev/null would be a file from then on."""
    with pytest.raises(BadInput, match="a device or a pipe"):
        ensure_free(Path("/dev/null"), force=True)
    with pytest.raises(BadInput, match="is a folder"):
        ensure_free(tmp_path, force=True)
    with pytest.raises(BadInput, match="make it first"):
        ensure_free(tmp_path / "nowhere" / "x.zip", force=True)
    link = tmp_path / "link.zip"
    link.symlink_to(tmp_path / "gone.zip")
    with pytest.raises(Refused, match="exists already"):
        ensure_free(link, force=False)


def test_a_folder_with_files_is_refused_without_force(tmp_path: Path) -> None:
    ensure_free_folder(tmp_path, force=False)
    ensure_free_folder(tmp_path / "new", force=False)
    (tmp_path / "old.svg").touch()
    with pytest.raises(Refused, match="holds files already"):
        ensure_free_folder(tmp_path, force=False)
    ensure_free_folder(tmp_path, force=True)
