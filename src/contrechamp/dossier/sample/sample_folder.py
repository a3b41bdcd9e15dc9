"""The folder of the worked sample: the case, the keys to it, and what is exported from it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pyrage

from contrechamp.base.i18n import _, active_language
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.permission.sharing import Recipient
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.sample import sample_case
from contrechamp.dossier.sample.sample_case import Clock
from contrechamp.dossier.sample.sample_texts import ref
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Random
from contrechamp.vault.new_case import make_case
from contrechamp.vault.opening import opened
from contrechamp.wording.records import counted_records

#: No secret: it is printed, kept in a file beside the case, and opens nothing but a sample.
PASSPHRASE = "sample passphrase, made up"  # noqa: S105
CASE = "case"
PASSPHRASE_FILE = "passphrase.txt"  # noqa: S105
RECOVERY_FILE = "recovery-key.txt"
SECOND_MEMBER = "second-member.key"
LETTERS = "letters"
README = "README.txt"
#: Lists the files that were made, with their digests.
MANIFEST = "sample.json"
MADE_BY = "contrechamp sample"
#: The formats in which records are exported for anyone, each into ``records-FORMAT``.
FORMATS = ("jsonl", "csv", "ftm")
#: The export for the one recipient whom a consent names.
FOR_RECIPIENT = "records-for-sample-lawyer"
#: Keys of the records that whoever made a sample is shown first.
TO_TRY = ("passage-by-face", "heron", "sample-leaflet-en")
#: Files of a case that come and go even when it is only read.
TRANSIENT = ("case.db-wal", "case.db-shm", "case.lock")


@dataclass(frozen=True)
class Made:
    """What stands in a sample.

    Args:
        counts: kind -> number of records.
        names: key of a record in the sample's texts -> short name, of those in `TO_TRY`.
    """

    counts: dict[str, int]
    names: dict[str, str]


def make(folder: Path, *, now: Clock, random: Random) -> Made:
    """Make the sample in the active language.

    Args:
        folder: an empty folder.
        now: for the log.
        random: source of keys and ids.
    """
    language = active_language()
    first, second = sample_case.member_names()
    recovery = make_case(folder / CASE, PASSPHRASE, tables=TABLES, name=first, now=now())
    key = pyrage.x25519.Identity.generate()
    with opened(folder / CASE, PASSPHRASE, tables=TABLES, write=True) as case:
        counts = sample_case.fill(case, language, now=now, random=random)
        members.share(case, str(key.to_public()), name=second, reason="", now=now(), random=random)
    with opened(folder / CASE, AgeIdentities((str(key),)), tables=TABLES, write=True) as case:
        sample_case.review_and_release(case, language, now=now, random=random)
        named = ShortNames(case)
        names = {key: named.of(ref(key)) for key in TO_TRY}
        today = now().date()
        for format_ in FORMATS:
            exporting.write(case, folder / f"records-{format_}", format_, day=today)
        exporting.write(
            case, folder / FOR_RECIPIENT, "jsonl", day=today, now=now(),
            recipient=Recipient(name=sample_case.recipient_name()),
        )  # fmt: skip
        (folder / LETTERS).mkdir()
        for name, text in sample_case.letters(case).items():
            (folder / LETTERS / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / PASSPHRASE_FILE).write_text(PASSPHRASE + "\n")
    (folder / RECOVERY_FILE).write_text(recovery + "\n")
    (folder / SECOND_MEMBER).write_text(f"# SAMPLE / EXEMPLE\n{key}\n")
    (folder / README).write_text("\n".join(summary(counts, Path())) + "\n", encoding="utf-8")
    manifest = {"made_by": MADE_BY, "files": _digests(folder)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return Made(counts, names)


def summary(counts: dict[str, int], out: Path) -> list[str]:
    """Return lines that say what was made, and where in the folder `out` it is."""
    records = ", ".join(counted_records(kind, many) for kind, many in counts.items())
    return [
        _("This is a SAMPLE. Its facts are from public sources, each with its reference; its "
          "people, and what they say, are invented. Nothing in it is evidence."),
        "",
        _("Case: {folder}").format(folder=out / CASE),
        _("Passphrase: {passphrase} (also in {file})").format(
            passphrase=PASSPHRASE, file=out / PASSPHRASE_FILE),
        _("Key of the second member: {file}").format(file=out / SECOND_MEMBER),
        _("Records: {records}").format(records=records),
        _("The same in other formats, without what is closed or was told: {folders}").format(
            folders=", ".join(str(out / f"records-{one}") for one in FORMATS)),
        _("For an invented lawyer, with what consent lets go to them: {folder}").format(
            folder=out / FOR_RECIPIENT),
        _("Letters, drafted and never sent: {folder}").format(folder=out / LETTERS),
    ]  # fmt: skip


def changed(folder: Path) -> list[str] | None:
    """Return the files of a sample that were changed, added or removed; None if it is no sample."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        made = dict(manifest["files"]) if manifest["made_by"] == MADE_BY else None
    except (OSError, ValueError, KeyError, TypeError):
        made = None
    if made is None:
        return None
    now = _digests(folder)
    return sorted(name for name in made.keys() | now.keys() if made.get(name) != now.get(name))


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path in the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (MANIFEST, *TRANSIENT)
    }
