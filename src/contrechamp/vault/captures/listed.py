"""What is told of a capture, as it is being read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from contrechamp.vault.captures.bounds import (
    LONGEST,
    MAX_KINDS,
    MAX_LISTED,
    MAX_LISTED_BYTES,
    Budget,
)
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.metadata.foreign_text import cleaned


@dataclass
class Listed:
    """What is told of a capture so far.

    Args:
        found: members that its format has.
        budget: how much of it may still be unpacked.
    """

    found: dict[str, Any]
    budget: Budget
    checks: Findings = field(default_factory=Findings)
    records: int = 0
    types: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    urls: list[dict[str, str]] = field(default_factory=list)
    not_listed: int = 0
    room: int = MAX_LISTED_BYTES
    first: str = ""
    last: str = ""

    def note_time(self, time: str) -> None:
        """Take note of the time of a record."""
        if time:
            self.first = min(self.first or time, time)
            self.last = max(self.last, time)

    def note_url(self, fields: dict[str, str]) -> None:
        """List a URL, unless there are too many."""
        one = {name: text for name, text in fields.items() if text}
        size = bytes_of(one)
        if len(self.urls) >= MAX_LISTED or size > self.room:
            self.not_listed += 1
            return
        self.room -= size
        self.urls.append(one)

    def state(self, problem: str) -> dict[str, Any]:
        """Return it as a record holds it.

        Args:
            problem: why reading ended early; "" if it did not.
        """
        facts = {
            "problem": problem,
            "types": dict(self.types),
            "statuses": dict(self.statuses),
            "first": self.first,
            "last": self.last,
            "urls": self.urls,
            "not_listed": self.not_listed,
        }
        return {
            "complete": "no" if problem else "yes",
            "records": self.records,
            **self.checks.state(),
            **self.found,
            **{name: fact for name, fact in facts.items() if fact},
        }


def count(counts: Counter[str], name: str) -> None:
    """Count a name, or "other" if there are too many names."""
    counts[name if name in counts or len(counts) < MAX_KINDS else "other"] += 1


def clean(value: object, longest: int = LONGEST) -> str:
    """Return text of a stranger, fit for a record."""
    return cleaned(value, longest)


def bytes_of(texts: dict[str, str]) -> int:
    """Return about how many bytes texts take in a record."""
    return sum(len(name) + 2 * len(text.encode()) + 8 for name, text in texts.items())
