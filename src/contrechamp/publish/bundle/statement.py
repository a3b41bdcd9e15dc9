"""statement.json: what is published, in digests; it is the state of an entry of the log.

Nothing in it is random or tells a time of day: the same publication of the same records has the
same root, so that it can be written again once it was anchored.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.publish.bundle.claims_file import ClaimsFile
from contrechamp.vault.log import canonical

PATH = "statement.json"
#: What is written; 1 named neither log nor pages, and is still read.
FORMAT = 2
#: Digits of a digest that tells only whether something is still the same.
_SHORT = 32
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SHORT_DIGEST = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_FIELDS = {
    "v", "publication", "edition", "languages", "claims", "evidence", "counts", "files", "software",
}  # fmt: skip
#: What a statement of format 2 has besides.
_NAMED = {"log", "pages"}
_PUBLICATION = {"id", "title", "number", "by", "day", "entry"}


@dataclass(frozen=True)
class Stated:
    """What a statement says of a claim.

    Args:
        id: the same in every edition.
        kind: of it.
        sha256: of its line.
        words: by language, of its words; short.
        rests: of what it rests on; short.
    """

    id: str
    kind: str
    sha256: str
    words: Mapping[str, str]
    rests: str


@dataclass(frozen=True)
class Former:
    """The edition before.

    Args:
        root: of it.
        changes: since then, see `editions`.
    """

    root: str
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Named:
    """Which publication it is.

    Args:
        id: the same in every edition.
        title: of it, in its own language.
        number: by which whoever publishes it names it.
        by: who publishes it.
        day: of it, as it is printed.
        entry: number of the entry of its version.
    """

    id: str
    title: str
    number: str
    by: str
    day: str
    entry: int


@dataclass(frozen=True)
class NamedLog:
    """The log that has the statement, and who signs around it.

    Args:
        origin: name of the log.
        first: hash of its first entry as a leaf of the tree, hexadecimal.
        key: public key (Ed25519) that signs the bundle, hexadecimal.
    """

    origin: str
    first: str
    key: str


@dataclass(frozen=True)
class Statement:
    """A statement; see docs/reference/bundle.md.

    Without a log it is of format 1, whose root is over claims and data alone.
    """

    publication: Named
    edition: int
    languages: tuple[str, ...]
    claims: tuple[Stated, ...]
    evidence: tuple[str, ...]
    files: Mapping[str, str]
    software: str
    former: Former | None = field(default=None)
    log: NamedLog | None = field(default=None)
    pages: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many claims of each kind there are."""
        return dict(sorted(Counter(one.kind for one in self.claims).items()))

    def fields(self) -> dict[str, Any]:
        """Return it as the log holds it."""
        found: dict[str, Any] = {
            "v": 1 if self.log is None else FORMAT,
            "publication": vars(self.publication),
            "edition": self.edition,
            "languages": list(self.languages),
            "claims": [{**vars(one), "words": dict(one.words)} for one in self.claims],
            "evidence": list(self.evidence),
            "counts": self.counts,
            "files": dict(self.files),
            "software": self.software,
        }
        if self.former is not None:
            changes = [dict(one) for one in self.former.changes]
            found["former"] = {"root": self.former.root, "changes": changes}
        if self.log is not None:
            found |= {"log": vars(self.log), "pages": dict(self.pages)}
        return found

    def to_bytes(self) -> bytes:
        """Return the content of the file.

        Raises:
            InputError: if it is longer than an entry of the log may be.
        """
        try:
            return canonical.dumps(self.fields())
        except InputError as error:
            raise InputError(
                _(
                    "the claims are too many for one publication ({count}): {error}; divide it, "
                    "or publish fewer languages at once"
                ).format(count=len(self.claims), error=error)
            ) from error

    @property
    def root(self) -> str:
        """What stands for all of it, hexadecimal."""
        return sha256(self.to_bytes()).hexdigest()


def digest_of(line: bytes) -> str:
    """Return the digest of a line, hexadecimal."""
    return sha256(line).hexdigest()


