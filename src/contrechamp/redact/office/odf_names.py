"""Names of OpenDocument files: what is taken over, removed and unwrapped."""

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NS = {
    name: f"{OASIS}{path}:1.0"
    for name, path in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
        ("draw", "drawing"), ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"),
        ("number", "datastyle"), ("presentation", "presentation"), ("manifest", "manifest"),
        ("chart", "chart"), ("dr3d", "dr3d"),
    )
}  # fmt: skip
XLINK = "http://www.w3.org/1999/xlink"
KNOWN = {*NS.values()} - {NS["manifest"], NS["chart"]}
REMOVED = frozenset(
    {
        "tracked-changes", "change", "change-start", "change-end", "annotation", "annotation-end",
        "bookmark", "bookmark-start", "bookmark-end", "reference-mark", "reference-mark-start",
        "reference-mark-end", "forms", "scripts", "script", "event-listeners", "object",
        "object-ole", "plugin", "applet", "floating-frame", "settings", "title", "desc",
        "hidden-text", "hidden-paragraph", "content-validations", "database-ranges",
        "data-pilot-tables", "dde-links", "dde-connection-decls", "named-expressions",
        "consolidation", "label-ranges", "user-field-decls", "variable-decls", "sequence-decls",
        "alphabetical-index-auto-mark-file", "table-source", "cell-range-source", "scenario",
        "detective", "glue-point", "image-map", "contour-polygon", "contour-path", "sound",
        "animations", "par", "meta", "document-statistic", "binary-data",
        "soft-page-break",
        "macro", "execute-macro", "dde-connection", "section-source",
    }
)  # fmt: skip
#: Fields are replaced by the text that they show.
UNWRAPPED = frozenset(
    {
        "a", "author-name", "author-initials", "creator", "initial-creator", "printed-by",
        "sender-firstname", "sender-lastname", "sender-initials", "sender-title",
        "sender-position", "sender-email", "sender-phone-private", "sender-phone-work",
        "sender-fax", "sender-company", "sender-street", "sender-city", "sender-postal-code",
        "sender-country", "sender-state-or-province", "file-name", "template-name", "user-defined",
        "description", "subject", "keywords", "creation-date", "creation-time",
        "modification-date", "modification-time", "print-date", "print-time", "editing-cycles",
        "editing-duration", "database-display", "database-name", "user-field-get", "variable-get",
        "variable-set", "variable-input", "user-field-input", "text-input", "expression",
        "conditional-text", "date", "time", "placeholder", "reference-ref", "bookmark-ref",
        "note-ref", "sequence-ref", "sequence", "meta-field",
    }
)  # fmt: skip
#: Of a reference to literature only the text that it shows stays; of a link to a picture, these.
CITATION, PICTURE_LINK = "bibliography-mark", frozenset({"href", "type", "show", "actuate"})
ATTRIBUTES_REMOVED = frozenset(
    {"formula", "string-value", "condition", "content-validation-name", "title",
     "change-id", "protection-key", "target-frame-name", "filter-name", "onclick", "help-id",
     "string-value-phonetic", "key1", "key2", "key1-phonetic", "key2-phonetic", "control"}
)  # fmt: skip
