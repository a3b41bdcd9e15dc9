"""The files within a masked archive or mail, for whoever looks at it; in the cell."""

import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _
from contrechamp.redact.containers import mails, outlook

_MOST_BYTES: Final = 1 << 30


def within(source: Path, format_name: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the name of each file within, and what returns its content."""
    if format_name == "ZIP":
        with zipfile.ZipFile(source) as archive:
            names = [one.filename for one in archive.infolist() if not one.is_dir()]
        for name in names:
            yield name, partial(_member, source, name)
    elif format_name == "MBOX":
        box = read_bounded(source, mails.MAX_BYTES, where=source.name)
        for number, message in enumerate(mails.messages_of(box), start=1):
            yield f"{number}.eml", partial(bytes, message)
    else:
        for part in attached(message_of(source, format_name)):
            yield name_of(part), partial(payload_of, part)


def _member(source: Path, name: str) -> bytes:
    with zipfile.ZipFile(source) as archive, archive.open(name) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise InputError(_("is too large to be shown here: open the copy itself"))
    return content


def message_of(source: Path, format_name: str) -> Message:
    """Return the message in a file, of mail or of Outlook."""
    if format_name == "MSG":
        return outlook.read(source)[0]
    content = read_bounded(source, mails.MAX_BYTES, where=source.name)
    return message_from_bytes(content, policy=policy.compat32)


def attached(message: Message) -> Iterator[Message]:
    """Yield the parts of a message that are no text of it."""
    for part in message.walk():
        if not part.is_multipart() and (
            part.get_filename() or part.get_content_maintype() != "text"
        ):
            yield part


def name_of(part: Message) -> str:
    """Return what a part is called."""
    return str(part.get_filename() or part.get_content_type())


def payload_of(part: Message) -> bytes:
    """Return the content of a part."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
