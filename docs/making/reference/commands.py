"""Every command with its arguments and options."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from app.cli.program import program
from docs.making.reference.markdown import code, table


def commands_page() -> str:
    """The page of commands, in the order in which `--help` lists them."""
    group: Any = get_command(program)
    context = group.make_context("python -m app", [], resilient_parsing=True)
    parts = [
        "# Commands",
        "From an installed wheel `negatoscope NAME`, from a checkout `python -m app NAME`. Each "
        "exits 0 on success, 1 with one sentence where something given can't be used, and 2 on "
        "wrong usage.",
    ]
    for name in group.list_commands(context):
        command = group.resolve_command(context, [name])[1]
        parts += _of_command(name, command)
    return "\n\n".join(parts) + "\n"


def _of_command(name: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    yield f"## {name}"
    words = " ".join([name, *(_as_typed(one) for one in arguments)])
    yield f"`python -m app {words}{' [OPTIONS]' if options else ''}`"
    yield " ".join((command.help or "").split())
    rows = [(code(one.name), getattr(one, "help", "") or "", "") for one in arguments]
    rows += [
        (", ".join(map(code, one.opts + one.secondary_opts)), one.help or "", _default(one))
        for one in options
    ]
    if rows:
        yield table(("", "", "unless given"), rows)


def _as_typed(argument: Any) -> str:
    word = (argument.name or "").upper()
    return word if argument.required else f"[{word}]"


def _default(option: Any) -> str:
    value = option.default
    if option.required:
        return "must be given"
    if value is None or callable(value) or option.is_flag:
        return ""
    return code(value)
