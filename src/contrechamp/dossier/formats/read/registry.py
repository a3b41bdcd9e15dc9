"""The formats in which records come into a case: a new one is a module and a line here."""

#: Tables of others, read by a mapping.
MAPPED = "mapped"
#: By the name by which a format is told, in the order in which they are tried: its
#: `drafts.Format`, loaded only when it is used.
FORMATS = {
    "records": "contrechamp.dossier.formats.read.record_lines:FORMAT",
    "tables": "contrechamp.dossier.formats.read.record_tables:FORMAT",
    "ftm": "contrechamp.dossier.formats.followthemoney.files:FORMAT",
    "submissions": "contrechamp.dossier.formats.read.submissions:FORMAT",
    "attachments": "contrechamp.dossier.formats.read.submissions:ATTACHMENTS",
    "gpx": "contrechamp.dossier.formats.read.walks:FORMAT",
    "ocds": "contrechamp.dossier.formats.read.ocds:FORMAT",
    "bayanat": "contrechamp.dossier.formats.read.bayanat:FORMAT",
    "cameras": "contrechamp.dossier.formats.read.camera_tables:FORMAT",
    MAPPED: "contrechamp.dossier.formats.read.mapped_tables:FORMAT",
    "photos": "contrechamp.dossier.formats.read.photo_places:FORMAT",
}
