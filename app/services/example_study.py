"""Published protocols, listed and filled with the arms that the bank holds."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from sqlalchemy.orm import Session

from app.db.truth.bank_contents import arms_by_key, bank_images
from app.db.truth.bank_records import rendition_sizes
from app.domain.design.arm_choice import HeldArm
from app.domain.design.design import RENDITION_SIZE
from app.domain.design.protocol import Protocol, read_protocol
from app.domain.design.protocols import FilledProtocol, fill_protocol
from app.domain.errors import BadInput, NotFound
from app.domain.memorised import is_memorised
from app.domain.said import said


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
            said(
                "There is no protocol {name!r}; `python -m app example-study --list` names those "
                "there are.",
                name=name,
            )
        )
    protocol = _read(file)
    protocol = replace(protocol, document={**protocol.document, "rendition_size": size})
    filled = fill_protocol(protocol, _held_arms(session, size))
    return ExampleStudy(filled, _about(file))


@dataclass(frozen=True)
class OfferedProtocol:
    """A protocol, and in a sentence what the bank lacks for it; empty where nothing is lacking."""

    protocol: Protocol
    lacks: str


def offered_protocols(
    session: Session, *, size: int = RENDITION_SIZE
) -> tuple[OfferedProtocol, ...]:
    """Every published protocol, tried over the images with a rendition of `size` pixels."""
    bank = _held_arms(session, size)
    return tuple(OfferedProtocol(protocol, _lack(protocol, bank)) for protocol in list_protocols())


def usual_size(session: Session) -> int:
    """The size of pictures to design a study for: the usual one, else what most images have."""
    sizes = rendition_sizes(session)
    return RENDITION_SIZE if not sizes or RENDITION_SIZE in sizes else sizes[0]


def _lack(protocol: Protocol, bank: Sequence[HeldArm]) -> str:
    try:
        fill_protocol(protocol, bank)
    except BadInput as error:
        return error.sentence
    return ""


def _held_arms(session: Session, size: int) -> list[HeldArm]:
    arms = arms_by_key(session)
    records: dict[str, list[Mapping[str, Any]]] = {key: [] for key in arms}
    for image in bank_images(session, list(arms), size):
        # A protocol is filled with what its study then draws from.
        if not is_memorised(image.record):
            records[image.arm].append(image.record)
    return [HeldArm(key, arm.kind, records[key]) for key, arm in arms.items()]


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
