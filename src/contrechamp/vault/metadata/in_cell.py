"""What a child of the cell does with a file that is added: this is all that reads into one."""

from collections.abc import Iterator
from typing import IO, Any

from contrechamp.vault.captures import listing, vouching
from contrechamp.vault.metadata import media
from contrechamp.vault.metadata.first_bytes import HEAD


def described(content: IO[bytes], *, announced: bool) -> Iterator[dict[str, Any]]:
    """Yield what `media.describe`, `listing` and `vouching` say about content, in one value."""
    content.seek(0)
    more = {
        "vouches": vouching.vouches(content, content.read(HEAD)),
        "capture": listing.listing(content),
    }
    found = media.describe(content, announced=announced)
    yield found | {name: facts for name, facts in more.items() if facts}
