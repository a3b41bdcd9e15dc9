"""Text in the cells of tables that are opened with a spreadsheet, or printed in a terminal."""

import re

#: What a spreadsheet would take as the beginning of a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Control characters (C0, DEL and C1) but tab and ends of lines: some make a terminal do things.
#: What looks like one that is written by number is told apart, as workbooks do (ST_Xstring).
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)|_(?=x[0-9A-F]{4}_)")
_WRITTEN = re.compile(r"_x(00[01][0-9A-F]|007F|00[89][0-9A-F]|005F(?=_x[0-9A-F]{4}_))_")


def as_cell(text: str) -> str:
    r"""Return `text` such that a spreadsheet shows it and never runs it, and a terminal prints it.

    >>> as_cell("=HYPERLINK(A1)"), as_cell("\x1b[2J")
    ("'=HYPERLINK(A1)", '_x001B_[2J')
    """
    return without_formula(visible(text))


def from_cell(text: str) -> str:
    r"""Return the text that `as_cell` was given.

    >>> from_cell("'=HYPERLINK(A1)"), from_cell("_x001B_[2J")
    ('=HYPERLINK(A1)', '\x1b[2J')
    """
    return restored(with_formula(text))


def visible(text: str) -> str:
    r"""Return `text` with control characters written by number: ESC as ``_x001B_``.

    Tabs and ends of lines stay. Nothing is lost: `restored` finds the original.
    """
    return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def restored(text: str) -> str:
    """Return the text that `visible` was given."""
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def without_formula(text: str) -> str:
    """Return `text` such that a spreadsheet shows it and never runs it.

    >>> without_formula("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    """
    # An apostrophe that is there already gets another, so that `with_formula` finds the original.
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def with_formula(text: str) -> str:
    """Return the text that `without_formula` was given.

    >>> with_formula("'=HYPERLINK(A1)")
    '=HYPERLINK(A1)'
    """
    bare = text.lstrip("'")
    return text[1:] if bare != text and bare.startswith(_FORMULA_STARTS) else text
