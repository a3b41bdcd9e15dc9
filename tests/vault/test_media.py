"""What files say of themselves is read into the record: pictures, videos, Content Credentials."""

import http.server
import inspect
import io
import random
import re
import struct
import tempfile
import threading
from fractions import Fraction
from pathlib import Path

import av
import filetype
import numpy as np
import pytest
from filetype.types import DOCUMENT
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contrechamp.vault.log import canonical
from contrechamp.vault.metadata import credentials, first_bytes, media, movie
from vault import cases
from vault.credentials import picture

PLACE, DAY = "+48.8000+002.3000/", "2026-05-04T03:02:01Z"


def described(content: bytes) -> dict:
    found = media.describe(io.BytesIO(content))
    assert canonical.loads(canonical.dumps(found)) == found
    return found


#: Kinds of the library that have their sign elsewhere than in the first byte.
ELSEWHERE = {"Dcm", "Tar", "Eot", "M4a", "Mp4", "Mov", "Heic", "Avif"}
_FIRST = re.compile(
    r"buf\[0\] (?:== |in \()((?:0x\w+(?:, )?)+)|\[:\d+\] == bytearray\(\[(0x\w+)|with\(b'\\(x\w\w)"
)


@pytest.mark.parametrize(
    "kind", [one for one in filetype.TYPES if one not in DOCUMENT], ids=lambda one: one.mime
)
def test_the_library_is_asked_about_every_kind_that_it_knows(kind: filetype.Type) -> None:
    found = _FIRST.findall(inspect.getsource(type(kind)))
    first = {int(each[-2:].strip("x"), 16) for one in found for each in "".join(one).split(", ")}
    assert first or type(kind).__qualname__ in ELSEWHERE
    assert first <= first_bytes.FIRST_BYTES


#: The beginning of a made-up file of each kind that has its sign elsewhere.
SAMPLES = {
    "ftyp": bytes(3) + b"\x18ftypisom" + bytes(12),
    "LP": bytes([7]) * 8 + b"\x02\0\x01" + bytes(23) + b"LP" + bytes(8),
    "DICM": bytes([7]) * 128 + b"DICM" + bytes(8),
    "ustar": bytes([7]) * 257 + b"ustar" + bytes(8),
}


@pytest.mark.parametrize("sign", SAMPLES)
def test_signs_that_are_not_at_the_beginning_are_seen(sign: str) -> None:
    assert sign.encode() in {one for _at, one in first_bytes.SIGNS}
    found = filetype.match(SAMPLES[sign])
    assert first_bytes.media_type(SAMPLES[sign], whole=True) == found.mime


def video(container: str = "mov", *, in_front: bool = False, **metadata: str) -> bytes:
    """Return a SAMPLE of two seconds: noise, so that the pictures take more than the metadata."""
    options = {"movflags": "use_metadata_tags" + ("+faststart" if in_front else "")}
    with tempfile.TemporaryDirectory() as folder:  # to put it in front the file is opened anew
        out = Path(folder, "video")
        _write(str(out), container, options, metadata)
        return out.read_bytes()


