"""What the profile of RO-Crate 1.1 asks for and a crate lacks, by its SHACL shapes and checks.

The validator and the shapes are those of roc-validator. It asks the network for the context of the
crate; ``rocrate`` carries that of 1.3, which has the terms of 1.1, and stands in for it here.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from rocrate_validator import services
from rocrate_validator.utils.http import HttpRequester

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class _Answer:
    """The context, as the network would give it; nothing else is there."""

    headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012
    from_cache = True

    def __init__(self, url: str) -> None:
        self.url = url
        self.status_code = 200 if url == _CONTEXT else 404
        self.text = (files("rocrate") / "data/ro-crate.jsonld").read_text(encoding="utf-8")
        self.content = self.text.encode()

    def json(self) -> Any:
        return json.loads(self.text)

    def raise_for_status(self) -> None:
        assert self.status_code == 200, self.url


@contextmanager
def _without_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("get", "head"):
            patch.setattr(
                HttpRequester, name, lambda _self, url, **_how: _Answer(url), raising=False
            )
        yield


def lacks(folder: Path) -> list[str]:
    """Return what of a crate is not as the profile has it, a line each."""
    settings = services.ValidationSettings(
        rocrate_uri=str(folder), profile_identifier="ro-crate-1.1", requirement_severity="REQUIRED"
    )
    with _without_network():
        result = services.validate(settings)
    return [f"{one.check.identifier}: {one.message}" for one in result.get_issues()]
