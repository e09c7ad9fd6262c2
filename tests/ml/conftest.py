"""What the tests of ml/ share."""

import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing in ml/ may need a network."""

    def refuse(*_):
        raise AssertionError("ml reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def pipeline():
    """Build the smallest pipeline of the real classes, with random weights."""
    from ml.tiny_base import build_tiny_base

    return build_tiny_base(
        None,
        seed=0,
        size=32,
        unet_channels=(16, 32),
        vae_channels=(16, 32),
        text_width=16,
        text_layers=1,
        small_vocabulary=True,
    )
