"""What a file that holds no records is instead, and where it belongs."""

from typing import Final

from contrechamp.base.exported_chats import begins_as_chat
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.vault.texts.in_cell.kinds import kind_of

#: Kinds of text that can be no table of records.
_EVIDENCE: Final = frozenset({"mail", "mbox", "pdf", "picture", "rtf", "html", "web", "unread"})
#: Endings of chats as people get them out of their phones.
_CHATS: Final = ("_chat.txt", "chat.md")
#: What the first name in a zip of WhatsApp has, in any language of the phone.
_PACKED_CHATS: Final = (b"_chat.txt", b"WhatsApp")


def belongs_elsewhere(source: SourceFile) -> str:
    """Return what to do with a file that is of no known format; "" if it may be a table."""
    kind, name = kind_of(source.head, source.name), source.name.lower()
    if name.endswith((".kml", ".kmz")) or (kind == "xml" and b"<kml" in source.head):
        return _(
            "a map is no table of records: contrechamp measure and check read its points and "
            "areas, contrechamp add keeps it as evidence, with its words to be found"
        )
    is_chat = (
        any(one in source.head for one in _PACKED_CHATS)
        if source.is_zip
        else name.endswith(_CHATS) or begins_as_chat(source.head)
    )
    if kind in _EVIDENCE or is_chat:
        return _(
            "this is no table of records: contrechamp add keeps it as evidence, with its words to "
            "be found"
        )
    return ""
