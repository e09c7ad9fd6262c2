"""Which device and which precision a command takes."""

import logging

import pytest
import torch

from ml.device import emulates_bfloat16, note_emulation, pick_device, pick_dtype
from ml.errors import MlError


def test_processes_of_torchrun_spread_over_the_devices(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert pick_device(None) == "cuda"
    devices = []
    for rank in ("0", "3", "5"):
        monkeypatch.setenv("LOCAL_RANK", rank)
        devices.append(pick_device(None))
    assert devices == ["cuda:0", "cuda:3", "cuda:1"]


@pytest.mark.parametrize(
    ("compute_capability", "dtype"), [((7, 5), torch.float32), ((8, 0), torch.bfloat16)]
)
def test_a_card_that_emulates_bfloat16_is_given_float32(monkeypatch, compute_capability, dtype):
    def supported(including_emulation=True):
        return including_emulation or compute_capability >= (8, 0)

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert pick_dtype(None, "cuda") is dtype
    assert pick_dtype("bfloat16", "cuda") is torch.bfloat16, "who asks for it gets it"


def test_a_processor_computes_in_float32_unless_told_otherwise():
    assert pick_dtype(None, "cpu") is torch.float32
    with pytest.raises(MlError, match="not one of float32, bfloat16, float16"):
        pick_dtype("half", "cpu")


@pytest.mark.parametrize(
    ("dtype", "emulated", "lines"),
    [("bfloat16", True, 1), ("bfloat16", False, 0), ("float32", True, 0), (None, True, 0)],
)
def test_emulation_is_told_once_where_bfloat16_was_asked_for(
    monkeypatch, caplog, dtype, emulated, lines
):
    monkeypatch.setattr("ml.device.emulates_bfloat16", lambda _: emulated)
    with caplog.at_level(logging.WARNING):
        note_emulation(dtype, "cpu")
    assert len(caplog.records) == lines
    assert all("this processor has no bfloat16" in record.message for record in caplog.records)


def test_emulation_is_known_of_processors_and_cards_only():
    assert isinstance(emulates_bfloat16("cpu"), bool)
    assert emulates_bfloat16("mps") is False
