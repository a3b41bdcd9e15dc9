"""What cells of masking are forked from: a process that has loaded, once, what they need."""

from collections.abc import Iterator

from contrechamp.redact.outcome import Kind

#: What tells a kind; all others are loaded once a kind is known.
FIRST = ("contrechamp.redact.process.work",)
_CHECKS = ("contrechamp.redact.checks.copies", "contrechamp.redact.review.pictures")
_PICTURES = ("contrechamp.redact.pictures.masking", "PIL.Image:init", "PIL.ImageCms", "av")
_NEEDED: dict[Kind, tuple[str, ...]] = {
    "image": (*_PICTURES, *_CHECKS),
    "pdf": ("contrechamp.redact.pdf.masking", *_PICTURES, *_CHECKS),
    "office": ("contrechamp.redact.office.masking", *_PICTURES, *_CHECKS),
    "text": ("contrechamp.redact.text.masking", *_CHECKS),
    # Not what masks video: compiled code is loaded from a folder that each cell has of its own.
    "video": _CHECKS,
    "sound": _CHECKS,
}
_NET = "contrechamp.redact.faces.centerface:loaded"
_SEARCHED = ("image", "pdf", "office")


def needed(kind: Kind, *, net: bool) -> Iterator[str]:
    """Yield names of what masking a kind needs, as `cell.warm_process.WarmProcess.load` takes them.

    Args:
        kind: of a file.
        net: whether faces are searched for.
    """
    yield from _NEEDED.get(kind, ())
    if net and kind in _SEARCHED:
        yield _NET
