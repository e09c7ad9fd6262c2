"""The commands: `python -m app COMMAND --help` tells what each does."""

from app.cli.program import program

__all__ = ["program"]
