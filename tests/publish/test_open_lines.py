"""Lines of the open data, as they are read by whoever verifies a bundle."""

import pytest

from contrechamp.publish.bundle import open_lines
from contrechamp.publish.bundle.open_lines import OpenLine
from publish.line_vectors import LINES, WHOLE


@pytest.mark.parametrize("what", LINES)
def test_a_line_says_one_thing_or_is_no_record(what: str) -> None:
    line, holds = LINES[what]
    (found,) = open_lines.read(line.encode() + b"\n", loosely=False)
    assert (isinstance(found, OpenLine) and found.is_same) == holds


def test_a_version_of_a_record_is_there_once_and_no_line_is_cut_off() -> None:
    line = WHOLE.encode() + b"\n"
    first, second = open_lines.read(line + line, loosely=False)
    assert isinstance(first, OpenLine)
    assert second == 2
    *_whole, last = open_lines.read(line + line[:20], loosely=False)
    assert last == 2


def test_lines_of_the_format_before_are_read_as_any_json() -> None:
    spaced = WHOLE.replace(":7", ": 7").encode() + b"\n"
    (found,) = open_lines.read(spaced, loosely=True)
    assert isinstance(found, OpenLine)
    assert found.entry == 7
    (found,) = open_lines.read(spaced, loosely=False)
    assert found == 1
