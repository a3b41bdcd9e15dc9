"""A bag is verified by whoever received it; what anybody changed on the way is found."""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.vault.bags import exporting, received, verifying
from contrechamp.vault.log import canonical, checkpoint, history
from contrechamp.vault.log import note as signed_note
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
    for tag in ("", "tag"):
        paths = sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())
        for name in ("sha256", "sha512"):
            lines = [
                f"{hashlib.new(name, (folder / path).read_bytes()).hexdigest()}  {path}\n"
                for path in paths
                if path.startswith("data/") == (not tag) and path != "checkpoint.txt"
            ]
            (folder / f"{tag}manifest-{name}.txt").write_text("".join(lines))


def signed_anew(folder: Path, made: Path) -> None:
    """Sign what the bag holds now, as the member who exported it could."""
    written_anew(folder)
    listed = hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    text = (folder / "checkpoint.txt").read_text().rpartition("\n\n")[0] + "\n"
    log, _signatures = checkpoint.parse((folder / "checkpoint.txt").read_text())
    with opened(made / "case") as case:
        name = f"{log.origin}/{case.unlocked.member}"
        was = log.extensions[-1].split()[0]
        note = signed_note.sign(text.replace(was, listed), name, case.unlocked.signing_seed)
    (folder / "checkpoint.txt").write_text(note)


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
            assert found, (path.name, other and len(other))
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


def test_a_forger_who_writes_manifests_anew_changes_no_content(made: Path, plain: Path) -> None:
    path = next(plain.glob("data/*/sample-*.txt"))
    path.write_bytes(path.read_bytes().replace(b"SAMPLE", b"FORGED"))
    written_anew(plain)
    bagit.Bag(str(plain)).validate()
    assert kinds(plain) == {"altered", "checkpoint"}
    signed_anew(plain, made)
    assert kinds(plain) == {"altered"}


def test_encrypted_content_of_a_forger_is_found_with_the_key(made: Path, sealed: Path) -> None:
    path = next(sealed.glob("data/*/content.age"))
    path.write_bytes(pyrage.encrypt(bytes(100_000), [IDENTITY.to_public()]))
    written_anew(sealed)
    assert "checkpoint" in kinds(sealed)
    signed_anew(sealed, made)
    item = path.parent.name
    assert ("altered", item) not in told(sealed)
    assert ("altered", item) in told(sealed, identities=KEYS)
    assert kinds(sealed, identities=KEYS) == {"altered"}


def test_swapped_contents_and_records_are_found(made: Path, sealed: Path) -> None:
    one, two = sorted(sealed.glob("data/*/content.age"))
    for first, second in (
        (one, two),
        (one.parent / "record.json.age", two.parent / "record.json.age"),
    ):
        first.rename(sealed / "aside")
        second.rename(first)
        (sealed / "aside").rename(second)
    signed_anew(sealed, made)
    assert "record" in kinds(sealed, identities=KEYS)


def forged_state(fields: dict) -> None:
    state = base64.b64decode(fields["record"]["state"]).replace(b"sample-", b"forged-")
    fields["record"]["state"] = base64.b64encode(state).decode()


def forged_entry(fields: dict) -> None:
    entry = base64.b64decode(fields["entries"][0]["entry"]).replace(b"2026", b"2025")
    fields["entries"][0]["entry"] = base64.b64encode(entry).decode()


