"""Anchors: a real timestamp authority on loopback (`openssl ts`), calendars that we play."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc3161_client
from hypothesis import given, settings
from hypothesis import strategies as st
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.vault.anchors import anchor, ots, rfc3161
from contrechamp.vault.log.checkpoint import Checkpoint, sign
from vault.timestamp_authority import POLICY, certify, new_authority, openssl, post, reply, serving

NOTE = sign(Checkpoint("contrechamp.case/0123456789abcdef", 3, bytes(32)), "member", bytes(32))
MESSAGE = NOTE.encode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture(scope="module")
def granted(authority: Path) -> bytes:
    return reply(authority, rfc3161.request(MESSAGE))


def trusted(authority: Path) -> list:
    return rfc3161.roots((authority / "root.pem").read_bytes())


# RFC 3161


def test_the_request_is_the_one_that_openssl_makes(tmp_path: Path):
    (tmp_path / "note").write_bytes(MESSAGE)
    theirs = openssl(tmp_path, "ts", "-query", "-data", "note", "-sha256", "-cert", "-no_nonce")
    assert rfc3161.request(MESSAGE) == theirs


def test_a_checkpoint_is_anchored_over_the_network(authority: Path):
    asked = []

    def answer(path: str, body: bytes, media_type: str) -> bytes:
        asked.append((path, media_type))
        return reply(authority, body)

    with serving(answer) as address:
        waiting = anchor.to_bytes(anchor.rfc3161_anchor(NOTE, f"{address}/tsr"))
        proof = anchor.send(anchor.from_bytes(waiting), post)
    assert asked == [("/tsr", "application/timestamp-query")]

    said = rfc3161.check(proof, MESSAGE, trusted(authority))
    assert abs(said.at - datetime.now(UTC)) < timedelta(minutes=10)
    assert (said.authority, said.policy) == ("CN=Sample authority,O=Sample", POLICY)
    assert said.serial > 0


def test_openssl_verifies_the_same_proof(authority: Path, granted: bytes):
    (authority / "note").write_bytes(MESSAGE)
    (authority / "proof.tsr").write_bytes(granted)
    arguments = ("ts", "-verify", "-data", "note", "-in", "proof.tsr", "-CAfile", "root.pem")
    openssl(authority, *arguments)


def test_certificates_are_taken_in_the_order_in_which_openssl_sends_them(
    authority: Path, granted: bytes, tmp_path: Path
):
    # DER has them sorted, OpenSSL not: here the longer one comes first. When the library takes
    # that, our sorting can go.
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        rfc3161_client.decode_timestamp_response(granted)
    assert rfc3161.check(granted, MESSAGE, trusted(authority)).policy == POLICY

    alone = new_authority(tmp_path / "authority", sends="")
    raw = reply(alone, rfc3161.request(MESSAGE))
    assert rfc3161.check(raw, MESSAGE, trusted(alone)).policy == POLICY


def test_a_timestamp_of_other_bytes_fails(authority: Path, granted: bytes):
    for altered in (MESSAGE + b"\n", MESSAGE.replace(b"3", b"4", 1)):
        with pytest.raises(CheckFailedError, match=r"a\.tsr: .*something else"):
            rfc3161.check(granted, altered, trusted(authority), where="a.tsr")
        with pytest.raises(CheckFailedError, match="something else"):
            rfc3161.check_is_reply(granted, altered)


def test_an_authority_that_is_not_trusted_fails(tmp_path: Path, granted: bytes):
    another = new_authority(tmp_path / "another")
    with pytest.raises(CheckFailedError, match="no trusted authority"):
        rfc3161.check(granted, MESSAGE, trusted(another))
    rfc3161.check_is_reply(granted, MESSAGE)  # and is worth keeping all the same


def test_a_certificate_for_another_purpose_fails(tmp_path: Path):
    # OpenSSL refuses to stamp with it, so it takes the place of the right one afterwards: same
    # key, same name, same number. Signatures differ in length; one of the same length is awaited.
    folder = new_authority(tmp_path / "authority", sends="")
    raw = reply(folder, rfc3161.request(MESSAGE))
    right = openssl(folder, "x509", "-in", "authority.pem", "-outform", "DER")
    wrong = b""
    while len(wrong) != len(right):
        wrong = certify(folder, "web")
    assert raw.count(right) == 1
    with pytest.raises(CheckFailedError, match="no trusted authority") as failed:
        rfc3161.check(raw.replace(right, wrong), MESSAGE, trusted(folder))
    assert "purpose" in str(failed.value.__cause__)


def test_two_certificates_of_one_name_and_number_fail(tmp_path: Path):
    # Only one of them signed; which one's purpose was looked at would be chance.
    folder = new_authority(tmp_path / "authority", sends="twin.pem")
    certify(folder, "web", "twin.pem")
    raw = reply(folder, rfc3161.request(MESSAGE))
    with pytest.raises(CheckFailedError, match="no trusted authority"):
        rfc3161.check(raw, MESSAGE, trusted(folder))


@given(st.data())
@settings(deadline=None)
def test_no_flipped_bit_changes_what_a_timestamp_says(
    authority: Path, granted: bytes, data: st.DataObject
):
    # Outside of what is signed (a root that is sent along, numbers of versions, names of
    # algorithms) a flip can go unseen; what the timestamp says stays the same then.
    said = rfc3161.check(granted, MESSAGE, trusted(authority))
    raw = bytearray(granted)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert rfc3161.check(bytes(raw), MESSAGE, trusted(authority)) == said
    except (InputError, CheckFailedError):
        return


@pytest.mark.parametrize("part", ["time", "digest", "signature"])
def test_an_altered_time_digest_or_signature_fails(authority: Path, granted: bytes, part: str):
    said = rfc3161.check(granted, MESSAGE, trusted(authority))
    raw = bytearray(granted)
    place = {
        "time": raw.index(said.at.strftime("%Y%m%d%H%M%SZ").encode()) + 3,
        "digest": raw.index(bytes.fromhex("0420")) + 5,
        "signature": len(raw) - 5,
    }[part]
    raw[place] ^= 1
    with pytest.raises(CheckFailedError):
        rfc3161.check(bytes(raw), MESSAGE, trusted(authority))


def test_a_refusal_is_told(authority: Path):
    query = rfc3161.request(MESSAGE).replace(
        bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040203")
    )
    with pytest.raises(InputError, match=r"a\.tsr: .*refused \(status 2\)"):
        rfc3161.check_is_reply(reply(authority, query), MESSAGE, where="a.tsr")


@given(st.binary(max_size=300))
def test_what_is_no_reply_is_refused(raw: bytes):
    with pytest.raises(InputError, match="not a timestamp reply"):
        rfc3161.check_is_reply(raw, MESSAGE)


@given(st.data())
@settings(deadline=None)
def test_a_cut_reply_is_refused(granted: bytes, data: st.DataObject):
    cut = granted[: data.draw(st.integers(0, len(granted) - 1))]
    with pytest.raises(InputError, match="not a timestamp reply"):
        rfc3161.check_is_reply(cut, MESSAGE)


def test_roots_that_are_none_are_refused():
    for pem in (b"", b"text", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(InputError, match=r"roots\.pem: "):
            rfc3161.roots(pem, where="roots.pem")


# OpenTimestamps

CALENDAR = "https://calendar.example"
NONCE = bytes(range(16))


# The example of the OpenTimestamps projects (github.com/opentimestamps/javascript-opentimestamps,
# README.md): hello-world.txt and its stamp, with the block, root and time that they publish.
HELLO = b"Hello World!\n"
HELLO_STAMP = bytes.fromhex(
    "004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294010803ba204e50d126e4674c005e"
    "04d82e84c21366780af1f43bd54a37816b6ab34003f1c8010100000001e482f9d32ecc3ba657b69d898010857b"
    "54457a90497982ff56f97c4ec58e6f98010000006b483045022100b253add1d1cf90844338a475a04ff13fc9e7"
    "bd242b07762dea07f5608b2de367022000b268ca9c3342b3769cdd062891317cdcef87aac310b6855e9d93898e"
    "bbe8ec0121020d8e4d107d2b339b0050efdd4b4a09245aa056048f125396374ea6a2ab0709c6ffffffff026533"
    "e605000000001976a9140bf057d40fbba6744862515f5b55a2310de5772f88aca0860100000000001976a914f0"
    "0688ac000000000808f120a987f716c533913c314c78e35d35884cac943fa42cac49d2b2c69f4003f85f880808"
    "f120dec55b3487e1e3f722a49b55a7783215862785f4a3acb392846019f71dc64a9d0808f120b2ca18f485e080"
    "478e025dab3d464b416c0e1ecb6629c9aefce8c8214d0424320808f02011b0e90661196ff4b0813c3eda141bab"
    "5e91604837bdf7a0c9df37db0e3a11980808f020c34bc1a4a1093ffd148c016b1e664742914e939efabe4d3d35"
    "6515914b26d9e20808f020c3e6e7c38c69f6af24c2be34ebac48257ede61ec0a21b9535e4443277be306460808"
    "f1200798bf8606e00024e5d5d54bf0c960f629dfb9dad69157455b6f2652c0e8de810808f0203f9ada6d60baa2"
    "44006bb0aad51448ad2fafb9d4b6487a0999cff26b91f0f5360808f120c703019e959a8dd3faef7489bb328ba4"
    "85574758e7091f01464eb65872c975c80808f020cbfefff513ff84b915e3fed6f9d799676630f8364ea2a6c755"
    "7fad94a5b5d7880808f1200be23709859913babd4460bbddf8ed213e7c8773a4b1face30f8acfdf093b7050808"
    "000588960d73d7190103f7ef15"
)
HELLO_ROOT = bytes.fromhex("007ee445d23ad061af4a36b809501fab1ac4f2d7e7a739817dd0cbb7ec661b8a")
HELLO_TIME = datetime(2015, 5, 28, 15, 41, 18, tzinfo=UTC)


def test_the_published_stamp_leads_to_the_published_block():
    (found,) = ots.attestations(HELLO_STAMP, HELLO)
    assert found == ots.Attestation("bitcoin", HELLO_ROOT, height=358391)
    # Of the block's header, what counts here: its root and its time.
    seconds = int(HELLO_TIME.timestamp()).to_bytes(4, "little")
    assert ots.bitcoin_time(found, bytes(36) + HELLO_ROOT + seconds + bytes(8)) == HELLO_TIME


def serialized(timestamp: Timestamp) -> bytes:
    context = BytesSerializationContext()
    timestamp.serialize(context)
    return context.getbytes()


def pending(commitment: bytes, uri: str = CALENDAR) -> bytes:
    """What a calendar answers at once: the commitment, salted by it, is promised."""
    timestamp = Timestamp(commitment)
    salted = timestamp.ops.add(OpPrepend(b"salt of the calendar")).ops.add(OpSHA256())
    salted.attestations.add(PendingAttestation(uri))
    return serialized(timestamp)


def in_block(commitment: bytes, height: int) -> bytes:
    """What it answers once a block holds the commitment."""
    timestamp = Timestamp(commitment)
    top = timestamp.ops.add(OpAppend(b"neighbour")).ops.add(OpSHA256())
    top.attestations.add(BitcoinBlockHeaderAttestation(height))
    return serialized(timestamp)


def test_calendars_are_asked_and_their_promises_kept():
    posted = []

    def answer(path: str, body: bytes, _media_type: str) -> bytes:
        posted.append((path, body))
        return pending(body)

    with serving(answer) as first, serving(answer) as second:
        wanted = anchor.opentimestamps_anchor(NOTE, [first, f"{second}/"], lambda n: NONCE[:n])
        proof = anchor.send(anchor.from_bytes(anchor.to_bytes(wanted)), post)
    assert posted == [("/digest", ots.commitment(MESSAGE, NONCE))] * 2
    (found,) = ots.attestations(proof, MESSAGE)
    assert (found.kind, found.calendar) == ("pending", CALENDAR)


def test_one_calendar_that_answers_is_enough():
    def flaky(address: str, body: bytes, _media_type: str) -> bytes:
        if "down" in address:
            raise ConnectionError("offline")
        return b"rubbish" if "odd" in address else pending(body)

    addresses = ["https://down.example", "https://odd.example", CALENDAR]
    wanted = anchor.opentimestamps_anchor(NOTE, addresses, lambda n: NONCE[:n])
    assert ots.attestations(anchor.send(wanted, flaky), MESSAGE)
    with pytest.raises(ConnectionError):
        anchor.send(anchor.opentimestamps_anchor(NOTE, addresses[:2], lambda n: NONCE[:n]), flaky)


def test_a_stamp_is_upgraded_to_the_block_that_holds_it():
    stamp = ots.stamp(MESSAGE, NONCE, [pending(ots.commitment(MESSAGE, NONCE))])
    (promise,) = ots.attestations(stamp, MESSAGE)
    asked = []

    def get(address: str) -> bytes:
        asked.append(address)
        return in_block(promise.commitment, 700_000)

    assert ots.upgrade(stamp, MESSAGE, lambda _address: None, calendars={CALENDAR}) == stamp
    upgraded = ots.upgrade(stamp, MESSAGE, get, calendars={CALENDAR})
    assert asked == [f"{CALENDAR}/timestamp/{promise.commitment.hex()}"]
    block, kept = ots.attestations(upgraded, MESSAGE)
    assert (block.kind, block.height) == ("bitcoin", 700_000)
    assert kept == promise

    header = bytes(36) + block.commitment + (1_700_000_000).to_bytes(4, "little") + bytes(8)
    assert ots.bitcoin_time(block, header) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    for bit in (36 * 8, 68 * 8 - 1):
        wrong = bytearray(header)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CheckFailedError, match="does not hold"):
            ots.bitcoin_time(block, bytes(wrong))
    with pytest.raises(InputError, match="80 bytes"):
        ots.bitcoin_time(block, header[:-1])
    with pytest.raises(InputError, match="80 bytes"):
        ots.bitcoin_time(promise, header)


def test_a_stamp_does_not_send_us_to_addresses_of_its_own_choice():
    elsewhere = pending(ots.commitment(MESSAGE, NONCE), "https://listener.example")
    stamp = ots.stamp(MESSAGE, NONCE, [elsewhere])

    def get(address: str) -> bytes:
        raise AssertionError(f"asked {address}")

    assert ots.upgrade(stamp, MESSAGE, get) == stamp


def test_a_stamp_of_other_bytes_fails():
    stamp = ots.stamp(MESSAGE, NONCE, [pending(ots.commitment(MESSAGE, NONCE))])
    with pytest.raises(CheckFailedError, match=r"a\.ots: .*something else"):
        ots.attestations(stamp, MESSAGE + b"\n", where="a.ots")


@given(st.data())
def test_a_flipped_bit_leads_a_stamp_nowhere_or_elsewhere(data: st.DataObject):
    commitment = ots.commitment(MESSAGE, NONCE)
    stamp = ots.stamp(MESSAGE, NONCE, [in_block(commitment, 700_000)])
    (block,) = ots.attestations(stamp, MESSAGE)
    raw = bytearray(stamp)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = ots.attestations(bytes(raw), MESSAGE)
    except (InputError, CheckFailedError):
        return
    assert block not in found


@given(st.binary(max_size=200), st.booleans())
def test_what_is_no_stamp_is_refused_clearly(raw: bytes, after_a_good_start: bool):
    stamp = ots.stamp(MESSAGE, NONCE, [pending(ots.commitment(MESSAGE, NONCE))])
    tried = stamp[: 31 + 2 + 32] + raw if after_a_good_start else raw
    try:
        ots.attestations(tried, MESSAGE)
    except InputError as error:
        refused = error
    else:
        return
    assert "OpenTimestamps" in str(refused)


def test_a_calendar_that_answers_rubbish_is_named():
    with pytest.raises(InputError, match=r"https://calendar\.example: cannot be read as an answer"):
        ots.check_answer(b"<html>", bytes(32), where=CALENDAR)
    with pytest.raises(InputError, match="cannot be read as an answer"):
        ots.check_answer(pending(bytes(32)) + b"more", bytes(32))
    with pytest.raises(InputError, match="no calendar answered"):
        ots.stamp(MESSAGE, NONCE, [])


# The queue


@pytest.mark.parametrize(
    "waiting",
    [
        anchor.rfc3161_anchor(NOTE, "https://tsa.example"),
        anchor.opentimestamps_anchor(NOTE, [CALENDAR, "https://b.example"], lambda n: NONCE[:n]),
    ],
)
def test_what_waits_comes_back(waiting: anchor.Anchor):
    assert anchor.from_bytes(anchor.to_bytes(waiting)) == waiting


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b"{}",
        b'{"addresses":[],"kind":"rfc3161","nonce":"","note":"x"}',
        b'{"addresses":"https://a","kind":"rfc3161","nonce":"","note":"x"}',
        b'{"addresses":[1],"kind":"rfc3161","nonce":"","note":"x"}',
        b'{"addresses":["a"],"kind":"other","nonce":"","note":"x"}',
        b'{"addresses":["a"],"kind":"rfc3161","nonce":"00","note":"x"}',
        b'{"addresses":["a"],"kind":"opentimestamps","nonce":"zz","note":"x"}',
        b'{"addresses":["a"],"kind":"opentimestamps","nonce":"00","note":"x"}',
        b'{"addresses":["a"],"kind":"opentimestamps","nonce":"%s","note":"x"}' % (b"AA" * 16),
        b'{"addresses":["a"],"kind":"rfc3161","nonce":"","note":1}',
        b'{"addresses":["a"],"kind":"rfc3161","nonce":"","note":"x","more":1}',
    ],
)
def test_what_is_not_a_queue_entry_is_refused(entry: bytes):
    with pytest.raises(InputError, match="queue 1: "):
        anchor.from_bytes(entry, where="queue 1")
