"""python -m ml.generate as a researcher types it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml import generate
from ml.bank.writer import iter_records, read_header
from ml.prepare import prepare
from ml.radiographs.sources import SourceImage

OPTIONS = ["--count", "3", "--steps", "2", "--batch-size", "2", "--device", "cpu"]


@pytest.fixture(scope="module")
def base(pipeline, tmp_path_factory):
    from ml.bases.save import save_pipeline

    folder = tmp_path_factory.mktemp("base") / "tiny"
    save_pipeline(pipeline, folder)
    return str(folder)


def run(base, bank, *more):
    return generate.main(["M0", "--base", base, "--bank", str(bank), *OPTIONS, *more])


def test_the_untouched_base_fills_an_arm(base, tmp_path, capsys):
    assert run(base, tmp_path / "bank", "--name", "trial", "--licence", "none") == 0
    assert "M0: 3 made, 0 already there" in capsys.readouterr().out
    header = read_header(tmp_path / "bank")
    (arm,) = header["arms"]
    assert header["name"] == "trial"
    assert arm["label"] == "M0: foundation model, untouched"
    assert arm["generated"] == 3
    records = list(iter_records(tmp_path / "bank"))
    assert [r["condition"] for r in records] == ["normal", "normal", "abnormal"]
    assert records[0]["provenance"]["base_model"] == "tiny"
    assert len(records[0]["provenance"]["checkpoint_sha256"]) == 64
    # A bank travels: where the base lay on this machine is nobody's business.
    assert base not in (tmp_path / "bank" / "bank.json").read_text()


def test_grain_is_put_on_what_is_drawn_and_stated(base, tmp_path, capsys):
    films = tmp_path / "films"
    films.mkdir()
    noise = np.random.default_rng(0)
    sources = []
    for number in range(4):
        # Far more grain than a network of random weights draws.
        grain = np.kron(noise.choice((-50, 50), (64, 64)), np.ones((2, 2)))
        grey = np.linspace(90, 160, 128)[None, :] + grain
        path = films / f"{number}.png"
        Image.fromarray(np.rint(grey.clip(1, 254)).astype(np.uint8)).save(path)
        sources.append(SourceImage(path, path.name, ("normal", "abnormal")[number % 2]))
    data = tmp_path / "data"
    prepare(sources, data, name="grainy", counts={"normal": 1, "abnormal": 1})

    size = ("--size", "64")
    for folder, grain in (("plain", ()), ("grainy", ("--grain", str(data)))):
        assert run(base, tmp_path / folder, *size, *grain) == 0
    plain, grainy = (
        [np.asarray(Image.open(tmp_path / f / r["file"])) for r in iter_records(tmp_path / f)]
        for f in ("plain", "grainy")
    )
    for without, with_grain in zip(plain, grainy, strict=True):
        apart = with_grain.astype(float) - without
        assert 2 < apart.std() < 60
        assert abs(apart.mean()) < 3
    provenance = next(iter_records(tmp_path / "grainy"))["provenance"]["grain"]
    assert (provenance["films"], provenance["drawn"]) == (2, 8)
    assert len(provenance["data"]) == 64
    assert "grain" in read_header(tmp_path / "grainy")["arms"][0]["description"]

    capsys.readouterr()
    assert run(base, tmp_path / "grainy", *size) == 1
    assert "was made with grain" in capsys.readouterr().err
    assert run(base, tmp_path / "third", "--grain", str(films)) == 1
    assert "holds no prepared data" in capsys.readouterr().err


def test_shards_add_up_to_what_one_call_makes(base, tmp_path):
    run(base, tmp_path / "whole", "--bit-exact")
    for shard in ("1/2", "0/2"):
        run(base, tmp_path / "shards", "--bit-exact", "--shard", shard)
    digests = [
        [(r["file"], r["sha256"]) for r in iter_records(tmp_path / name)]
        for name in ("whole", "shards")
    ]
    assert digests[0] == digests[1]


def test_banks_of_separate_disks_are_gathered(base, tmp_path, capsys):
    for shard in range(2):
        run(base, tmp_path / str(shard), "--shard", f"{shard}/2")
    nodes = [str(tmp_path / "0"), str(tmp_path / "1")]
    assert generate.main(["--merge", *nodes, "--bank", str(tmp_path / "all")]) == 0
    assert "holds 3 images" in capsys.readouterr().out


def test_a_chroma_limit_rejects_and_is_stated(base, tmp_path, capsys):
    assert run(base, tmp_path, "--max-chroma", "0.001", "--max-attempts", "2") == 0
    assert "0 made, 0 already there, 6 rejected, 3 given up" in capsys.readouterr().out
    (arm,) = read_header(tmp_path)["arms"]
    assert (arm["generated"], arm["rejected"]) == (6, 6)
    assert "mean chroma above 0.001 of 255" in arm["rejection_rule"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name at least one variant"),
        (["M1"], "holds no trained variant"),
        (["M0"], "say which one with --base"),
        (["M0", "--base", "/nowhere"], "is not there"),
        (["M0", "M1", "--arm", "x"], "--arm names one arm"),
        (["M0", "--count", "0"], "must be at least 1"),
        (["M0", "--shard", "3/2"], "shard 3/2 does not exist"),
        (["M0", "--steps", "0", "--base", "BASE"], "steps is 0"),
        (["M0", "--steps", "1000", "--base", "BASE"], "steps is 1000"),
        (["M0", "--guidance", "nan", "--base", "BASE"], "guidance scale is nan"),
        (["M0", "--max-chroma", "nan", "--base", "BASE"], "max chroma is nan"),
        (["M0", "--size", "33", "--base", "BASE"], "use a multiple of"),
        (["M0", "--arm", "a/b", "--base", "BASE"], "cannot name an arm"),
        (["M0", "--device", "abacus", "--base", "BASE"], "is not to be had here"),
        (["M0", "--merge", "x"], "give it no variants"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(base, tmp_path, arguments, sentence, capsys):
    given = [base if a == "BASE" else a for a in arguments]
    bank = tmp_path / "bank"
    runs = ["--runs", str(tmp_path / "runs")]
    assert generate.main([*given, *runs, "--bank", str(bank)]) == 1
    # The small base reads letters as tokens, so that every prompt is noted as too long for it.
    said = [t for t in capsys.readouterr().err.splitlines() if not t.startswith("note: of the ")]
    assert len(said) == 1
    assert sentence in said[0]
    assert not (bank / "bank.json").exists()


def test_wrong_usage_is_exit_code_2():
    with pytest.raises(SystemExit) as exit_:
        generate.main(["M0"])
    assert exit_.value.code == 2


@pytest.mark.parametrize("module", ["generate", "evaluate"])
def test_help_imports_nothing_heavy(module):
    script = (
        f"import json, sys, ml.{module} as m\n"
        "try: m.main(['--help'])\n"
        "except SystemExit: print(json.dumps(sorted(sys.modules)))\n"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(out.stdout.splitlines()[-1]))
    assert not loaded & {"torch", "diffusers", "transformers", "scipy", "PIL", "pydicom"}
