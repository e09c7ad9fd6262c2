"""What is no file is refused at once, wherever a file is named."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bank.header import read_bank_header
from app.cli.study import read_design
from app.domain.errors import BadBank, BadImage, BadTable
from app.films.reader import read_image_file
from app.films.regular_file import open_regular, read_regular
from app.films.tables import opened_table
from app.services.analyse_file import analyse_file
from app.statistics.table.settings import AnalysisSettings


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert read_regular(tmp_path / "file") == b"abc"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(path: str) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(Path(path))


def test_a_folder_is_refused_and_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("name", "read", "error"),
    [
        ("bank.json", lambda path: read_bank_header(path.parent), BadBank),
        ("image.png", lambda path: read_image_file(path, path.name), BadImage),
        ("design.toml", read_design, OSError),
        ("images.csv", lambda path: opened_table(path).__enter__(), BadTable),
        (
            "ratings.csv",
            lambda path: analyse_file(path, columns={}, settings=AnalysisSettings()),
            OSError,
        ),
    ],
)
def test_a_pipe_that_nobody_writes_is_refused_and_not_waited_for(
    tmp_path: Path, name: str, read: Callable[[Path], object], error: type[Exception]
) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(error, match=r"regular file|not a file"):
        read(tmp_path / name)
