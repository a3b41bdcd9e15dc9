"""The tables that list, find and cite records, derived from what the vault holds.

They are kept in the vault's database, and whoever creates a case passes them to
`vault.case.create`. The vault itself knows nothing of them; they are built only from what
`vault.subjects` returns.
"""

#: Statements of format 2; format 1 had the same ones without STRICT. The last one makes FTS5 drop
#: erased words at once, not at its next merge.
TABLES = """
CREATE TABLE dossier (              -- the newest version of each record/<id>, to list and find them
    row INTEGER PRIMARY KEY,        -- of search
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,       -- from 1
    title TEXT NOT NULL
) STRICT;
CREATE INDEX dossier_by_kind ON dossier (kind);
CREATE TABLE citations (            -- which record names which record or item, and in which field
    citing TEXT NOT NULL,
    field TEXT NOT NULL,
    cited TEXT NOT NULL,
    PRIMARY KEY (citing, field, cited)
) WITHOUT ROWID, STRICT;
CREATE INDEX citations_by_cited ON citations (cited);
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
"""
