"""What the tests of ml/ share."""

import socket

import pytest

from tests.by_value import by_value

_fitted = {}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing in ml/ may need a network."""

    def refuse(*_):
        raise AssertionError("ml reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module", autouse=True)
def films_are_fitted_once(request):
    """Lay a film over another once, whichever tests hold the same two against each other.

    That is half of an evaluation. The tests of how films are compared do it each time.
    """
    from ml.measuring import memorisation

    if request.module.__name__.endswith("test_memorisation"):
        yield
        return
    fit = memorisation.fit

    def fitted(*given):
        asked = by_value(given)
        if asked not in _fitted:
            _fitted[asked] = fit(*given)
        return _fitted[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memorisation, "fit", fitted)
        yield


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
