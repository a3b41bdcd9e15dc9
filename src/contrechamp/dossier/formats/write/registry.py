"""The formats in which records leave a case: a new one is a module and a line here."""

#: By the name by which a format is asked for: its `outgoing.Writer`, loaded only when it is used.
WRITERS = {
    "jsonl": "contrechamp.dossier.formats.write.json_lines:write",
    "csv": "contrechamp.dossier.formats.write.table_files:write_csv",
    "xlsx": "contrechamp.dossier.formats.write.table_files:write_xlsx",
    "ftm": "contrechamp.dossier.formats.followthemoney.files:write",
    "ocds": "contrechamp.dossier.formats.write.ocds_packages:write",
    "osm": "contrechamp.dossier.formats.write.osm_changes:write",
    "cameras": "contrechamp.dossier.formats.write.scene_tables:write",
}
