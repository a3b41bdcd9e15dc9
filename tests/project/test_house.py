"""Who may import whom: the table that people read and the contracts that are checked are one."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/contrechamp"
CONTRACTS = {
    contract["name"]: {name.removeprefix("contrechamp.") for name in contract["forbidden_modules"]}
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
}
ROOMS = {file.parent.name for file in PACKAGE.glob("*/__init__.py")}


def shown(page: Path) -> dict[str, set[str]]:
    """Return what each room may import, as the table of a page says."""
    rows = re.findall(r"^\| `(\w+)/` \|[^|]*\| ([^|]*) \|$", page.read_text(), re.MULTILINE)
    return {room: set(re.findall(r"`(\w+)`", rights)) for room, rights in rows}


def test_every_room_has_its_contract() -> None:
    # The command line stands above all of them.
    assert CONTRACTS.keys() == ROOMS - {"cli"}


def test_the_table_says_what_is_checked() -> None:
    table = shown(ROOT / "CONTRIBUTING.md")
    assert table.keys() == ROOMS
    assert table.pop("cli") == ROOMS - {"cli"}
    for room, rights in table.items():
        assert rights == ROOMS - CONTRACTS[room] - {room}, room


def test_an_import_past_a_contract_fails(tmp_path: Path) -> None:
    """One forbidden import of each kind is put in by hand; the linter names each."""
    for file in PACKAGE.glob("*/__init__.py"):
        copy = tmp_path / "contrechamp" / file.parent.name / "__init__.py"
        copy.parent.mkdir(parents=True)
        forbidden = sorted(CONTRACTS.get(file.parent.name, set()) & ROOMS)
        copy.write_text("".join(f"import contrechamp.{room}\n" for room in forbidden))
    (tmp_path / "contrechamp" / "__init__.py").touch()
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", ROOT / "pyproject.toml"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    for room, forbidden in CONTRACTS.items():
        for other in forbidden & ROOMS:
            line = f"contrechamp.{room} is not allowed to import contrechamp.{other}:"
            assert line in done.stdout, line
