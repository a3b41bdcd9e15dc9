"""Reading a file as the cell does, in the process of the test."""

from io import BytesIO
from pathlib import Path

from contrechamp.scene.input_files import OpenedFile, opened_content
from contrechamp.scene.input_rows import read_areas, read_input
from contrechamp.scene.photo_folder import pack_folder
from contrechamp.scene.source_tables import SourceTables


def opened(path: Path) -> OpenedFile:
    if path.is_dir():
        return opened_content(BytesIO(pack_folder(path, 1 << 30).content), path.name, path.name)
    with path.open("rb") as content:
        return opened_content(content, path.name, path.name)


def tables(path: Path, *, areas: bool = False, skip_bad_rows: bool = False) -> SourceTables:
    read = read_areas if areas else read_input
    return read(opened(path), skip_bad_rows=skip_bad_rows)
