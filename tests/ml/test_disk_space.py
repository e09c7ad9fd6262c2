"""What does not fit on the disk is refused before work begins, and a full disk is one sentence."""

import shutil
from collections import namedtuple

import pytest

from ml.disk_space import need_space, same_disk
from ml.errors import MlError

Usage = namedtuple("Usage", "total used free")


def test_what_does_not_fit_is_refused_with_what_is_needed_and_free(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, 2**31))
    need_space(tmp_path / "not" / "there" / "yet", 2**30, "the run")
    sentence = r"the run would need about 4.0 GiB in .*yet, where 2.0 GiB are free"
    with pytest.raises(MlError, match=sentence):
        need_space(tmp_path / "not" / "there" / "yet", 2**32, "the run")


def test_folders_that_are_not_there_yet_lie_on_their_parents_disk(tmp_path):
    assert same_disk(tmp_path / "a" / "b", tmp_path / "c")
