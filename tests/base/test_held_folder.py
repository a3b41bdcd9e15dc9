"""A folder that others write to while it is looked at."""

import os
from pathlib import Path

import pytest

from contrechamp.base.held_folder import HeldFolder


def test_what_is_gone_before_it_is_looked_at_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal, a file on its way in, the staging of an import: each is there for a moment."""
    (tmp_path / "there").touch()
    there = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: [*there(folder), "case.db-journal"])
    with HeldFolder(tmp_path) as folder:
        assert [name for name, _about in folder.entries()] == ["there"]
