"""Write which wheels there are of what runs: wheels.txt, for a test that asks for one everywhere.

`make lock` runs it. The names come from the package index through uv; no address is kept.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOM = Path(__file__).parent
LOCKS = ("bootstrap.txt", "run.txt", "demo.txt", "bundle.txt")
#: What may fit CPython 3.11 to 3.14 on the machines that the test asks about.
FITTING = re.compile(
    r".*-(?:none|abi3|cp31[1-4])"
    r"-(?:any|manylinux\S*(?:x86_64|aarch64)|macosx\S*(?:arm64|universal2)|win_amd64)\.whl"
)


def wheels(uv: str, lock: Path) -> list[str]:
    """Return one line a wheel: the package as it is locked, and the name of the file."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "pylock.toml"
        command = [uv, "pip", "compile", "--quiet", "--universal", "--no-deps", "--no-header"]
        command += ["--only-binary", ":all:", "--python-version", "3.11"]
        subprocess.run([*command, "--output-file", str(told), str(lock)], check=True)  # noqa: S603
        packages = tomllib.loads(told.read_text())["packages"]
    return [
        f"{package['name']}=={package['version']} {name}"
        for package in packages
        for wheel in package["wheels"]
        for name in [unquote(urlsplit(wheel["url"]).path.rpartition("/")[2])]
        if FITTING.fullmatch(name)
    ]


if __name__ == "__main__":
    lines = sorted({line for lock in LOCKS for line in wheels(sys.argv[1], ROOM / lock)})
    (ROOM / "wheels.txt").write_text("".join(f"{line}\n" for line in lines))
