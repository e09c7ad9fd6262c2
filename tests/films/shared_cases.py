"""The film cases beside the checkout: small files with the right value at given pixels."""

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[3] / "shared" / "film-cases"
ROWS: list[dict[str, Any]] = (
    json.loads((CASES / "expected.json").read_text()) if CASES.is_dir() else []
)

needs_cases = pytest.mark.skipif(not ROWS, reason="the film cases are not beside this checkout")
# Formats that are refused by name; the drawer's own table leaves that free.
NOT_READ = {".gif": "GIF", ".npy": "NPY", ".nii": "NIfTI", ".mha": "MetaImage"}
