"""What finds faces reports to nobody, and leaves no name of this machine behind."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contrechamp.redact.faces.centerface import WEIGHTS
from contrechamp.redact.faces.weights import VENDOR

SRC = Path(__file__).parents[2] / "src"
#: Outside of the cell, where nothing keeps a library from files or the network.
PROGRAM = """
import json, os, time
import numpy as np
{load}
time.sleep(0.2)
print(json.dumps(sorted(os.readlink(f"/proc/self/fd/{{n}}") for n in os.listdir("/proc/self/fd")
      if os.path.exists(f"/proc/self/fd/{{n}}"))))
"""
OURS = """
from contrechamp.redact.faces.centerface import CenterFace
CenterFace()(np.zeros((64, 64, 3), np.uint8), 0.5)
"""
#: The same library, loaded by somebody else: what the test would see if ours did nothing.
PLAIN = """
import onnxruntime, sys
onnxruntime.InferenceSession(open(sys.argv[1], "rb").read(), providers=["CPUExecutionProvider"])
"""


def left_behind(home: Path, load: str) -> tuple[list[str], list[str]]:
    """Return the files that a program left in the home, and what it has open at its end."""
    home.mkdir()
    # No variable of a test machine: the library is silent where it takes itself to be tested.
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
    net = VENDOR / WEIGHTS
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(load=load), str(net)],
        env={**kept, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    files = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    return sorted(files), json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_net_reports_to_nobody(tmp_path: Path) -> None:
    files, open_files = left_behind(tmp_path / "home", OURS)
    assert files == []
    assert not [name for name in open_files if name.startswith("socket:")]
    # Otherwise that nothing is there would say nothing of us.
    files, _open = left_behind(tmp_path / "another", PLAIN)
    assert any(name.endswith("deviceid") for name in files)


def test_one_place_loads_the_library_and_switches_its_reports_off_before() -> None:
    loads = {
        path.relative_to(SRC / "contrechamp").as_posix()
        for path in SRC.rglob("*.py")
        if re.search(r"^\s*(import|from) onnxruntime", path.read_text("utf-8"), re.MULTILINE)
    }
    assert loads == {"redact/faces/onnx.py"}
    text = (SRC / "contrechamp/redact/faces/onnx.py").read_text("utf-8")
    assert text.index('os.environ["ORT_DISABLE_TELEMETRY"] = "1"') < text.index("\nimport onnx")
