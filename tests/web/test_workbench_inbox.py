"""Files that come in: what is acknowledged is in the case, encrypted, whatever it is called."""

import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.local_page.messages import Request
from contrechamp.web.uploads import Uploads, cleaned_name
from redact.copies import picture
from vault import cases
from web.workbenches import BOUNDARY, KIND, Hand, ids, items, multipart, text, told

SECRETIVE = b"SECRETIVE SAMPLE content, made up. "


def test_what_is_acknowledged_is_in_the_case_byte_by_byte(opened: Hand, place: Path) -> None:
    large = os.urandom(3 << 20)
    answered = told(
        opened.send("upload", ("a.txt", SECRETIVE), ("trip/b.bin", large), ("empty", b""))
    )
    assert (answered["added"], answered["again"], answered["wrong"]) == (3, 0, "")
    opened.worked()
    assert items(place / "case") == {"a.txt": SECRETIVE, "trip/b.bin": large, "empty": b""}
    assert not any(SECRETIVE in path.read_bytes() for path in place.rglob("*") if path.is_file())
    page = text(opened.get("inbox"))
    assert [name in page for name in ("a.txt", "trip/b.bin", "empty")] == [True] * 3


def test_what_is_there_under_its_name_is_not_doubled(opened: Hand, place: Path) -> None:
    opened.send("upload", ("a.txt", SECRETIVE))
    again = told(opened.send("upload", ("a.txt", SECRETIVE), ("b.txt", SECRETIVE)))
    assert (again["added"], again["again"]) == (1, 1)
    assert "a.txt: is in the case already" in again["lines"]
    opened.worked()
    assert set(items(place / "case")) == {"a.txt", "b.txt"}


