"""A reason or a name that is read as a line stands in no arguments."""

from pathlib import Path

import pytest

from cli.commands import CaseRun, commands, one_line
from contrechamp.cli.text_input import MAX_LINE, Line


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Give what is read on standard input."""

    def give(content: bytes) -> None:
        (tmp_path / "typed").write_bytes(content)
        monkeypatch.setattr("sys.stdin", (tmp_path / "typed").open("r", encoding="utf-8"))

    return give


def test_a_reason_is_read_as_a_line(case: CaseRun, tmp_path: Path, typed) -> None:
    (tmp_path / "a.txt").write_text("SAMPLE")
    typed("SAMPLE: handed over by a sister, été\nnot this\n".encode())
    assert case("add", tmp_path / "a.txt", "--reason", "-").status == 0
    told = case("log").out
    assert "SAMPLE: handed over by a sister, été" in told
    assert "not this" not in told


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "expected a line"), (b"\n", "expected a line"), (b"\xff\n", "not UTF-8"),
     (b"x" * (MAX_LINE + 1), "Reason")],
)  # fmt: skip
def test_a_line_that_is_none_is_told(
    case: CaseRun, tmp_path: Path, typed, content: bytes, told: str
) -> None:
    (tmp_path / "a.txt").write_text("SAMPLE")
    typed(content)
    one_line(case("add", tmp_path / "a.txt", "--reason", "-"), "Reason", told)


def test_every_reason_and_every_name_of_a_member_can_be_read_as_a_line() -> None:
    found = {
        (name, option.name): option.type
        for name, command in commands().items()
        for option in command.params
        if option.name in {"reason", "name", "admit", "dismiss", "whom", "how"}
    }
    assert len(found) > 15
    assert {one for one, type_ in found.items() if not isinstance(type_, Line)} == set()
