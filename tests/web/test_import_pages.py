"""Images brought in by the browser: pieces, what came, columns chosen, import, what was refused."""

import io
import json
import socket
import threading
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.bank.uploads import Step, Upload
from app.main import create_app
from app.services.browse_bank import arms_of_bank
from app.settings import Settings
from app.web.bank_imports import CUT_OFF, state_of, this_worker
from tests.bank.files import dicom, saved, texture
from tests.studies import House
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator


class Browser:
    """What upload.js does, without a browser."""

    def __init__(self, house: House, client: TestClient, settings: Settings) -> None:
        self.client = client
        self.office = Investigator(house, client)
        self.office.sign_in()
        self.address = self.office.post("/bank/import").url.path
        self.upload = Upload(settings.data_dir / "uploads" / self.address[-16:], 0)

    def send(self, files: Mapping[str, bytes], piece: int = 700) -> None:
        for path, data in files.items():
            for offset in range(0, len(data), piece):
                answer = self.piece(path, offset, data[offset : offset + piece], len(data))
                assert answer.json() == {"here": min(offset + piece, len(data))}

    def piece(self, path: str, offset: int, data: bytes, size: int) -> Any:
        page = self.client.get(self.address).text
        token = page.split('data-token="')[1].split('"')[0]
        return self.client.post(
            f"{self.address}/pieces",
            params={"path": path, "offset": offset, "size": size, "changed": 1},
            content=data,
            headers={"X-CSRF-Token": token, "Content-Type": "application/octet-stream"},
        )

    def step(self, name: str, **fields: str) -> str:
        """Post a form and wait for the work it begins; the page after it."""
        self.office.post(f"{self.address}/{name}", **fields)
        for thread in threading.enumerate():
            if thread.name == f"import-{self.upload.id}":
                thread.join(60)
        return str(self.client.get(self.address).text)


@pytest.fixture
def browser(house: House, client: TestClient, settings: Settings) -> Browser:
    return Browser(house, client, settings)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return sink.getvalue()


def films(house: House, arm: str) -> dict[str, int]:
    with house.database.reading() as session:
        return next((dict(one.counts) for one in arms_of_bank(session) if one.key == arm), {})


def test_a_zip_with_a_foreign_table_by_choosing(house: House, browser: Browser) -> None:
    names = ("ohne", "Erguss", "Sonst")
    table = "Bild,Befund\n" + "".join(f"b{n}.png,{name}\n" for n, name in enumerate(names))
    pictures = {f"set/b{n}.png": saved(texture(64, 64, seed=n)) for n in range(3)}
    browser.send({"set.zip": zipped({**pictures, "set/liste.csv": table})})
    page = browser.step("arrived")
    assert "This table has no column file" in page
    page = browser.client.get(
        f"{browser.address}?table=liste.csv&column.file=Bild&column.condition=Befund"
    ).text
    assert 'name="said.1" value="ohne"' in page
    fields = {f"said.{n}": name for n, name in enumerate(names, 1)}
    page = browser.step(
        "start",
        **{"table": "liste.csv", "column.file": "Bild", "column.condition": "Befund"},
        **{**fields, "means.1": "normal", "means.2": "its own label", "size": "64", "arm": "M9"},
    )
    assert "2 images added, 0 in the bank already, 1 refused." in page
    assert films(house, "M9") == {"normal": 1, "Erguss": 1}
    table = browser.client.get(f"{browser.address}/refused.csv").text
    assert table.splitlines()[0] == "line,file,reason"
    assert "b2.png" in table.splitlines()[1]
    assert browser.upload.arrived() == {}


def test_dicom_files_without_a_table(house: House, browser: Browser) -> None:
    deep = texture(80, 80, seed=5).astype(np.uint16) * 16 + 3
    browser.send({"study/normal/IM0001": dicom(deep, BitsStored=12)}, piece=100_000)
    page = browser.step("arrived")
    assert "1 picture without a table" in page
    answer = browser.step(
        "start", table="negatoscope-images.csv", arm="real2", all_are="normal", size="64"
    )
    assert "1 image added" in answer
    assert films(house, "real2") == {"normal": 1}


def film(seed: int) -> bytes:
    return saved(texture(80, 80, seed=seed))


