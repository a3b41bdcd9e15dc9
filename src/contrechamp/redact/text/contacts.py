"""Finds what leads to a person by its form: telephone numbers, addresses of mail, handles."""

import re

from contrechamp.redact.bare_text import Span, joined

_SPACE = r"[ \t\u00a0\u2009\u202f().\-/\u2010-\u2013]"
_PHONE = re.compile(rf"(?<![\w+])(?:\+|00)[1-9](?:{_SPACE}{{0,3}}\d){{6,14}}(?!\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HANDLE = re.compile(r"(?<![\w.@/])@\w[\w.]{2,38}(?<!\.)")
_LINK = re.compile(r"(?:wa\.me|t\.me|signal\.me|chat\.whatsapp\.com)/[\w+/#=.-]{2,200}", re.I)


def contacts(text: str) -> list[Span]:
    """Return where telephone numbers (with a country), addresses, handles and invitations are."""
    return joined(
        match.span() for form in (_PHONE, _MAIL, _LINK, _HANDLE) for match in form.finditer(text)
    )
