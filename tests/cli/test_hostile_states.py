"""States that a member wrote by hand: each command says so in a line, and none breaks on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import forms
from cli.commands import PASSPHRASE, CaseRun
from contrechamp.vault.log import canonical
from vault.forging import with_key

ODD: list[Any] = [
    0, "SAMPLE", [], {}, {"kind": "finding", "fields": []}, {"kind": [], "fields": {}},
    {"name": {}, "size": 1, "sha256": None, "blake3": []}, {"recipient": "age1", "keys": {"a": 1}},
    {"branch": 1, "items": "SAMPLE", "to": 0},
]  # fmt: skip
COMMANDS = ["status", "log", "show", "find SAMPLE", "members", "verify"]


@pytest.mark.parametrize("begins", ["case", "member/", "item/", "record/", "compartment/",
                                    "identity/", "export/"])  # fmt: skip
def test_no_command_breaks_on_a_state_of_another_shape(
    case: CaseRun, put: Callable[..., str], item: str, tmp_path: Path, begins: str
) -> None:
    source = put("source", forms.SOURCE)
    put("finding", forms.FINDING)
    lines = (PASSPHRASE, "Ms Elsewhere Imagined", "", "")
    assert case("identity", source, "--seal", lines=lines).status == 0
    assert case("export", item, "-o", tmp_path / "bag", "--plain").status == 0
    for odd in ODD:
        where = "subject = (SELECT subject FROM records WHERE subject LIKE ? LIMIT 1)"
        with_key(
            case.folder, f"UPDATE records SET state = ? WHERE {where}",
            given=(canonical.dumps(odd), f"{begins}%"),
        )  # fmt: skip
        for command in COMMANDS:
            name, *more = command.split()
            done = case(name, *more)
            assert done.status in (0, 1, 2), done
            assert "should not have happened" not in done.err, (odd, command, done.err)
        assert case("verify").status == 1
