"""What the checks of a capture found, in words that claim no more than was shown."""

from collections.abc import Sequence

from contrechamp.base.i18n import _


def verdict_label(verdict: str) -> str:
    """Return what the checks of a capture come to; a new word keeps its name."""
    told = {
        "changed": _("the capture was changed after it was made"),
        "damaged": _("the capture is damaged or cut off"),
        "doubtful": _("the capture says things of itself that do not hold"),
        "partly": _("what could be checked of the capture agrees; not all of it could be"),
        "agrees": _(
            "the capture agrees with what it says of itself; whether that is true, it cannot tell"
        ),
        "unproved": _("the capture holds nothing by which it could be checked"),
        "unchecked": _("the capture was not checked when it was added"),
    }
    return told.get(verdict, verdict)


def check_line(code: str, count: int, places: Sequence[str]) -> str:
    """Return one finding about a capture on one line; a new code keeps its name.

    Args:
        code: see `vault.captures.findings`.
        count: how often it was found.
        places: where, the first ones.
    """
    line = check_labels().get(code, code)
    if count > 1:
        line += f" ({count})"
    return f"{line}: {', '.join(places)}" if places else line


def check_labels() -> dict[str, str]:
    """Return the words for each finding, by its code."""
    return {**_failed_labels(), **_open_labels(), **_agreeing_labels()}


def _failed_labels() -> dict[str, str]:
    return {
        "part-changed": _("changed since the list in the file was made"),
        "part-missing": _("in the list of the file, but not there"),
        "part-unlisted": _("not in the list of the file: put in later, or covered by no hash"),
        "part-twice": _("there twice under one name, so that readers differ in what they show"),
        "list-missing": _("its list of hashes is missing"),
        "list-changed": _("its list of hashes was changed since the list was hashed"),
        "list-unread": _("cannot be read as the specification has it"),
        "signature-wrong": _("the signature does not fit"),
        "signature-of-other": _("the signature is of another list of hashes"),
        "signature-unread": _("there is a signature that cannot be read"),
        "record-changed": _("changed since its WARC record was written"),
        "payload-changed": _("content changed since its WARC record was written"),
        "vouched-changed": _("files of the case that have another hash than this one says"),
        "media-changed": _("no file in it has the hash that the proof names"),
        "damaged": _("damaged or cut off"),
        "size-differs": _("another size than its list says, though the hash agrees"),
        "headers-differ": _(
            "headers of HTTP changed since the WARC record was written, the content was not; some "
            "tools do that"
        ),
        "domain-differs": _("the signature names a domain that its certificate is not for"),
        "certificate-not-valid": _("the certificate was not valid when the signature was made"),
        "chain-broken": _("the certificates do not vouch for one another"),
        "chain-unknown-root": _(
            "the signature names a domain and an authority that is on no list here: anybody can "
            "make such a one"
        ),
        "timestamp-wrong": _("the timestamp of the signature does not fit"),
        "times-differ": _("the time that it states is not close before the time of its timestamp"),
        "signatures-of-other": _(
            "none of the signatures fits its file: all were changed, or they are of something else"
        ),
        "index-differs": _(
            "its index leads to another record than it says, or to none: what shows the capture "
            "may show another page"
        ),
        "stamp-of-other": _("the timestamp is of something else than what lies beside it"),
    }


def _open_labels() -> dict[str, str]:
    return {
        "limit": _("too large, or packed too tightly, to be checked to its end"),
        "list-none": _("made before captures had lists of hashes (WACZ 0.1)"),
        "hash-unknown": _("a hash of a kind that is not known here"),
        "part-unhashed": _("in the list of the file without a hash"),
        "payload-unread": _("content packed in a way that is not known here"),
        "digest-unknown": _("a digest of a kind that is not known here"),
        "record-without-digest": _("WARC records without a digest"),
        "key-missing": _("signed, but the public key is not in the file"),
        "media-elsewhere": _("the file whose hash the proof names is not in it"),
        "signature-elsewhere": _("a signature of something that is not in it"),
        "stamp-unread": _("a timestamp that cannot be read"),
        "timestamp-unchecked": _(
            "a timestamp of this authority, without the certificates by which it could be checked"
        ),
        "vouched-elsewhere": _("files that this one speaks of, and that are not in the case"),
        "vouched-uncompared": _(
            "files whose hash here is of a kind that is compared by verify --captures only"
        ),
        "hashes-of-other": _("none of these hashes fits its file: they are of something else"),
        "part-unsigned": _("not signed, though others in it are"),
        "index-unread": _("an index that cannot be read"),
        "index-uncompared": _(
            "entries that lead to other files: held against these by verify --captures only"
        ),
        "part-unread": _("not read: too large"),
        "signature-unknown": _("there is a signature of a kind that is not checked here"),
        "chain-unchecked": _(
            "the signature fits a certificate for this domain, but no timestamp tells when it was "
            "made: who vouched for the domain then is not known"
        ),
        "attestation-unchecked": _(
            "there is an attestation of the device that is not checked here"
        ),
    }


def _agreeing_labels() -> dict[str, str]:
    return {
        "parts-agree": _("parts have the hashes that the list of the file says"),
        "list-agrees": _("the list of hashes has the hash that the file says"),
        "records-agree": _("WARC records have the digests that they say"),
        "payloads-agree": _("contents of WARC records have the digests that these say"),
        "vouched-agrees": _("files of the case that have the hash that this one says"),
        "index-agrees": _("entries of the index lead to the records that they say"),
        "index-lacks": _("records that are in no index: what shows the capture does not find them"),
        "media-agrees": _("files have the hashes that their proofs say"),
        "signed-by-key": _(
            "signed with a key that travels in the file: nobody without that key changed it since; "
            "whose it is, the file cannot tell"
        ),
        "signed-by-domain": _("signed by whoever held the certificate of this domain"),
        "stamped": _("an authority says that what it stamped was there at this time"),
        "timestamped": _("a timestamp says that the signature was there at this time"),
        "unsigned": _(
            "not signed: whoever changes it can make its hashes anew, and nothing would show"
        ),
        "chain-known-root": _("for the domain vouches an authority known to browsers"),
        "timestamp-known-root": _("for the timestamp vouches an authority known to browsers"),
        "timestamp-unknown-root": _(
            "for the timestamp vouches an authority that is on no list here: ask it for its key"
        ),
        "revisit": _("WARC records that say: as before"),
        "revisit-elsewhere": _("what was before is in another capture"),
        "record-shortened": _("WARC records that the capturing tool itself cut short"),
        "stamp-pending": _("a calendar of OpenTimestamps promises a timestamp"),
        "stamp-bitcoin": _(
            "OpenTimestamps leads to this block of Bitcoin; that the block holds it is not checked "
            "here"
        ),
        "stamp-other": _("OpenTimestamps leads to something that is not known here"),
    }


def said_line(how: str, by: str, ref: str) -> str:
    """Return what another file says of this one; a new word keeps its name.

    Args:
        how: see `vault.captures.belonging.How`.
        by: name of the other file.
        ref: reference to its item.
    """
    told = {
        "agrees": _("{by} ({ref}) says the hash that this file has"),
        "changed": _("{by} ({ref}) says another hash of a file of this name"),
    }
    return told.get(how, how).format(by=by, ref=ref)
