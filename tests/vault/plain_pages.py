"""All that lies in the folder of a case, decrypted: what somebody with the key of it can search.

The database is taken page by page, as docs/reference/case-folder.md says, and so with what is no
row any more: free pages, the rest of a page behind a deleted cell.
"""

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from contrechamp.vault import object_keys
from contrechamp.vault.access import keys
from contrechamp.vault.case import Case

PAGE, RESERVED, VECTOR = 4096, 80, 16


def plain_pages(content: bytes, key: bytes) -> bytes:
    """Return the pages of an SQLCipher 4 database, decrypted."""
    plain = bytearray()
    for at in range(0, len(content) - PAGE + 1, PAGE):
        page = content[at : at + PAGE]
        vector = page[PAGE - RESERVED : PAGE - RESERVED + VECTOR]
        body = page[16 if at == 0 else 0 : PAGE - RESERVED]
        plain += Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor().update(body)
    assert b"CREATE TABLE settings" in plain
    return bytes(plain)


def everything(case: Case) -> dict[str, bytes]:
    """Return what can be read in the folder of a case, by where it stands.

    The names of its files, too; of a file that is not the database, its bytes as they are, and the
    content of each object.
    """
    folder = case.folder.path
    found = {"names": "\n".join(str(path) for path in sorted(folder.rglob("*"))).encode()}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    database_key = keys.database_key(case.unlocked.root_key)
    found["case.db"] = plain_pages(found["case.db"], database_key)
    for key in object_keys.every(case):
        found[f"object {key.name}"] = object_keys.read(case, key)
    return found


def where(case: Case, tokens: set[str]) -> set[tuple[str, str]]:
    """Return which tokens stand where; a digest is looked for as text and as bytes."""
    found = set()
    held = {place: content.lower() for place, content in everything(case).items()}
    for token in tokens:
        forms = {token.lower().encode()}
        if len(token) == 64 and not set(token) - set("0123456789abcdef"):
            forms.add(bytes.fromhex(token).lower())
        found |= {
            (token, place) for place, content in held.items() for form in forms if form in content
        }
    return found


def hashes(content: bytes) -> set[str]:
    """Return by which digests a content can be known again."""
    return {hashlib.sha256(content).hexdigest(), hashlib.blake2b(content).hexdigest()[:64]}