def short_digest(value: Any) -> str:
    """Return a digest of a JSON value that tells only whether it is still the same."""
    return sha256(canonical.dumps(value)).hexdigest()[:_SHORT]


def stated(file: ClaimsFile, rests: Sequence[Any]) -> tuple[Stated, ...]:
    """Return what a statement says of the claims of a file.

    Args:
        file: with the claims.
        rests: of each claim, what it rests on, as JSON.
    """
    return tuple(
        Stated(
            one.id,
            one.kind,
            digest_of(line),
            {language: short_digest(list(words)) for language, words in one.words.items()},
            short_digest(on),
        )
        for one, line, on in zip(file.claims, file.claim_lines, rests, strict=True)
    )


def read(content: bytes) -> Statement:
    """Read a statement; only its form is checked.

    Raises:
        InputError: if it has another form.
    """
    fields = canonical.loads(content, where=PATH)
    try:
        return statement_of(fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(_("it is not the statement of a publication"), where=PATH) from error


def statement_of(fields: Any) -> Statement:
    """Return the statement that some JSON is.

    Raises:
        InputError: if it is of a newer format.
        ValueError, TypeError, KeyError, AttributeError: if it has another form.
    """
    rest = dict(fields)
    former, log, pages = (rest.pop(name, None) for name in ("former", "log", "pages"))
    if isinstance(rest.get("v"), int) and rest["v"] > FORMAT:
        raise InputError(
            _("the bundle has a newer format; use a newer version of contrechamp to verify it"),
            where=PATH,
        )
    named: Any = rest.get("publication")
    claims: Any = rest.get("claims")
    _require(set(rest) == _FIELDS and set(named) == _PUBLICATION)
    _require(_are(int, [rest["v"]]) and rest["v"] in {1, FORMAT})
    _require(_NAMED & set(fields) == (_NAMED if rest["v"] == FORMAT else set()))
    _require(_are(str, (named[name] for name in _PUBLICATION - {"entry"})))
    _require(_are(int, [rest["edition"], named["entry"]]) and rest["edition"] > 0)
    _require(_are(str, rest["languages"]) and _fit(_DIGEST, rest["evidence"]))
    _require(_fit(_DIGEST, rest["files"].values()) and _are(str, [rest["software"]]))
    found = Statement(
        Named(**named),
        rest["edition"],
        tuple(rest["languages"]),
        tuple(map(_stated_of, claims)),
        tuple(rest["evidence"]),
        dict(rest["files"]),
        rest["software"],
        None if former is None else _former_of(former),
        None if log is None else _log_of(log),
        {} if pages is None else dict(pages),
    )
    _require(found.log is not None or rest["v"] == 1)
    _require(_fit(_DIGEST, found.pages.values()))
    _require(found.log is None or set(found.pages) == set(found.languages))
    _require(found.counts == rest["counts"])
    return found


def _stated_of(fields: Any) -> Stated:
    found = Stated(**fields)
    _require(_fit(_ID, [found.id]) and _fit(_DIGEST, [found.sha256]) and _are(str, [found.kind]))
    _require(_fit(_SHORT_DIGEST, [*found.words.values(), found.rests]))
    return found


def _former_of(fields: Any) -> Former:
    _require(set(fields) == {"root", "changes"} and _fit(_DIGEST, [fields["root"]]))
    changes = tuple(fields["changes"])
    _require(all(isinstance(one, dict) and isinstance(one.get("change"), str) for one in changes))
    return Former(fields["root"], changes)


def _log_of(fields: Any) -> NamedLog:
    found = NamedLog(**fields)
    _require(_are(str, [found.origin]) and _fit(_DIGEST, [found.first, found.key]))
    return found


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("statement")


def _are(kind: type, values: Any) -> bool:
    return all(isinstance(one, kind) and not isinstance(one, bool) for one in values)


def _fit(pattern: re.Pattern[str], values: Any) -> bool:
    return all(isinstance(one, str) and pattern.fullmatch(one) is not None for one in values)
