"""python -m app"""

from app.cli import program


def main() -> None:
    """Run the command line."""
    program(prog_name="python -m app")


if __name__ == "__main__":
    main()
