"""Nothing that is installed can tell whose face it is: no weights but those named here.

A name can lie, so files are known by their SHA-256; and a model can be called anything, so files
are looked at by what they begin with as well as by their names. What this cannot see: weights that
are compiled into a library. Packages known to carry such stand in `KNOWS_FACES` of test_locks.py.
"""

import hashlib
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import contrechamp
from contrechamp.redact.faces.centerface import CenterFace, CenterFaceOf8Bits
from contrechamp.redact.faces.hits import Hits
from contrechamp.redact.faces.weights import SHA256

PACKAGE = Path(contrechamp.__file__).parent
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))

NAMES = (
    ".bin .caffemodel .ckpt .engine .ftz .gguf .h5 .hdf5 .joblib .keras .mlmodel .mnn .model .nb "
    ".onnx .ort .param .pb .pdiparams .pickle .pkl .pt .pth .rknn .safetensors .t7 .task .tflite "
    ".torchscript .weights"
)
#: Smaller files hold a path or a list of tests, not a net.
SMALLEST_BYTES = 4096
#: SHA-256 -> what it is, of everything that looks like weights and may be installed.
ALLOWED = {
    **{digest: f"finds faces, yields boxes: {name}" for name, digest in SHA256.items()},
    "1c853cd04b400bd2d3772fcaddc4466b32d32db703a7aa415df5a20810bf9ecb": "chardet: encodings",
    "37c51eea179643870b8ff5e441655ee8f21c68d4d94618df3371055d16c12f3d": "chardet: encodings",
    "47371a8ad8422dc67df2f46db6e9a8e67551d6f5472d7d0c957655759e4922f0": "chardet: encodings",
    "9a966228520b7e424525cd56bd11ea41038c29e0c375545d32d82375943b3e39": "chardet: encodings",
    "75800d6ac0cc5157e20ca10e631f31ff5a2194a55ec00d7a819e32f6a4eb2b0d": "pyshacl: shapes of SHACL",
    "ae6f54d9eec9b47b2ac6688642617065078c5532d22a6505f978ab0ebbd63342": "pyshacl: shapes of SHACL",
    "bbc9d75a5f57a92ae1258aa2d0b250116b75bc989ce9cb769721292f21a5d7cf": "pyshacl: shapes of SHACL",
    "65241816cfbd9c205a97fc2222c4db7652ac9bbea7421906b0fc2e8f24f6b7c4": "statsmodels: a series",
    "57dca7329e7916533ce14c08b055474166d4ac40501d97ff2cbaf32601faed06": "pyshacl: shapes of SHACL",
}


def looks_like_weights(file: Path) -> bool:
    if file.suffix in (".py", ".so", ".pyc") or file.stat().st_size < SMALLEST_BYTES:
        return False
    if file.suffix.lower() in NAMES.split():
        return True
    with file.open("rb") as stream:
        head = stream.read(64)
    if head[4:8] == b"TFL3" or head.startswith((b"\x89HDF\r\n\x1a\n", b"GGUF")):
        return True
    if head[:1] == b"\x08" and head[2:3] == b"\x12" and head[3] < 32:  # ONNX: version, producer
        return True
    if head.startswith(b"PK\x03\x04") and file.suffix not in (".jar", ".whl", ".zip", ".xlsx"):
        with zipfile.ZipFile(file) as archive:  # as torch.save writes
            return any(name.endswith("data.pkl") for name in archive.namelist())
    return False


def weights_below(folder: Path) -> Iterator[Path]:
    return (f for f in sorted(folder.rglob("*")) if f.is_file() and looks_like_weights(f))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("folder", [PACKAGE, SITE_PACKAGES], ids=["package", "site-packages"])
def test_no_weights_are_installed_but_those_known(folder: Path) -> None:
    unknown = {
        str(file.relative_to(folder)): digest(file)
        for file in weights_below(folder)
        if digest(file) not in ALLOWED
    }
    assert not unknown, "say in ALLOWED what these yield, or do not install them"


def test_the_search_sees_weights_under_any_name(tmp_path: Path) -> None:
    content = (
        PACKAGE / "redact" / "faces" / "vendor" / "centerface" / "centerface.onnx"
    ).read_bytes()
    for name in ("net.onnx", "readme.txt", "picture.png"):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "other.dat").write_bytes(b"\x1c\0\0\0TFL3" + bytes(SMALLEST_BYTES))
    (tmp_path / "real.txt").write_bytes(b"word " * SMALLEST_BYTES)
    found = {file.name for file in weights_below(tmp_path)}
    assert found == {"net.onnx", "readme.txt", "picture.png", "other.dat"}
    assert digest(tmp_path / "net.onnx") in ALLOWED


@pytest.mark.parametrize("detector", [CenterFace, CenterFaceOf8Bits])
def test_the_detector_yields_boxes_and_scores_alone(detector: type[CenterFace]) -> None:
    assert set(Hits.__dataclass_fields__) == {"boxes", "scores"}
    net = detector(threads=1)
    begun = net._begun(np.zeros((64, 64, 3), np.uint8))
    made = net._rest.run(None, begun)
    # A place for each cell: heat, two of size, two of offset. The ten of landmarks are cut off.
    assert [out.shape for out in made] == [(1, channels, 16, 16) for channels in (1, 2, 2)]