def test_a_text_that_is_no_table_of_the_pictures_keeps_nobody_out(
    house: House, browser: Browser
) -> None:
    browser.send({"a.png": film(1), "b.png": film(2)}, piece=100_000)
    browser.send({"README.txt": b"Films of one day.\n"})
    page = browser.step("arrived")
    # Its one line is no table, so the pictures alone are what stands to be chosen.
    assert "2 pictures without a table" in page
    browser.send({"notes.txt": b"Read this first\nThey are from one room\n"})
    page = browser.step("arrived")
    assert "or that no table names the images" in page
    alone = browser.client.get(browser.address, params={"table": "negatoscope-images.csv"}).text
    assert "2 pictures without a table" in alone
    browser.send({"z.csv": b"file,condition\na.png,normal\nb.png,abnormal\n"})
    # A table that is read as it is comes before what stands first by its name.
    assert "Is read as columns of their own names: file = file" in browser.step("arrived")
    answer = browser.step(
        "start", table="negatoscope-images.csv", arm="M9", all_are="normal", size="64"
    )
    assert "2 images added" in answer
    assert films(house, "M9") == {"normal": 2}


def test_real_in_other_letters_makes_no_synthetic_arm(house: House, browser: Browser) -> None:
    browser.send({"a.png": film(1)}, piece=100_000)
    browser.step("arrived")
    answer = browser.step(
        "start", table="negatoscope-images.csv", arm="Real", all_are="normal", size="64"
    )
    assert "The arm Real would hold synthetic images" in answer
    assert films(house, "Real") == {}


def test_a_bank_as_the_command_imports_it(house: House, browser: Browser) -> None:
    house.fill_bank()
    written = next(house.folder.glob("bank-*"))
    bank = {
        f"bank/{path.relative_to(written).as_posix()}": path.read_bytes()
        for path in written.rglob("*")
        if path.is_file()
    }
    browser.send(bank, piece=100_000)
    assert "A bank" in browser.step("arrived")
    page = browser.step("start", size="64")
    assert "0 images added, 36 in the bank already, 0 refused." in page


def test_nothing_is_half_done_where_one_bad_record_is_to_keep_all_out(
    house: House, browser: Browser
) -> None:
    table = "file,condition\na.png,normal\nb.png,normal\n"
    files = {"a.png": saved(texture(64, 64, seed=1)), "b.png": b"no picture"}
    browser.send({**files, "index.csv": table.encode()})
    browser.step("arrived")
    page = browser.step("start", table="index.csv", arm="M9", size="64", strict="yes")
    assert "Nothing was imported" in page
    assert films(house, "M9") == {}
    assert "b.png" in browser.client.get(f"{browser.address}/refused.csv").text
    # It is still there, to be imported otherwise.
    assert "1 image added" in browser.step("start", table="index.csv", arm="M9", size="64")


def test_what_is_none_of_it_is_told(browser: Browser) -> None:
    browser.send({"notes.pdf": b"%PDF"})
    assert "Nothing of this can be imported" in browser.step("arrived")
    answer = browser.office.post(f"{browser.address}/start", size="64")
    assert answer.status_code == 422
    assert browser.office.post(f"{browser.address}/throw-away").status_code == 409
    assert browser.office.post(f"{browser.address}/throw-away", sure="yes").status_code == 200
    assert browser.client.get(browser.address).status_code == 404


def test_what_a_restart_cut_off_can_be_begun_again(browser: Browser) -> None:
    browser.send({"a.png": b"x"})
    about = browser.upload.folder / "about.json"
    state = json.loads(about.read_text())
    here = browser.upload.state
    about.write_text(
        json.dumps({**state, "step": "importing", "worker": f"{socket.gethostname()}:999999999"})
    )
    assert CUT_OFF in browser.client.get(browser.address).text
    assert here.files == browser.upload.state.files


