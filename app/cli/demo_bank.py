"""Writing the phantom's simulated radiographs as a bank, and models' pictures with its marks."""

import hashlib
import io
import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from app.bank.header import HEADER_FILE, BankArm, BankHeader
from app.bank.manifest import MANIFEST_FILE
from app.bank.writer import BankWriter
from app.phantom import DEMO_ARMS, PhantomArm, demo_images, mark

# Part of the bytes that a seed decides, so it is the phantom's date and not today's.
PHANTOM_MADE_AT = datetime(2026, 11, 24, tzinfo=UTC)


def write_demo_bank(
    directory: Path,
    *,
    seed: int,
    per_condition: int,
    arms: Sequence[PhantomArm] = DEMO_ARMS,
    size: int = 512,
    collimated: bool = True,
    marked: bool = True,
) -> int:
    """Fill `directory` with `per_condition` images of each arm and condition; return how many.

    ValueError when `size` is out of range.
    """
    header = BankHeader(
        name="Simulated chest radiographs",
        created_at=PHANTOM_MADE_AT,
        licence="As Negatoscope itself",
        attribution="Simulated: no patient was imaged.",
        arms=tuple(
            BankArm(
                id=arm.id,
                label=arm.label,
                kind=arm.kind,
                description=arm.description,
                generated=2 * per_condition,
                rejected=0,
                rejection_rule="none",
            )
            for arm in arms
        ),
    )
    count = 0
    with BankWriter(directory, header) as writer:
        for image in demo_images(
            seed=seed,
            per_condition=per_condition,
            arms=arms,
            size=size,
            collimated=collimated,
            marked=marked,
        ):
            writer.add(
                image.pixels,
                file=f"images/{image.arm}/{image.condition}-{image.index + 1:05d}.png",
                arm=image.arm,
                condition=image.condition,
                provenance={
                    "variant": image.arm,
                    "seed": image.seed,
                    **image.description,
                },
            )
            count += 1
    return count


def mark_bank(source: Path, directory: Path) -> int:
    """Copy a bank of 8-bit PNGs, each with a lead marker as the phantom's films have one.

    What models draw has no letters: they would tell the reference apart, and a simulated picture
    says what it is. Each marker is drawn from its picture's digest. Returns how many.
    """
    lines = []
    for line in (source / MANIFEST_FILE).read_text("utf-8").splitlines():
        record = json.loads(line)
        pixels = np.asarray(Image.open(source / record["file"]))
        seed = int(record["sha256"][:16], 16)
        buffer = io.BytesIO()
        Image.fromarray(mark(pixels, seed=seed)).save(buffer, format="PNG", compress_level=6)
        path = directory / record["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())
        record["provenance"]["marker"] = "laid on after drawing"
        record["sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    (directory / MANIFEST_FILE).write_text("".join(lines), "utf-8")
    # Last: a folder without it is no bank, and is made anew.
    shutil.copyfile(source / HEADER_FILE, directory / HEADER_FILE)
    return len(lines)
