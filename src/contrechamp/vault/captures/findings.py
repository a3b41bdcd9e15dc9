"""What was found when a capture was held against what it says of itself, and what that comes to.

The record of an item holds it in ``capture``:

    "checked": "changed",
    "checks": {"part-changed": {"count": 1, "at": ["pages/pages.jsonl"]},
               "parts-agree": {"count": 4}, ...}

Codes, places and one word for what they come to; what they are called stands in `wording.captures`.
The word stays as it was when the item was added: tables of bags hold it. A capture that was added
before there were checks has neither.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from contrechamp.vault.captures.bounds import MAX_KINDS
from contrechamp.vault.metadata.foreign_text import cleaned

Verdict: TypeAlias = Literal[
    "changed", "damaged", "doubtful", "partly", "agrees", "unproved", "unchecked"
]

#: It is not what it was when it was made.
CHANGED: Final = frozenset({
    "part-changed",  # another hash, or size, than its list says
    "part-missing",  # listed, and not there
    "part-unlisted",  # there, and not listed
    "part-twice",  # two of one name: readers differ in which they show
    "list-missing",  # a WACZ without its datapackage.json
    "list-changed",  # another hash of datapackage.json than datapackage-digest.json says
    "signature-wrong",
    "signature-of-other",  # signed is another hash than that of the list
    "record-changed",  # a WARC record has another digest than it says
    "payload-changed",
    "vouched-changed",  # a file beside it has another hash than this one says
    "media-changed",  # no file in a ProofMode zip has the hash that the proof names
})  # fmt: skip
DAMAGED: Final = frozenset({"damaged"})
#: What it says of itself does not hold together, though nothing shows that it was altered.
DOUBTFUL: Final = frozenset({
    "list-unread",  # datapackage.json, or its digest file, is not what the specification says
    "size-differs",  # the hash agrees
    "headers-differ",  # of HTTP in a WARC record: the digest of what they head holds
    "signature-unread",
    "domain-differs",
    "certificate-not-valid",  # at the time of the signature
    "chain-broken",
    "chain-unknown-root",  # whoever wants to can be an authority that nobody knows
    "timestamp-wrong",
    "times-differ",
    "stamp-of-other",
    "signatures-of-other",  # none of several fits
    "index-differs",  # leads to other records than it says, or to none
})  # fmt: skip
#: It could not be checked, or not all of it.
OPEN: Final = frozenset({
    "limit", "list-none", "hash-unknown", "part-unhashed", "payload-unread", "digest-unknown",
    "record-without-digest", "signature-unknown", "signature-elsewhere", "chain-unchecked",
    "attestation-unchecked", "key-missing", "media-elsewhere", "part-unread", "stamp-unread",
    "timestamp-unchecked", "vouched-elsewhere", "vouched-uncompared", "index-unread",
    "hashes-of-other", "part-unsigned",
    "index-uncompared",
})  # fmt: skip
AGREEING: Final = frozenset({
    "parts-agree", "list-agrees", "records-agree", "payloads-agree", "signed-by-key",
    "signed-by-domain", "media-agrees", "timestamped", "stamped", "index-agrees", "vouched-agrees",
})  # fmt: skip
#: Said beside, without weight for the verdict.
NOTES: Final = frozenset({
    "unsigned", "chain-known-root",
    "timestamp-known-root", "timestamp-unknown-root", "revisit", "revisit-elsewhere",
    "record-shortened", "index-lacks", "stamp-pending", "stamp-bitcoin", "stamp-other",
})  # fmt: skip

#: Every code, worst first.
ALL: Final = tuple(
    code for codes in (CHANGED, DAMAGED, DOUBTFUL, OPEN, AGREEING, NOTES) for code in sorted(codes)
)
#: Verdicts about which a reader has to know before relying on the capture.
FAILED: Final = frozenset({"changed", "damaged", "doubtful"})

#: Codes of which a reader has to know.
FAILING: Final = CHANGED | DAMAGED | DOUBTFUL

MAX_PLACES, MAX_PLACE = 10, 200


class Findings:
    """What was found so far: how often each code, and where first."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Any]] = {}

    def add(self, code: str, at: object = "", count: int = 1) -> None:
        """Take note of a finding.

        Args:
            code: one of those above.
            at: where, in words of the file; they are cleaned and cut.
            count: how often.
        """
        one = self._found.setdefault(code, {"count": 0})
        one["count"] += count
        place = cleaned(at, MAX_PLACE)
        if place and len(one.get("at", ())) < MAX_PLACES:
            one.setdefault("at", []).append(place)

    def state(self) -> dict[str, Any]:
        """Return it as a record holds it."""
        return {"checked": judged(self._found), "checks": self._found}


def judged(codes: Collection[str]) -> Verdict:
    """Return what findings come to, by their codes."""
    found = set(codes)
    failed: tuple[tuple[frozenset[str], Verdict], ...] = (
        (CHANGED, "changed"), (DAMAGED, "damaged"), (DOUBTFUL, "doubtful"),
    )  # fmt: skip
    for bad, told in failed:
        if found & bad:
            return told
    if not found & AGREEING:
        return "unproved"
    return "partly" if found & OPEN else "agrees"


def verdict(state: Mapping[str, Any]) -> Verdict | Literal[""]:
    """Return what the checks of an item came to; "" if it is no capture.

    Args:
        state: of the item, whoever wrote it.
    """
    capture = state.get("capture")
    if not isinstance(capture, dict):
        return ""
    told = capture.get("checked")
    return next((one for one in get_args(Verdict) if one == told), "unchecked")


def checks_of(
    state: Mapping[str, Any], member: Literal["capture", "vouches"] = "capture"
) -> dict[str, tuple[int, list[str]]]:
    """Return the codes of an item, how often each was found, and where; worst first.

    Args:
        state: of the item, whoever wrote it.
        member: of what it is of itself, or of what it says of others (see `vouching`).
    """
    told_of = state.get(member)
    checks = told_of.get("checks") if isinstance(told_of, dict) else None
    found = {}
    for code, one in sorted(checks.items(), key=_rank) if isinstance(checks, dict) else ():
        told = one if isinstance(one, dict) else {}
        count, places = told.get("count"), told.get("at")
        texts = places if isinstance(places, list) else []
        texts = [text for text in texts if isinstance(text, str)]
        found[code] = (count if isinstance(count, int) else 1, texts[:MAX_PLACES])
    return dict(list(found.items())[:MAX_KINDS])


def has_failed(state: Mapping[str, Any]) -> bool:
    """Return whether a reader has to know of an item, by its own checks, before relying on it."""
    return verdict(state) in FAILED or not FAILING.isdisjoint(checks_of(state, "vouches"))


def failing(state: Mapping[str, Any]) -> str:
    """Return where the check of an item failed first; "" if it did not, or no place is known."""
    found = checks_of(state) | checks_of(state, "vouches")
    return next(
        (at for code, (_n, places) in found.items() if code in FAILING for at in places), ""
    )


def _rank(item: tuple[str, Any]) -> tuple[int, str]:
    code = item[0]
    return (ALL.index(code) if code in ALL else len(ALL)), code
