"""Text that strangers wrote into files, as a record can hold it."""


def cleaned(value: object, longest: int) -> str:
    """Return text as Unicode on one line, cut where it is too long; nothing of what is no text."""
    if not isinstance(value, str):
        return ""
    text = value[:longest].encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
