"""The worked sample case: its records, and what two members do with them.

Its content is in ``data/`` (see `sample_texts`). Here it becomes items and records of a case,
reviews, releases and a withdrawn consent, by the same functions that a user's commands call.
"""

import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from contrechamp.dossier.identities import compartment
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import ITEM, first_text
from contrechamp.dossier.records.letters import Letter
from contrechamp.dossier.records.publications import LookAnswer
from contrechamp.dossier.sample import sample_texts
from contrechamp.dossier.shipped import letter_templates
from contrechamp.dossier.writing import erasing, store
from contrechamp.vault import adding, masked_copies
from contrechamp.vault.case import Case, Random
from contrechamp.vault.texts import taking

Clock = Callable[[], datetime]


def member_names() -> tuple[str, str]:
    """Return the names of the two invented members in the log."""
    members = sample_texts.load(sample_texts.STEPS)["members"]
    return members["first"], members["second"]


def recipient_name() -> str:
    """Return the name of the invented recipient with whom a source consents to sharing."""
    name: str = sample_texts.load(sample_texts.STEPS)["recipient"]["name"]
    return name


def fill(case: Case, language: str, *, now: Clock, random: Random) -> dict[str, int]:
    """Add sheets of the references, other files and their text, records and an identity to a case.

    Args:
        case: new, open for writing by the first member.
        language: that comes first in texts with both languages.
        now: for the log.
        random: source of ids that the sample does not fix.

    Returns:
        the number of records of each kind.
    """
    sheets = {one.key: sample_texts.sheet(one).encode() for one in sample_texts.references()}
    files = {file: sample_texts.held(file) for file in sample_texts.HELD}
    for name, held in {**sheets, **files}.items():
        content = adding.Content(
            name if name in files else f"{name}.txt",
            lambda held=held: io.BytesIO(held),  # type: ignore[misc]
        )

        def ids(size: int, key: str = name) -> bytes:
            """Return the fixed id of the item, the only request for 8 bytes."""
            return sample_texts.item_bytes(key) if size == 8 else random(size)

        adding.add_contents(case, [content], now=now, random=ids)
    for one in _steps("masked"):
        making = masked_copies.Making(
            of=_item(one["of"]),
            suffix=Path(one["copy"]).suffix,
            content=io.BytesIO(sample_texts.held(one["copy"])),
            sidecar=sample_texts.held(one["sidecar"]),
            about=one["about"],
        )
        masked_copies.put(case, making, now=now(), random=random)
        _look_at_copy(case, one, language, now, random)
    taking.take(case)
    puts = [
        store.Put(record, sample_texts.record_id(key), new=True)
        for key, record in sample_texts.records(language).items()
    ]
    written = store.put_all(case, puts, now=now())
    for one in _steps("identity"):
        who = compartment.Identity(one["name"], one["contact"], one["other"])
        compartment.seal(case, sample_texts.ref(one["source"]), who, now=now(), random=random)
    return dict(sorted(Counter(stored.kind for stored in written).items()))


def review_and_release(case: Case, language: str, *, now: Clock, random: Random) -> None:
    """Review masked copies and records, release records, and withdraw a consent.

    Args:
        case: open for writing by the second member, as nobody reviews their own records.
        language: see `fill`.
        now: for the log.
        random: draws the places for a second reader of a masked copy.
    """
    for one in _steps("masked"):
        _look_at_copy(case, one, language, now, random)  # some places are drawn for a second one
    for one in _steps("review"):
        why, about = _both(one["why"], language), one["about"]
        for key in [about] if isinstance(about, str) else about:
            reviews.review(case, sample_texts.ref(key), one["verdict"], why=why, now=now())
    for one in _steps("release"):
        why = _both(one["why"], language)
        passed = {gate: _both(reason, language) for gate, reason in one.get("passed", {}).items()}
        about = sample_texts.ref(one["about"])
        reviews.release(case, about, on=one["on"], why=why, overrides=passed, now=now())
    for one in _steps("withdrawal"):
        erasing.withdraw(
            case,
            sample_texts.record_id(one["consent"].removeprefix("@")),
            on=one["on"],
            how=_both(one["how"], language, line=True),
            reason=_both(one["reason"], language, line=True),
            now=now(),
        )


def letters(case: Case) -> dict[str, str]:
    """Return the text of each letter that the sample drafts, by file name.

    Args:
        case: open.
    """
    found = {}
    for one in _steps("letter"):
        key = one["of"].removeprefix("@")
        letter = lookup.get(case, sample_texts.ref(key)).record
        assert isinstance(letter, Letter)  # noqa: S101
        to = lookup.get(case, letter.to).record
        assert isinstance(to, Actor)  # noqa: S101
        name = first_text(to.names, letter.language)
        on = date.fromisoformat(one["on"])  # whenever the sample is made, the text is the same
        found[key] = letter_templates.text(letter, name, template="request", on=on)
    return found


def _look_at_copy(
    case: Case, one: dict[str, Any], language: str, now: Clock, random: Random
) -> None:
    """Record that the member who opened the case looked at a masked copy."""
    (copy,) = masked_copies.copies(case, [_item(one["of"])]).values()
    answers = [LookAnswer(look=look, answer="covered") for look in one["looks"]]
    why = _both(one["why"], language)
    reviews.review_copy(case, copy[0], "agreed", answers, why=why, now=now(), random=random)


def _item(key: str) -> str:
    """Return the reference to the item of a key."""
    return f"{ITEM}/{sample_texts.item_bytes(key.removeprefix('@')).hex()}"


def _steps(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sample_texts.load(sample_texts.STEPS)[kind]
    return found


def _both(texts: dict[str, str], language: str, *, line: bool = False) -> str:
    return sample_texts.both(texts, sample_texts.order(language), line=line)
