"""Compose itself over our files, where it is installed, and hadolint over the Dockerfile."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILES = ("docker-compose.yml", "docs/deployment/compose.proxy.yml")
GIVEN = {
    "POSTGRES_PASSWORD": "one",
    "NEGATOSCOPE_SECRET_KEY": "two",
    "NEGATOSCOPE_BASE_URL": "https://example.org/reading",
    "TLS_FOLDER": "/etc/tls",
    "BACKUP_FOLDER": "/srv/backup",
}


def compose() -> list[str]:
    """The words that start compose here: Docker's plugin, or the program of its first version."""
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True)
        if asked.returncode == 0:
            return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else []


def understood(
    folder: Path, files: tuple[str, ...] = FILES, **changes: str
) -> subprocess.CompletedProcess[str]:
    """What compose makes of the files joined; `changes` are of what is given to them."""
    program = compose()
    if not program:
        pytest.skip("compose is not installed; on Debian: apt-get install docker-compose")
    paths = []
    for number, name in enumerate(files):
        text = (ROOT / name).read_text()
        if program == ["docker-compose"]:
            # It knows no name of a project in the file, and no default within a default.
            text = re.sub(r"^name: .*$", "", text, flags=re.MULTILINE)
            text = text.replace("127.0.0.1:${PORT:-8000}}", "127.0.0.1:8000}")
        (folder / f"{number}.yml").write_text(text)
        paths += ["-f", str(folder / f"{number}.yml")]
    surroundings = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [*program, "--project-directory", str(ROOT), *paths, "config"],
        capture_output=True,
        text=True,
        env=surroundings | GIVEN | changes,
    )


def test_compose_takes_both_files(tmp_path: Path) -> None:
    done = understood(tmp_path)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {"app", "database", "proxy", "backup"}
    assert services["app"]["environment"]["NEGATOSCOPE_BASE_URL"] == GIVEN["NEGATOSCOPE_BASE_URL"]


def test_links_begin_with_the_port_that_is_published(tmp_path: Path) -> None:
    if compose() == ["docker-compose"]:
        pytest.skip("the first version of compose knows no default within a default")
    done = understood(tmp_path, files=FILES[:1], NEGATOSCOPE_BASE_URL="", PORT="8123")
    assert done.returncode == 0, done.stderr
    app = yaml.safe_load(done.stdout)["services"]["app"]
    assert app["environment"]["NEGATOSCOPE_BASE_URL"] == "http://127.0.0.1:8123"
    assert app["ports"][0]["published"] == "8123"


def test_waiting_for_the_services_waits_for_no_minute() -> None:
    """`up --wait` waits for each service's first look at its own health."""
    checks = [
        service["healthcheck"]["interval"]
        for name in FILES
        for service in yaml.safe_load((ROOT / name).read_text())["services"].values()
        if "healthcheck" in service
    ]
    assert len(checks) == 4
    assert all(re.fullmatch(r"[1-5]?\ds", interval) for interval in checks)


@pytest.mark.parametrize("secret", ["POSTGRES_PASSWORD", "NEGATOSCOPE_SECRET_KEY"])
def test_compose_does_not_start_without_a_secret(tmp_path: Path, secret: str) -> None:
    done = understood(tmp_path, **{secret: ""})
    assert done.returncode != 0
    assert f"Give {secret} in the environment" in done.stderr


def test_every_file_that_is_mounted_is_there() -> None:
    mounted = [
        volume.split(":")[0]
        for name in FILES
        for service in yaml.safe_load((ROOT / name).read_text())["services"].values()
        for volume in service.get("volumes", ())
        if volume.startswith(".")
    ]
    assert mounted == ["./docs/deployment/nginx.conf"]
    for path in mounted:
        assert (ROOT / path).is_file(), path


@pytest.mark.skipif(not shutil.which("hadolint"), reason="hadolint is not installed")
def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run(["hadolint", str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
