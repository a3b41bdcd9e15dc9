"""A bag is verified by whoever received it; what anybody changed on the way is found."""

import base64
import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import bagit
import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.vault.bags import bag, exporting, verifying
from contrechamp.vault.log import canonical, checkpoint, history
from vault.cases import NOW, add, files, new, opened

IDENTITY = pyrage.x25519.Identity.generate()
KEYS = [str(IDENTITY)]
KINDS = {
    "sealed": {},
    "open": {"open_records": True},
    "plain": {"plain": True},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a case of SAMPLE files, and a bag of each kind."""
    folder = tmp_path_factory.mktemp("made")
    new(folder / "case")
    items = [one.item for one in add(folder / "case", files(folder / "field", 3, 100_000))]
    for name, options in KINDS.items():
        recipients = [] if "plain" in options else [str(IDENTITY.to_public())]
        with opened(folder / "case", write=True) as case:
            exporting.export(
                case, items[:2], folder / name, recipients=recipients, now=NOW, **options
            )
    return folder


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / request.param, tmp_path / request.param))


@pytest.fixture
def plain(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "plain", tmp_path / "plain"))


@pytest.fixture
def sealed(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "sealed", tmp_path / "sealed"))


def kinds(folder: Path, **options: object) -> set[str]:
    return {one.kind for one in verifying.verify(folder, **options).discrepancies}


def written_anew(folder: Path) -> None:
    """Make every manifest fit again, as a forger would."""
    for manifest in folder.glob("*manifest-*.txt"):
        manifest.unlink()
    files = sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())
    for name in ("sha256", "sha512"):
        for tag in ("", "tag"):
            lines = [
                f"{hashlib.new(name, (folder / path).read_bytes()).hexdigest()}  {path}\n"
                for path in files
                if path.startswith("data/") == (not tag)
            ]
            (folder / f"{tag}manifest-{name}.txt").write_text("".join(lines))
    bagged = [str(f.relative_to(folder)) for f in folder.glob("manifest-*.txt")]
    for name in ("sha256", "sha512"):
        with (folder / f"tagmanifest-{name}.txt").open("a") as file:
            for path in bagged:
                digest = hashlib.new(name, (folder / path).read_bytes()).hexdigest()
                file.write(f"{digest}  {path}\n")


def document(folder: Path, number: int = 0) -> Path:
    return sorted((folder / "custody").iterdir())[number]


def edited(path: Path, change: Callable[[dict], object]) -> None:
    fields = canonical.loads(path.read_bytes())
    change(fields)
    path.write_bytes(canonical.dumps(fields))


def test_a_bag_is_right_as_it_was_written(folder: Path) -> None:
    found = verifying.verify(folder, identities=KEYS)
    assert (found.discrepancies, found.unread, found.unopened) == ([], [], [])
    assert len(found.items) == 2
    assert len(found.signers) == 1


def test_what_a_key_is_missing_for_is_said(folder: Path) -> None:
    found = verifying.verify(folder)
    assert found.discrepancies == []
    assert len(found.items) == 2
    encrypted = folder.name != "plain"
    assert found.unread == (found.items if encrypted else [])
    assert found.unopened == (found.items if folder.name == "sealed" else [])


def test_nothing_of_the_bag_is_changed_by_verifying_it(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    verifying.verify(folder, identities=KEYS)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_the_key_of_somebody_else(sealed: Path) -> None:
    other = str(pyrage.x25519.Identity.generate())
    assert kinds(sealed, identities=[other]) == {"identity"}
    with pytest.raises(InputError) as caught:
        verifying.verify(sealed, identities=["AGE-SECRET-KEY-1NONE"])
    assert "NONE" not in str(caught.value)


def test_every_file_that_is_altered_cut_off_or_missing_is_found(folder: Path) -> None:
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        kept = path.read_bytes()
        for other in (kept[:-1], kept + b"\n", bytes([kept[0] ^ 1]) + kept[1:], None):
            if other is None:
                path.unlink()
            else:
                path.write_bytes(other)
            try:
                found = kinds(folder)
            except InputError:
                found = {"refused"}
            # Nothing lists the two lists of tag files: an end of line more or less is no change of
            # what they say, and without one of them the other still stands.
            harmless = path.name.startswith("tagmanifest-") and other in (
                kept[:-1], kept + b"\n", None,
            )  # fmt: skip
            assert bool(found) != harmless, (path.name, other and len(other))
        path.write_bytes(kept)
    assert kinds(folder) == set()


def test_files_that_were_put_there_are_found(folder: Path) -> None:
    (folder / "data" / "more.txt").write_text("SAMPLE")
    assert "extra" in kinds(folder)
    written_anew(folder)
    assert "extra" in kinds(folder)
    (folder / "data" / "more.txt").unlink()
    (folder / "more.txt").write_text("SAMPLE")
    assert "extra" in kinds(folder) | {"missing"}


def test_a_forger_who_writes_manifests_anew_changes_no_content(plain: Path) -> None:
    path = next(plain.glob("data/*/sample-*.txt"))
    path.write_bytes(path.read_bytes().replace(b"SAMPLE", b"FORGED"))
    written_anew(plain)
    bagit.Bag(str(plain)).validate()
    assert kinds(plain) == {"altered"}


def test_encrypted_content_of_a_forger_is_found_with_the_key(sealed: Path) -> None:
    path = next(sealed.glob("data/*/content.age"))
    path.write_bytes(pyrage.encrypt(b"FORGED", [IDENTITY.to_public()]))
    written_anew(sealed)
    assert kinds(sealed) == set()
    assert kinds(sealed, identities=KEYS) == {"altered"}


def test_swapped_contents_and_records_are_found(sealed: Path) -> None:
    one, two = sorted(sealed.glob("data/*/content.age"))
    for first, second in (
        (one, two),
        (one.parent / "record.json.age", two.parent / "record.json.age"),
    ):
        first.rename(sealed / "aside")
        second.rename(first)
        (sealed / "aside").rename(second)
    written_anew(sealed)
    assert kinds(sealed, identities=KEYS) == {"record"}


def forged_state(fields: dict) -> None:
    state = base64.b64decode(fields["record"]["state"]).replace(b"sample-", b"forged-")
    fields["record"]["state"] = base64.b64encode(state).decode()


def forged_entry(fields: dict) -> None:
    entry = base64.b64decode(fields["entries"][0]["entry"]).replace(b"2026", b"2025")
    fields["entries"][0]["entry"] = base64.b64encode(entry).decode()


def other_key(fields: dict) -> None:
    (name,) = fields["keys"]
    fields["keys"][name] = base64.b64encode(bytes(range(32))).decode()


def other_root(fields: dict) -> None:
    lines = fields["checkpoint"].split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    fields["checkpoint"] = "\n".join(lines)


def other_size(fields: dict) -> None:
    lines = fields["checkpoint"].split("\n")
    lines[1] = str(int(lines[1]) + 1)
    fields["checkpoint"] = "\n".join(lines)


def own_signature(fields: dict) -> None:
    """Sign an own log, and leave the proofs as they are."""
    fields["checkpoint"] = checkpoint.sign(
        checkpoint.Checkpoint("forged", 9, bytes(32)), "forged/1", bytes(32)
    )
    public = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
    fields["keys"] = {"forged/1": base64.b64encode(bytes.fromhex(public)).decode()}


@pytest.mark.parametrize(
    ("forge", "kind"),
    [
        (forged_state, "record"),
        (forged_entry, "proof"),
        (other_key, "checkpoint"),
        (other_root, "checkpoint"),
        (other_size, "checkpoint"),
        (own_signature, "proof"),
        (lambda fields: fields["entries"][0]["proof"].pop(), "proof"),
        (lambda fields: fields["entries"].append(fields["entries"][0]), "entry"),
        (lambda fields: fields["entries"].clear(), "custody"),
        (lambda fields: fields.pop("record"), "missing"),
        (lambda fields: fields.update(v=2), "custody"),
        (lambda fields: fields.update(more=1), "custody"),
        (lambda fields: fields.update(file="data/../../etc/passwd"), "custody"),
        (lambda fields: fields.update(file=f"data/{fields['item']}/../../bagit.txt"), "custody"),
        (lambda fields: fields.update(encryption="rot13"), "custody"),
        (lambda fields: fields.update(item="0" * 16), "custody"),
        (lambda fields: fields["keys"].update(x="not base64"), "custody"),
    ],
)
def test_a_forged_proof_is_found_and_named(
    plain: Path, forge: Callable[[dict], object], kind: str
) -> None:
    edited(document(plain), forge)
    written_anew(plain)
    assert kind in kinds(plain)


def test_the_proof_of_another_item_proves_nothing(plain: Path) -> None:
    other = json.loads(document(plain, 1).read_bytes())
    edited(document(plain), lambda fields: fields.update(entries=other["entries"]))
    written_anew(plain)
    assert kinds(plain) == {"entry"}


def test_an_item_without_its_proof_is_found(plain: Path) -> None:
    document(plain).unlink()
    written_anew(plain)
    assert kinds(plain) == {"extra"}
    document(plain).unlink()
    written_anew(plain)
    assert kinds(plain) == {"extra", "custody"}


def test_a_checkpoint_of_the_receiver_is_compared(made: Path, plain: Path, tmp_path: Path) -> None:
    with opened(made / "case") as case:
        notes = case.database.execute("SELECT note FROM checkpoints ORDER BY size").fetchall()
        newest = history.newest_checkpoint(case)
    assert kinds(plain, since=[notes[0][0], newest]) == set()
    new(tmp_path / "other")
    with opened(tmp_path / "other") as case:
        foreign = history.newest_checkpoint(case)
    assert kinds(plain, since=[foreign]) == {"checkpoint"}
    assert kinds(plain, since=["nonsense"]) == {"checkpoint"}


def test_links_are_told_and_never_followed(plain: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SAMPLE secret")
    path = next(plain.glob("data/*/sample-*.txt"))
    content = path.read_bytes()
    path.unlink()
    path.symlink_to(secret)
    assert kinds(plain) >= {"link", "missing"}
    path.unlink()
    path.write_bytes(content)
    (plain / "data" / "folder").symlink_to(tmp_path)
    os.mkfifo(plain / "data" / "pipe")
    found = verifying.verify(plain).discrepancies
    assert {(one.kind, one.subject) for one in found} == {
        ("link", "data/folder"), ("link", "data/pipe"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "{digest}  ../secret",
        "{digest}  data/../../secret",
        "{digest}  /etc/passwd",
        "{digest}  data//etc",
        "{digest}  ./data/x",
        "{digest}  data/x%00",
        "{digest}  bagit.txt",
        "{digest}",
        "00  data/x",
        "nonsense",
        "{digest}  ~/x",
    ],
)
def test_paths_that_leave_the_bag_are_refused(plain: Path, tmp_path: Path, line: str) -> None:
    (tmp_path / "secret").write_text("SAMPLE secret")
    digest = hashlib.sha256(b"SAMPLE secret").hexdigest()
    with (plain / "manifest-sha256.txt").open("a") as file:
        file.write(line.format(digest=digest) + "\n")
    found = verifying.verify(plain).discrepancies
    assert {one.kind for one in found} >= {"altered"}
    assert {one.kind for one in found} & {"manifest", "missing"}


def test_nothing_is_fetched(plain: Path) -> None:
    (plain / "fetch.txt").write_text("https://example.org/x 1 data/x\n")
    assert "fetch" in kinds(plain)


@pytest.mark.parametrize(
    "declaration",
    [b"", b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n", b"\xff", b"x" * 9999,
     b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n"],
)  # fmt: skip
def test_what_is_no_bag_is_refused(plain: Path, declaration: bytes) -> None:
    (plain / "bagit.txt").write_bytes(declaration)
    with pytest.raises(InputError):
        verifying.verify(plain)


def test_more_than_the_bounds_is_refused(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = plain / "data" / "/".join("d" * 40)
    deep.mkdir(parents=True)
    with pytest.raises(InputError, match="too deep"):
        verifying.verify(plain)
    shutil.rmtree(plain / "data" / "d")
    with monkeypatch.context() as bounds:
        bounds.setattr(bag, "MAX_FILES", 10)
        with pytest.raises(InputError, match="more than 10 files"):
            verifying.verify(plain)
    monkeypatch.setattr(bag, "MAX_MANIFEST_BYTES", 10)
    with pytest.raises(InputError, match="holds more than"):
        verifying.verify(plain)


def test_a_bag_of_others_is_read_as_the_reference_implementation_reads_it(tmp_path: Path) -> None:
    source = files(tmp_path / "theirs", 3)
    (source / "100%.txt").write_text("SAMPLE")
    (source / "two\nlines.txt").write_text("SAMPLE")
    (source / "شارع.txt").write_text("SAMPLE")
    bagit.make_bag(str(source), checksums=["sha256", "sha512"])
    assert bag.read(source).problems == []
    assert kinds(source) == {"custody", "extra"}


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_the_bytes_are_there_are_findings_or_a_clear_error(
    made: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    copy = tmp_path_factory.mktemp("fuzz") / "bag"
    shutil.copytree(made / data.draw(st.sampled_from(sorted(KINDS))), copy)
    texts = sorted(str(f.relative_to(copy)) for f in copy.rglob("*") if f.is_file())
    path = copy / data.draw(st.sampled_from([name for name in texts if "data/" not in name]))
    content = bytearray(path.read_bytes())
    for _each in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 1 << 16)) % max(1, len(content))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
    path.write_bytes(content)
    if data.draw(st.booleans()):
        written_anew(copy)
    with contextlib.suppress(ContrechampError):
        verifying.verify(copy, identities=KEYS)
    shutil.rmtree(copy)
