"""The secret key is whole or not there, and never short."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.errors import BadInput
from app.settings import Settings

ROOT = Path(__file__).parents[1]


def test_a_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    key = settings.effective_secret_key()
    assert len(key) >= 32
    assert settings.effective_secret_key() == key
    assert (tmp_path / "new/secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_share_one_whole_key(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from app.settings import Settings; "
        f"print(Settings(data_dir=Path({str(tmp_path / 'shared')!r})).effective_secret_key())"
    )
    for _ in range(3):
        starts = [
            subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
            for _ in range(4)
        ]
        keys = {start.communicate()[0] for start in starts}
        assert len(keys) == 1
        assert len(keys.pop()) > 32
        (tmp_path / "shared/secret_key").unlink()


def test_a_full_disk_leaves_no_key_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.settings.os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        Settings(data_dir=tmp_path).effective_secret_key()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("held", ["", "short", "x" * 31, "\n"])
def test_a_short_key_in_the_file_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / "secret_key").write_text(held)
    with pytest.raises(BadInput, match="at least 32"):
        Settings(data_dir=tmp_path).effective_secret_key()


def test_a_short_key_in_the_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEGATOSCOPE_SECRET_KEY", "x" * 31)
    with pytest.raises(BadInput, match="NEGATOSCOPE_SECRET_KEY has 31 bytes"):
        Settings(data_dir=tmp_path).effective_secret_key()
    monkeypatch.setenv("NEGATOSCOPE_SECRET_KEY", "x" * 32)
    assert Settings(data_dir=tmp_path).effective_secret_key() == "x" * 32
