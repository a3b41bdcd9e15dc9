"""Commands run in this process, in English, leaving nothing behind; cases are copies of one."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from cli import forms
from cli.commands import LETTER, CaseRun, Done, Run, first_word
from contrechamp.base.i18n import activate
from contrechamp.cli.case_access import know_own_case
from contrechamp.cli.run import run
from contrechamp.redact import masking
from contrechamp.vault.access import passphrases
from redact.copies import picture
from vault import cases


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("CONTRECHAMP_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en")  # set back afterwards, whatever the run makes of it
    yield
    activate("en")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has seen no case yet, and is slow: so slow that the floor is what it takes."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(passphrases, "seconds_of", lambda _cost: 60.0)


@pytest.fixture
def contrechamp(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Done:
        capfd.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Done(status, out, err)

    return call


@pytest.fixture(scope="session")
def empty_case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A case whose keys cost nothing to derive, to be copied; and its recovery key."""
    folder = tmp_path_factory.mktemp("made") / "case"
    return folder, cases.new(folder)


@pytest.fixture
def case(tmp_path: Path, contrechamp: Run, empty_case: tuple[Path, str]) -> CaseRun:
    """A case of the test's own, and what runs its commands."""
    made, recovery = empty_case
    folder = shutil.copytree(made, tmp_path / "case")
    know_own_case(folder)
    return CaseRun(contrechamp, folder, recovery)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A file to take in."""
    path = tmp_path / "letter.txt"
    path.write_bytes(LETTER)
    return path


@pytest.fixture
def item(case: CaseRun, letter: Path) -> str:
    """The letter, taken in."""
    return first_word(case("add", letter))


@pytest.fixture
def put(case: CaseRun, tmp_path: Path) -> Callable[..., str]:
    """Write a record from a form; return its reference."""

    def call(what: str, form: str, *more: object) -> str:
        path = tmp_path / "form.toml"
        path.write_text(form)
        return first_word(case("edit", what, "--form", path, *more))

    return call


@pytest.fixture
def source(put: Callable[..., str]) -> str:
    """Somebody who says something; nobody has written down a consent."""
    return put("source", forms.SOURCE)


@pytest.fixture
def testimony(put: Callable[..., str], source: str) -> str:
    """What the source said."""
    return put("testimony", forms.testimony(source))


@pytest.fixture
def finding(put: Callable[..., str]) -> str:
    """A finding that rests on nothing yet."""
    return put("finding", forms.FINDING)


@pytest.fixture
def age_key(tmp_path: Path) -> tuple[Path, str]:
    """A key that age's own program makes, as a new member does; its file and its public half."""
    file = tmp_path / "key.txt"
    done = subprocess.run(
        ["age-keygen", "-o", str(file)], capture_output=True, text=True, check=True
    )
    return file, done.stderr.strip().rpartition(" ")[2]


@pytest.fixture
def use_ring() -> Iterator[Callable[[Any], None]]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A masker of images that covers one area and finds two places to look at."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")


@pytest.fixture
def photo(case: CaseRun, tmp_path: Path, painting: None) -> str:
    """A picture, taken in, in a run where it is masked by `painting`."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(picture(".jpg"))
    return f"item/{first_word(case('add', path))}"
