"""A bundle: the same bytes twice, installs without a network, and says what is in it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from bundling import locks
from bundling.bundle import Made, assemble
from bundling.sbom import CARRIED
from bundling.targets import MACHINES, Target, least_glibc, target
from bundling.wheels import Wheel, asked_for, fetch, wheel_at
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

HERE = target(None, None)
DATE = 1_700_000_000
#: Of the locks: what the made-up contrechamp below asks for, pip, and what nothing asks for.
FETCHED = {"rich", "markdown-it-py", "mdurl", "pygments", "markupsafe", "pip", "editables"}


def made_wheel(folder: Path, name: str, *asked: str) -> Wheel:
    """Make a wheel with a command of its name that prints, with rich and MarkupSafe, one line."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    requires = "".join(f"Requires-Dist: {one}\n" for one in asked)
    files = {
        f"{module}/__init__.py": (
            "import sys\n"
            "def main():\n"
            "    import markupsafe, rich\n"
            "    rich.print('at work', markupsafe.escape('&'))\n"
        ),
        f"{info}/METADATA": (
            f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n"
            f"License-Expression: AGPL-3.0-or-later\n{requires}"
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n",
    }
    files |= {file: f"bytes of {component['name']}" for component, file in CARRIED}
    record = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    return wheel_at(path)


def own_wheel(folder: Path) -> Wheel:
    return made_wheel(
        folder, "contrechamp", "rich>=13", "markupsafe>=3", "keyring; extra == 'keyring'"
    )


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> list[Wheel]:
    pins = [
        pin
        for lock in ("run.txt", "bundle.txt")
        for pin in locks.read(locks.ROOM / lock)
        if pin.name in FETCHED
    ]
    return fetch(pins, HERE, tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def made(fetched: list[Wheel], tmp_path_factory: pytest.TempPathFactory) -> Made:
    own = own_wheel(tmp_path_factory.mktemp("own"))
    return assemble(own, fetched, HERE, tmp_path_factory.mktemp("dist"), DATE)


def install(bundle: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    # Of this machine's settings of pip none may be needed, and an index is not to be reached.
    environment = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": "http://127.0.0.1:1", "HOME": "/"}
    return subprocess.run(
        ["sh", str(bundle / "install.sh"), *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_same_bytes_twice(made: Made, fetched: list[Wheel], tmp_path: Path) -> None:
    moved = []
    for wheel in reversed(fetched):
        path = Path(shutil.copy(wheel.path, tmp_path))
        path.chmod(0o600)
        moved.append(wheel_at(path))
    before = os.umask(0o077)
    try:
        again = assemble(own_wheel(tmp_path / "own"), moved, HERE, tmp_path / "dist", DATE)
    finally:
        os.umask(before)
    assert again.sha256 == made.sha256 == hashlib.sha256(made.tar.read_bytes()).hexdigest()
    assert again.tar.read_bytes() == made.tar.read_bytes()


@pytest.mark.slow
def test_the_tar_holds_the_folder_and_nothing_of_who_made_it(made: Made) -> None:
    with tarfile.open(made.tar) as archive:
        entries = archive.getmembers()
        files = {entry.name: archive.extractfile(entry) for entry in entries if entry.isfile()}
        inside = {name: file.read() for name, file in files.items() if file}
    assert {(entry.uid, entry.gid, entry.uname, entry.mtime) for entry in entries} == {
        (0, 0, "", DATE)
    }
    assert {entry.name: entry.mode for entry in entries}[f"{made.folder.name}/install.sh"] == 0o755
    assert inside == {
        path.relative_to(made.folder.parent).as_posix(): path.read_bytes()
        for path in made.folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_the_checksums_are_of_every_file(made: Made) -> None:
    lines = (made.folder / "SHA256SUMS").read_text().splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert told == {
        path.relative_to(made.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in made.folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }


@pytest.mark.slow
def test_the_bill_of_materials_is_cyclonedx_and_true(made: Made) -> None:
    text = (made.folder / "sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    named = {one["name"]: one for one in bill["components"]}
    assert set(named) == FETCHED - {"editables"}
    assert named["pip"]["scope"] == "excluded"
    for one in (bill["metadata"]["component"], *named.values()):
        (file,) = (told["value"] for told in one["properties"])
        digest = hashlib.sha256((made.folder / "wheels" / file).read_bytes()).hexdigest()
        assert one["hashes"] == [{"alg": "SHA-256", "content": digest}]
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "AGPL-3.0-or-later"}]
    assert all("licenses" in one for one in named.values())
    carried = {one["name"]: one for one in bill["metadata"]["component"]["components"]}
    assert set(carried) == {"leaflet", "maplibre-gl", "cytoscape", "centerface"}
    of_leaflet = hashlib.sha256(b"bytes of leaflet").hexdigest()
    assert carried["leaflet"]["hashes"] == [{"alg": "SHA-256", "content": of_leaflet}]
    graph = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert [ref.split("==")[0] for ref in graph["contrechamp==1.0"]] == ["markupsafe", "rich"]


@pytest.mark.slow
def test_it_installs_without_a_network_and_works(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "contrechamp"
    done = install(made.folder, folder, sys.executable)
    assert done.returncode == 0, done.stderr
    assert str(folder / "bin/contrechamp") in done.stdout
    told = subprocess.run([folder / "bin/contrechamp"], capture_output=True, text=True, check=True)
    assert told.stdout == "at work &amp;\n"
    assert not list(folder.glob("lib/python*/site-packages/editables*"))
    again = install(made.folder, folder, sys.executable)
    assert again.returncode == 1
    assert "is there already" in again.stderr


@pytest.mark.slow
def test_what_was_changed_is_not_installed(made: Made, tmp_path: Path) -> None:
    bundle = shutil.copytree(made.folder, tmp_path / "bundle")
    (wheel,) = (bundle / "wheels").glob("mdurl-*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"x")
    done = install(bundle, tmp_path / "there", sys.executable)
    assert done.returncode == 1
    assert "was changed" in done.stderr
    # Nor where the checksums were changed with it: pip compares with the lock, and nothing is left.
    sums = bundle / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines() if "mdurl" not in line]
    sums.write_text("\n".join(lines) + "\n")
    done = install(bundle, tmp_path / "there", sys.executable)
    assert done.returncode != 0
    assert not (tmp_path / "there").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("python=3.99", "is for CPython 3.99"),
        ("system=plan9", "is for plan9"),
        ("machine=vax", "on vax"),
        ("glibc=2.999", "glibc 2.999 or newer"),
    ],
)
def test_a_machine_that_it_is_not_for_is_told_so(
    made: Made, tmp_path: Path, line: str, told: str
) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    shutil.copy(made.folder / "install.sh", bundle)
    target_lines = (made.folder / "target").read_text().splitlines()
    name = line.partition("=")[0]
    changed = [line if one.startswith(f"{name}=") else one for one in target_lines]
    (bundle / "target").write_text("\n".join(changed) + "\n")
    done = install(bundle, tmp_path / "there", sys.executable)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "there").exists()


@pytest.mark.slow
def test_a_wheel_with_another_hash_is_not_fetched(tmp_path: Path) -> None:
    (pin,) = (one for one in locks.read(locks.ROOM / "run.txt") if one.name == "mdurl")
    with pytest.raises(ValueError, match="not every locked package has a wheel"):
        fetch([pin._replace(hashes=("0" * 64,))], HERE, tmp_path / "wheels")
    assert not list(tmp_path.glob("wheels/*"))


def test_what_is_asked_for_and_not_locked_is_said(tmp_path: Path) -> None:
    own = made_wheel(tmp_path, "contrechamp", "other>=2")
    with pytest.raises(ValueError, match=r"contrechamp asks for other>=2, which is not locked"):
        asked_for(own, [made_wheel(tmp_path, "other")], HERE)


def test_what_is_asked_for_follows_extras_and_the_machine(tmp_path: Path) -> None:
    own = made_wheel(tmp_path, "contrechamp", "one[more]", "two; sys_platform == 'win32'")
    others = [
        made_wheel(tmp_path, "one", "three; extra == 'more'", "four; extra == 'other'"),
        *(made_wheel(tmp_path, name) for name in ("two", "three", "four")),
    ]
    linux, windows = (
        asked_for(own, others, Target((3, 13), machine))
        for machine in (("linux", "x86_64"), ("win32", "AMD64"))
    )
    assert linux == {"contrechamp": ("one",), "one": ("three",), "three": ()}
    assert set(windows) == {"contrechamp", "one", "two", "three"}


def test_the_oldest_glibc_is_that_of_the_most_demanding_wheel() -> None:
    assert least_glibc(["a-1-py3-none-any.whl", "b-1-py3-none-win_amd64.whl"]) == ""
    files = [
        "a-1-cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        "b-1-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    ]
    assert least_glibc(files) == "2.27"


def test_targets_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert target("3.13", "linux-aarch64") == Target((3, 13), ("linux", "aarch64"))
    assert HERE.python == sys.version_info[:2]
    with pytest.raises(ValueError, match="no platform vax: there are linux-x86_64, "):
        target(None, "vax")
    with pytest.raises(ValueError, match="no release of Python: 4"):
        target("4", "linux-x86_64")
    assert set(MACHINES) == {target(None, "-".join(one)).machine for one in MACHINES}
