"""Items leave a case only to whom those who gave them consented to; SAMPLE content."""

import os
from pathlib import Path
from typing import Any

import pytest
from samples import NOW, Desk, actor, consent, desk, exhibit, item, source

from contrechamp.base.errors import CheckFailedError
from contrechamp.dossier.permission.handing_out import hand_out
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.people import Grant
from contrechamp.vault.bags import verifying


def handed(at: Desk, ref: str, to: str, **more: Any) -> Path:
    bag = at.folder.parent / "bag"
    hand_out(
        at.case, [lookup.id_of(ref)], bag, to=to, recipients=(), plain=True, now=NOW,
        random=os.urandom, **more,
    )  # fmt: skip
    return bag


def test_what_a_source_gave_goes_only_to_whom_consent_names(tmp_path: Path) -> None:
    given = item(tmp_path)
    with desk(tmp_path) as at:
        who, court = at.put(source()), at.put(actor())
        at.put(exhibit(given, given_by=who))
        at.put(consent(who, grants=(Grant(use="held"), Grant(use="shared", with_actors=(court,)))))
        size = at.case.size
        for to in ("", "Sample Stranger"):
            with pytest.raises(CheckFailedError, match="consent does not cover this"):
                handed(at, given, to)
        assert (at.case.size, (tmp_path / "bag").exists()) == (size, False)
        bag = handed(at, given, court[:14], reason="SAMPLE hearing")
        assert not verifying.verify(bag).discrepancies
        assert at.case.size == size + 1


def test_what_nobody_gave_goes_to_anyone(tmp_path: Path) -> None:
    found = item(tmp_path)
    with desk(tmp_path) as at:
        assert verifying.verify(handed(at, found, "")).items
