"""Maskers that stand in for the real ones where a test is about the run around them."""

import os
import time
from pathlib import Path

from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.progress import Progress
from contrechamp.redact.outcome import Check, Covered, Look, Outcome
from contrechamp.redact.request import Request

COLOUR = (0, 0, 255)
BOX = (8, 8, 40, 40)


def paints(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Cover one area of an image, and those drawn by hand."""
    boxes = [BOX, *((request.hand.boxes().tolist()) if request.hand else [])]
    with Image.open(source) as image:
        picture = image.convert("RGB")
    for box in boxes:
        picture.paste(COLOUR, tuple(int(side) for side in box))
    picture.save(target)
    covered = tuple(Covered("face", tuple(map(float, box)), score=0.5) for box in boxes)  # type: ignore[arg-type]
    look = Look("low-score-uncovered", "A face <b>perhaps</b>", 1, (50, 10, 60, 20), score=0.1)
    return Outcome(
        "image",
        width=picture.width,
        height=picture.height,
        covered=covered,
        looks=(look, Look("small-face", "Small", 3)),
        checks=(Check("covered pixels constant", True),),
        removed=("EXIF",),
        blind_below_px=12,
        facts={"Fact": "of the masker"},
    )


def leaves_metadata(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    with Image.open(source) as image:
        exif = Image.Exif()
        exif[0x010F] = "Sample camera"
        image.save(target, exif=exif)
    return Outcome("image")


def finds_a_fault(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    target.write_bytes(source.read_bytes())
    return Outcome("image", checks=(Check("covered pixels constant", False, "3 pixels"),))


def refuses(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    target.write_bytes(b"half-written")
    (target.parent / "more").mkdir()
    raise InputError("is damaged", where=source.name)


def tells_its_request(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    target.write_bytes(source.read_bytes())
    told = (
        request.hand,
        request.boxes_only,
        request.style,
        request.fast,
        request.sound,
        request.cover_at,
    )
    return Outcome(
        "image", facts={"request": " ".join(map(str, (*told, request.words, request.threads)))}
    )


def paints_or_crashes(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Paint; crash where the picture is all red, and take a while where it is all green."""
    with Image.open(source) as image:
        red, green, _blue = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    if red > 200:
        os.abort()
    if green > 200:
        time.sleep(1)
    return paints(source, target, request, progress)
