"""Lists of hashes, as ``sha256sum`` and others write them: a hash and a name a line, or a hash."""

import re
from typing import Final

from contrechamp.vault.captures.told import Told

#: Algorithms by how many hexadecimal digits they have; 128 are SHA3-512 for some.
BY_LENGTH: Final = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
_GNU = re.compile(r"(?P<hash>[0-9a-fA-F]+)(?: [ *](?P<name>.+))?")
_BSD = re.compile(r"(?P<kind>MD5|SHA[0-9-]+) \((?P<name>.*)\) = (?P<hash>[0-9a-fA-F]+)")


def tell(content: bytes, told: Told) -> None:
    """Take note of what a list says; of nothing, if any line of it is something else.

    Args:
        content: of the list.
        told: is filled.
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return
    found = []
    for line in map(str.strip, lines):
        if not line or line.startswith(("#", ";")):
            continue
        match = _GNU.fullmatch(line) or _BSD.fullmatch(line)
        if match is None or len(match["hash"]) not in BY_LENGTH:
            return
        # Digits alone may be anything; as many as of SHA-256 or more are hashes of something.
        if not match["name"] and len(match["hash"]) < 64:
            return
        found.append((BY_LENGTH[len(match["hash"])], match["hash"], match["name"] or ""))
    for algorithm, digest, name in found:
        told.say(algorithm, digest, name.removeprefix("./"))