def _write(out: str, container: str, options: dict[str, str], metadata: dict[str, str]) -> None:
    with av.open(out, "w", format=container, options=options) as file:
        file.metadata.update(metadata)
        stream = file.add_stream("mpeg4", rate=Fraction(10))
        stream.width, stream.height, stream.bit_rate = 320, 240, 4_000_000
        noise = np.random.default_rng(1)
        for _each in range(20):
            pixels = noise.integers(0, 255, (240, 320, 3), dtype=np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        file.mux(stream.encode())


@pytest.mark.parametrize("in_front", [False, True])
@pytest.mark.parametrize("container", ["mov", "mp4", "ipod"])
def test_a_video_tells_when_it_was_taken_and_how_long_it_is(container: str, in_front: bool) -> None:
    content = video(container, in_front=in_front, creation_time=DAY)
    assert (content.index(b"moov") < len(content) // 2) == in_front
    with av.open(io.BytesIO(content)) as file:
        seconds = file.duration / av.time_base
    found = described(content)["movie"]
    assert found["created"] == DAY
    assert float(found["duration_s"]) == pytest.approx(seconds, abs=0.001)
    assert seconds == pytest.approx(2.0)


def test_texts_stand_under_the_names_that_the_file_has_for_them() -> None:
    apple = {
        "com.apple.quicktime.location.ISO6709": PLACE,
        "com.apple.quicktime.make": "SAMPLE maker",
        "com.apple.quicktime.model": "modèle d'essai",
    }
    found = described(video("mov", **apple))["movie"]
    assert {name: found[name] for name in apple} == apple


def test_the_place_where_other_phones_write_it() -> None:
    found = described(video("mp4", location=PLACE, title="SAMPLE"))["movie"]
    assert PLACE in found.values()
    assert "SAMPLE" in found.values()


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_boxes_of_more_than_four_gigabytes_and_to_the_end() -> None:
    text = struct.pack(">HH", len(PLACE), 0x15C7) + PLACE.encode()
    moov = box(b"moov", box(b"udta", box(b"\xa9xyz", text)))
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"12345"
    assert movie.describe(io.BytesIO(large + moov), len(large + moov)) == {"©xyz": PLACE}
    to_the_end = struct.pack(">I4s", 0, b"moov") + moov[8:]
    assert movie.describe(io.BytesIO(large + to_the_end), len(large + to_the_end)) == {
        "©xyz": PLACE
    }


VIDEO = video("mov", creation_time=DAY, **{"com.apple.quicktime.make": "SAMPLE"})
MOOV_AT = VIDEO.index(b"moov") - 4


@given(st.data())
def test_a_damaged_video_is_content_like_any_other(data: st.DataObject) -> None:
    content = bytearray(VIDEO)
    for _each in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(MOOV_AT, len(content) - 1) | st.integers(0, 40))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    described(bytes(content[: data.draw(st.integers(0, len(content)))]))


def test_what_a_video_may_say_is_bounded() -> None:
    texts = b"".join(
        box(b"\xa9" + name.to_bytes(3, "big"), struct.pack(">HH", 5000, 0) + b"x" * 5000)
        for name in range(400)
    )
    found = described(box(b"moov", box(b"udta", texts)))["movie"]
    assert len(found) == movie.MAX_TEXTS
    assert max(map(len, found.values())) == movie.LONGEST


def test_exif_behind_the_pixels_of_a_tiff_is_read() -> None:
    out = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 255, (700, 700, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(out, "TIFF", tiffinfo={271: "SAMPLE maker"})
    content = out.getvalue()
    assert struct.unpack_from("<I", content, 4)[0] < 1000 or len(content) > 1_000_000
    assert described(content)["exif"]["Image Make"] == "SAMPLE maker"


# Content Credentials


@pytest.fixture(scope="module")
def signed() -> bytes:
    return picture()


def test_a_manifest_that_fits_is_valid(signed: bytes) -> None:
    found = described(signed)["c2pa"]
    assert found["state"] == "valid"
    assert found["manifest"].startswith("urn:")
    assert found["generator"] == "SAMPLE camera"
    assert (found["signer"], found["issuer"]) == ("SAMPLE camera", "SAMPLE, made up")
    assert found["actions"] == ["c2pa.created"]
    assert "problems" not in found


def test_a_manifest_of_other_pixels_is_invalid(signed: bytes) -> None:
    altered = bytearray(signed)
    altered[-50] ^= 1
    found = described(bytes(altered))["c2pa"]
    assert (found["state"], found["problems"]) == ("invalid", ["assertion.dataHash.mismatch"])


def test_a_manifest_that_cannot_be_read_is_said(signed: bytes) -> None:
    altered = signed.replace(b"cbor", b"robc")
    assert described(altered)["c2pa"]["state"] == "unreadable"


def test_a_picture_without_one_says_nothing() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", comment=b"c2pa is only a word here")
    assert "c2pa" not in described(out.getvalue())


def test_a_manifest_elsewhere_is_said_and_nobody_is_asked_for_it() -> None:
    asked: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = described(picture(remote=f"http://127.0.0.1:{server.server_port}/manifest"))
        server.shutdown()
    assert found["c2pa"] == {"state": "elsewhere"}
    assert asked == []


def test_a_large_picture_is_not_held(monkeypatch: pytest.MonkeyPatch, signed: bytes) -> None:
    monkeypatch.setattr(credentials, "MAX_PICTURE", len(signed) - 1)
    assert described(signed)["c2pa"] == {"state": "too large"}


@given(st.data())
def test_damaged_credentials_are_content_like_any_other(data: st.DataObject) -> None:
    content = bytearray(SIGNED)
    for _each in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(content) - 1, 20_000)))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    described(bytes(content))


SIGNED = picture()


def test_what_a_file_says_is_in_its_record_though_it_stands_at_the_end(tmp_path: Path) -> None:
    """Beyond what is kept of a file while it is read."""
    cases.new(tmp_path / "case")
    (tmp_path / "long.mov").write_bytes(
        box(b"wide", b"") + box(b"mdat", random.Random(2).randbytes(3 << 20)) + VIDEO[MOOV_AT:]
    )
    (tmp_path / "signed.jpg").write_bytes(SIGNED)
    added = cases.add(tmp_path / "case", tmp_path / "long.mov", tmp_path / "signed.jpg")
    states = []
    with cases.opened(tmp_path / "case") as case:
        for one in added:
            row = case.database.execute(
                "SELECT state FROM records WHERE subject = ?", (f"item/{one.item}",)
            ).fetchone()
            states.append(canonical.loads(bytes(row[0])))
    assert states[0]["movie"]["created"] == DAY
    assert states[1]["c2pa"]["state"] == "valid"
