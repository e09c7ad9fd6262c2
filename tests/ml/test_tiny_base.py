"""The command that writes a small base of any family, and 16-bit steps on each."""

import pytest
from test_base_families import prediction, run_of
from tuning_fixtures import losses_of, six_films, small  # noqa: F401

from ml.bases.families import FAMILIES
from ml.small.tiny_families import BUILDERS
from ml.tiny_base import FIRST, main
from ml.variants import load_base, load_variant


@pytest.fixture(scope="module", params=[FIRST, *BUILDERS], name="written")
def written_base(request, tmp_path_factory):
    """Return a family's name and the folder that the command wrote."""
    folder = tmp_path_factory.mktemp("written") / "base"
    narrow = ["--unet-channels", "16", "32", "--vae-channels", "16", "32", "--text-width", "16"]
    given = narrow if request.param == FIRST else []
    assert main(["--family", request.param, "--size", "32", "--out", str(folder), *given]) == 0
    return request.param, folder


def test_every_family_is_written_small_and_read_as_what_it_is(written):
    family, folder = written
    # The first one's holds CLIP's whole vocabulary where that is installed.
    most = 12e6 if family == FIRST else 3e6
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < most
    pipeline = load_base(str(folder), device="cpu")
    assert type(pipeline).__name__ in FAMILIES
    assert prediction(pipeline).isfinite().all()


# Every family is stepped as M1, and one as M3 too; the others as M3 are slow.
AS_M3 = ("sana",)
STEPS = [
    pytest.param(family, name, marks=[pytest.mark.slow] if is_more else [])
    for family in (FIRST, *BUILDERS)
    for name in ("M1", "M3")
    for is_more in [name == "M3" and family not in AS_M3]
]


@pytest.mark.parametrize(("written", "name"), STEPS, indirect=["written"], scope="module")
def test_a_step_in_16_bits_moves_the_weights_as_one_in_32(name, written, data, tmp_path):
    _, folder = written
    outputs = {}
    for dtype in ("float32", "bfloat16"):
        run_of(name, tmp_path / dtype / name, str(folder), data, max_steps=2, dtype=dtype)
        loaded = load_variant(name, runs=tmp_path / dtype, dtype="float32", device="cpu")
        outputs[dtype] = prediction(loaded.pipeline)
    begun = prediction(load_base(str(folder), device="cpu"))
    moved = (outputs["float32"] - begun).norm()
    assert (outputs["bfloat16"] - begun).norm() > 0.3 * moved
    short, whole = (
        [float(loss) for _, loss, _ in losses_of(tmp_path / dtype / name)]
        for dtype in ("bfloat16", "float32")
    )
    assert short == pytest.approx(whole, rel=0.05)


def test_the_command_says_what_it_wrote_and_what_it_refuses(tmp_path, capsys):
    out = tmp_path / "base"
    assert main(["--family", "sana", "--size", "32", "--out", str(out)]) == 0
    assert "a SanaPipeline of text_encoder " in capsys.readouterr().out
    assert main(["--family", "sana", "--size", "32", "--out", str(out)]) == 1
    assert "is not empty: name a new folder" in capsys.readouterr().err
    other = str(tmp_path / "other")
    assert main(["--family", "sdxl", "--layers", "2", "--out", other]) == 1
    assert "--layers shapes a base of sd1 only" in capsys.readouterr().err
    assert main(["--family", "sdxl", "--size", "40", "--out", other]) == 1
    assert "size 40 does not suit: use a multiple of 32" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
