"""The Fréchet radiomic distance goes through its authors' package, or says what is missing."""

import sys

import numpy as np
import pytest

from ml.errors import MlError
from ml.measuring.radiomic_distance import radiomic_distance, radiomics_package


class Package:
    """Stands for frd_score: says how its files look."""

    def __init__(self, answer):
        self.answer = answer

    def compute_frd(self, paths):
        from PIL import Image

        print("FRD (v1): 1.0")
        self.seen = [[np.asarray(Image.open(path)) for path in files] for files in paths]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


IMAGES = np.linspace(-0.1, 1.1, 3 * 8 * 8).reshape(3, 8, 8)


def test_the_package_gets_both_sets_as_files_and_prints_nothing(capsys):
    package = Package(np.float64(5.25))
    assert radiomic_distance(package, IMAGES, IMAGES[:2]) == 5.25
    assert [len(files) for files in package.seen] == [3, 2]
    expected = np.rint(IMAGES[1].clip(0, 1) * 255).astype(np.uint8)
    assert (package.seen[0][1] == expected).all()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (float("-inf"), "the two sets have the same features"),
        (ValueError("No labels in this mask"), "FRD cannot be measured: No labels in this mask"),
    ],
)
def test_what_can_not_be_measured_is_one_sentence(answer, sentence):
    with pytest.raises(MlError, match=sentence):
        radiomic_distance(Package(answer), IMAGES, IMAGES)


def test_one_image_is_no_set():
    with pytest.raises(MlError, match="at least 2 images"):
        radiomic_distance(Package(1.0), IMAGES, IMAGES[:1])


def test_a_missing_package_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "radiomics", None)
    monkeypatch.setitem(sys.modules, "frd_score", None)
    with pytest.raises(MlError, match=r"--frd needs pyradiomics and frd-score.*build-isolation"):
        radiomics_package()


def test_the_real_package_tells_grain_from_smooth_films():
    pytest.importorskip("radiomics", reason="pyradiomics is built by hand (docs/generating.md)")
    pytest.importorskip("frd_score", reason="the extra frd is not installed")
    rng = np.random.default_rng(0)
    ramp = np.linspace(0.1, 0.6, 32)
    smooth = ramp[None, :, None] + ramp[None, None] * rng.uniform(0.4, 0.6, (8, 1, 1))
    smooth = smooth + 0.02 * rng.standard_normal((8, 32, 32))
    package = radiomics_package()
    near = radiomic_distance(package, smooth[:4], smooth[4:])
    far = radiomic_distance(package, smooth[:4], rng.random((4, 32, 32)))
    assert near < far