def other_key(fields: dict) -> None:
    (name,) = fields["keys"]
    fields["keys"][name] = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    ("forge", "kind"),
    [
        (forged_state, "record"),
        (forged_entry, "proof"),
        (other_key, "checkpoint"),
        (lambda fields: fields["entries"][0]["proof"].pop(), "proof"),
        (lambda fields: fields["entries"].append(fields["entries"][0]), "entry"),
        (lambda fields: fields["entries"].clear(), "custody"),
        (lambda fields: fields.pop("record"), "missing"),
        (lambda fields: fields.update(v=3), "custody"),
        (lambda fields: fields.update(v=1), "custody"),
        (lambda fields: fields.update(v=True), "custody"),
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
    assert {kind, "checkpoint"} <= kinds(plain)


def other_root(lines: list[str]) -> None:
    lines[2] = base64.b64encode(bytes(32)).decode()


def other_size(lines: list[str]) -> None:
    lines[1] = str(int(lines[1]) + 1)


def other_time(lines: list[str]) -> None:
    lines[4] = lines[4].replace("2026", "2025")


def other_files(lines: list[str]) -> None:
    lines[6] = f"{'0' * 64}  tagmanifest-sha256.txt"


def no_files(lines: list[str]) -> None:
    """Leave what the checkpoint of a log has."""
    del lines[3:7]


@pytest.mark.parametrize("forge", [other_root, other_size, other_time, other_files, no_files])
def test_a_forged_checkpoint_is_found(plain: Path, forge: Callable[[list[str]], None]) -> None:
    path = plain / "checkpoint.txt"
    lines = path.read_text().split("\n")
    forge(lines)
    path.write_text("\n".join(lines))
    found = verifying.verify(plain)
    assert {one.kind for one in found.discrepancies} == {"checkpoint"}
    assert (found.items, found.signers, found.signed) == ([], {}, None)


@pytest.mark.parametrize(
    "extension", [(), ("contrechamp.bag/2",), ("contrechamp.bag/3", "a", "b", "c")]
)
def test_a_checkpoint_of_the_member_that_is_not_of_a_bag_does_not_sign_one(
    made: Path, plain: Path, extension: tuple[str, ...]
) -> None:
    log, _signatures = checkpoint.parse((plain / "checkpoint.txt").read_text())
    other = checkpoint.Checkpoint(log.origin, log.size, log.root, extension)
    with opened(made / "case") as case:
        name = f"{log.origin}/{case.unlocked.member}"
        note = checkpoint.sign(other, name, case.unlocked.signing_seed)
    (plain / "checkpoint.txt").write_text(note)
    assert kinds(plain) == {"checkpoint"}


def test_who_signs_a_log_of_their_own_has_no_proofs_in_it(plain: Path) -> None:
    text = (plain / "checkpoint.txt").read_text().rpartition("\n\n")[0] + "\n"
    origin, _size, root = text.split("\n")[:3]
    forged = text.replace(origin, "forged").replace(root, base64.b64encode(bytes(32)).decode())
    (plain / "checkpoint.txt").write_text(signed_note.sign(forged, "forged/1", bytes(32)))
    public = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
    keys = {"forged/1": base64.b64encode(bytes.fromhex(public)).decode()}
    for number in range(2):
        edited(document(plain, number), lambda fields: fields.update(keys=keys))
    written_anew(plain)
    assert "proof" in kinds(plain)


#: What follows from proofs, records and contents.
DERIVED = ["README.txt", "check.py", "bag-info.txt", "bagit.txt", "ro-crate-metadata.json"]


def told(folder: Path, **options: object) -> set[tuple[str, str]]:
    found = verifying.verify(folder, **options).discrepancies
    return {(one.kind, one.subject) for one in found}


def changed(path: Path) -> None:
    """Change a file so that it is still of its form."""
    content = path.read_bytes()
    if path.suffix == ".age":
        plain = pyrage.decrypt(content, [IDENTITY]).replace(b"sample", b"forged", 1)
        path.write_bytes(pyrage.encrypt(plain, [IDENTITY.to_public()]))
    elif path.name == "bagit.txt":
        path.write_bytes(content.replace(b"1.0", b"1.1"))
    else:
        path.write_bytes(content.replace(b"e", b"o", 1))


def test_all_that_follows_is_made_anew_and_compared(made: Path, folder: Path) -> None:
    tables = [] if folder.name == "sealed" else ["items.csv"]
    sealed = ["data/items.csv.age", "data/ro-crate-metadata.json.age"]
    for name in [*DERIVED, *(tables or sealed)]:
        copy = Path(shutil.copytree(folder, folder.with_name("copy")))
        changed(copy / name)
        written_anew(copy)
        with contextlib.suppress(bagit.BagValidationError):  # of another version
            bagit.Bag(str(copy)).validate()
        wanted = {("altered", name), ("checkpoint", "tagmanifest-sha256.txt")}
        # What is encrypted anew has another size, which stands elsewhere.
        sizes = {("altered", "bag-info.txt"), ("altered", "ro-crate-metadata.json")}
        sizes = sizes if name in sealed else set()
        assert told(copy, identities=KEYS) - sizes == wanted
        assert told(copy) - sizes == (wanted - {("altered", name)} if sizes else wanted)
        signed_anew(copy, made)  # as a member can, who lies about what the records say
        assert told(copy, identities=KEYS) - sizes == {("altered", name)}
        shutil.rmtree(copy)


def test_a_manifest_in_other_words_is_told(made: Path, plain: Path) -> None:
    """Not what other readers could understand otherwise: order, case, repetition, line ends."""
    path = plain / "manifest-sha512.txt"
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    forms = [
        "".join(reversed(lines)), whole.upper(), whole.replace("  ", " *"),
        whole.replace("\n", "\r\n"), whole + "\n", "\ufeff" + whole,
        whole + lines[0], whole.replace("  data/", "  data/./"),
        whole + f"{'0' * 128}  data\\evil\n", whole + f"{'0' * 128}  data/%0Ax\n",
    ]  # fmt: skip
    for form in forms:
        path.write_bytes(form.encode())
        assert kinds(plain) & {"manifest", "missing"}, form
    path.write_text("".join(lines))
    for name in ("manifest-md5.txt", "tagmanifest-sha1.txt"):
        (plain / name).write_text("")
        assert kinds(plain) >= {"manifest", "extra"}
        (plain / name).unlink()
    assert kinds(plain) == set()


def test_names_that_no_export_writes_are_told(made: Path, plain: Path, tmp_path: Path) -> None:
    item = next(plain.glob("data/*")).name
    for name in (
        "READ-ME-FIRST.txt", "custody/readme", f"data/{item}/more", "check.pyc", "Readme.txt",
        "data/README.TXT", "checkpoint.txt.sig",
    ):  # fmt: skip
        (plain / name).write_text("SAMPLE")
        signed_anew(plain, made)
        assert kinds(plain) & {"extra", "custody"}, name
        (plain / name).unlink()
    (plain / "folder").mkdir()
    signed_anew(plain, made)
    assert {(one.kind, one.subject) for one in verifying.verify(plain).discrepancies} == {
        ("extra", "folder"),
    }  # fmt: skip
    (plain / "folder").rmdir()
    outside = tmp_path / "outside"
    outside.write_bytes((plain / "README.txt").read_bytes())
    (plain / "README.txt").unlink()
    os.link(outside, plain / "README.txt")
    assert kinds(plain) == {"link", "missing"}


def test_a_name_that_is_no_text_is_told(plain: Path) -> None:
    (Path(os.fsdecode(os.fsencode(plain) + b"/data/\xff"))).write_bytes(b"SAMPLE")
    assert kinds(plain) == {"extra"}


def test_an_item_that_lies_under_the_name_of_something_else_is_told(
    made: Path, plain: Path
) -> None:
    path = document(plain)
    fields = canonical.loads(path.read_bytes())
    other = fields["file"].replace("sample-", "secret-")
    (plain / fields["file"]).rename(plain / other)
    edited(path, lambda fields: fields.update(file=other))
    signed_anew(plain, made)
    assert "custody" in kinds(plain)


def test_a_bag_that_changes_meanwhile_is_told(plain: Path) -> None:
    path = next(plain.glob("data/*/sample-*.txt"))

    def meddle(label: str, total: float):
        @contextlib.contextmanager
        def bar():
            calls = []

            def advance(_count: float) -> None:
                calls.append(label)
                if len(calls) == 2:
                    path.write_bytes(path.read_bytes())

            yield advance

        return bar()

    found = verifying.verify(plain, progress=meddle).discrepancies
    assert {(one.kind, one.subject) for one in found} >= {
        ("altered", str(path.relative_to(plain))),
    }  # fmt: skip


def test_as_many_problems_as_anybody_makes_up_are_told_briefly(plain: Path) -> None:
    with (plain / "manifest-sha256.txt").open("a") as file:
        file.writelines(f"{'0' * 64}  data/made-up-{number}\n" for number in range(5000))
    found = verifying.verify(plain).discrepancies
    assert len(found) <= received.MAX_PROBLEMS + 1
    assert "not listed" in found[-1].message
    with (plain / "manifest-sha256.txt").open("a") as file:
        file.write("x\n" * 200_000)
    with pytest.raises(InputError, match="more than"):
        verifying.verify(plain)


@pytest.fixture(params=KINDS)
def former(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A bag that the version before has made, of made-up items."""
    with tarfile.open(Path(__file__).with_name("older") / "bags-format-1.tar.xz") as archive:
        archive.extractall(tmp_path / "former", filter="data")
    return tmp_path / "former" / request.param


FORMER_KEYS = ["AGE-SECRET-KEY-1HANKHCJLVUCUPP5HPMN7MP0MQHM9WXC5V25HV576UW5THLCJ389SUZZXTR"]


def test_a_bag_of_the_version_before_is_still_verified(former: Path) -> None:
    for keys in ([], FORMER_KEYS):
        found = verifying.verify(former, identities=keys)
        assert found.discrepancies == []
        assert len(found.items) == 3
        assert not found.is_signed_as_a_whole


def test_what_follows_is_compared_in_a_bag_of_the_version_before_too(former: Path) -> None:
    identity = pyrage.x25519.Identity.from_str(FORMER_KEYS[0])
    names = [*DERIVED, "items.csv"]
    if former.name == "sealed":
        names[-1:] = ["data/items.csv.age", "data/ro-crate-metadata.json.age"]
    for name in names:
        path = former / name
        kept = path.read_bytes()
        if path.suffix == ".age":
            text = pyrage.decrypt(kept, [identity]).replace(b"sample", b"forged")
            path.write_bytes(pyrage.encrypt(text, [identity.to_public()]))
        elif name == "bag-info.txt":  # whose date and program are signed nowhere
            path.write_bytes(kept.replace(b"Items", b"Items!"))
        else:
            path.write_bytes(kept.replace(b"a", b"b", 1) if name != "bagit.txt" else b"\xef" + kept)
        written_anew(former)
        sizes = {("altered", "bag-info.txt"), ("altered", "ro-crate-metadata.json")}
        try:
            found = told(former, identities=FORMER_KEYS)
        except InputError:
            assert name == "bagit.txt"
        else:
            assert found - (sizes if path.suffix == ".age" else set()) == {("altered", name)}
        path.write_bytes(kept)


def test_a_bag_is_not_made_one_of_the_version_before(made: Path, plain: Path) -> None:
    """Who takes the signature over the files away has no checkpoint without it."""
    note = (plain / "checkpoint.txt").read_text()
    (plain / "checkpoint.txt").unlink()
    for number in range(2):
        edited(document(plain, number), lambda fields: fields.update(v=1, checkpoint=note))
    written_anew(plain)
    assert "checkpoint" in kinds(plain)


def test_the_proof_of_another_item_proves_nothing(made: Path, plain: Path) -> None:
    other = json.loads(document(plain, 1).read_bytes())
    edited(document(plain), lambda fields: fields.update(entries=other["entries"]))
    signed_anew(plain, made)
    assert kinds(plain) == {"entry"}


def test_an_item_without_its_proof_is_found(made: Path, plain: Path) -> None:
    document(plain).unlink()
    signed_anew(plain, made)
    assert kinds(plain) == {"extra", "altered"}
    document(plain).unlink()
    written_anew(plain)
    assert kinds(plain) == {"custody"}


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
        bounds.setattr(received, "MAX_FILES", 10)
        with pytest.raises(InputError, match="more than 10 files"):
            verifying.verify(plain)
    monkeypatch.setattr(received, "MAX_MANIFEST_BYTES", 10)
    with pytest.raises(InputError, match="holds more than"):
        verifying.verify(plain)


def test_a_bag_of_others_is_read_as_the_reference_implementation_reads_it(tmp_path: Path) -> None:
    source = files(tmp_path / "theirs", 3)
    (source / "100%.txt").write_text("SAMPLE")
    (source / "two\nlines.txt").write_text("SAMPLE")
    (source / "شارع.txt").write_text("SAMPLE")
    bagit.make_bag(str(source), checksums=["sha256", "sha512"])
    with received.opened(source) as read:
        received.compare_files(read)
        received.finish(read)
        assert read.problems == []
    assert kinds(source) == {"custody"}


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
