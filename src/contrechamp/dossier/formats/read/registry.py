"""The formats that can be imported: a new one is a module and a line here."""

#: Tables whose columns a mapping file explains.
MAPPED = "mapped"
#: The `drafts.Reader` of each format by its name, loaded when it is used; a file is tried
#: against them in this order.
FORMATS = {
    "records": "contrechamp.dossier.formats.read.record_lines:FORMAT",
    "tables": "contrechamp.dossier.formats.read.record_tables:FORMAT",
    "ftm": "contrechamp.dossier.formats.followthemoney.files:FORMAT",
    "submissions": "contrechamp.dossier.formats.read.submissions:FORMAT",
    "attachments": "contrechamp.dossier.formats.read.submissions:ATTACHMENTS",
    "gpx": "contrechamp.dossier.formats.read.gpx_tracks:FORMAT",
    "ocds": "contrechamp.dossier.formats.read.ocds:FORMAT",
    "bayanat": "contrechamp.dossier.formats.read.bayanat:FORMAT",
    "cameras": "contrechamp.dossier.formats.read.camera_tables:FORMAT",
    MAPPED: "contrechamp.dossier.formats.read.mapped_tables:FORMAT",
    "photos": "contrechamp.dossier.formats.read.photo_places:FORMAT",
}
