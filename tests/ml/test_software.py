"""Which software is written down beside what it made."""

from importlib.metadata import version

import pytest

pytest.importorskip("diffusers")

from ml.bank.software import PACKAGES, software_versions


def test_python_and_every_package_are_named_with_their_versions() -> None:
    versions = software_versions()
    assert set(versions) == {"python", *PACKAGES}
    assert versions["torch"] == version("torch")
    assert all(versions.values())
