"""The benchmark of a true size gives commands that are taken, here on a small base."""

from benchmarks.real_architecture import sampling, tuning, write_data
from ml import finetune, generate
from ml.tiny_base import build_tiny_base


def test_its_commands_are_taken(tmp_path):
    build_tiny_base(tmp_path / "base", size=64, small_vocabulary=True)
    where = ["--device", "cpu", "--dtype", "float32"]
    data = write_data(tmp_path)
    assert finetune.main([*tuning(tmp_path, data, 64), *where]) == 0
    assert generate.main([*sampling(tmp_path, 64), *where]) == 0
    assert len(list((tmp_path / "bank" / "images").rglob("*.png"))) == 1
