"""Checkpoints against published ones, those of the Go checksum database among them."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.vault.log import note
from contrechamp.vault.log.checkpoint import MAX_SIZE, Checkpoint, check, parse, sign, to_note

# c2sp.org/tlog-checkpoint
SPEC = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
# The example is a checkpoint of the Go checksum database with its names changed. Its key:
# sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8.
GO_SPEC = SPEC.replace("— example.com/behind-the-sofa", "— sum.golang.org").replace(
    "example.com/behind-the-sofa", "go.sum database tree"
)
GO_KEYS = {"sum.golang.org": base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]}
# github.com/transparency-dev/formats, log/checkpoint_test.go, and a witness's answer
# (github.com/FiloSottile/mostly-harmless), signed twice.
GO_OLD = """go.sum database tree
6476701
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

— sum.golang.org \
Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=
"""
GO_WITNESSED = """go.sum database tree
15067302
gJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=

— sum.golang.org \
Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2ww=
— test.example.com \
qTGhC/xIPQ0AXKHK6Y+9ypRfuvMZWPjRXM8NiOg5M1WREn07VQXyuIXM3NRNav3ieVFLUqDRK77PWDmL6w8w84UqeAw=
"""
SEED = bytes(range(32))
KEYS = {"member": Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()}
OURS = Checkpoint("contrechamp.case/0123456789abcdef", 42, bytes(range(32)))


def test_the_example_of_the_specification_is_read():
    checkpoint, (signature,) = parse(SPEC)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert signature.key_name == "example.com/behind-the-sofa"
    assert signature.key_id.hex() == "033de0ae"
    assert to_note(checkpoint).decode() == SPEC.partition("\n\n")[0] + "\n"


@pytest.mark.parametrize(
    ("published", "size"),
    [(GO_OLD, 6476701), (GO_WITNESSED, 15067302), (GO_SPEC, 20852163)],
    ids=["old", "witnessed", "of the specification"],
)
def test_checkpoints_of_the_go_checksum_database_verify(published: str, size: int):
    assert check(published, GO_KEYS).size == size
    with pytest.raises(CheckFailedError, match=r"sum\.golang\.org is wrong"):
        check(published.replace(str(size), str(size + 1)), GO_KEYS)


def test_what_is_signed_is_read_and_checked():
    signed = sign(OURS, "member", SEED)
    assert parse(signed)[0] == OURS
    assert check(signed, KEYS) == OURS
    assert signed.encode().startswith(to_note(OURS) + b"\n")


def test_a_checkpoint_without_a_known_signer_fails():
    with pytest.raises(CheckFailedError, match="page 3: no signature"):
        check(sign(OURS, "member", SEED), {"other": KEYS["member"]}, where="page 3")


def test_several_members_sign_one_checkpoint():
    both = sign(OURS, "member", SEED) + sign(OURS, "second", bytes(32)).partition("\n\n")[2]
    assert check(both, KEYS) == OURS
    second = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    assert note.signers(both, {**KEYS, "second": second}) == ("member", "second")


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40),
    st.integers(0, MAX_SIZE),
    st.binary(min_size=32, max_size=32),
)
def test_any_checkpoint_comes_back(origin: str, size: int, root: bytes):
    checkpoint = Checkpoint(origin, size, root)
    assert check(sign(checkpoint, "member", SEED), KEYS) == checkpoint


@given(st.sampled_from(["origin", "size", "root"]), st.integers(0, 255))
def test_any_change_of_the_text_is_found(which: str, bit: int):
    signed = sign(OURS, "member", SEED)
    root = (int.from_bytes(OURS.root) ^ (1 << bit)).to_bytes(32)
    changes = {"origin": f"{OURS.origin}{bit}", "size": OURS.size + 1 + bit, "root": root}
    changed = replace(OURS, **{which: changes[which]})
    forged = to_note(changed).decode() + signed.removeprefix(to_note(OURS).decode())
    with pytest.raises(CheckFailedError, match="member is wrong"):
        check(forged, KEYS)


def test_extension_lines_of_others_are_kept_and_signed():
    extended = replace(OURS, extensions=("opaque", "lines"))
    signed = sign(extended, "member", SEED)
    assert check(signed, KEYS) == extended
    with pytest.raises(CheckFailedError):
        check(signed.replace("opaque", "oPaque"), KEYS)


ROOT = base64.b64encode(OURS.root).decode()


@pytest.mark.parametrize(
    "body",
    [
        "origin\n",
        "origin\n1\n",
        f"\n1\n{ROOT}\n",
        f"origin\n\n1\n{ROOT}\n",
        f"origin\n1\n{ROOT}\n\nextension\n",
        f"origin\n01\n{ROOT}\n",
        f"origin\n-1\n{ROOT}\n",
        f"origin\n+1\n{ROOT}\n",
        f"origin\n1.0\n{ROOT}\n",
        f"origin\n1_0\n{ROOT}\n",
        f"origin\n 1\n{ROOT}\n",
        f"origin\n١\n{ROOT}\n",  # a digit, but not an ASCII one
        f"origin\n{MAX_SIZE + 1}\n{ROOT}\n",
        f"origin\n{'9' * 5000}\n{ROOT}\n",
        "origin\n1\nAAAA\n",
        f"origin\n1\n{ROOT[:-1]}\n",
        f"origin\n1\n{ROOT.replace('8=', '9=')}\n",  # the last bits are not zero
    ],
)
def test_a_note_that_is_not_a_checkpoint_is_refused(body: str):
    signed = note.sign(body, "member", SEED)
    with pytest.raises(InputError, match=r"latest\.note: "):
        check(signed, KEYS, where="latest.note")


@pytest.mark.parametrize(
    "checkpoint",
    [
        replace(OURS, origin=""),
        replace(OURS, origin="two\nlines"),
        replace(OURS, origin="a\tb"),
        replace(OURS, origin="\ud800"),
        replace(OURS, size=-1),
        replace(OURS, size=MAX_SIZE + 1),
        replace(OURS, root=b"short"),
        replace(OURS, extensions=("",)),
        replace(OURS, extensions=("two\nlines",)),
    ],
)
def test_a_checkpoint_that_nobody_could_read_is_not_signed(checkpoint: Checkpoint):
    with pytest.raises(InputError):
        sign(checkpoint, "member", SEED)
