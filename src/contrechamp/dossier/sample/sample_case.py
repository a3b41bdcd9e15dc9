"""The worked sample case: its records, and what two members do with them, through public doors.

What it says is written down in ``data/`` (see `sample_texts`). Here it becomes items and
records of an open case, reviews, releases and a withdrawn consent: everything as a user would do
it, with the same functions.
"""

import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from contrechamp.dossier.identities import compartment
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import first_text
from contrechamp.dossier.records.letters import Letter
from contrechamp.dossier.sample import sample_texts
from contrechamp.dossier.shipped import letter_templates
from contrechamp.dossier.writing import erasing, store
from contrechamp.vault import adding
from contrechamp.vault.case import Case, Random

Clock = Callable[[], datetime]


def member_names() -> tuple[str, str]:
    """Return what the two invented members are called in the log."""
    members = sample_texts.load(sample_texts.STEPS)["members"]
    return members["first"], members["second"]


def recipient_name() -> str:
    """Return whom an invented source lets what they told be shared with."""
    name: str = sample_texts.load(sample_texts.STEPS)["recipient"]["name"]
    return name


def fill(case: Case, language: str, *, now: Clock, random: Random) -> dict[str, int]:
    """Write the sheets of the references, every record, and a sealed identity.

    Args:
        case: new, open for writing by the first member.
        language: that comes first, where a text stands in two.
        now: for the log.
        random: source of ids of what has none of its own.

    Returns:
        how many records there are of each kind.
    """
    for reference in sample_texts.references():
        content = adding.Content(
            f"{reference.key}.txt",
            lambda one=reference: io.BytesIO(sample_texts.sheet(one).encode()),  # type: ignore[misc]
        )

        def ids(size: int, key: str = reference.key) -> bytes:
            """Return the id of the item; it is all that is asked for with 8 bytes."""
            return sample_texts.item_bytes(key) if size == 8 else random(size)

        adding.add_contents(case, [content], now=now, random=ids)
    puts = [
        store.Put(record, sample_texts.record_id(key), new=True)
        for key, record in sample_texts.records(language).items()
    ]
    written = store.put_all(case, puts, now=now())
    for one in _steps("identity"):
        who = compartment.Identity(one["name"], one["contact"], one["other"])
        compartment.seal(case, sample_texts.ref(one["source"]), who, now=now(), random=random)
    return dict(sorted(Counter(stored.kind for stored in written).items()))


def review_and_release(case: Case, language: str, *, now: Clock) -> None:
    """Review, release, and withdraw a consent.

    Args:
        case: open for writing by the second member: nobody reviews what they wrote.
        language: see `fill`.
        now: for the log.
    """
    for one in _steps("review"):
        why = _both(one["why"], language)
        reviews.review(case, sample_texts.ref(one["about"]), one["verdict"], why=why, now=now())
    for one in _steps("release"):
        why = _both(one["why"], language)
        reviews.release(case, sample_texts.ref(one["about"]), on=one["on"], why=why, now=now())
    for one in _steps("withdrawal"):
        erasing.withdraw(
            case,
            sample_texts.record_id(one["consent"].removeprefix("@")),
            on=one["on"],
            how=_both(one["how"], language, line=True),
            reason=_both(one["reason"], language, line=True),
            now=now(),
        )


def letters(case: Case, *, on: date) -> dict[str, str]:
    """Return the letters that the sample drafts, as text, by a name for each.

    Args:
        case: open.
        on: day of writing.
    """
    found = {}
    for one in _steps("letter"):
        key = one["of"].removeprefix("@")
        letter = lookup.get(case, sample_texts.ref(key)).record
        assert isinstance(letter, Letter)  # noqa: S101
        to = lookup.get(case, letter.to).record
        assert isinstance(to, Actor)  # noqa: S101
        name = first_text(to.names, letter.language)
        found[key] = letter_templates.text(letter, name, template="request", on=on)
    return found


def _steps(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sample_texts.load(sample_texts.STEPS)[kind]
    return found


def _both(texts: dict[str, str], language: str, *, line: bool = False) -> str:
    return sample_texts.both(texts, sample_texts.order(language), line=line)
