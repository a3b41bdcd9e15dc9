"""A camera's raw file, made of a picture: Adobe DNG 1.4 with a Bayer mosaic of 16 bits."""

import struct

import numpy as np

BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL = 1, 2, 3, 4, 5, 10


def made_dng(rgb: np.ndarray, note: str, *, colours: bool = True) -> bytes:
    """Return the picture as raw values of a sensor, and `note` as who made it.

    Args:
        colours: whether the sensor has a mosaic of colours, or is one for black and white.
    """
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    linear = (rgb[:height, :width].astype(float) / 255) ** 2.2 * 65535
    mosaic = linear[:, :, 1].copy()
    if colours:
        mosaic[::2, ::2] = linear[::2, ::2, 0]
        mosaic[1::2, 1::2] = linear[1::2, 1::2, 2]
    pixels = mosaic.astype("<u2").tobytes()
    # From XYZ to the colours of this "camera": those of sRGB.
    matrix = [3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570]
    text = note.encode() + b"\0"
    entries = [
        (254, LONG, [0]),
        (256, LONG, [width]),
        (257, LONG, [height]),
        (258, SHORT, [16]),
        (259, SHORT, [1]),
        (262, SHORT, [32803 if colours else 34892]),
        (271, ASCII, text),
        (272, ASCII, text),
        (273, LONG, [0]),  # where the pixels are, set below
        (274, SHORT, [1]),
        (277, SHORT, [1]),
        (278, LONG, [height]),
        (279, LONG, [len(pixels)]),
        (284, SHORT, [1]),
        (33421, SHORT, [2, 2]),
        (33422, BYTE, bytes([0, 1, 1, 2])),
        (50706, BYTE, bytes([1, 4, 0, 0])),
        (50707, BYTE, bytes([1, 1, 0, 0])),
        (50708, ASCII, text),
        (50714, LONG, [0]),
        (50717, LONG, [65535]),
        (50721, SRATIONAL, [n for value in matrix for n in (round(value * 10000), 10000)]),
        (50728, RATIONAL, [1, 1, 1, 1, 1, 1]),
        (50778, SHORT, [21]),
    ]
    if not colours:
        coloured = (33421, 33422, 50721, 50728, 50778)
        entries = [entry for entry in entries if entry[0] not in coloured]
    at = 8 + 2 + 12 * len(entries) + 4
    directory, values = struct.pack("<H", len(entries)), b""
    for tag, kind, value in entries:
        body = _packed(kind, value)
        count = len(body) // {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4}.get(kind, 8)
        if tag == 273:
            place = len(directory) + 8
        if len(body) <= 4:
            directory += struct.pack("<HHI", tag, kind, count) + body.ljust(4, b"\0")
        else:
            directory += struct.pack("<HHII", tag, kind, count, at + len(values))
            values += body + b"\0" * (len(body) % 2)
    whole = b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0) + values
    start = struct.pack("<I", len(whole))
    return whole[: place + 8] + start + whole[place + 12 :] + pixels


def _packed(kind: int, value: bytes | list[int]) -> bytes:
    if isinstance(value, bytes):
        return value
    letter = {SHORT: "H", LONG: "I", RATIONAL: "I", SRATIONAL: "i"}[kind]
    return struct.pack(f"<{len(value)}{letter}", *value)
