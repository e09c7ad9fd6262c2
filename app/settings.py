"""What the environment decides; read once by main or the command line, then passed on as values."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings, each from NEGATOSCOPE_<NAME> in the environment.

    data_dir      where database, renditions and the secret key live
    database_url  an SQLAlchemy URL; SQLite in `data_dir` unless given
    secret_key    signs cookies; made and kept in `data_dir` unless given
    base_url      what readers' links begin with; https makes cookies Secure
    """

    model_config = SettingsConfigDict(env_prefix="NEGATOSCOPE_", extra="ignore")

    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"

    @property
    def effective_database_url(self) -> str:
        """The URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'negatoscope.db'}"

    @property
    def renditions_dir(self) -> Path:
        """Where the only images that readers are sent lie."""
        return self.data_dir / "renditions"

    def effective_secret_key(self) -> str:
        """The signing key in force; on first use it is made and kept with mode 0600."""
        given = self.secret_key.get_secret_value()
        if given:
            return given
        path = self.data_dir / "secret_key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text().strip()


def resource_dir(name: str) -> Path:
    """templates, static or migrations: beside the code in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "resources" / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name
