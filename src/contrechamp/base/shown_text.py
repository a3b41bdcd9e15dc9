"""Text of others (names of files, words of a record or a decoder) as a terminal may show it."""

from unicodedata import category

#: Not "printable", and harmless: the joiners that Persian and Hindi need.
_JOINERS = "\u200c\u200d"


def shown(text: object) -> str:
    r"""Return `text` on one line, so that it can neither forge lines nor steer a terminal.

    What cannot be printed, and what turns the direction of writing, is escaped; letters of every
    script stay, and so do the spaces that French has before a colon.

    >>> shown("a\nb\x1b[31m\udcff")
    'a\\nb\\x1b[31m\\xff'
    """
    given = str(text)
    if given.isprintable():  # as nearly all is
        return given
    return "".join(
        letter
        if letter.isprintable() or letter in _JOINERS or category(letter) == "Zs"
        else _escaped(letter)
        for letter in given
    )


def _escaped(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{ord(letter) & 0xFF:02x}"
    return letter.encode("unicode_escape").decode()
