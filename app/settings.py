"""What the environment decides; read once by main or the command line, then passed on as values."""

import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.errors import BadInput

SHORTEST_KEY = 32
# What the application's own addresses begin with.
OWN_PATHS = frozenset(
    {
        "account",
        "accounts",
        "api",
        "arms",
        "bank",
        "healthz",
        "language",
        "metrics",
        "r",
        "read",
        "sign-in",
        "sign-out",
        "static",
        "studies",
    }
)
_PREFIX = re.compile(r"(/[A-Za-z0-9_-]+)+")


class Settings(BaseSettings):
    """The settings, each from NEGATOSCOPE_<NAME> in the environment.

    data_dir      where database, renditions and the secret key live
    database_url  an SQLAlchemy URL; SQLite in `data_dir` unless given
    secret_key    signs cookies; made and kept in `data_dir` unless given
    base_url      what readers' links begin with; https makes cookies Secure, a path is served below
    renditions    a folder, or an address such as s3://BUCKET/FOLDER that several machines share
    trusted_proxies  addresses or networks whose X-Forwarded-For is believed, with commas between
    database_patience  seconds that a page waits for the database before it says so
    log_format    text or json, one line an event
    largest_upload  MiB that one import in the browser may bring; 0 for none in the browser
    metrics_token  opens /metrics to whoever sends it as a bearer; without it there is no such page
    """

    model_config = SettingsConfigDict(env_prefix="NEGATOSCOPE_", extra="ignore")

    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    renditions: str = ""
    trusted_proxies: str = ""
    database_patience: float = Field(2.0, ge=1, le=60)
    log_format: Literal["text", "json"] = "text"
    largest_upload: int = Field(4096, ge=0, le=10_000_000)
    metrics_token: SecretStr = SecretStr("")

    def __init__(self, **given: Any) -> None:
        """Read what is not given from the environment; raises BadInput for what can't be used."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadInput(" ".join(map(_unusable, error.errors()))) from None
        parts = urlsplit(self.base_url)
        is_plain = "@" not in parts.netloc and not parts.query and not parts.fragment
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
            raise BadInput(
                "NEGATOSCOPE_BASE_URL can't begin readers' links; write http:// or https://, a "
                "host and, where it is served below one, a path: https://reading.example.org."
            )

    @property
    def effective_database_url(self) -> str:
        """The URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'negatoscope.db'}"

    @property
    def path_prefix(self) -> str:
        """The path of `base_url`, below which everything is served; empty at a host's root.

        Raises BadInput for one that an address could write in two ways, or that begins like an
        address of the application's own.
        """
        prefix = urlsplit(self.base_url).path.rstrip("/")
        if prefix and not _PREFIX.fullmatch(prefix):
            raise BadInput(
                f"The path {prefix} of NEGATOSCOPE_BASE_URL can't be served: use letters, figures, "
                "- and _ between single slashes."
            )
        if prefix.split("/")[1:2] and prefix.split("/")[1] in OWN_PATHS:
            raise BadInput(
                f"The path {prefix} of NEGATOSCOPE_BASE_URL begins like pages of the application; "
                "choose another, such as /negatoscope."
            )
        return prefix

    @property
    def proxies(self) -> list[str]:
        """The declared proxies; raises BadInput for what is no address or network.

        Everybody (`*`) is refused: whoever asks could then say that they are somebody else.
        """
        named = [one.strip() for one in self.trusted_proxies.split(",") if one.strip()]
        for one in named:
            try:
                ipaddress.ip_network(one)
            except ValueError:
                raise BadInput(
                    f"NEGATOSCOPE_TRUSTED_PROXIES names {one!r}, which is no address or network; "
                    "name those that the proxies come from, such as 127.0.0.1 or 10.1.2.0/24."
                ) from None
        return named

    @property
    def renditions_at(self) -> str:
        """Where the only images that readers are sent lie: a folder, or an address with ``://``."""
        return self.renditions or str(self.data_dir / "renditions")

    def effective_secret_key(self) -> str:
        """The signing key in force; on first use it is made and kept with mode 0600.

        Raises BadInput for a key that is too short to protect anything, wherever it comes from: a
        cookie signed with it could be forged.
        """
        given = self.secret_key.get_secret_value()
        if given:
            return _long_enough(given, "NEGATOSCOPE_SECRET_KEY")
        path = self.data_dir / "secret_key"
        if not path.exists():
            _make_secret_key(path)
        return _long_enough(path.read_text(encoding="utf-8").strip(), str(path))

    def keep_secret_key(self, key: str) -> None:
        """Put a key that comes out of a backup in place of the one in `data_dir`.

        Raises BadInput for one that is too short.
        """
        path = self.data_dir / "secret_key"
        key = _long_enough(key, "the backup")
        if path.exists() and path.read_text(encoding="utf-8").strip() == key:
            return
        path.unlink(missing_ok=True)
        _make_secret_key(path, key)


def _unusable(fault: Mapping[str, Any]) -> str:
    """A setting that can't be used, without its value, which may be a secret."""
    name = "_".join(map(str, fault["loc"])).upper()
    reason = str(fault["msg"])
    return f"NEGATOSCOPE_{name} can't be used: {reason[:1].lower()}{reason[1:]}."


def _make_secret_key(path: Path, key: str = "") -> None:
    """Write the key whole and durable under another name, then give it its own; made unless given.

    Whoever reads the key meanwhile, after a crash or with a full disk finds all of it or no file.
    Of several processes the first to give the name wins, and all read that one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".secret_key-", dir=path.parent)  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key or secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _long_enough(key: str, where: str) -> str:
    if len(key.encode()) < SHORTEST_KEY:
        raise BadInput(
            f"The secret key in {where} has {len(key.encode())} bytes, at least {SHORTEST_KEY} are "
            "needed; give a longer one, or remove it and one is made."
        )
    return key


def resource_dir(name: str) -> Path:
    """templates, static or migrations: beside the code in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "resources" / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name
