"""A view keeps what it read, and no more than it may."""

from pathlib import Path

import pytest

from contrechamp.dossier.reading import lookup, view
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.fieldwork import Place
from contrechamp.dossier.writing import store
from dossier.samples import NOW, desk, text


def test_what_was_read_last_stays_when_there_is_more_than_may_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [f"{number:016x}" for number in range(10)]
    read: list[str] = []
    find = lookup.find
    with desk(tmp_path) as at:
        puts = [
            store.Put(Place(names=text(f"Sample {one}"), sample=True), one, new=True) for one in ids
        ]
        store.put_all(at.case, puts, now=NOW)
        monkeypatch.setattr(
            lookup, "find", lambda case, one: (read.append(one), find(case, one))[1]
        )
        monkeypatch.setattr(view, "KEPT", 8)
        seen = View(at.case)
        for one in ids:
            assert seen.record(one) is not None
        assert read == ids
        for one in ids[4:]:
            assert seen.record(one) is not None
        assert read == ids  # those are kept
        assert seen.record(ids[0]) is not None
        assert read == [*ids, ids[0]]
        assert seen.record("f" * 16) is None
        assert seen.record("f" * 16) is None
        assert read[-2:] == [ids[0], "f" * 16]
