"""The formats that records can be exported to: a new one is a module and a line here."""

#: The `outgoing.Writer` of each format by its name, loaded when it is used.
WRITERS = {
    "jsonl": "contrechamp.dossier.formats.write.json_lines:write",
    "csv": "contrechamp.dossier.formats.write.table_files:write_csv",
    "xlsx": "contrechamp.dossier.formats.write.table_files:write_xlsx",
    "ftm": "contrechamp.dossier.formats.followthemoney.files:write",
    "ocds": "contrechamp.dossier.formats.write.ocds_packages:write",
    "osm": "contrechamp.dossier.formats.write.osm_changes:write",
    "cameras": "contrechamp.dossier.formats.write.scene_tables:write",
    "timeline": "contrechamp.dossier.formats.write.timeline_files:write",
    "graph": "contrechamp.dossier.formats.write.graph_files:write",
}
