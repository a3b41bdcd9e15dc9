"""Text in files that spreadsheets open."""

#: What a spreadsheet would take as the beginning of a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def without_formula(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and never runs it.

    >>> without_formula("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    """
    # An apostrophe more where one stands there already: so what was there can be told again.
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def with_formula(text: str) -> str:
    """Return what `without_formula` was given.

    >>> with_formula("'=HYPERLINK(A1)")
    '=HYPERLINK(A1)'
    """
    shown = text.lstrip("'")
    return text[1:] if shown != text and shown.startswith(_FORMULA_STARTS) else text
