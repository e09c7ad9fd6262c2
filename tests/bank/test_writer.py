"""What a crash may leave of a bank being written, and how writing goes on after it."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from app.bank.header import BankArm, BankHeader, read_bank_header
from app.bank.manifest import ImageRecord, iter_records, read_verified
from app.bank.writer import BankWriter
from app.domain.errors import BadBank
from tests.bank.files import texture

HEADER = BankHeader(
    "demo", datetime(2026, 1, 1, tzinfo=UTC), (BankArm("real", "Simulated", "real"),)
)


def add(writer: BankWriter, number: int) -> ImageRecord:
    return writer.add(
        texture(seed=number),
        file=f"images/real/{number}.png",
        arm="real",
        condition="normal",
        provenance={"seed": number},
    )


def test_what_it_writes_is_read_back(tmp_path: Path) -> None:
    bank = tmp_path / "new" / "bank"
    with BankWriter(bank, HEADER) as writer:
        written = [add(writer, number) for number in range(3)]
    header = read_bank_header(bank)
    assert header == HEADER
    assert list(iter_records(bank, header)) == written
    np.testing.assert_array_equal(read_verified(bank, written[2]).pixels, texture(seed=2))


def test_the_same_images_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with BankWriter(tmp_path / name, HEADER) as writer:
            add(writer, 1)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("one", "two")
    )
    assert one == two
    assert set(one) == {"bank.json", "images.jsonl", "1.png"}


def test_it_goes_on_after_a_torn_line_and_writes_nothing_twice(tmp_path: Path) -> None:
    with BankWriter(tmp_path, HEADER) as writer:
        add(writer, 1)
        add(writer, 2)
    manifest = tmp_path / "images.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    with BankWriter(tmp_path, HEADER) as writer:
        for number in (1, 2, 3):
            add(writer, number)
    records = list(iter_records(tmp_path, HEADER))
    assert [record.file for record in records] == [f"images/real/{n}.png" for n in (1, 2, 3)]


def test_a_record_never_comes_before_its_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = BankWriter(tmp_path, HEADER)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.bank.writer.os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        add(writer, 1)
    monkeypatch.undo()
    writer.close()
    assert (tmp_path / "images.jsonl").read_bytes() == b""
    assert not [path for path in (tmp_path / "images").rglob("*") if path.is_file()]


def test_it_refuses_an_unknown_arm_a_path_outside_and_what_is_no_grey_image(tmp_path: Path) -> None:
    with BankWriter(tmp_path, HEADER) as writer:
        for changes, reason in [
            ({"arm": "M9"}, "no arm"),
            ({"file": "../a.png"}, "below the folder"),
            ({"pixels": texture().astype(float)}, "uint8"),
        ]:
            arguments = {
                "pixels": texture(),
                "file": "images/a.png",
                "arm": "real",
                "condition": "normal",
                "provenance": {},
            } | changes
            with pytest.raises(ValueError, match=reason):
                writer.add(**arguments)


def test_a_folder_that_can_not_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadBank, match="can't be written to"):
        BankWriter(tmp_path / "file", HEADER)
