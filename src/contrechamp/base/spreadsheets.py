"""Text in files that spreadsheets open."""

#: What a spreadsheet would take as the beginning of a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def without_formula(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and never runs it.

    >>> without_formula("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    """
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
