"""The tables that list, find and cite records: made from what the vault holds, beside it.

They lie in the vault's database, and whoever makes a case hands them to `vault.case.create`. The
vault itself knows nothing of them; what `vault.subjects` gives is all that they are made from.
"""

#: Statements of format 1. The last keeps words of what was erased from staying in the index until
#: it is next put in order.
TABLES = """
CREATE TABLE dossier (              -- the newest version of each record/<id>, to list and find them
    row INTEGER PRIMARY KEY,        -- of search
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,       -- from 1
    title TEXT NOT NULL
);
CREATE INDEX dossier_by_kind ON dossier (kind);
CREATE TABLE citations (            -- which record names which record or item, and in which field
    citing TEXT NOT NULL,
    field TEXT NOT NULL,
    cited TEXT NOT NULL,
    PRIMARY KEY (citing, field, cited)
) WITHOUT ROWID;
CREATE INDEX citations_by_cited ON citations (cited);
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
"""
