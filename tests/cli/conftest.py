"""Commands run in this process, on a data folder of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import program

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `python -m app ARGUMENTS` with NEGATOSCOPE_DATA_DIR in a temporary folder."""
    monkeypatch.setenv("NEGATOSCOPE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("NEGATOSCOPE_DATABASE_URL", raising=False)
    runner = CliRunner()

    def run(*arguments: object, code: int = 0, **options: object) -> Result:
        words = [str(argument) for argument in arguments]
        result = runner.invoke(program, words, **options)  # type: ignore[arg-type]
        assert result.exit_code == code, f"{words}: {result.output}{result.stderr}"
        assert "Traceback" not in result.output + result.stderr
        return result

    return run