@pytest.mark.parametrize("cut", [1, 40, 200, 2_000_000])
def test_a_form_that_breaks_off_leaves_nothing_of_the_file_it_breaks_in(
    opened: Hand, place: Path, cut: int
) -> None:
    body = multipart(opened.desk.form_key, [("a.txt", SECRETIVE), ("b.bin", os.urandom(2 << 20))])

    class BreaksOff(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            if not piece:
                raise ConnectionResetError
            return piece

    request = Request(
        "POST", "upload", {"how": "script"}, kind=KIND, content=BreaksOff(body[:-cut])
    )
    answered = told(opened.workbench(request))
    assert answered["wrong"]
    opened.worked()
    there = items(place / "case")
    assert "b.bin" not in there or cut < 60  # its end had come; only that of the form had not
    assert answered["added"] == len(there)
    with cases.opened(place / "case", write=True):
        pass  # whoever writes next clears away what nobody acknowledged
    assert not list((place / "case/objects/incoming").iterdir())


def test_a_form_that_is_not_ours_brings_nothing_in(opened: Hand, place: Path) -> None:
    for key in ("", "0" * 32):
        answered = told(opened.send("upload", ("a.txt", SECRETIVE), key=key))
        assert "this form is of a page that was open before" in answered["wrong"]
    request = Request("POST", "upload", {"how": "script"}, kind="text/plain",
                      content=io.BytesIO(SECRETIVE))  # fmt: skip
    assert "no form with files" in text(opened.workbench(request))
    assert items(place / "case") == {}


def test_others_write_while_a_file_comes_in(opened: Hand, place: Path, tmp_path: Path) -> None:
    """A slow upload does not keep another process, or a second tab, from the case."""
    waits, goes_on = threading.Event(), threading.Event()
    body = multipart(opened.desk.form_key, [("slow.bin", b"x" * (1 << 20))])

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100_000 and not goes_on.is_set():
                waits.set()
                assert goes_on.wait(30)
            return super().read(min(size or 0, 65536) if size and size > 0 else 65536)

    request = Request("POST", "upload", {"how": "script"}, kind=KIND, content=Slow(body))
    thread = threading.Thread(target=lambda: opened.workbench(request))
    thread.start()
    assert waits.wait(30)
    (tmp_path / "other.txt").write_bytes(b"SAMPLE of another process")
    cases.add(place / "case", tmp_path / "other.txt")
    assert told(opened.send("upload", ("second.txt", b"SAMPLE of a second tab")))["added"] == 1
    assert opened.get("inbox").status == 200
    goes_on.set()
    thread.join(30)
    opened.worked()
    assert set(items(place / "case")) == {"slow.bin", "other.txt", "second.txt"}


NAMES = [
    '<script>alert("SAMPLE")</script>.txt', "\u202etxt.exe", "a\r\nb.txt", "../../../etc/passwd",
    "C:\\Users\\SAMPLE\\a.txt", "{{ 7 * 7 }}.txt", "صورة.jpg", "'; DROP TABLE records; --",
    "a" * 3000, "=HYPERLINK(\"x\")", "&lt;b&gt;", "%00.txt", "con", "\u0000x", "\ud7ff\u0301",
]  # fmt: skip


def test_hostile_names_go_through_every_page_as_text(opened: Hand, place: Path) -> None:
    answered = told(opened.send("upload", *((name, name.encode()) for name in NAMES)))
    assert answered["added"] == len(NAMES), answered
    opened.worked()
    there = items(place / "case")
    assert len(there) == len(NAMES)
    assert not any(name.startswith("/") or ".." in name.split("/") for name in there)
    pages = [opened.get("inbox"), opened.get("masks"), opened.get("import")]
    for item in ids(pages[0]):
        pages.append(opened.get("item", id=item))
        opened.post("import/item", id=item)
        pages.append(opened.get("import"))
    assert len(pages) == 3 + 2 * len(NAMES)
    for page in pages:
        assert page.status in (200, 422)
        assert "<script>alert" not in text(page)
        assert "\u202e" not in text(page)
        assert "49.txt" not in text(page)


@given(st.text(max_size=60))
def test_a_name_never_leads_out_of_its_folder(name: str) -> None:
    cleaned = cleaned_name(name)
    assert cleaned
    assert len(cleaned) <= 1000
    assert not cleaned.startswith("/")
    assert not {"", ".", ".."} & set(cleaned.split("/"))
    assert cleaned_name(cleaned) == cleaned


@given(st.binary(max_size=400), st.sampled_from([KIND, "multipart/form-data", "", "text/plain"]))
def test_no_body_does_more_than_be_refused(body: bytes, kind: str) -> None:
    framed = f"--{BOUNDARY}\r\n".encode() + body
    for content in (body, framed):
        try:
            uploads = Uploads(kind, io.BytesIO(content))
            for one in uploads.files():
                one.content.read()
        except (InputError, OSError):
            pass


def test_previews_are_drawn_in_the_cell(opened: Hand) -> None:
    opened.send("upload", ("a.png", picture(".png")), ("b.txt", SECRETIVE),
                ("broken.png", picture(".png")[:60]))  # fmt: skip
    broken, plain, image = ids(opened.get("inbox"))
    drawn = opened.get("picture.png", id=image, size="small")
    assert drawn.kind == "image/png"
    assert isinstance(drawn.content, bytes)
    assert drawn.content.startswith(b"\x89PNG")
    assert drawn.content != picture(".png")  # made anew
    assert "SECRETIVE SAMPLE" in text(opened.get("item", id=plain))
    assert "Not all" in text(opened.get("item", id=broken)) or "told" in text(
        opened.get("item", id=broken)
    )
    assert opened.get("picture.png", id=broken).status == 404
    assert opened.get("picture.png", id=plain).status == 404
    assert opened.get("picture.png", id=image, size="huge").status == 404


def test_a_list_is_shown_page_by_page_the_newest_first(opened: Hand) -> None:
    names = [f"sample-{number:02}.txt" for number in range(30)]
    opened.send("upload", *((name, name.encode()) for name in names))
    opened.worked()
    first, second = ids(opened.get("inbox")), ids(opened.get("inbox", page="2"))
    assert (len(first), len(second)) == (24, 6)
    assert not set(first) & set(second)
    assert "sample-29.txt" in text(opened.get("inbox"))
    assert ids(opened.get("inbox", page="99")) == []
    assert ids(opened.get("inbox", page="-1")) == first


def test_writers_of_this_process_take_turns(opened: Hand) -> None:
    """The lock of a case holds between threads as it does between processes."""
    with (
        opened.desk.session.opening(write=True),
        pytest.raises(InputError, match="is writing to this case"),
        cases.opened(opened.place / "case", write=True),
    ):
        raise AssertionError
