"""Commands run in this process, on a data folder of their own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import opening, program
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from tests.conftest import Template

Run = Callable[..., Result]


@pytest.fixture(scope="package", autouse=True)
def _migrations_are_run_once(sqlite_template: Template) -> Iterator[None]:
    """The first command in an empty folder copies the newest schema instead of making it anew."""

    def upgraded(database: Database, migrations: Path) -> None:
        path = Path(database.engine.url.database or "")
        if database.is_sqlite and (not path.exists() or path.stat().st_size == 0):
            shutil.copy(sqlite_template.empty, path)
        upgrade_schema(database, migrations)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "upgrade_schema", upgraded)
        yield


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


# Given what fills a data folder and says something of it: the same folder, and what was said.
Filled = Callable[[Callable[[Run, Path], str]], str]


@pytest.fixture(scope="package")
def _filled_folders() -> dict[Callable[[Run, Path], str], tuple[Path, str]]:
    return {}


@pytest.fixture
def filled(
    run: Run,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    _filled_folders: dict[Callable[[Run, Path], str], tuple[Path, str]],
) -> Filled:
    """Fills the data folder by commands once; the next test that begins so has a copy."""

    def fill_once(fill: Callable[[Run, Path], str]) -> str:
        data = tmp_path / "var"
        if fill in _filled_folders:
            kept, said = _filled_folders[fill]
            shutil.copytree(kept, data)
            return said
        said = fill(run, tmp_path)
        kept = tmp_path_factory.mktemp(fill.__name__) / "var"
        _filled_folders[fill] = shutil.copytree(data, kept), said
        return said

    return fill_once
