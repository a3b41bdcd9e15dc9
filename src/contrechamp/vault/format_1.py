"""The tables of format 1, as data: cases that have them are carried over (`upgrading`)."""

#: The vault's tables of format 1, with which a case of that format is compared.
SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    recipient TEXT NOT NULL,        -- age X25519
    left_at TEXT                    -- when access was taken away
) WITHOUT ROWID;
CREATE TABLE signing_keys (
    member TEXT NOT NULL REFERENCES members,
    number INTEGER NOT NULL,        -- of the member's keys, from 1
    public BLOB NOT NULL,           -- Ed25519
    since INTEGER NOT NULL,         -- number of the first entry that it signs
    PRIMARY KEY (member, number)
) WITHOUT ROWID;
CREATE TABLE slots (
    id TEXT PRIMARY KEY,            -- of a slot in case.toml
    member TEXT NOT NULL REFERENCES members
) WITHOUT ROWID;
CREATE TABLE objects (
    name TEXT PRIMARY KEY,          -- keyed hash of the content; its file lies in objects/xx/
    identity TEXT,                  -- age secret key; NULL once erased
    size INTEGER,                   -- of the content in bytes; NULL once erased
    sha256 BLOB, blake3 BLOB,       -- of the content; NULL once erased
    incoming TEXT                   -- its file in objects/incoming/ until it is moved into place
) WITHOUT ROWID;
CREATE TABLE records (
    subject TEXT PRIMARY KEY,       -- item/<id>, record/<id>, member/<id>, case, ...
    salt BLOB NOT NULL,             -- key of the digest in the log
    state BLOB NOT NULL,            -- canonical JSON
    object TEXT,                    -- of an item
    entry INTEGER NOT NULL          -- number of the entry that this state is of
);
CREATE INDEX records_by_object ON records (object);
CREATE TABLE versions (             -- earlier states of record/<id>
    subject TEXT NOT NULL,
    branch TEXT NOT NULL,           -- '' for the log itself
    entry INTEGER NOT NULL,         -- number of its entry there
    salt BLOB NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (subject, branch, entry)
);
CREATE TABLE entries (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE reasons (number INTEGER PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL);
CREATE TABLE checkpoints (size INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (size, note));
CREATE TABLE anchors (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,          -- entries of the checkpoint
    entry BLOB NOT NULL,            -- what to show to whom; canonical JSON
    proof BLOB                      -- what came back; NULL while it waits
);
CREATE TABLE branches (             -- logs of other copies of the case that were merged
    id TEXT PRIMARY KEY,            -- root of the tree up to its newest entry, hexadecimal
    parent TEXT NOT NULL,           -- branch that it left, '' for the log itself
    fork INTEGER NOT NULL           -- entries that both have
) WITHOUT ROWID;
CREATE TABLE branch_entries (
    branch TEXT NOT NULL REFERENCES branches,
    number INTEGER NOT NULL,        -- from the fork
    content BLOB NOT NULL,
    salt BLOB, reason TEXT,         -- as in reasons; NULL where there is none
    PRIMARY KEY (branch, number)
);
CREATE TABLE branch_checkpoints (
    branch TEXT NOT NULL REFERENCES branches,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (branch, size, note)
);
CREATE TABLE branch_keys (          -- as signing_keys, of the members of that copy
    branch TEXT NOT NULL REFERENCES branches,
    member TEXT NOT NULL,
    number INTEGER NOT NULL,
    public BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (branch, member, number)
) WITHOUT ROWID;
CREATE TABLE intakes (
    path BLOB NOT NULL,             -- keyed hash of the path that was given to add
    file BLOB NOT NULL,             -- keyed hash of one file of it that is in
    PRIMARY KEY (path, file)
) WITHOUT ROWID;
"""


def loose(tables: str) -> str:
    """Return the tables of another room as format 1 had them: the same ones, but not strict."""
    return tables.replace(") WITHOUT ROWID, STRICT;", ") WITHOUT ROWID;").replace(") STRICT;", ");")
