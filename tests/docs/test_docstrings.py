"""The examples in docstrings do what they say."""

import doctest
import importlib
import re

import pytest

from docs.examples import ROOT

pytestmark = pytest.mark.slow  # one of many that load the whole program

SOURCE = ROOT / "src"
EXAMPLE = re.compile(r"^\s*>>> ", re.MULTILINE)
MODULES = [
    ".".join(file.relative_to(SOURCE).with_suffix("").parts)
    for file in sorted((SOURCE / "contrechamp").rglob("*.py"))
    if EXAMPLE.search(file.read_text())
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed
