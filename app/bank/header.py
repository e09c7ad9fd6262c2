"""bank.json: what a bank is and which arms it holds (docs/bank-format.md)."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, cast

from app.bank.json_values import parse_json
from app.domain.conditions import CONDITIONS, Condition, declared
from app.domain.errors import BadBank
from app.domain.said import joined, said, sentence_of
from app.films.film import DEFAULT_MAPPING, GREY_MAPPINGS, GreyMapping
from app.films.regular_file import open_regular

FORMAT_VERSION: Final = 1
HEADER_FILE: Final = "bank.json"
LARGEST_HEADER_BYTES: Final = 16 * 2**20
REAL_ARM: Final = "real"

ArmKind = Literal["real", "synthetic"]
_ARM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class BankArm:
    """What a bank says of one image source as a whole.

    `generated` and `rejected` count images made and images thrown away by `rejection_rule`;
    `grey_mapping` says how its files become grey levels; `details` holds whatever else bank.json
    says of the arm.
    """

    id: str
    label: str
    kind: ArmKind
    description: str = ""
    training_summary: str = ""
    generated: int | None = None
    rejected: int | None = None
    rejection_rule: str = ""
    licence: str = ""
    attribution: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    grey_mapping: GreyMapping = DEFAULT_MAPPING


@dataclass(frozen=True)
class BankHeader:
    """The whole of bank.json."""

    name: str
    created_at: datetime
    arms: tuple[BankArm, ...]
    licence: str = ""
    attribution: str = ""
    conditions: tuple[Condition, ...] = CONDITIONS

    @property
    def arm_ids(self) -> frozenset[str]:
        """The ids that a record may name."""
        return frozenset(arm.id for arm in self.arms)


def read_bank_header(directory: Path) -> BankHeader:
    """Read and check bank.json in `directory`; raises BadBank with where and why."""
    path = directory / HEADER_FILE
    if not directory.is_dir():
        raise BadBank(
            said(
                "{directory} is not a folder; give the folder that holds {header_file}.",
                directory=directory,
                header_file=HEADER_FILE,
            )
        )
    try:
        with open_regular(path) as file:
            raw = file.read(LARGEST_HEADER_BYTES + 1)
    except FileNotFoundError:
        raise BadBank(
            said(
                "{directory} is not a bank: it has no {header_file}; for a folder with a "
                "table of images use import-images.",
                directory=directory,
                header_file=HEADER_FILE,
            )
        ) from None
    except OSError as error:
        raise BadBank(
            said("{path} can't be read: {strerror}.", path=path, strerror=error.strerror)
        ) from None
    if len(raw) > LARGEST_HEADER_BYTES:
        raise BadBank(
            said(
                "{path} is larger than {largest_header_bytes:,} bytes.",
                path=path,
                largest_header_bytes=LARGEST_HEADER_BYTES,
            )
        )
    try:
        data = parse_json(raw)
    except ValueError as error:
        raise BadBank(
            said("{path} can't be read: it {error}.", path=path, error=sentence_of(error))
        ) from None
    if not isinstance(data, dict):
        raise BadBank(said("{path} must hold one JSON object.", path=path))
    return _header(_Fields(str(path), data))


def header_to_json(header: BankHeader) -> str:
    """bank.json's text for `header`; read again by `read_bank_header`."""
    arms = []
    for arm in header.arms:
        plain = asdict(arm)
        details = plain.pop("details")
        arms.append({key: value for key, value in plain.items() if value not in (None, "")})
        arms[-1].update(details)
    content = {
        "format_version": FORMAT_VERSION,
        "name": header.name,
        "created_at": header.created_at.isoformat(),
        "licence": header.licence,
        "attribution": header.attribution,
        "arms": arms,
    }
    if header.conditions != CONDITIONS:
        content["conditions"] = list(header.conditions)
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def is_arm_id(text: str) -> bool:
    """Whether `text` may name an arm."""
    return _ARM_ID.fullmatch(text) is not None


