"""Masks each part of an archive or of mail by its own kind, and makes a new one of the copies."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.cell.running import Cell, OurError
from contrechamp.cell.workshop import empty
from contrechamp.redact.checks.strict_containers import box_digest
from contrechamp.redact.containers.limits import MAX_NAME, Budget
from contrechamp.redact.kinds import FileKind, known_kind
from contrechamp.redact.office.text import replaced
from contrechamp.redact.outcome import Check, Look, Outcome
from contrechamp.redact.process.isolation import run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.text.chats import dated_names, names_dated
from contrechamp.redact.words import asked_words

_FUNCTIONS = {
    "ZIP": ("archives:unpack", "archives:pack"),
    "EML": ("mails:unpack", "mails:pack"),
    "MSG": ("outlook:unpack", "mails:pack"),
    "MBOX": ("mails:unpack_box", "mails:pack_box"),
}
_ROOM = "contrechamp.redact.containers."
#: Looks of one part that are told in the review of the whole; what is beyond is counted.
_MOST_LOOKS = 8
_MOST_COVERED = 5000


@dataclass(frozen=True)
class Part:
    """One part of what was unpacked.

    Args:
        path: of its bytes.
        name: in the source.
        form: of a text that is shown, which needs no guess; ``""`` for any file.
    """

    path: Path
    name: str
    form: str

    @property
    def base(self) -> str:
        """The name without folders, whatever system they are of."""
        return self.name.replace("\\", "/").rpartition("/")[2] or self.name

    @property
    def kind(self) -> FileKind | None:
        """The kind, where it is known."""
        kinds = {"TXT": "text", "HTML": "text", "EML": "mail"}
        return known_kind(kinds[self.form], self.form) if self.form else None


@dataclass(frozen=True)
class Copy:
    """A masked copy of a part.

    Args:
        path: of the copy.
        kind: of the part.
        outcome: of its masking, checked.
    """

    path: Path
    kind: FileKind
    outcome: Outcome


#: Masks one part in a folder of its own: (part, folder, names of other copies, budget).
Make = Callable[[Part, Path, Mapping[str, str], Budget], Copy]
#: Opens a cell that can read one file and write to one folder.
Open = Callable[[Path, Path], Cell]


def mask_parts(
    job: MaskingJob,
    kind: FileKind,
    budget: Budget,
    open_cell: Open,
    make: Make,
    progress: Progress,
    *,
    keep_names: bool,
) -> Outcome:
    """Mask a file that holds others.

    Args:
        job: whose source and target are the whole files.
        kind: of the whole.
        budget: what may still be unpacked.
        open_cell: opens cells.
        make: masks one part.
        progress: opens bars.
        keep_names: whether parts keep their names, without words of the list.

    Raises:
        InputError: it holds too much, is damaged, or nothing of it can be masked.
    """
    if budget.depth <= 0:
        raise InputError(_("lies in too many files, one within the other"))
    unpacking, packing = (f"{_ROOM}{name}" for name in _FUNCTIONS[kind.format])
    folder = job.workshop / "unpacked"
    said = {"parts": budget.parts, "size": budget.size}
    unpack = replace(job, function=unpacking, target=folder / "x", arguments=said)
    with open_cell(job.source, job.workshop) as cell:
        plan = run_job(cell, unpack, progress)
    parts, left_out = _plan(plan, folder)
    if job.request.hand:
        job.request.hand.check_parts({part.name for part in parts if part.name})
    budget.take(len(parts), sum(part.path.stat().st_size for part in parts))
    inner = replace(budget, depth=budget.depth - 1)
    copies, more_left_out = _copies(parts, job, inner, make, progress, keep_names=keep_names)
    budget.parts, budget.size = inner.parts, inner.size
    left_out += more_left_out
    if not (parts or left_out or plan.get("fields")):
        raise InputError(_("holds no file: there is nothing to mask"))
    if not copies and kind.kind == "archive":
        raise InputError(
            _("holds nothing that can be masked: {reasons}").format(
                reasons="; ".join(f"{name}: {reason}" for name, reason in left_out[:5])
            )
        )
    arguments: dict[str, Any] = {
        "parts": [
            {"path": str(copy.path), "name": name, "form": part.form} for part, name, copy in copies
        ]
    }
    if kind.suffix == ".eml":
        arguments["fields"] = dict(plan.get("fields", {}))
    with open_cell(job.source, job.workshop) as cell:
        told = run_job(cell, replace(job, function=packing, arguments=arguments), progress)
    digests = [_digest(copy.path, kind) for _part, _name, copy in copies]
    return _outcome(job, kind, plan, told, copies, left_out, digests)


def _plan(plan: Any, folder: Path) -> tuple[list[Part], list[tuple[str, str]]]:
    """Return what the cell said it unpacked, which must be plain files in the folder."""
    try:
        parts = []
        for number, part in enumerate(plan["parts"]):
            path = folder / str(number)
            if part["file"] != path.name or path.is_symlink() or not path.is_file():
                raise ValueError("file")
            if path.lstat().st_nlink != 1 or part.get("form", "") not in ("", "TXT", "HTML", "EML"):
                raise ValueError("form")
            parts.append(Part(path, shown(str(part["name"]))[:MAX_NAME], part.get("form", "")))
        left_out = [
            (shown(str(one["name"]))[:MAX_NAME], shown(str(one["reason"]))[:200])
            for one in plan["left_out"]
        ]
        if not all(isinstance(text, str) for text in plan.get("fields", {}).values()):
            raise ValueError("fields")
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise OurError("plan", "parts.py") from error
    return parts, left_out


def _copies(
    parts: list[Part],
    job: MaskingJob,
    budget: Budget,
    make: Make,
    progress: Progress,
    *,
    keep_names: bool,
) -> tuple[list[tuple[Part, str, Copy]], list[tuple[str, str]]]:
    """Mask each part; return them in their order, each with its new name, and what is left out."""
    names = _Names(job, keep_names)
    made: dict[int, tuple[str, Copy]] = {}
    left_out: list[tuple[str, str]] = []
    renamed: dict[str, str] = {}
    # Texts come last: they name the files beside them.
    order = sorted(range(len(parts)), key=lambda at: (_is_text(parts[at]), at))
    with progress(_("Files of {file}").format(file=job.source.name), len(parts)) as advance:
        for at in order:
            part, aside = parts[at], job.workshop / f"part-{at}"
            try:
                if part.form in ("TXT", "HTML") and not part.path.read_bytes().strip():
                    continue
                aside.mkdir()
                copy = make(part, aside, renamed, budget)
                kept = (job.workshop / f"copy-{at}").with_suffix(copy.path.suffix)
                copy = replace(copy, path=copy.path.rename(kept))
                name = names.of(part, copy)
                made[at] = (name, copy)
                if part.name:
                    renamed[part.base] = PurePosixPath(name).name
            except CheckFailedError:
                raise
            except ContrechampError as error:
                left_out.append((part.name, _reason(error, part)))
                if part.name:
                    renamed[part.base] = "[" + _("left out") + "]"
            finally:
                empty(aside)
            advance(1)
    return [(parts[at], *made[at]) for at in sorted(made)], left_out


def _is_text(part: Part) -> bool:
    suffix = PurePosixPath(part.base).suffix.lower()
    return bool(part.form) or suffix in (".txt", ".json", ".html", ".htm", ".csv")


def _reason(error: ContrechampError, part: Part) -> str:
    text = str(error)
    return text.removeprefix(f"{getattr(error, 'where', '')}: ").removeprefix(f"{part.name}: ")


class _Names:
    """Gives copies names: neutral ones, or their own without words of the list."""

    def __init__(self, job: MaskingJob, keep: bool) -> None:
        self._words, self._keep = asked_words(job.request), keep
        self._numbers: Counter[str] = Counter()
        self._taken: set[str] = set()

    def of(self, part: Part, copy: Copy) -> str:
        """Return the name of a copy."""
        kind = copy.kind.kind if copy.outcome.searched else "unsearched"
        self._numbers[kind] += 1
        name = f"{kind}-{self._numbers[kind]:03d}{copy.kind.suffix}"
        if self._keep and part.name:
            name = self._own(part.name, copy.kind.suffix) or name
        unique, number = name, 1
        while unique.lower() in self._taken:
            number += 1
            path = PurePosixPath(name)
            unique = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        self._taken.add(unique.lower())
        return unique

    def _own(self, name: str, suffix: str) -> str:
        """Return a name, folders too, that leads nowhere and holds no word of the list."""
        plain = "".join(c if c.isprintable() and c not in ':*?"<>|' else "_" for c in name)
        steps = [step.strip(" .") for step in plain.replace("\\", "/").split("/")]
        path = PurePosixPath(*[step for step in steps if step] or ["file"])
        # A word may go over folders; what joins them is no part of it.
        clean = replaced(str(path.with_suffix("")), self._words, "█")
        return clean.strip("/ .") + suffix


def _digest(path: Path, kind: FileKind) -> str:
    content = path.read_bytes()
    return box_digest(content) if kind.format == "MBOX" else hashlib.sha256(content).hexdigest()


def _outcome(
    job: MaskingJob,
    kind: FileKind,
    plan: Mapping[str, Any],
    told: Any,
    copies: list[tuple[Part, str, Copy]],
    left_out: list[tuple[str, str]],
    digests: list[str],
) -> Outcome:
    try:
        looks = [Look("near-word", shown(str(m)), 2 if u == 2 else 3) for _c, m, u in told["looks"]]
        checks = [Check(shown(str(name)), bool(passed)) for name, passed in told["checks"]]
        found = int(told.get("found", 0))
        others = [shown(str(name)) for name in plan.get("other_fields", [])]
    except (TypeError, KeyError, ValueError) as error:
        raise OurError("packing", "parts.py") from error
    for name, reason in left_out:
        message = _("{name} was left out: {reason}").format(name=name, reason=reason)
        looks.append(Look("left-out", message, 1))
    if dated := names_dated([name for _part, name, _copy in copies]):
        looks.append(Look("dated-names", dated_names(dated), 2))
    if kind.kind == "mail":
        looks += _of_mail(plan, job)
    for part, name, copy in copies:
        looks += _of_part(_place(part, name), name, copy.outcome)
    covered = [
        replace(one, part=name, box=None if one.part else one.box)
        for _part, name, copy in copies
        for one in copy.outcome.covered
    ]
    facts = {_("Files masked"): str(len(copies)), _("Files left out"): str(len(left_out))}
    if job.request.words:
        facts[_("words removed in the fields")] = str(found)
    removed = [
        _("{name}: {what}").format(name=_place(part, name), what=", ".join(copy.outcome.removed))
        for part, name, copy in copies
        if copy.outcome.removed
    ]
    if kind.kind == "archive":
        removed.insert(0, _("dates, owners, comments and names of the archive"))
    return Outcome(
        kind=kind.kind,
        covered=tuple(covered[:_MOST_COVERED]),
        looks=tuple(sorted(looks, key=lambda look: look.urgency)),
        checks=tuple(checks),
        removed=(*(_("field {name}").format(name=name) for name in others), *removed),
        facts=facts,
        parts=tuple(digests),
        words=found + sum(copy.outcome.words or 0 for _part, _name, copy in copies),
    )


def _place(part: Part, name: str) -> str:
    if part.form in ("TXT", "HTML"):
        return _("text of the message")
    return name if part.base == name or not part.name else f"{name} ({part.base})"


def _of_mail(plan: Mapping[str, Any], job: MaskingJob) -> Iterator[Look]:
    words = asked_words(job.request)
    people = [
        f"{name}: {shown(text)[:120]}"
        for name, text in plan.get("fields", {}).items()
        if name in ("From", "To", "Cc") and not words.find(text)
    ]
    if people:
        message = _("The fields of the message still name: {people}").format(
            people="; ".join(people)
        )
        yield Look("senders", message, 1)


def _of_part(place: str, name: str, outcome: Outcome) -> Iterator[Look]:
    looks = sorted(outcome.looks, key=lambda look: look.urgency)
    for look in looks[:_MOST_LOOKS]:
        message = _("{place}: {message}").format(place=place, message=look.message)
        yield replace(look, message=message, part=name, box=None if look.part else look.box)
    if len(looks) > _MOST_LOOKS:
        message = ngettext(
            "{place}: {count} more place to look at.",
            "{place}: {count} more places to look at.",
            len(looks) - _MOST_LOOKS,
        ).format(place=place, count=len(looks) - _MOST_LOOKS)
        yield Look("more", message, 2)
