"""An installation to be tried: a study over a small bank, and the real server before it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from app.bank.header import BankArm, BankHeader
from app.bank.store import RenditionStore
from app.bank.writer import BankWriter
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.db.studies import study_by_slug
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.leak_verdict import LeakVerdict
from app.services.accounts import set_password
from app.services.create_study import create_study
from app.services.import_bank import import_bank
from app.services.invite_readers import invite_readers
from app.services.open_study import open_study
from app.services.record_audit import record_audit
from app.steps.audited_set import audited_set
from benchmarks.outage.cluster import free_port
from benchmarks.outage.serve import VARIABLE

ROOT = Path(__file__).parents[2]
SIZE = 64
NAME, PASSWORD = "investigator", "a long password of ours"


class Installation:
    """A data folder, a database and a server's process, which `kill` ends as a power cut would."""

    def __init__(self, folder: Path, url: str, *, cases: int, readers: int, workers: int) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'negatoscope.db'}"
        self.port = free_port()
        self.clock = folder / "clock"
        self._workers = workers
        self._server: int | None = None
        self._cradle = _start_cradle()
        folder.mkdir(parents=True, exist_ok=True)
        self.database = Database(self.url)
        upgrade_schema(self.database, ROOT / "migrations")
        self.tokens = self._study(cases, readers)

    @property
    def is_sqlite(self) -> bool:
        return self.database.is_sqlite

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Start the server; returns once it answers."""
        wanted = {
            "environment": {
                "NEGATOSCOPE_DATA_DIR": str(self.folder),
                "NEGATOSCOPE_DATABASE_URL": self.url,
                VARIABLE: str(self.clock),
            },
            "log": str(self.log),
            "port": self.port,
            "workers": self._workers,
        }
        assert self._cradle.stdin is not None
        assert self._cradle.stdout is not None
        self._cradle.stdin.write(json.dumps(wanted) + "\n")
        self._cradle.stdin.flush()
        self._server = int(self._cradle.stdout.readline())
        for _ in range(6000):
            if self.health()[0] == 200:
                return
            if not _is_alive(self._server):
                break
            time.sleep(0.02)
        raise SystemExit(f"the server did not start; see {self.log}")

    def kill(self) -> None:
        """End all of the server's processes at once, without a word to them."""
        if self._server is not None:
            os.killpg(self._server, signal.SIGKILL)
            while _is_alive(self._server):
                time.sleep(0.005)
            self._server = None

    def health(self) -> tuple[int, float]:
        """Status and seconds of /healthz; status 0 for no answer within 10 s."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
        except OSError:
            status = 0
        finally:
            connection.close()
        return status, time.perf_counter() - began

    def end(self) -> None:
        self.kill()
        self._cradle.kill()
        self._cradle.wait()
        self.database.dispose()

    def _study(self, cases: int, readers: int) -> list[str]:
        arms = (BankArm("real", "Real", "real"), BankArm("M1", "M1", "synthetic"))
        each, now, rng = -(-cases // 4), datetime.now(UTC), np.random.default_rng(1)
        bank = self.folder / "bank"
        with BankWriter(bank, BankHeader("Faults", now, arms)) as writer:
            for arm in arms:
                for condition in ("normal", "abnormal"):
                    for number in range(each):
                        writer.add(
                            rng.integers(0, 256, (SIZE, SIZE), dtype=np.uint8),
                            file=f"images/{arm.id}-{condition}-{number}.png",
                            arm=arm.id,
                            condition=condition,
                            provenance={},
                        )
        store = RenditionStore(self.folder / "renditions")
        import_bank(self.database, store, bank, now=now, size=SIZE)
        counts = [{"arm": arm.id, "normal": each, "abnormal": each} for arm in arms]
        design = design_from_mapping(
            {"title": "Faults", "arms": counts, "rendition_size": SIZE, "seed": 7}
        )
        with self.database.writing() as session:
            set_password(session, NAME, PASSWORD, now=now)
            slug = create_study(session, design, now=now, actor="benchmark")
            _take_as_audited(session, slug, now)
            open_study(session, slug, now=now, actor="benchmark")
            invited = invite_readers(session, slug, count=readers, now=now, actor="benchmark")
        return [invitation.token for invitation in invited]


def _start_cradle() -> subprocess.Popen[str]:
    """The process that servers are forked from."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.outage.serve"],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _take_as_audited(session: Session, slug: str, now: datetime) -> None:
    """Pictures of noise have nothing to leak; what is tried here is not the audit."""
    study = study_by_slug(session, slug)
    audited = audited_set(session, study, design_from_json(study.design))
    passed = LeakVerdict(audited.sha256, (), (), len(audited.cases), 0, 0)
    record_audit(session, slug, passed, now=now, actor="benchmark")
