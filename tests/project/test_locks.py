"""What is installed: locked with hashes, from no named host, and nothing that knows faces."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NO_LOCKS = {"debian.txt", "debian-run.txt", "wheels.txt"}
PYTHON_LOCKS = [lock for lock in LOCKS if lock.name not in NO_LOCKS]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

#: Packages that tell whose face it is, or turn a face into numbers to be compared. contrechamp
#: covers faces and never compares them (design, decision 10): none of these may be installed, not
#: even as somebody's dependency.
KNOWS_FACES = {
    "alchemyface": "face recognition",
    "arcface": "face embeddings",
    "compreface-sdk": "client of a face recognition service",
    "deepface": "face recognition and attributes",
    "dlib": "carries face embedding models' loader and is used for little else from Python",
    "face-embeddings-lib": "face embeddings",
    "face-recognition": "face recognition",
    "face-recognition-models": "weights of face recognition",
    "faceie": "face embeddings",
    "facenet-pytorch": "face embeddings",
    "fast-face-python": "face recognition",
    "insightface": "face embeddings",
    "insightface-paddle": "face embeddings",
    "keras-facenet": "face embeddings",
    "keras-vggface": "face embeddings",
    "lvface": "face embeddings",
    "memento-face": "face recognition",
    "mtcnn-facenet": "face embeddings",
    "openfacekit": "face recognition",
    "retina-face-recognition": "face recognition",
    "uniface": "face embeddings and attributes",
    "visagene": "face recognition",
}


def locked(lock: Path) -> dict[str, str]:
    """Return name -> version of a lock."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pinned}


def wanted(*groups: str) -> list[Requirement]:
    texts = [text for group in groups for text in PROJECT["dependency-groups"][group]]
    return [Requirement(text) for text in texts]


def test_there_is_a_lock_for_each_use() -> None:
    assert {lock.name for lock in PYTHON_LOCKS} == {
        "bootstrap.txt",
        "bundle.txt",
        "demo.txt",
        "dev.txt",
        "fuzz.txt",
        "run.txt",
        "s3.txt",
        "sources.txt",
    }


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_hashes(lock: Path) -> None:
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", lock.read_text())
    packages = [block for block in blocks if "==" in block]
    assert packages
    for block in packages:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_a_host_or_a_folder(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(--(index|extra-index|find-links|trusted)|-i |-f )", text)
    assert not re.search(r"(?m)^\S+ @ ", text)


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("run.txt", [Requirement(text) for text in PROJECT["project"]["dependencies"]]),
        ("run.txt", wanted("build")),
        ("dev.txt", wanted("build", "test", "lint", "docs", "bench")),
        (
            "demo.txt",
            [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["demo"]],
        ),
    ],
)
def test_locks_hold_what_the_project_asks_for(lock: str, requirements: list[Requirement]) -> None:
    versions = locked(ROOT / "requirements" / lock)
    assert requirements
    for requirement in requirements:
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in {lock}: make lock"
        assert requirement.specifier.contains(versions[name], prereleases=True), (
            f"{name}: make lock"
        )


def test_tests_run_on_the_versions_that_users_get() -> None:
    run, dev = locked(ROOT / "requirements/run.txt"), locked(ROOT / "requirements/dev.txt")
    assert run
    assert {name: dev.get(name) for name in run} == run


def test_nothing_that_knows_faces_is_installed_or_locked() -> None:
    installed = {canonicalize_name(found.metadata["Name"]) for found in metadata.distributions()}
    assert "numpy" in installed
    everything = installed.union(*(locked(lock) for lock in PYTHON_LOCKS))
    assert not everything & set(KNOWS_FACES)


def test_the_licence_is_the_whole_agpl() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text
    assert "13. Remote Network Interaction" in text
    assert PROJECT["project"]["license"] == "AGPL-3.0-or-later"
