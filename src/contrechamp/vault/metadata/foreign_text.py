"""Text that strangers wrote into files, made fit for a record."""


def cleaned(value: object, longest: int) -> str:
    """Return text as valid Unicode on one line, cut to `longest`; "" for anything but text."""
    if not isinstance(value, str):
        return ""
    text = value[:longest].encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