def test_work_that_ends_while_its_page_is_made_is_not_told_as_cut_off(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.send({"notes.pdf": b"%PDF"})
    worker = this_worker()
    browser.upload.change(step="unpacking", worker=worker)

    def ends(pid: int, signal: int) -> None:
        """The work says how it ended after its state was read, before its thread is looked for."""
        if browser.upload.state.step == "unpacking":
            browser.upload.change(
                step="failed", sentence="Nothing of this can be imported", worker=""
            )

    monkeypatch.setattr("app.web.bank_imports.os.kill", ends)
    assert state_of(browser.upload).sentence == "Nothing of this can be imported"


def test_work_is_never_begun_without_its_thread(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.send({"notes.pdf": b"%PDF"})
    seen = []
    take_up = Upload.take_up

    def looked_at(upload: Upload, step: Step, worker: str, *, by: tuple[Step, ...]) -> None:
        take_up(upload, step, worker, by=by)
        seen.append(state_of(upload).step)

    monkeypatch.setattr(Upload, "take_up", looked_at)
    assert "Nothing of this can be imported" in browser.step("arrived")
    assert seen == ["unpacking"]


def test_a_piece_needs_the_token_of_the_page_and_a_plain_path(browser: Browser) -> None:
    where = {"path": "a.png", "offset": 0, "size": 1, "changed": 1}
    answer = browser.client.post(f"{browser.address}/pieces", params=where, content=b"x")
    assert answer.status_code == 403
    assert browser.piece("../../secret_key", 0, b"x", 1).status_code == 422
    assert browser.piece("a.png", 0, b"x" * 2_000_000, 2_000_000).status_code == 413
    assert browser.upload.arrived() == {}


def test_progress_is_a_part_that_brings_the_next_page_at_its_end(browser: Browser) -> None:
    browser.upload.change(step="importing", worker="elsewhere:1", done=16, total=40)
    answer = browser.client.get(browser.address, headers={"HX-Request": "true"})
    assert "16 of 40 records" in answer.text
    assert "<html" not in answer.text
    assert "HX-Refresh" not in answer.headers
    browser.upload.change(step="done")
    answer = browser.client.get(browser.address, headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"


def test_no_reader_brings_anything_in(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader()
    ReaderBrowser(client).begin(token)
    answer = client.get("/bank/import", follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")
    answer = client.post("/bank/import", data={"csrf_token": "x"}, follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")


def sent(browser: Browser, *files: tuple[str, bytes], token: str = "") -> Any:
    """What a browser without scripts posts: the token first, then the files."""
    page = browser.client.get(browser.address).text
    own = page.split('name="csrf_token" value="')[1].split('"')[0]
    parts = [("csrf_token", (None, token or own))]
    parts += [("files", (name, data, "image/png")) for name, data in files]  # type: ignore[misc]
    return browser.client.post(f"{browser.address}/sent", files=parts)


def test_files_of_a_plain_form_are_kept_and_every_refusal_is_listed(browser: Browser) -> None:
    picture = saved(texture(64, 64, seed=1))
    answer = sent(
        browser,
        ("a.png", picture),
        ("set/b.png", picture * 40),
        ("../../secret_key", b"x"),
        ("empty.png", b""),
        ("set/.DS_Store", b"x"),
        ("", b""),
    )
    assert answer.status_code == 422
    assert "2 files were not taken" in answer.text
    assert "can&#39;t be called" in answer.text
    assert "It is empty." in answer.text
    assert browser.upload.arrived() == {"a.png": len(picture), "set/b.png": 40 * len(picture)}
    assert browser.upload.state.size == 41 * len(picture)
    assert browser.upload.state.files == 2
    again = sent(browser, ("a.png", picture))
    assert again.url.path == browser.address
    assert browser.upload.state.size == 41 * len(picture)
    assert not list(browser.upload.folder.glob("*.form"))


def test_a_plain_form_may_bring_no_more_than_an_upload(house: House, settings: Settings) -> None:
    small = settings.model_copy(update={"largest_upload": 1})
    with TestClient(create_app(small)) as client:
        browser = Browser(house, client, settings)
        # Longer than any other form may be, so that it is the upload's own limit.
        answer = sent(browser, ("a.png", b"a" * 900_000), ("b.png", b"b" * 300_000))
        assert answer.status_code == 422
        assert "b.png" in answer.text
        assert "An upload may bring 1 MiB" in answer.text
        assert browser.upload.arrived() == {"a.png": 900_000}
        refused = sent(browser, ("c.png", b"c" * 2_200_000))
        assert refused.status_code == 409
        assert "more than an upload may bring (1 MiB)" in refused.text
        assert browser.upload.arrived() == {"a.png": 900_000}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x=y", "application/x-www-form-urlencoded", 422),
        (b"no such form", "multipart/form-data; boundary=b", 422),
        (b"", "multipart/form-data", 422),
        (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\nx\r\n'
            b"--b--\r\n",
            "multipart/form-data; boundary=b",
            422,
        ),
    ],
)
def test_what_is_no_such_form_leaves_nothing(
    browser: Browser, body: bytes, kind: str, status: int
) -> None:
    answer = browser.client.post(
        f"{browser.address}/sent", content=body, headers={"Content-Type": kind}
    )
    assert answer.status_code == status
    assert sent(browser, ("a.png", b"x"), token="0" * 64).status_code == 403
    assert browser.upload.arrived() == {}
