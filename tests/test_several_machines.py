"""One reader, two server processes with nothing in common but database and pictures.

Debian's nginx in front sends one request to this and the next to that; half-way one is killed.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from app.db.tables import Presentation, Rating
from tests.studies import House
from tests.web.reader_browser import ReaderBrowser

NGINX = shutil.which("nginx") or next(
    filter(os.path.exists, ("/usr/sbin/nginx", "/usr/local/sbin/nginx")), None
)
pytestmark = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed; on Debian: apt-get install nginx-light"
)
ROOT = Path(__file__).parents[1]
BAD_GATEWAY = 502
CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream machines {{ server 127.0.0.1:{first}; server 127.0.0.1:{second}; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://machines;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_buffers 16 64k;
            proxy_max_temp_file_size 0;
            add_header X-Machine $upstream_addr always;
        }}
    }}
}}
"""


@pytest.fixture(params=["postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """SQLite is for one process."""
    return str(request.param)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/healthz", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def wait_for(address: str) -> None:
    for _ in range(240):
        if answers(address):
            return
        time.sleep(0.25)
    raise AssertionError(f"{address} did not answer within a minute")


@contextmanager
def running(*command: str, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def machine(stack: ExitStack, url: str, pictures: Path, folder: Path, key: str) -> tuple[int, int]:
    """Start a server as on a machine of its own; return its port and process."""
    port = free_port()
    environment = os.environ | {
        "NEGATOSCOPE_DATABASE_URL": url,
        "NEGATOSCOPE_DATA_DIR": str(folder),
        "NEGATOSCOPE_RENDITIONS": f"file://{pictures}",
        "NEGATOSCOPE_SECRET_KEY": key,
        "NEGATOSCOPE_TRUSTED_PROXIES": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-m", "app", "serve", "--port", str(port))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = stack.enter_context(running(*command, env=environment, cwd=folder.parent, **quiet))
    wait_for(f"http://127.0.0.1:{port}")
    return port, process.pid


class Front(httpx2.Client):
    """A browser before nginx that notes which machine answered."""

    def __init__(self, address: str) -> None:
        self.machines: list[str] = []
        super().__init__(
            base_url=address,
            follow_redirects=True,
            timeout=30,
            event_hooks={"response": [self._note]},
        )

    def _note(self, response: httpx2.Response) -> None:
        if response.status_code != BAD_GATEWAY:
            # Where one refused, nginx names both; the last one answered.
            self.machines.append(response.headers["X-Machine"].split(", ")[-1])

    def post(self, *given: Any, **options: Any) -> httpx2.Response:
        """As the page does: a form that died with its machine is sent again, the very same."""
        response = super().post(*given, **options)
        return response if response.status_code != BAD_GATEWAY else super().post(*given, **options)


def test_a_reader_goes_on_when_one_of_two_machines_dies(
    house: House, database_url: str, tmp_path: Path
) -> None:
    _, token = house.open_study_with_reader(
        replicates={"count": 2, "minimum_lag": 3}, practice={"count": 2, "feedback": True}
    )
    with ExitStack() as stack:
        key = secrets.token_urlsafe(48)
        pictures = tmp_path / "renditions"
        ports = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            ports.append(machine(stack, database_url, pictures, folder, key))
        (first, first_process), (second, _) = ports
        port = free_port()
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=tmp_path, first=first, second=second, port=port)
        )
        stack.enter_context(running(str(NGINX), "-c", str(configuration), "-p", str(tmp_path)))
        wait_for(f"http://127.0.0.1:{port}")
        front = stack.enter_context(Front(f"http://127.0.0.1:{port}"))
        reader = ReaderBrowser(front)  # type: ignore[arg-type]
        reader.begin(token)
        rated = 0
        while reader.form.action:
            if reader.form.action == "/read/rate":
                case = reader.form.hidden["case"]
                assert front.get(f"/read/image/{case}").headers["content-type"] == "image/png"
                assert reader.rate().status_code == 200
                rated += 1
            else:
                reader.submit()
            if rated == 6 and len(set(front.machines)) == 2:
                os.kill(first_process, signal.SIGKILL)
                before, front.machines = front.machines, []
        assert "Thank you" in reader.html
        # Both were asked in turn until one was killed; the other did the rest.
        assert sum(one != other for one, other in pairwise(before)) > 10
        assert set(front.machines) == {f"127.0.0.1:{second}"}
    with house.database.reading() as session:
        counts = [session.scalar(select(func.count(row.id))) for row in (Presentation, Rating)]
    assert counts == [16, 16]
    assert rated == 16
    # Each machine kept nothing that the other one needs.
    for name in ("one", "two"):
        assert not (tmp_path / name / "renditions").exists()
        assert not (tmp_path / name / "secret_key").exists()
