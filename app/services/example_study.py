"""Published protocols, listed and filled with the arms that the bank holds."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy.orm import Session

from app.db.truth.bank_records import held_arms
from app.domain.design.design import RENDITION_SIZE
from app.domain.design.protocol import Protocol, read_protocol
from app.domain.design.protocols import FilledProtocol, fill_protocol
from app.domain.errors import NotFound


@dataclass(frozen=True)
class ExampleStudy:
    """A protocol over the bank's arms; `about` says what is published of it and what is ours."""

    filled: FilledProtocol
    about: tuple[str, ...]


def list_protocols() -> tuple[Protocol, ...]:
    """Every published protocol, by name."""
    return tuple(_read(file) for file in sorted(_files(), key=lambda file: file.name))


def example_study(session: Session, name: str, *, size: int = RENDITION_SIZE) -> ExampleStudy:
    """The protocol `name` over the arms of the bank, ready to become a study.

    Only images with a rendition of `size` pixels count. Raises NotFound for a name that no protocol
    has, and BadInput with one sentence on what the bank lacks.
    """
    file = next((file for file in _files() if file.name == f"{name}.toml"), None)
    if file is None:
        raise NotFound(
            f"There is no protocol {name!r}; `python -m app example-study --list` names those "
            "there are."
        )
    protocol = _read(file)
    protocol = replace(protocol, document={**protocol.document, "rendition_size": size})
    filled = fill_protocol(protocol, held_arms(session, protocol.bank_keys, size=size))
    return ExampleStudy(filled, _about(file))


def _files() -> Iterator[Traversable]:
    folder = files("app").joinpath("protocols")
    return (file for file in folder.iterdir() if file.name.endswith(".toml"))


def _read(file: Traversable) -> Protocol:
    name = file.name.removesuffix(".toml")
    return read_protocol(name, tomllib.loads(file.read_text(encoding="utf-8")))


def _about(file: Traversable) -> tuple[str, ...]:
    """The lines of comment that a protocol's file begins with."""
    lines: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return tuple(lines)
