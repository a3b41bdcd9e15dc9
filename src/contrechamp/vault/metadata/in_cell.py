"""What a child of the cell does with a file that is added: this is all that reads into one."""

from collections.abc import Iterator
from typing import IO, Any

from contrechamp.vault.captures import listing
from contrechamp.vault.metadata import media


def described(content: IO[bytes], *, announced: bool) -> Iterator[dict[str, Any]]:
    """Yield what `media.describe` and `listing.listing` say about content, in one value."""
    capture = listing.listing(content)
    yield media.describe(content, announced=announced) | ({"capture": capture} if capture else {})
