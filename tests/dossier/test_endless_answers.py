"""What a child that was taken over sends without end does not fill the memory of its parent."""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pytest

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read import importing, source_file
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.vault.adding import Content
from vault import cases


class Endless:
    """Gives one answer again and again, more often than anybody may ask for it."""

    read_unconfined = unconfined = False

    def __init__(self, answer: Callable[[int], Any], often: int) -> None:
        self._answer, self._often = answer, often

    def read(
        self, function: str, content: IO[bytes], arguments: Mapping[str, Any], *, where: str = ""
    ) -> Iterator[Any]:
        for number in range(self._often):
            yield self._answer(number)
        pytest.fail(f"{function} was listened to for {self._often} answers")


def endless(answer: Callable[[int], Any], often: int, head: bytes) -> SourceFile:
    content = Content("SAMPLE", lambda: io.BytesIO(head))
    return SourceFile("SAMPLE", content, head, len(head), Endless(answer, often))


def test_values_of_one_document() -> None:
    with pytest.raises(InputError, match="nonsense"):
        endless(lambda _number: 1, 3, b"{").json()


@pytest.mark.parametrize("head", ["", "x" * source_file.HEAD])
def test_parts_of_an_archive(head: str) -> None:
    part = {"name": "a.csv", "size": 1, "head": head}
    file = endless(lambda number: {"number": number, **part}, 30_000, b"PK\x03\x04")
    with pytest.raises(InputError, match="without end"):
        file.parts()


def test_what_is_not_used_of_a_table() -> None:
    file = endless(lambda number: {"not_used": str(number)}, 10_000, b"a,b\n")
    with pytest.raises(InputError, match="without end"):
        list(file.rows())


@pytest.mark.parametrize("skip", [False, True])
def test_rows_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skip: bool
) -> None:
    """A file of 10 MB can have five million of them: 10 GB of errors."""
    monkeypatch.setattr(importing, "MAX_PROBLEMS", 50)
    lines = tmp_path / "bad.jsonl"
    lines.write_text("1\n" * 51)
    cases.new(tmp_path / "case")
    with cases.opened(tmp_path / "case", write=True) as case:
        size = case.size
        with pytest.raises(InputError, match="more than 50 rows in all"):
            importing.import_files(
                case, [lines], format_name="records", skip_bad_rows=skip,
                now=lambda: cases.NOW, random=bytes,
            )  # fmt: skip
        assert case.size == size
