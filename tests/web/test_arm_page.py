"""An arm's page says how its films became grey, what is odd about them, and which are alike."""

import io
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from app.services.import_bank import import_images
from tests.bank.files import dicom, saved, texture
from tests.studies import NOW, House
from tests.web.test_investigator import Investigator


def import_films(house: House, folder: Path, arm: str, rows: str) -> None:
    (folder / "index.csv").write_text("file,condition\n" + rows)
    import_images(
        *(house.database, house.store, folder),
        index="index.csv",
        arm=arm,
        now=NOW,
        size=64,
        grey_mapping="percentile",
    )


def test_it_counts_and_names(house: House, client: TestClient, tmp_path: Path) -> None:
    deep = texture(80, 80, seed=5).astype(np.uint16) * 16 + 3
    (tmp_path / "deep.dcm").write_bytes(dicom(deep, BitsStored=12, ViewPosition="LL"))
    plain = saved(texture(64, 64, seed=9))
    (tmp_path / "plain.png").write_bytes(plain)
    Image.open(io.BytesIO(plain)).save(tmp_path / "again.tiff")
    import_films(house, tmp_path, "films", "deep.dcm,normal\nplain.png,normal\n")
    import_films(house, tmp_path, "copies", "again.tiff,normal\n")
    assert client.get("/arms/films", follow_redirects=False).status_code == 303
    investigator = Investigator(house, client)
    investigator.sign_in()
    page = client.get("/arms/films").text
    assert "percentile" in page
    assert "lateral view" in page
    assert "is a lateral view (LL)" in page
    assert "<code>plain.png</code> and <code>again.tiff</code> of copies" in page
    assert "deep.dcm</code> was stretched by percentiles" in page
    assert client.get("/arms/nobody").status_code == 404
