"""A forger with keys and a log of their own, around the claims of somebody else's publication."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

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


def forged(genuine: Path, folder: Path, **stated: Any) -> Path:
    """Return a bundle of the same claims with another PDF, in a log of 2019 that never was."""
    bundle = bundles.copied(genuine, folder / "bundle")
    (bundle / "data/report/report-en.pdf").write_bytes(b"%PDF-1.7 SAMPLE of a forged one")
    fields = json.loads((bundle / statements.PATH).read_bytes()) | stated
    content, salt = canonical.dumps(fields), os.urandom(custody.SALT_BYTES)
    (bundle / statements.PATH).write_bytes(content)
    seed = os.urandom(32)
    public, name = signing.public_key(seed), signing.key_name(ORIGIN, MEMBER, 1)
    shown = {one["number"]: one for one in map(json.loads, (bundle / "log/entries.txt").open())}
    leaves = [_leaf(number, shown, content, salt, public) for number in range(max(shown) + 2)]
    tree = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves])
    log = checkpoint.Checkpoint(ORIGIN, len(leaves), tree[-1][0])
    steps = tuple(merkle.inclusion_proof(1, tree))
    proof = MemberProof((leaves[1], steps), checkpoint.sign(log, name, seed), steps)
    said, _signatures = checkpoint.parse((bundle / bag.CHECKPOINT).read_text())
    made = signed.Making(said.extensions[1], said.extensions[2])
    sizes = {
        str(path.relative_to(bundle)): path.stat().st_size
        for path in (bundle / "data").rglob("*") if path.is_file()
    }  # fmt: skip
    statement = statements.read((genuine / statements.PATH).read_bytes())
    files = {
        "log/entries.txt": proof_lines.entry_lines({number: leaves[number] for number in shown}),
        "log/nodes.txt": proof_lines.node_lines(shown, tree),
        keys_file.PATH: keys_file.to_bytes(KeysFile(salt, {name: public}, (proof,))),
        keys_file.PEM: keys_file.pem(public),
        **described.made_of(statement, ORIGIN, made, sizes),
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


def test_the_root_alone_does_not_tell_and_the_key_does(genuine: Path, tmp_path: Path) -> None:
    true = verifying.verify(genuine)
    assert true.statement is not None
    (key,), root = true.signers.values(), true.statement.root
    bundle = forged(genuine, tmp_path)
    # The claims are those of the root: that is all that it says.
    assert is_sound(verifying.verify(bundle, root=root).discrepancies)
    told = verifying.verify(bundle, root=root, key=key).discrepancies
    assert [(one.kind, one.subject) for one in told] == [("checkpoint", "checkpoint.txt")]
    for typed in (key, key.upper().replace("-", " ")):
        assert verifying.verify(genuine, root=root, key=typed).discrepancies == []


@pytest.mark.parametrize("version", [0, -1, "1"])
def test_a_statement_of_no_known_format_has_no_root(
    genuine: Path, tmp_path: Path, version: int | str
) -> None:
    """Read as one of this format, its root would be that of another file."""
    told = verifying.verify(forged(genuine, tmp_path, v=version)).discrepancies
    assert ("altered", "statement.json") in {(one.kind, one.subject) for one in told}
