"""Text in files that are opened with a spreadsheet."""

#: What a spreadsheet would take as the beginning of a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
