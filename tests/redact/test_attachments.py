"""Attachments of a message are masked, each by its kind, and looked at in the review."""

import io
import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import matplotlib
import openpyxl
import pymupdf
import pytest
from PIL import Image, ImageDraw

from contrechamp.base.i18n import activate
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.request import Request
from contrechamp.redact.review.page.folder_bench import FolderBench
from contrechamp.redact.review.page.pictures import Pictures, Seen
from contrechamp.redact.sources import gather

REQUEST = Request(words=("Ada Sample",))
#: A box by hand on the second page of the fax, in points: 150 dpi, so that 100 px are 48 points.
BOX_PT = [48, 48, 96, 96]


def portrait() -> bytes:
    # Grace Hopper, official portrait, public domain; shipped with matplotlib.
    content = io.BytesIO()
    with Image.open(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg") as image:
        image.reduce(2).save(content, "JPEG")
    return content.getvalue()


def fax() -> bytes:
    pages = [Image.new("RGB", (600, 400), "white") for _page in range(2)]
    for page in pages:
        ImageDraw.Draw(page).text((300, 40), "SAMPLE", fill="black", font_size=40)
    content = io.BytesIO()
    pages[0].save(content, "TIFF", save_all=True, append_images=pages[1:])
    return content.getvalue()


def table() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Ada Sample", "SAMPLE street 1"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


ATTACHED = {"a.jpg": portrait, "b.tif": fax, "c.xlsx": table, "d.exe": lambda: b"MZ" + bytes(99)}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> FolderBench:
    activate("en")
    folder = tmp_path_factory.mktemp("mail")
    message = EmailMessage()
    message["From"], message["Subject"] = "Ada Sample <ada@sample.example>", "SAMPLE"
    message.set_content("SAMPLE of a message")
    for name, content in ATTACHED.items():
        message.add_attachment(content(), "application", "octet-stream", filename=name)
    (folder / "letter.eml").write_bytes(message.as_bytes())
    drawn = {"b.tif": {"cover": [{"box": BOX_PT, "page": 2}]}}
    (folder / "letter.eml.boxes.json").write_text(
        json.dumps({"format": "contrechamp/boxes-1", "parts": drawn})
    )
    run = mask_files(gather([folder / "letter.eml"]).files, folder / "out", Settings(REQUEST))
    assert not run.unmasked, [str(one.error) for one in run.unmasked]
    return FolderBench(folder / "out", REQUEST)


@pytest.mark.slow
def test_each_attachment_is_masked_by_its_kind(bench: FolderBench) -> None:
    [key] = bench.copies()
    outcome = bench.made(key).outcome
    assert {(one.by, one.part, one.page) for one in outcome.covered} == {
        ("face", "image-001.jpg", None),
        ("hand", "pdf-001.pdf", 2),
    }
    with bench.copy(key) as copy:
        message = message_from_bytes(copy.read_bytes(), policy=policy.default)
    found = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert set(found) == {"image-001.jpg", "pdf-001.pdf", "office-001.xlsx"}
    face = max(outcome.covered, key=lambda one: one.score or 0.0).box
    with Image.open(io.BytesIO(found["image-001.jpg"])) as image:
        middle = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
        pixel = image.convert("RGB").getpixel((round(middle[0]), round(middle[1])))
    assert max(pixel) - min(pixel) < 8, "the cover, and not a face"
    with pymupdf.open(stream=found["pdf-001.pdf"]) as pages:
        assert pages[1].get_pixmap(dpi=72).pixel(72, 72) == (0, 0, 0)
        assert pages[0].get_pixmap(dpi=72).pixel(72, 72) == (255, 255, 255)
    book = openpyxl.load_workbook(io.BytesIO(found["office-001.xlsx"]))
    assert "Ada" not in str(book.active["A1"].value)
    left_out = [look.message for look in outcome.looks if look.code == "left-out"]
    assert len(left_out) == 1
    assert left_out[0].startswith("d.exe was left out")


@pytest.mark.slow
def test_each_attachment_is_looked_at_before_and_after(bench: FolderBench, tmp_path: Path) -> None:
    [key] = bench.copies()
    with Pictures(bench, tmp_path) as pictures:
        original = pictures.look(Seen(key, "source"))
        assert original["parts"] == list(ATTACHED)
        scan = Seen(key, "source", original["parts"].index("b.tif"))
        assert pictures.look(scan)["pages"] == 2
        copy = pictures.look(Seen(key, "copy"))
        masked = Seen(key, "copy", copy["parts"].index("pdf-001.pdf"))
        seen = {}
        for one in (scan, masked):
            with Image.open(io.BytesIO(pictures.jpeg(one, 2, 576, None))) as image:
                seen[one.what] = image.convert("L").resize((288, 192)).getpixel((72, 72))
        assert seen["source"] > 250
        assert seen["copy"] < 5
        image = pictures.look(Seen(key, "copy", copy["parts"].index("image-001.jpg")))
        assert image["shows"] == "picture"
