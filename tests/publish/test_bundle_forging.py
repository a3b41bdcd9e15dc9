"""A forger with keys and a log of their own, around the claims of somebody else's publication."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from contrechamp.base.errors import InputError
from contrechamp.publish.bundle import described, keys_file, verifying
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.bundle.keys_file import KeysFile
from contrechamp.publish.bundle.writing import FORM
from contrechamp.vault.bags import bag, proof_lines, signed
from contrechamp.vault.bags.membership import MemberProof
from contrechamp.vault.discrepancies import is_sound
from contrechamp.vault.log import canonical, checkpoint, custody, merkle, signing
from publish import bundles

LONG_AGO = "2019-01-01T00:00:00Z"
MEMBER = "ab" * 8
ORIGIN = "contrechamp.case/" + "0f" * 8


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("genuine")
    return bundles.sample(folder / "desk").publish(folder / "out")


def of_format_1(genuine: Path) -> dict[str, Any]:
    """Return what a statement of the format before said, which named neither log nor pages."""
    fields = json.loads((genuine / statements.PATH).read_bytes())
    return {name: fields[name] for name in fields.keys() - {"log", "pages"}} | {"v": 1}


def forged(
    genuine: Path, folder: Path, stated: dict[str, Any] | None = None, *, origin: str = ORIGIN
) -> Path:
    """Return a bundle of the same claims with another PDF, in a log of 2019 that never was.

    Args:
        genuine: bundle of somebody else.
        folder: an empty one.
        stated: what its statement says; by default, the very bytes of the genuine one.
        origin: name of the log.
    """
    bundle = bundles.copied(genuine, folder / "bundle")
    shutil.rmtree(bundle / "anchors", ignore_errors=True)  # they are of another log
    (bundle / "data/report/report-en.pdf").write_bytes(b"%PDF-1.7 SAMPLE of a forged one")
    content, salt = (bundle / statements.PATH).read_bytes(), os.urandom(custody.SALT_BYTES)
    if stated is not None:
        content = canonical.dumps(stated)
    (bundle / statements.PATH).write_bytes(content)
    seed = os.urandom(32)
    public, name = signing.public_key(seed), signing.key_name(origin, MEMBER, 1)
    shown = {one["number"]: one for one in map(json.loads, (bundle / "log/entries.txt").open())}
    leaves = [_leaf(number, shown, content, salt, public) for number in range(max(shown) + 2)]
    tree = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves])
    log = checkpoint.Checkpoint(origin, len(leaves), tree[-1][0])
    steps = tuple(merkle.inclusion_proof(1, tree))
    proof = MemberProof((leaves[1], steps), checkpoint.sign(log, name, seed), steps)
    said, _signatures = checkpoint.parse((bundle / bag.CHECKPOINT).read_text())
    made = signed.Making(said.extensions[1], said.extensions[2])
    sizes = {
        str(path.relative_to(bundle)): path.stat().st_size
        for path in (bundle / "data").rglob("*") if path.is_file()
    }  # fmt: skip
    try:
        statement = statements.read(content)
    except InputError:
        statement = statements.read((genuine / statements.PATH).read_bytes())
    files = {
        "log/entries.txt": proof_lines.entry_lines({number: leaves[number] for number in shown}),
        "log/nodes.txt": proof_lines.node_lines({0, *shown}, tree),
        keys_file.PATH: keys_file.to_bytes(KeysFile(salt, {name: public}, (proof,))),
        keys_file.PEM: keys_file.pem(public),
        **described.made_of(statement, origin, made, sizes),
    }
    for path, each in files.items():
        (bundle / path).write_bytes(each)
    bundles.lists_anew(bundle)
    digests = [hashlib.sha256((bundle / path).read_bytes()).hexdigest() for path in FORM.files]
    (bundle / bag.CHECKPOINT).write_text(signed.sign(log, made, digests, name, seed, FORM))
    return bundle


def _leaf(
    number: int, shown: dict[int, dict[str, Any]], content: bytes, salt: bytes, public: bytes
) -> bytes:
    fields = {
        "action": "record", "digest": "1" * 64, "number": number, "subject": "record/" + "0" * 16,
        "v": 2, **shown.get(number, {}), "at": LONG_AGO, "member": MEMBER,
    }  # fmt: skip
    if number == 1:
        keys = {"number": 1, "recipient": "age1" + "q" * 58, "signing": public.hex()}
        fields |= {"action": "share", "subject": f"member/{MEMBER}", "keys": keys}
    elif fields["subject"].startswith("publication/"):
        fields["digest"] = custody.digest(salt, content)
    return canonical.dumps(fields)


def places(bundle: Path, **told: str) -> set[tuple[str, str]]:
    return {(one.kind, one.subject) for one in verifying.verify(bundle, **told).discrepancies}


def test_the_root_names_log_and_key_so_that_nobody_else_can_sign_around_it(
    genuine: Path, tmp_path: Path
) -> None:
    true = verifying.verify(genuine)
    assert true.discrepancies == []
    statement = true.statement
    assert statement is not None
    assert statement.log is not None
    (key,), root = true.signers.values(), statement.root
    entry, signed_by = ("proof", "log/nodes.txt"), ("checkpoint", "checkpoint.txt")
    for number, origin in enumerate((ORIGIN, statement.log.origin)):
        bundle = forged(genuine, tmp_path / str(number), origin=origin)
        told = places(bundle, root=root)
        assert {entry, signed_by} <= told
        assert told <= {entry, signed_by, ("altered", "ro-crate-metadata.json")}
    # Who names their own log and key has another root.
    own = json.loads((genuine / statements.PATH).read_bytes())
    own["log"] = {**own["log"], "origin": ORIGIN}
    told = places(forged(genuine, tmp_path / "own", own), root=root)
    assert ("statement", "statement.json") in told
    for typed in (key, key.upper().replace("-", " ")):
        assert verifying.verify(genuine, root=root, key=typed).discrepancies == []


def test_the_page_is_under_the_root_whoever_signs_it_again(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    bundle = sample.publish(tmp_path / "out")
    page = bundle / "data/report/report-en.html"
    content = page.read_bytes()
    style = b"<style>section { display: none } "
    assert content.count(b"<style>") == 1
    page.write_bytes(content.replace(b"<style>", style))  # every claim still stands in it
    with sample.opened() as at:
        bundles.signed_anew(bundle, at.case)
    assert places(bundle) - {
        ("altered", "bag-info.txt"),
        ("altered", "ro-crate-metadata.json"),
    } == {("statement", "data/report/report-en.html")}


def test_of_the_format_before_the_root_alone_does_not_tell_and_the_key_does(
    genuine: Path, tmp_path: Path
) -> None:
    (key,) = verifying.verify(genuine).signers.values()
    bundle = forged(genuine, tmp_path, of_format_1(genuine))
    root = hashlib.sha256((bundle / statements.PATH).read_bytes()).hexdigest()
    # The claims are those of the root: that is all that it says.
    done = verifying.verify(bundle, root=root)
    assert is_sound(done.discrepancies)
    assert done.statement is not None
    assert done.statement.log is None
    assert places(bundle, root=root, key=key) == {("checkpoint", "checkpoint.txt")}


@pytest.mark.parametrize("version", [0, -1, "1", "2", True])
def test_a_statement_of_no_known_format_has_no_root(
    genuine: Path, tmp_path: Path, version: int | str
) -> None:
    """Read as one of this format, its root would be that of another file."""
    fields = json.loads((genuine / statements.PATH).read_bytes())
    for number, one in enumerate((fields, of_format_1(genuine))):
        bundle = forged(genuine, tmp_path / str(number), one | {"v": version})
        assert ("altered", "statement.json") in places(bundle)


@pytest.mark.parametrize("missing", ["log", "pages"])
def test_a_statement_says_all_of_its_format(genuine: Path, tmp_path: Path, missing: str) -> None:
    fields = json.loads((genuine / statements.PATH).read_bytes())
    del fields[missing]
    told = places(forged(genuine, tmp_path / "2", fields))
    assert ("altered", "statement.json") in told
    only = of_format_1(genuine) | {missing: {}}
    assert ("altered", "statement.json") in places(forged(genuine, tmp_path / "1", only))
