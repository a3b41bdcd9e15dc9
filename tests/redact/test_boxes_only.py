"""Who covers by hand alone starts neither the net nor what runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

from contrechamp.redact.masking import MASKERS
from redact import papers
from redact.copies import picture

PROGRAM = """
import pathlib, pkgutil, sys
from contrechamp.base.progress import silent
from contrechamp.redact.request import Request
masker, source, target, only = sys.argv[1:]
request = Request(boxes_only=only == "only", words=("Ada",))
pkgutil.resolve_name(masker)(pathlib.Path(source), pathlib.Path(target), request, silent)
print("onnxruntime" in sys.modules)
"""


def starts_the_net(kind: str, source: Path, only: str) -> bool:
    target = source.with_stem(f"masked-{only}")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, MASKERS[kind], str(source), str(target), only],
        capture_output=True,
        text=True,
        check=True,
    )
    assert target.exists()
    return done.stdout.split()[-1] == "True"


@pytest.mark.parametrize("kind", ["image", "pdf"])
def test_boxes_by_hand_need_no_net(kind: str, tmp_path: Path) -> None:
    if kind == "image":
        source = tmp_path / "source.jpg"
        source.write_bytes(picture(".jpg"))
    else:
        source = tmp_path / "source.pdf"
        papers.saved(papers.everything_planted("Ada"), source)
    assert not starts_the_net(kind, source, "only")
    assert starts_the_net(kind, source, "search")
