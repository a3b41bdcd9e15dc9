"""Knows exported chats: whose lines they are, and what names of media tell."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from contrechamp.base.exported_chats import LINE, LOOKED_AT, SENDERS
from contrechamp.base.i18n import _, ngettext
from contrechamp.redact.outcome import Look
from contrechamp.redact.words import Words

_MEDIA = re.compile(
    r"(?:IMG|VID|AUD|PTT|DOC|STK|PHOTO|VIDEO|AUDIO|signal)-\d{4}-?\d{2}-?\d{2}-\w+"
    r"|\d{8}-(?:PHOTO|VIDEO|AUDIO|STICKER|GIF)-\d{4}-\d{2}-\d{2}(?:-\d{2}){3}"
    r"|(?:photo|video|audio|sticker|file)_\d+@\d{2}-\d{2}-\d{4}(?:_\d{2}-\d{2}-\d{2})?",
    re.I,
)
#: What Telegram's export names: accounts, and who is behind a number.
ACCOUNTS = frozenset(
    {"from_id", "actor_id", "user_id", "saved_from_id", "forwarded_from_id", "reply_to_peer_id"}
)
_MOST_NAMED = 12


def is_chat_data(data: Any) -> bool:
    """Tell whether JSON is of an exported chat: a list of messages with senders."""
    if isinstance(data, dict):
        data = data.get("messages", data.get("chats", {}))
        if isinstance(data, dict):
            data = data.get("list")
            first = data[0] if isinstance(data, list) and data else None
            return isinstance(first, dict) and is_chat_data(first)
    return isinstance(data, list) and any(
        isinstance(one, dict) and any(name in one for name in (*SENDERS, "from_id"))
        for one in data[:LOOKED_AT]
    )


def senders_in_text(text: str) -> Iterator[str]:
    """Yield the sender of each line of a chat."""
    for line in text.splitlines():
        match = LINE.match(line)
        if match and match["sender"]:
            yield match["sender"].strip("~ \u202f\u00a0")


def senders_in_data(data: Any) -> Iterator[str]:
    """Yield the sender of each message in JSON."""
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from (
                one[name] for name in SENDERS if isinstance(one.get(name), str) and one[name]
            )
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def looks(senders: Iterable[str], text: str, words: Words) -> Iterator[Look]:
    """Yield what a person must look at in a chat, given what is left of it.

    Args:
        senders: of the source, one for each message.
        text: of the copy.
        words: that were removed.
    """
    named = Counter(one for one in senders if not words.find(one) and any(map(str.isalpha, one)))
    if named:
        most = ", ".join(f"“{name[:60]}”" for name, _count in named.most_common(_MOST_NAMED))
        message = ngettext(
            "{count} sender is not on the list of words, and is named at each of their lines: "
            "{names}.",
            "{count} senders are not on the list of words, and are named at each of their lines: "
            "{names}.",
            len(named),
        ).format(count=len(named), names=most + (", …" if len(named) > _MOST_NAMED else ""))
        yield Look("senders", message, 1)
    if dated := len(_MEDIA.findall(text)):
        yield Look("dated-names", dated_names(dated), 2)
    yield Look(
        "times",
        _(
            "Each line says when it was written: who has other records of the same hours may tell "
            "by them whose chat it is."
        ),
        2,
    )


def dated_names(count: int) -> str:
    """Return the message that names of media tell when they were made."""
    return ngettext(
        "{count} name of a picture, video or sound holds the date on which it was made.",
        "{count} names of pictures, videos or sounds hold the date on which they were made.",
        count,
    ).format(count=count)


def names_dated(names: Sequence[str]) -> int:
    """Return how many names of files hold a date, as chats name them."""
    return sum(bool(_MEDIA.search(name)) for name in names)