def _header(fields: "_Fields") -> BankHeader:
    version = fields.take("format_version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise fields.error("format_version", said("must be 1"))
    if version > FORMAT_VERSION:
        raise fields.error(
            "format_version",
            said(
                "is {version}; this program reads {known}, so it needs an update",
                version=version,
                known=FORMAT_VERSION,
            ),
        )
    rows = fields.take("arms")
    if not isinstance(rows, list) or not rows:
        raise fields.error("arms", said("must list at least one arm"))
    arms: list[BankArm] = []
    for number, row in enumerate(rows, start=1):
        where = f"{fields.where}, arms[{number}]"
        if not isinstance(row, dict):
            raise BadBank(said("{where}: must be an object with id, label and kind.", where=where))
        arms.append(_arm(_Fields(where, row)))
        if arms[-1].id in {arm.id for arm in arms[:-1]}:
            raise BadBank(said("{where}: the id {id} is used twice.", where=where, id=arms[-1].id))
    labels = fields.take("conditions")
    if labels is not None and not isinstance(labels, list):
        raise fields.error("conditions", said("must list the labels that records may have"))
    try:
        conditions = declared(labels or ())
    except ValueError as error:
        raise fields.error(
            "conditions", said("can't be used: {why}", why=sentence_of(error))
        ) from None
    return BankHeader(
        conditions=conditions,
        name=fields.text("name", required=True, longest=_LONGEST_NAME),
        created_at=fields.moment("created_at"),
        arms=tuple(arms),
        licence=fields.text("licence"),
        attribution=fields.text("attribution"),
    )


def _arm(fields: "_Fields") -> BankArm:
    arm_id = fields.text("id", required=True)
    if not is_arm_id(arm_id):
        raise fields.error(
            "id",
            said(
                "{arm!r} must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit",
                arm=arm_id,
            ),
        )
    kind = fields.text("kind", required=True)
    if kind not in ("real", "synthetic"):
        raise fields.error("kind", said("must be real or synthetic, not {kind!r}", kind=kind))
    if arm_id == REAL_ARM and kind != "real":
        raise fields.error(
            "kind",
            said("an arm named {arm} can't be {kind}; give it another id", arm=REAL_ARM, kind=kind),
        )
    generated = fields.count("generated")
    rejected = fields.count("rejected")
    if generated is not None and rejected is not None and rejected > generated:
        raise fields.error(
            "rejected",
            said(
                "is {rejected}, more than the {generated} generated",
                rejected=rejected,
                generated=generated,
            ),
        )
    return BankArm(
        id=arm_id,
        label=fields.text("label", required=True, longest=_LONGEST_NAME),
        kind=cast(ArmKind, kind),
        description=fields.text("description"),
        training_summary=fields.text("training_summary"),
        generated=generated,
        rejected=rejected,
        rejection_rule=fields.text("rejection_rule"),
        licence=fields.text("licence"),
        attribution=fields.text("attribution"),
        grey_mapping=_grey_mapping(fields),
        details=fields.rest(),
    )


def _grey_mapping(fields: "_Fields") -> GreyMapping:
    given = fields.text("grey_mapping") or DEFAULT_MAPPING
    for mapping in GREY_MAPPINGS:
        if given == mapping:
            return mapping
    raise fields.error(
        "grey_mapping",
        said(
            "must be one of {mappings}, not {given!r}",
            mappings=", ".join(GREY_MAPPINGS),
            given=given,
        ),
    )


class _Fields:
    """One object of bank.json being read; `where` begins every complaint about it."""

    def __init__(self, where: str, data: Mapping[str, Any]) -> None:
        self.where = where
        self._left = dict(data)

    def error(self, key: str, reason: str) -> BadBank:
        return BadBank(joined((self.where, ", ", key, ": ", reason, "."), ""))

    def take(self, key: str) -> Any:
        return self._left.pop(key, None)

    def rest(self) -> dict[str, Any]:
        return self._left

    def text(self, key: str, *, required: bool = False, longest: int | None = None) -> str:
        value = self.take(key)
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise self.error(key, said("must be text, not {value}", value=repr(value)[:150]))
        value = value.strip()
        if required and not value:
            raise self.error(key, said("is missing"))
        if longest is not None and len(value) > longest:
            raise self.error(
                key,
                said(
                    "has {length} characters, at most {longest} are possible",
                    length=len(value),
                    longest=longest,
                ),
            )
        return value

    def count(self, key: str) -> int | None:
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            raise self.error(
                key, said("must be a whole number from 0, not {value}", value=repr(value)[:150])
            )
        return value

    def moment(self, key: str) -> datetime:
        text = self.text(key, required=True)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self.error(
                key, said("must be a moment as ISO 8601, not {text}", text=repr(text)[:150])
            ) from None
        if moment.tzinfo is None:
            raise self.error(
                key, said("needs its offset from UTC, such as {text}+00:00", text=text)
            )
        return moment
