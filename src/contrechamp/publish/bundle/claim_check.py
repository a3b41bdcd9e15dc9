"""The claims of a bundle, held against the statement and the log: which hold, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.publish.bundle import claims_file, open_lines
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.bundle.claims_file import Cited, Claim, ClaimsFile
from contrechamp.publish.bundle.log_check import BundleFiles, LogCheck
from contrechamp.publish.bundle.open_lines import OpenLine
from contrechamp.publish.bundle.statement import Statement
from contrechamp.vault.log import custody


@dataclass(frozen=True)
class CheckedClaim:
    """What verifying found of a claim.

    Args:
        claim: what it says.
        entry: of the version that it is printed from; None where there is none, or it is sealed.
        is_open: whether all of that version is in the open data, and is what the log says.
        evidence: how many pieces it rests on, and how many of them are sealed.
        problems: what is wrong with it.
    """

    claim: Claim
    entry: custody.Entry | None
    is_open: bool
    evidence: tuple[int, int]
    problems: tuple[str, ...]


class ClaimCheck:
    """Checks the claims of a bundle.

    Args:
        files: of the bundle.
        log: what it shows of the log.
        statement: what was published.
    """

    def __init__(self, files: BundleFiles, log: LogCheck, statement: Statement) -> None:
        self._files, self._log, self._statement = files, log, statement
        self._open = self._opened()

    def all(self, file: ClaimsFile) -> list[CheckedClaim]:
        """Return what checking found of each claim."""
        statement, evidence = self._statement, self._evidence(file)
        if len(file.claims) != len(statement.claims):
            message = _("it has {found} claims, and {stated} were published")
            self._report(len(file.claims), len(statement.claims), message)
        there = {statements.digest_of(line): n for n, line in enumerate(file.claim_lines, start=1)}
        for number, told in enumerate(statement.claims, start=1):
            found = there.get(told.sha256)
            if found is None and number <= len(file.claims):
                self._wrong(number, _("it is not what was published"))
            elif found is None:
                self._wrong(number, _("it is missing"))
            elif found != number:
                message = _("it stands where claim {other} was published")
                self._wrong(number, message.format(other=found))
        return [
            self._claim(claim, line, evidence)
            for claim, line in zip(file.claims, file.claim_lines, strict=True)
        ]

    def _report(self, found: int, stated: int, message: str) -> None:
        told = message.format(found=found, stated=stated)
        self._files.report("claim", claims_file.PATH, told)

    def _wrong(self, number: int, message: str) -> None:
        where = _("claim {number}").format(number=number)
        self._files.report("claim", f"{claims_file.PATH}: {where}", message)

    def _evidence(self, file: ClaimsFile) -> dict[int, tuple[Cited, str]]:
        """Return each piece of evidence with its digest in the log; tell what is wrong."""
        found: dict[int, tuple[Cited, str]] = {}
        statement = self._statement
        if len(file.evidence) != len(statement.evidence):
            message = _("it has {found} pieces of evidence, and {stated} were published")
            self._report(len(file.evidence), len(statement.evidence), message)
        for one, line in zip(file.evidence, file.evidence_lines, strict=True):
            where = f"{claims_file.PATH}: " + _("evidence {number}").format(number=one.n)
            stated = statement.evidence[one.n - 1 : one.n]
            if (statements.digest_of(line),) != stated:
                self._files.report("claim", where, _("it is not what was published"))
            digest = one.sealed
            if one.entry is not None:
                try:
                    self._log.used.add(one.entry)
                    wanted = "item/" if one.kind == "item" else "record/"
                    digest = self._log.entry(one.entry, wanted).digest
                except InputError as error:
                    self._files.report("proof", where, str(error))
            found[one.n] = one, digest
        return found

    def _claim(
        self,
        claim: Claim,
        line: bytes,
        evidence: Mapping[int, tuple[Cited, str]],
    ) -> CheckedClaim:
        statement = self._statement
        problems: list[str] = []
        entry: custody.Entry | None = None
        is_open = False
        if claim.record is not None:
            try:
                self._log.used.add(claim.record)
                entry = self._log.entry(claim.record, "record/")
                opened = self._open.get(claim.record)
                is_open = opened is not None
                if opened is not None and not opened.is_of(entry):
                    raise InputError(
                        _("the record is not what entry {number} says").format(number=entry.number)
                    )
            except InputError as error:
                problems.append(str(error))
        cited = [evidence.get(number) for number in claim.evidence]
        if None in cited:
            problems.append(_("it rests on evidence that is not listed"))
        for problem in problems:
            where = _("claim {number}").format(number=claim.n)
            self._files.report("proof", f"{claims_file.PATH}: {where}", problem)
        told = statement.claims[claim.n - 1] if claim.n <= len(statement.claims) else None
        if told is None or statements.digest_of(line) != told.sha256:
            problems.append(_("it is not what was published"))
        elif not problems:
            digest = claim.sealed if entry is None else entry.digest
            rests = [digest, [one[1] for one in cited if one is not None]]
            words = {
                name: statements.short_digest(list(each)) for name, each in claim.words.items()
            }
            if (told.id, told.kind, dict(told.words), told.rests) != (
                claim.id, claim.kind, words, statements.short_digest(rests),
            ):  # fmt: skip
                problems.append(_("the statement says something else of it"))
                self._wrong(claim.n, problems[-1])
        sealed = sum(bool(one[0].sealed) for one in cited if one is not None)
        return CheckedClaim(claim, entry, is_open, (len(claim.evidence), sealed), tuple(problems))

    def _opened(self) -> dict[int, OpenLine]:
        """Return the records that are open, by the number of their entry."""
        content = (
            self._files.content(open_lines.PATH) if self._files.read.has(open_lines.PATH) else b""
        )
        found: dict[int, OpenLine] = {}
        for one in open_lines.read(content or b"", loosely=self._statement.log is None):
            number = one if isinstance(one, int) else one.number
            where = f"{open_lines.PATH}: " + _("line {number}").format(number=number)
            if isinstance(one, int):
                self._files.report("altered", where, _("expected a record"))
                continue
            if not one.is_same:
                message = _("its fields are not those of its state")
                self._files.report("record", where, message)
            if one.opened is not None:
                found[one.entry] = one
        return found
