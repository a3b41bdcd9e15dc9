"""The bundle of a publication, verified: claim by claim what holds, who signed, what dates it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import CheckFailedError
from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_day, written_moment
from contrechamp.cli.bars import progress_for
from contrechamp.cli.case_access import now
from contrechamp.cli.findings_text import tell_findings

if TYPE_CHECKING:
    from cryptography import x509

    from contrechamp.publish.bundle.anchor_files import Dated
    from contrechamp.publish.bundle.claim_check import CheckedClaim
    from contrechamp.publish.bundle.verifying import VerifiedBundle

#: Letters of a claim's words that its line has.
_MOST = 70
_DAYS_BEFORE_END = 365


def verify_bundle(
    folder: Path,
    root: str,
    key: str,
    editions: Sequence[Path],
    trusted: "Sequence[x509.Certificate]",
    *,
    as_json: bool,
) -> None:
    """Verify a bundle without any case, and print what was found.

    Raises:
        CheckFailedError: if anything is wrong.
    """
    from contrechamp.publish.bundle import verifying

    progress = progress_for(as_json=as_json)
    done = verifying.verify(folder, root=root, key=key, trusted=trusted, progress=progress)
    others = [verifying.verify(one, trusted=trusted, progress=progress) for one in editions]
    if not as_json:
        for one in done.claims:
            click.echo(shown(_line(one)))
    tell_findings(done.discrepancies, _about(done), as_json=as_json)
    for path, other in zip(editions, others, strict=True):
        if other.discrepancies:
            raise CheckFailedError(
                _("{folder}: this edition is not what was published; verify it").format(
                    folder=path.name
                )
            )
    if as_json:
        return
    for line in _lines(done, root, key):
        click.echo(shown(line))
    for path, other in zip(editions, others, strict=True):
        click.echo(shown(_relation(done, other, path.name)))


def tell_disclosure(
    folder: Path, bundle: Path, identities: Sequence[str], *, as_json: bool
) -> None:
    """Compare a disclosure with a bundle that was verified, and print what it shows.

    Raises:
        CheckFailedError: if it is not what the publication committed to.
        InputError: if it cannot be read.
    """
    from contrechamp.publish.bundle import disclosed

    found = disclosed.check(folder, bundle, identities)
    if as_json:
        click.echo(json.dumps({"evidence": found.evidence, "states": list(found.states)}))
        return
    click.echo(
        _(
            "The disclosure is evidence {number} of the publication, as it was in the log in entry "
            "{entry} of {moment}."
        ).format(
            number=found.evidence, entry=found.entry.number, moment=written_moment(found.entry.at)
        )
    )
    if found.file:
        click.echo(
            _("{file} has the content that was added: size and SHA-256 are those.").format(
                file=shown(found.file)
            )
        )


def _line(one: "CheckedClaim") -> str:
    claim = one.claim
    words = claim.words.get(active_language()) or next(iter(claim.words.values()), ())
    said = " ".join(words)
    said = said if len(said) <= _MOST else said[: _MOST - 1] + "…"
    if one.problems:
        stands = _("does not hold: {why}").format(why="; ".join(one.problems))
    elif one.entry is not None:
        day = written_moment(one.entry.at)
        stands = _("in the log in entry {number} of {day}").format(number=one.entry.number, day=day)
        if one.is_open:
            stands = _("{stands}, and its record is open").format(stands=stands)
    elif claim.sealed:
        stands = _("stated, and sealed in the log: somebody told it")
    else:
        stands = _("stated in the log")
    count, sealed = one.evidence
    if count:
        rests = ngettext("rests on {count}", "rests on {count}", count).format(count=count)
        stands = f"{stands}; {rests}"
        if sealed:
            closed = ngettext("{count} of them sealed", "{count} of them sealed", sealed)
            stands = f"{stands}, {closed.format(count=sealed)}"
    return f"{claim.n:>4}  {claim.at}: {stands}  – {said}"


def _about(done: "VerifiedBundle") -> dict[str, Any]:
    statement = done.statement
    return {
        "root": statement.root if statement else "",
        "edition": statement.edition if statement else 0,
        "counts": statement.counts if statement else {},
        "claims": [
            {
                "n": one.claim.n,
                "at": one.claim.at,
                "kind": one.claim.kind,
                "holds": not one.problems,
                "entry": one.entry.number if one.entry else None,
                "open": one.is_open,
                "evidence": one.evidence[0],
                "sealed": one.evidence[1],
                "problems": list(one.problems),
            }
            for one in done.claims
        ],
        "signers": done.signers,
        "members": done.members,
        "anchors": [
            {
                "number": one.number,
                "kind": one.kind,
                "size": one.size,
                "state": one.state,
                "at": one.at.isoformat() if one.at else "",
                "by": one.by,
                "until": one.until.isoformat() if one.until else "",
            }
            for one in done.anchors
        ],
    }


def _lines(done: "VerifiedBundle", root: str, key: str) -> Iterator[str]:
    statement = done.statement
    if statement is None:
        return
    is_bound = statement.log is not None
    if root and (key or is_bound):
        told = ngettext(
            "The publication is complete: {count} claim is as it was published.",
            "The publication is complete: all {count} claims are as they were published.",
            len(done.claims),
        )
    else:
        told = ngettext(
            "The bundle fits together, and so does its {count} claim. Whose it is, nothing in it "
            "shows.",
            "The bundle fits together, and so do all of its {count} claims. Whose it is, nothing "
            "in it shows.",
            len(done.claims),
        )
    yield told.format(count=len(done.claims))
    yield _("Its root is {root}.").format(root=statement.root)
    if not root:
        yield _("Compare it with page 2 of the report, and with what the publisher says (--root).")
    elif not key and not is_bound:
        yield _(
            "It is over claims and data. The PDF, the pages and the times are under the signature "
            "alone: compare the words of the key, too (--key)."
        )
    for name, words in done.signers.items():
        yield _("Signed by {name} with the key {words}: ask the publisher.").format(
            name=name, words=words
        )
    yield from done.members
    if statement.former is not None:
        yield _(
            "It is edition {number}, and takes the place of the one with the root {root}."
        ).format(number=statement.edition, root=statement.former.root)
    yield from _dates(done)


def _dates(done: "VerifiedBundle") -> Iterator[str]:
    stated = done.stated_in.number if done.stated_in else -1
    for one in done.anchors:
        yield _date(one, covers=one.size > stated)
        if one.until is not None and (left := (one.until - now()).days) < _DAYS_BEFORE_END:
            day = written_day(one.until.date())
            yield (
                _("The certificate of that authority ends on {day}: have the log dated anew.")
                if left >= 0
                else _("The certificate of that authority ended on {day}; it held at that time.")
            ).format(day=day)
    if not any(one.state == "dates" and one.size > stated for one in done.anchors):
        yield _(
            "Nothing from outside dates the publication: its times are those of the machine on "
            "which it was written."
        )


def _date(one: "Dated", *, covers: bool) -> str:
    if one.state == "promise":
        return _("Anchor {number} is a promise of a calendar, and proves nothing yet.").format(
            number=one.number
        )
    if one.state == "no-roots":
        return _(
            "Anchor {number} cannot be checked without the certificates of the authority "
            "(--tsa-roots)."
        ).format(number=one.number)
    if one.state == "no-header":
        return _(
            "Anchor {number} leads to a Bitcoin block whose header is not in the bundle."
        ).format(number=one.number)
    assert one.at is not None  # noqa: S101 - it dates
    age = (now() - one.at).days
    what = (
        _("The publication was there by {moment} (age in days: {age}): {by}.")
        if covers
        else _("The log up to entry {last} was there by {moment} (age in days: {age}): {by}.")
    )
    moment = written_moment(one.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return what.format(last=one.size - 1, moment=moment, age=age, by=one.by)


def _relation(done: "VerifiedBundle", other: "VerifiedBundle", name: str) -> str:
    one, two = done.statement, other.statement
    assert one is not None and two is not None  # noqa: S101, PT018 - nothing was wrong
    if two.former is not None and two.former.root == one.root:
        return _("{name} is edition {number}, and takes the place of this one.").format(
            name=name, number=two.edition
        )
    if one.former is not None and one.former.root == two.root:
        return _("{name} is edition {number}, whose place this one takes.").format(
            name=name, number=two.edition
        )
    if one.root == two.root:
        return _("{name} is the same edition.").format(name=name)
    if one.publication.id == two.publication.id:
        return _("{name} is edition {number} of the same publication.").format(
            name=name, number=two.edition
        )
    return _("{name} is another publication.").format(name=name)
