"""Text of others (names of files, what a decoder's process says) as a terminal may show it."""

MAX_CHARACTERS = 2000
#: Not "printable", and harmless: the spaces of French, the joiners of Persian and Hindi.
_HARMLESS = "\u00a0\u202f\u200c\u200d"


def shown(text: object) -> str:
    r"""Return `text` on one line: no control characters, no bad bytes, no turned direction.

    >>> shown("a\x1b[31m.jpg")
    'a�[31m.jpg'
    """
    whole = str(text)[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
    return "".join(
        letter if letter.isprintable() or letter in _HARMLESS else "\N{REPLACEMENT CHARACTER}"
        for letter in whole
    )
