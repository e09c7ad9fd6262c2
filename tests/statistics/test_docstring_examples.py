"""Every example in the docstrings of the statistics is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import app.statistics

MODULES = [module.name for module in pkgutil.iter_modules(app.statistics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_hold(name: str) -> None:
    module = importlib.import_module(f"app.statistics.{name}")
    assert doctest.testmod(module).failed == 0
