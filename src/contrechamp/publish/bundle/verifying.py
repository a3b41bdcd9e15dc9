"""Verifying a bundle, by whoever received it, without the case: claim by claim what holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.publish.bundle import (
    anchor_files,
    claims_file,
    described,
    keys_file,
    pages,
)
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.bundle.anchor_files import Dated
from contrechamp.publish.bundle.claim_check import CheckedClaim, ClaimCheck
from contrechamp.publish.bundle.claims_file import ClaimsFile
from contrechamp.publish.bundle.editions import SUBJECT
from contrechamp.publish.bundle.log_check import BundleFiles, LogCheck
from contrechamp.publish.bundle.statement import Statement
from contrechamp.publish.bundle.writing import ENTRIES, NODES, REPORT, VERIFY_PAGE
from contrechamp.vault.bags import bag, comparing, received
from contrechamp.vault.bags.received import ReceivedBag
from contrechamp.vault.discrepancies import Discrepancy
from contrechamp.vault.log import custody

_FIXED = {
    statements.PATH, claims_file.PATH, keys_file.PATH, keys_file.PEM, ENTRIES, NODES, VERIFY_PAGE,
    bag.CHECKPOINT, bag.DECLARATION, bag.INFO,
    described.README, described.CITATION, described.CRATE, described.CLAIMS_SCHEMA,
    *(bag.manifest_name(one, tag=tag) for one in bag.ALGORITHMS for tag in (False, True)),
}  # fmt: skip


@dataclass
class VerifiedBundle:
    """What verifying a bundle found.

    Args:
        discrepancies: everything that is wrong.
        statement: what is published; None if it cannot be read.
        claims: each of them.
        signers: words of the keys that signed, by name. Whose they are cannot be told from the
            bundle, because it brings them along itself.
        members: what became of whoever signed, as the log says.
        anchors: what dates it.
        stated_in: entry of the log that has the statement; None if there is none.
    """

    discrepancies: list[Discrepancy] = field(default_factory=list)
    statement: Statement | None = None
    claims: list[CheckedClaim] = field(default_factory=list)
    signers: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    anchors: list[Dated] = field(default_factory=list)
    stated_in: custody.Entry | None = None


def is_bundle(folder: Path) -> bool:
    """Return whether a folder is the bundle of a publication, as far as its names tell."""
    return received.is_bag(folder) and (folder / statements.PATH).is_file()


def verify(
    folder: Path,
    *,
    root: str = "",
    key: str = "",
    trusted: Sequence[x509.Certificate] = (),
    progress: Progress = silent,
) -> VerifiedBundle:
    """Verify a bundle that `publish` wrote, without trusting whoever handed it on.

    Args:
        folder: of the bundle; nothing outside of it is read, and nothing is written.
        root: what the publisher says that the root is, hexadecimal; "" if nobody does. Of format 1
            it is over claims and data alone: others can sign another report around them.
        key: words of the key that the publisher says they signed with; "" if nobody does.
        trusted: root certificates of timestamp authorities.
        progress: is told how many bytes were read.

    Raises:
        InputError: if it is no bag.
    """
    done = VerifiedBundle()
    with received.opened(folder) as read:
        received.compare_files(read, progress=progress)
        _Check(read, done, root, key, trusted).all()
        received.finish(read)
        done.discrepancies = _each_once(read.problems)
    return done


def _each_once(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    first: dict[tuple[str, str], Discrepancy] = {}
    for one in found:
        first.setdefault((one.kind, one.subject), one)
    return list(first.values())


class _Check:
    """The checks of one bundle, each of which goes as far as it can without the others."""

    def __init__(
        self,
        read: ReceivedBag,
        done: VerifiedBundle,
        root: str,
        key: str,
        trusted: Sequence[x509.Certificate],
    ) -> None:
        self._read, self._done = read, done
        self._root, self._key, self._trusted = root, key, trusted
        self._files = BundleFiles(read)
        self._log = LogCheck(self._files)

    def all(self) -> None:
        """Run all checks."""
        done, files = self._done, self._files
        done.signers, done.members = self._log.signers, self._log.members
        comparing.compare_manifests(self._read)
        self._signed_with()
        statement = done.statement = files.parsed(statements.PATH, statements.read)
        if statement is not None:
            self._stated(statement)
            claims = ClaimCheck(files, self._log, statement)
            file = files.parsed(claims_file.PATH, claims_file.read)
            if file is not None:
                done.claims = claims.all(file)
                self._pages(statement, file)
            self._derived(statement)
        self._nothing_else()
        self._anchors()

    def _signed_with(self) -> None:
        """Check that whoever signed has the key that was announced."""
        words = "-".join(re.findall("[a-z]+", self._key.lower()))
        if words and words not in self._log.signers.values():
            message = _("it was not signed with the key {words}").format(words=words)
            self._files.report("checkpoint", bag.CHECKPOINT, message)

    def _stated(self, statement: Statement) -> None:
        """Check that the log has the statement, and that it is the one that was announced."""
        if self._root and self._root.lower() != statement.root:
            message = _("its root is {found}, and not the one that was given")
            self._files.report("statement", statements.PATH, message.format(found=statement.root))
        if statement.log is not None:
            self._log.compare(statement.log)
        content = self._files.content(statements.PATH)
        published = [
            number
            for number, leaf in self._log.entries.items()
            if custody.read_entry(leaf).subject.startswith(SUBJECT)
        ]
        if not published or self._log.keys is None or content is None:
            self._files.report("statement", ENTRIES, _("the entry of the statement is missing"))
            return
        try:
            entry = self._log.entry(published[-1], SUBJECT)
            if custody.digest(self._log.keys.salt, content) != entry.digest:
                message = _("it is not what entry {number} of the log says").format(
                    number=entry.number
                )
                self._files.report("statement", statements.PATH, message)
            self._done.stated_in = entry
            self._log.entry(statement.publication.entry, "record/")
        except InputError as error:
            self._files.report("proof", ENTRIES, str(error))
        self._log.used |= {published[-1], statement.publication.entry}

    def _pages(self, statement: Statement, file: ClaimsFile) -> None:
        """Check that each page is the one that was stated, and says the claims in order."""
        for language in statement.languages:
            path = f"{REPORT}/report-{language}.html"
            content = self._files.content(path)
            if content is None:
                continue
            stated = statement.pages.get(language)
            if stated not in (None, pages.digest(content, statement.root)):
                self._files.report("statement", path, _("it is not the page that was published"))
            for claim in pages.missing(content, file.claims, language):
                where = _("claim {number}").format(number=claim.n)
                self._files.report("claim", f"{path}: {where}", _("the page does not say it"))

    def _derived(self, statement: Statement) -> None:
        """Check the files that the statement has, and those that follow from it."""
        for path, digest in statement.files.items():
            if not self._read.has(path):
                self._files.report("missing", path, _("the file is missing"))
            elif self._read.digests.get(path, {}).get("sha256") not in (digest, None):
                self._files.report("statement", path, _("it is not the one that was published"))
        # What follows is worded by the version that wrote it; others cannot make it anew.
        is_ours = statement.software == described.SOFTWARE and statement.log is not None
        if self._log.log is None or not is_ours:
            return
        sizes = {path: self._read.size(path) for path in self._read.stamps if bag.is_payload(path)}
        files = described.made_of(statement, self._log.log.origin, self._log.made, sizes)
        for path, content in files.items():
            if self._files.content(path) not in (content, None):
                self._files.report("altered", path, _("it is not what follows from the statement"))

    def _nothing_else(self) -> None:
        """Report files that no bundle has, and entries that nothing in it is about."""
        statement = self._done.statement
        stated = set(statement.files) if statement else set()
        languages = statement.languages if statement else ()
        report = {f"{REPORT}/report-{one}.{kind}" for one in languages for kind in ("html", "pdf")}
        wanted = _FIXED | stated | report
        for path in sorted(self._read.stamps):
            if path not in wanted and not path.startswith(f"{anchor_files.FOLDER}/"):
                self._files.report("extra", path, _("no publication has such a file"))
        for path in sorted(wanted - self._read.stamps.keys()):
            self._files.report("missing", path, _("the file is missing"))
        if statement is not None:
            for number in sorted(self._log.entries.keys() - self._log.used):
                message = _("entry {number} is of nothing that is claimed").format(number=number)
                self._files.report("extra", ENTRIES, message)

    def _anchors(self) -> None:
        if self._log.log is None:
            return
        paths = [one for one in self._read.stamps if one.startswith(f"{anchor_files.FOLDER}/")]
        found = {
            path: content for path in paths if (content := self._files.content(path)) is not None
        }
        self._done.anchors, problems = anchor_files.check(found, self._log.log, self._trusted)
        for path, message in problems:
            self._files.report("anchor", path, message.removeprefix(f"{path}: "))
