"""Pictures in office files: cropped to what is shown, masked like any other, and renamed."""

from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import silent
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.outcome import Covered, Look
from contrechamp.redact.pictures.masking import mask_image
from contrechamp.redact.request import Request

#: The shares of the picture that are cropped at the left, top, right and bottom.
Crop = tuple[float, float, float, float]
UNCROPPED: Crop = (0.0, 0.0, 0.0, 0.0)
_CONVERTED = ("GIF", "BMP")
_MAX_PIXELS = 100_000_000


@dataclass
class Pictures:
    """Masks the pictures of one document, each once.

    Args:
        request: for the document; boxes drawn by hand do not apply to its pictures.
        folder: for temporary files, which stay: the cell lets nothing be removed.
    """

    request: Request
    folder: Path
    masked: dict[str, bytes] = field(default_factory=dict)
    covered: list[Covered] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _known: dict[tuple[str, Crop], str | None] = field(default_factory=dict)

    def name_of(self, part: str, content: bytes, crop: Crop = UNCROPPED) -> str | None:
        """Return the new name of a picture, without folder; None if it can't be masked."""
        key = (part, crop)
        if key not in self._known:
            self._known[key] = self._mask(content, crop)
        return self._known[key]

    def _mask(self, content: bytes, crop: Crop) -> str | None:
        folder = self.folder / "pictures"
        source = folder / "picture"
        try:
            folder.mkdir(exist_ok=True)
            source.write_bytes(_prepared(content, crop))
            kind = kind_of(source, "picture")
            if kind.kind != "image":
                raise InputError(_("no picture"))
            target = folder / f"masked{kind.suffix}"
            outcome = mask_image(source, target, self.request, silent)
            if not all(check.passed for check in outcome.checks):
                raise InputError(_("a check failed"))
            masked = target.read_bytes()
        except (InputError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
            self.left_out["pictures"] += 1
            return None
        number = len(self.masked) + 1
        name = f"image{number}{kind.suffix.replace('.tif', '.tiff').replace('.jpg', '.jpeg')}"
        self.masked[name] = masked
        self.covered += [Covered(c.by, score=c.score) for c in outcome.covered]
        self.looks += [
            Look(
                look.code,
                _("Picture {number}: {message}").format(number=number, message=look.message),
                look.urgency,
                score=look.score,
            )
            for look in outcome.looks
        ]
        return name


def _prepared(content: bytes, crop: Crop) -> bytes:
    """Return a picture cropped to what is shown, in a format that can be masked."""
    with Image.open(BytesIO(content)) as image:
        if image.width * image.height > _MAX_PIXELS:
            raise ValueError
        if image.format not in _CONVERTED and not any(share > 0 for share in crop):
            return content
        left, top, right, bottom = (min(max(share, 0.0), 0.99) for share in crop)
        box = (
            round(left * image.width),
            round(top * image.height),
            max(round((1 - right) * image.width), round(left * image.width) + 1),
            max(round((1 - bottom) * image.height), round(top * image.height) + 1),
        )
        out = BytesIO()
        image.convert("RGB").crop(box).save(out, "PNG")
        return out.getvalue()
