"""What runs an installation: nginx with TLS below a path, what joins compose, systemd's units."""

import configparser
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.main import create_app
from app.settings import Settings
from tests.serving import Served
from tests.studies import House

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "docs/deployment"
OVERRIDE: dict[str, Any] = yaml.safe_load((PACKAGING / "compose.proxy.yml").read_text())["services"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
REQUIRED = re.compile(r"\$\{\w+:\?[A-Z][^}]+\.\}")
NGINX = shutil.which("nginx") or next(
    filter(os.path.exists, ("/usr/sbin/nginx", "/usr/local/sbin/nginx")), None
)


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """What stands before the app does not depend on its database."""
    return str(request.param)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        base_url="https://localhost/reading",
        trusted_proxies="127.0.0.1",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def proxy(house: House, settings: Settings, tmp_path: Path) -> Iterator[int]:
    """nginx with our file before the app; only addresses, paths and the waits are other ones."""
    if NGINX is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed; on Debian: apt-get install nginx-light")
    machine = Served(lambda: create_app(settings))
    port = free_port()
    certificate(tmp_path)
    text = (PACKAGING / "nginx.conf").read_text()
    for ours, here in {
        "/tmp/": f"{tmp_path}/nginx-",
        "server app:8000;": f"server 127.0.0.1:{machine.port};",
        "listen 8443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen 8080;": f"listen 127.0.0.1:{free_port()};",
        "/etc/nginx/tls/": f"{tmp_path}/",
        "client_header_timeout 10s;": "client_header_timeout 1s;",
        "/dev/stdout": f"{tmp_path}/access.log",
        "/dev/stderr": f"{tmp_path}/error.log",
        "worker_processes auto;": "worker_processes 1; daemon off; user root;",
    }.items():
        assert ours in text
        text = text.replace(ours, here)
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(text)
    process = subprocess.Popen([NGINX, "-c", str(configuration), "-e", f"{tmp_path}/error.log"])
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        machine.stop()


def certificate(folder: Path) -> None:
    subprocess.run(
        [
            *[
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ],
            *["-nodes", "-subj", "/CN=localhost", "-days", "1"],
            *("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")),
        ],
        check=True,
        capture_output=True,
    )


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")


def get(port: int, path: str) -> http.client.HTTPResponse:
    # Its certificate was made a moment ago and nobody vouches for it.
    unchecked = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("localhost", port, context=unchecked, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    return connection.getresponse()


def test_the_proxy_serves_the_app_below_its_path_and_cuts_slow_headers(
    proxy: int, house: House, tmp_path: Path
) -> None:
    assert get(proxy, "/reading/healthz").status == 200
    page = get(proxy, "/reading/sign-in")
    assert page.status == 200
    assert page.getheader("Content-Encoding") is None
    assert "max-age=" in (page.getheader("Strict-Transport-Security") or "")
    assert 'href="/reading/' in page.read().decode()
    assert get(proxy, "/reading").status == 301
    assert get(proxy, "/studies").status == 404
    _, token = house.open_study_with_reader(arms=[{"arm": "real", "normal": 1}])
    entered = get(proxy, f"/reading/r/{token}")
    assert entered.status in (302, 303)
    assert "; Secure" in (entered.getheader("Set-Cookie") or "")
    assert token not in (tmp_path / "access.log").read_text()
    with socket.create_connection(("127.0.0.1", proxy)) as plain:
        secure = ssl._create_unverified_context().wrap_socket(plain, server_hostname="localhost")
        secure.sendall(b"GET /reading/healthz HTTP/1.1\r\nHost: local")
        secure.settimeout(10)
        begun = time.monotonic()
        assert b" 200 " not in secure.recv(1000)
        assert time.monotonic() - begun < 8


@pytest.mark.parametrize("service", ["proxy", "backup"])
def test_what_is_joined_to_compose_has_no_more_rights_than_the_rest(service: str) -> None:
    described = OVERRIDE[service]
    assert described["user"].split(":")[0] not in ("", "0", "root")
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["read_only"] is True
    assert described["healthcheck"]["test"][0] == "CMD"
    for name, value in described.get("environment", {}).items():
        if re.search(r"PASSWORD|SECRET", name):
            assert REQUIRED.fullmatch(value), name


def test_the_app_believes_the_proxy_and_nobody_else() -> None:
    address = OVERRIDE["proxy"]["networks"]["default"]["ipv4_address"]
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert address.rsplit(".", 1)[0] == network["subnet"].rsplit(".", 1)[0]
    assert address != network["gateway"]
    assert OVERRIDE["app"]["environment"]["NEGATOSCOPE_TRUSTED_PROXIES"] == address
    assert OVERRIDE["backup"]["image"] == COMPOSE["services"]["app"]["image"]


def unit(name: str) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(PACKAGING / name)
    return read


def test_the_services_are_not_root_and_write_where_they_must() -> None:
    for name in ("negatoscope.service", "negatoscope-backup.service"):
        service = unit(name)["Service"]
        assert service["User"] == "negatoscope"
        assert service["NoNewPrivileges"] == "yes"
        assert service["ProtectSystem"] == "strict"
        assert service["StateDirectory"] == "negatoscope"
        assert "NEGATOSCOPE_DATA_DIR=/var/lib/negatoscope" in service["Environment"]
        assert not re.search(r"PASSWORD|SECRET", (PACKAGING / name).read_text())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    names = [path.name for path in PACKAGING.glob("negatoscope*")]
    assert len(names) == 3
    for name in names:
        text = (PACKAGING / name).read_text()
        # It looks for the program, which is not installed here.
        text = text.replace("/opt/negatoscope/bin/negatoscope", shutil.which("true") or "/bin/true")
        (tmp_path / name).write_text(text)
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in names)],
        capture_output=True,
        text=True,
    )
    complaints = [line for line in checked.stderr.splitlines() if "negatoscope" in line]
    assert complaints == []
