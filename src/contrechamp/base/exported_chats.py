"""What chats look like as people get them out of their phones and computers."""

import re
from typing import Final

_DAY = r"\d{1,4}[./\-\u060c]\s?\d{1,2}[./\-]\s?\d{1,4}\.?"
_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[^\W\d_.]{1,2}\.?\s?[^\W\d_.]{0,2}\.?)?"
#: The line of a message in WhatsApp (iOS, Android) and Signal: day, time, sender.
LINE: Final = re.compile(
    rf"[\u200e\u200f\u202a-\u202e]*\[?{_DAY},?\s{{1,2}}{_TIME}(?:\]|\s[-\u2013])\s?"
    r"(?:(?P<sender>[^:\n]{1,80}):\s)?"
)
#: Lines at the beginning that are looked at, and those that must be of a chat.
LOOKED_AT, _LEAST = 60, 2
#: Names of members that say who sent a message, in JSON of Signal, Telegram, Instagram, Facebook.
SENDERS: Final = (
    "from",
    "actor",
    "author",
    "sender",
    "sender_name",
    "senderName",
    "forwarded_from",
    "saved_from",
)
_SENDER = re.compile(rf'"(?:{"|".join(SENDERS)}|from_id|authorId)"\s*:'.encode())
_SAID = re.compile(rb'"(?:body|text|content|reactions)"\s*:')


def is_chat_text(text: str) -> bool:
    """Tell whether lines are those of an exported chat."""
    lines = text[: 1 << 16].splitlines()[:LOOKED_AT]
    return sum(bool(LINE.match(line)) for line in lines) >= _LEAST


def begins_as_chat(head: bytes) -> bool:
    """Tell whether the first bytes of a file are those of an exported chat, as text or JSON."""
    text = head.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        return _SENDER.search(head) is not None and _SAID.search(head) is not None
    return is_chat_text(text)
