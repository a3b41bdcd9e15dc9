"""Slots: each opens with its own secret only, and not at all once anything in it was changed."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.vault.access import slots as slots_module
from contrechamp.vault.access.passphrases import KdfParameters
from contrechamp.vault.access.recovery_keys import new_recovery_key, parse_recovery_key
from contrechamp.vault.access.slots import (
    AgeIdentities,
    Secret,
    WrongKeyError,
    make_age_slot,
    make_passphrase_slot,
    open_any,
    open_slot,
    recipient_of,
    with_next_root,
    with_root,
)
from vault.leaks import told
from vault.members import SMALL, Members, members, unlocked


@pytest.fixture(scope="module")
def case() -> Members:
    return members()


def wrong_secrets() -> tuple[Secret, ...]:
    stranger = str(pyrage.x25519.Identity.generate())
    return (
        "ana's passphrasf",
        parse_recovery_key(new_recovery_key(os.urandom)),
        AgeIdentities((stranger,)),
    )


def test_each_secret_opens_its_own_slot_and_no_other(case: Members) -> None:
    holds = (case.ana, case.ana, case.bo, case.chi)
    for mine, secret in enumerate(case.secrets):
        for at, slot in enumerate(case.slots):
            assert open_slot(slot, secret) == ((holds[at],) if at == mine else ())
        assert open_any(case.slots, secret) == [(holds[mine],)]


def test_a_recovery_key_is_no_passphrase_nor_the_reverse(case: Members) -> None:
    with pytest.raises(WrongKeyError):
        open_any(case.slots, case.recovery_key)


def test_one_message_whatever_was_wrong(case: Members) -> None:
    messages = set()
    for wrong in wrong_secrets():
        with pytest.raises(WrongKeyError) as caught:
            open_any(case.slots, wrong)
        messages.add(str(caught.value))
    with pytest.raises(WrongKeyError) as caught:
        open_any((), "there is no slot at all")
    assert messages == {str(caught.value)}


def derivations(
    case: Members, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[bytes, KdfParameters]]:
    """The salts and costs with which keys were derived while the case was opened."""
    done: list[tuple[bytes, KdfParameters]] = []
    real: Callable[..., bytes] = slots_module.kek

    def counted(passphrase: str, salt: bytes, parameters: KdfParameters) -> bytes:
        done.append((salt, parameters))
        return real(passphrase, salt, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(slots_module, "kek", counted)
        with contextlib.suppress(WrongKeyError):
            open_any(case.slots, secret)
    return done


def test_the_same_work_is_done_whichever_slot_opens_and_if_none_does(
    case: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = case.secrets[0], case.secrets[2]
    work = derivations(case, first, monkeypatch)
    assert len(work) == 2
    for secret in (second, "wrong", "ana's passphrase "):
        assert derivations(case, secret, monkeypatch) == work
    recovery, wrong = case.secrets[1], wrong_secrets()[1]
    assert derivations(case, recovery, monkeypatch) == derivations(case, wrong, monkeypatch)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


@given(slot=st.integers(0, 3), bit=st.integers(0, 20_000))
def test_a_slot_whose_secret_was_altered_does_not_open(case: Members, slot: int, bit: int) -> None:
    mine, secret = case.slots[slot], case.secrets[slot]
    assert open_slot(replace(mine, secret=flipped(mine.secret, bit)), secret) == ()


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27, 28])
def test_a_slot_whose_secret_was_cut_off_does_not_open(case: Members, length: int) -> None:
    for slot, secret in zip(case.slots, case.secrets, strict=True):
        assert open_slot(replace(slot, secret=slot.secret[:length]), secret) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0" * 16},
        {"salt": "0" * 32},
        {"parameters": KdfParameters(128, 1, 2)},
        {"parameters": KdfParameters(64, 2, 2)},
        {"parameters": KdfParameters(64, 1, 1)},
        {"kind": "age"},
        {"salt": None},
        {"parameters": None},
    ],
    ids=str,
)
def test_a_slot_with_any_field_altered_does_not_open(case: Members, change: dict[str, Any]) -> None:
    for slot, secret in list(zip(case.slots, case.secrets, strict=True))[:3]:
        with pytest.raises(WrongKeyError):
            open_any((replace(slot, **change),), secret)


def test_a_recovery_slot_does_not_open_as_a_passphrase_slot(case: Members) -> None:
    recovery = replace(case.slots[1], kind="passphrase")
    assert open_slot(recovery, case.secrets[1]) == ()


def test_fields_put_into_another_slot_do_not_open_it(case: Members) -> None:
    ana, _recovery, bo, _chi = case.slots
    # Everything that the passphrase opens, under bo's id: the id is authenticated.
    with pytest.raises(WrongKeyError):
        open_any((replace(ana, id=bo.id), replace(bo, id=ana.id)), "ana's passphrase")
    with pytest.raises(WrongKeyError):
        open_any((replace(bo, secret=ana.secret),), "ana's passphrase")
    with pytest.raises(WrongKeyError):
        open_any((replace(bo, salt=ana.salt),), "bo's passphrase")
    # The passphrase was right here: it says what is wrong instead.
    with pytest.raises(InputError, match=f"slot {bo.id} is damaged") as caught:
        open_any((replace(bo, root=ana.root),), "bo's passphrase")
    assert not isinstance(caught.value, WrongKeyError)


def test_secrets_swapped_between_two_slots_of_one_identity_are_found(case: Members) -> None:
    recipient = recipient_of(case.age_identity)
    other = make_age_slot(recipient, unlocked("dee", case.root_key, own_identity=True))
    chi = case.slots[3]
    for swapped in (replace(chi, secret=other.secret), replace(other, secret=chi.secret)):
        with pytest.raises(InputError, match="damaged"):
            open_slot(swapped, case.secrets[3])


@given(slot=st.integers(0, 3), bit=st.integers(0, 20_000))
def test_an_altered_root_key_is_found(case: Members, slot: int, bit: int) -> None:
    mine = case.slots[slot]
    for change in ({"root": flipped(mine.root, bit)}, {"next_root": flipped(mine.root, bit)}):
        with pytest.raises(InputError, match=f"slot {mine.id} is damaged"):
            open_slot(replace(mine, **change), case.secrets[slot])


def test_a_damaged_slot_does_not_keep_another_from_opening(case: Members) -> None:
    shared = make_passphrase_slot("bo's passphrase", SMALL, case.bo, random=os.urandom)
    broken = replace(shared, id=shared.id, root=b"nothing")
    assert open_any((broken, case.slots[2]), "bo's passphrase") == [(case.bo,)]


def test_the_root_key_is_changed_without_any_passphrase_and_leaves_someone_out(
    case: Members,
) -> None:
    new_root = os.urandom(32)
    remaining = tuple(slot for slot in case.slots if slot.id != case.bo.member)
    recipients = {slot.id: case.recipients[slot.id] for slot in remaining}
    secrets = (case.secrets[0], case.secrets[1], case.secrets[3])

    between = with_next_root(remaining, recipients, new_root)
    for secret in secrets:
        (held,) = open_any(between, secret)
        assert [each.root_key for each in held] == [case.root_key, new_root]

    after = with_root(between, recipients, new_root)
    for secret, was in zip(secrets, (case.ana, case.ana, case.chi), strict=True):
        assert open_any(after, secret) == [(replace(was, root_key=new_root),)]
    with pytest.raises(WrongKeyError):
        open_any(after, "bo's passphrase")
    # Neither does bo's identity open what is kept for the others.
    for slot in after:
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(slot.root, [pyrage.x25519.Identity.from_str(str(case.bo.identity))])


def test_nobody_is_left_out_by_oversight(case: Members) -> None:
    recipients = dict(list(case.recipients.items())[1:])
    for change in (with_root, with_next_root):
        with pytest.raises(KeyError):
            change(case.slots, recipients, os.urandom(32))


def test_a_passphrase_is_changed_by_a_new_slot_of_the_same_member(case: Members) -> None:
    ((found,),) = open_any(case.slots, "ana's passphrase")
    changed = (
        make_passphrase_slot("something else", SMALL, found, random=os.urandom),
        *case.slots[1:],
    )
    assert changed[0].id == case.slots[0].id
    assert open_any(changed, "something else") == [(case.ana,)]
    with pytest.raises(WrongKeyError):
        open_any(changed, "ana's passphrase")


def test_two_slots_of_one_passphrase_have_nothing_in_common(case: Members) -> None:
    one, two = (
        make_passphrase_slot("the same", SMALL, case.ana, random=os.urandom) for _ in range(2)
    )
    assert one.salt != two.salt
    assert one.secret[:12] != two.secret[:12]
    assert one.root != two.root


def test_what_cannot_be_made_is_refused(case: Members) -> None:
    with pytest.raises(InputError, match="empty"):
        make_passphrase_slot("", SMALL, case.ana, random=os.urandom)
    with pytest.raises(InputError, match="recovery key"):
        make_passphrase_slot(
            case.recovery_key[:-1], SMALL, case.ana, random=os.urandom, kind="recovery"
        )
    with pytest.raises(InputError, match="these cannot be the Argon2id parameters"):
        make_passphrase_slot("x", KdfParameters(2**31, 1, 1), case.ana, random=os.urandom)
    for recipient in ("", "age1foo", case.age_identity, "ssh-ed25519 AAAA"):
        with pytest.raises(InputError, match="not an X25519 key") as caught:
            make_age_slot(recipient, case.chi)
        assert case.age_identity not in told(caught.value)
    with pytest.raises(ValueError, match="age identity"):
        make_passphrase_slot("x", SMALL, case.chi, random=os.urandom)
    with pytest.raises(ValueError, match="16 hexadecimal"):
        make_age_slot(recipient_of(case.age_identity), case.chi, slot_id="Ana")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SECRETIVE",
        b'{"member": "SECRETIVE',
        b'"SECRETIVE"',
        b'{"SECRETIVE": 1}',
        b'{"member":"SECRETIVE","signing":"AAAA","slot":"%s"}',
        b'{"member":"0123456789abcdef","signing":"SECRETIVE!","slot":"%s"}',
        b'{"member":"0123456789abcdef","signing":"SECRETIVE","slot":"%s"}',
        b'{"member":"0123456789abcdef","signing":"\\u00e9SECRETIVE","slot":"%s"}',
        b'{"identity":"SECRETIVE","member":"0123456789abcdef","signing":"AAAA","slot":"%s"}',
        b"[" * 100_000 + b"SECRETIVE",
        b"\xffSECRETIVE",
    ],
    ids=range(12),
)
def test_anybody_can_encrypt_to_a_recipient_so_nonsense_is_refused_and_not_told(
    case: Members, content: bytes
) -> None:
    chi = case.slots[3]
    recipient = pyrage.x25519.Recipient.from_str(recipient_of(case.age_identity))
    forged = pyrage.encrypt(content.replace(b"%s", chi.id.encode()), [recipient])
    with pytest.raises(InputError, match="damaged") as caught:
        open_any((replace(chi, secret=forged),), case.secrets[3])
    assert "SECRETIVE" not in told(caught.value)


def all_secrets(case: Members) -> list[str]:
    """Everything that must not be told, in the forms in which it could be."""
    keys = [case.root_key, parse_recovery_key(case.recovery_key)]
    keys += [each.signing_seed for each in (case.ana, case.bo, case.chi)]
    texts = ["passphrase", case.recovery_key, case.age_identity]
    texts += [str(case.ana.identity), str(case.bo.identity)]
    return [*texts, *(key.hex() for key in keys), *(repr(key)[2:-1] for key in keys)]


def test_nothing_tells_a_secret(case: Members) -> None:
    objects: list[object] = [case.ana, case.chi, case.slots, case.secrets[3], case.casefile]
    objects += [open_any(case.slots, secret) for secret in case.secrets]
    attempts: list[Callable[[], object]] = [
        lambda: open_any(case.slots, "ana's passphrase\udcff"),
        lambda: open_any(case.slots, "another passphrase"),
        lambda: open_any(case.slots[:1], case.secrets[1]),
        lambda: open_any(case.slots, AgeIdentities((case.age_identity[:-1],))),
        lambda: open_any((replace(case.slots[0], root=b"x"),), "ana's passphrase"),
        lambda: make_passphrase_slot(
            "passphrase", KdfParameters(1, 1, 1), case.ana, random=os.urandom
        ),
        lambda: make_age_slot(case.age_identity, case.chi),
        lambda: recipient_of(case.age_identity.lower()[:-2] + "qq"),
    ]
    for attempt in attempts:
        with pytest.raises(InputError) as caught:
            attempt()
        message = str(caught.value).replace("the passphrase", "it")
        assert "passphrase" not in message
        objects.append(caught.value)
    for found in objects:
        text = told(found).replace("the passphrase", "it").replace("kind='passphrase'", "")
        assert not [secret for secret in all_secrets(case) if secret in text], type(found)
