"""The list of commands, which is printed without importing what they need."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

import app.cli
from app.__main__ import main
from app.cli.program import COMMANDS

ROOT = Path(__file__).parents[2]


def commands_of(module: str) -> dict[str, str]:
    """What a module of app.cli adds to the program: names and docstrings."""
    added = typer.Typer()
    import_module(f"app.cli.{module}").add_commands(added)
    return {
        str(command.name): (command.callback.__doc__ or "") if command.callback else ""
        for command in added.registered_commands
    }


def test_the_list_names_every_command_of_every_module() -> None:
    folder = Path(app.cli.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "def add_commands" in path.read_text()}
    there = {(module, name) for module in modules for name in commands_of(module)}
    assert {(module, name) for module, name, _ in COMMANDS} == there


def test_the_list_speaks_as_the_commands_do() -> None:
    for module, name, line in COMMANDS:
        own = " ".join(commands_of(module)[name].split())
        assert own.startswith(line.rstrip(".")), name


def test_printing_the_list_imports_no_figures_and_no_database() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from app.cli import program\n"
        "assert 'import-bank' in CliRunner().invoke(program, ['--help']).output\n"
        "print(sorted({'numpy', 'scipy', 'matplotlib', 'sqlalchemy'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_tables_of_a_file_import_no_figures_and_no_database(tmp_path: Path) -> None:
    lines = ["reader,case,arm,truth,realism,verdict"]
    for arm, truth in (("real", "real"), ("M1", "synthetic")):
        for reader in ("R1", "R2", "R3"):
            lines += [
                f"{reader},{arm}{case},{arm},{truth},{1 + case % 5},{verdict}"
                for case in range(8)
                for verdict in [("real", "synthetic")[case % 2]]
            ]
    (tmp_path / "ratings.csv").write_text("\n".join(lines))
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from app.cli import program\n"
        f"done = CliRunner().invoke(program, ['analyse', {str(tmp_path / 'ratings.csv')!r}])\n"
        "assert 'Told apart from real' in done.output or 'AUC' in done.output, done.output\n"
        "print(sorted({'matplotlib', 'sqlalchemy', 'PIL', 'jinja2'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("called", "named"),
    [("/opt/negatoscope/bin/negatoscope", "negatoscope"), ("/x/app/__main__.py", "python -m app")],
)
def test_help_names_the_program_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], called: str, named: str
) -> None:
    monkeypatch.setattr(sys, "argv", [called, "--help"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out.lstrip().startswith(f"Usage: {named} [OPTIONS]")
