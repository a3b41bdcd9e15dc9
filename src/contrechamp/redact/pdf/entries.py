"""What of each kind of object of a PDF is taken over, as data (ISO 32000-1)."""

#: The entries that are taken over from each kind of dictionary, and as what: a kind of this table,
#: ``value`` (numbers, names, booleans and arrays of them), or a kind that `_PageRebuilder` handles.
ENTRIES: dict[str, dict[str, str]] = {
    "resources": {
        "Font": "fonts", "XObject": "objects", "ExtGState": "states", "ColorSpace": "colours",
        "Pattern": "patterns", "Shading": "shadings",
    },
    "font": {
        "Type": "value", "Subtype": "value", "BaseFont": "name", "FirstChar": "value",
        "LastChar": "value", "Widths": "value", "Encoding": "encoding", "ToUnicode": "cmap",
        "FontDescriptor": "descriptor", "DescendantFonts": "descendants", "FontBBox": "value",
        "FontMatrix": "value", "CharProcs": "glyphs", "Resources": "resources",
        "CIDSystemInfo": "system", "DW": "value", "W": "value", "DW2": "value", "W2": "value",
        "CIDToGIDMap": "bytes",
    },
    "encoding": {"Type": "value", "BaseEncoding": "value", "Differences": "glyph_names"},
    "cmap": {
        "Type": "value", "CMapName": "name", "CIDSystemInfo": "system", "WMode": "value",
        "UseCMap": "cmap",
    },
    "system": {"Registry": "text", "Ordering": "text", "Supplement": "value"},
    "descriptor": {
        "Type": "value", "FontName": "name", "Flags": "value", "FontBBox": "value",
        "ItalicAngle": "value", "Ascent": "value", "Descent": "value", "Leading": "value",
        "CapHeight": "value", "XHeight": "value", "StemV": "value", "StemH": "value",
        "AvgWidth": "value", "MaxWidth": "value", "MissingWidth": "value", "FontFile": "program",
        "FontFile2": "program", "FontFile3": "program", "CIDSet": "bytes",
    },
    "program": {"Length1": "value", "Length2": "value", "Length3": "value", "Subtype": "value"},
    "bytes": {},
    "image": {
        "Type": "value", "Subtype": "value", "Width": "value", "Height": "value",
        "BitsPerComponent": "value", "ColorSpace": "colour", "Decode": "value",
        "ImageMask": "value", "Mask": "mask", "SMask": "image", "SMaskInData": "value",
        "Matte": "value", "Interpolate": "value", "Intent": "value",
    },
    "form": {
        "Type": "value", "Subtype": "value", "FormType": "value", "BBox": "value",
        "Matrix": "value", "Group": "group", "Resources": "resources",
    },
    "group": {"Type": "value", "S": "value", "CS": "colour", "I": "value", "K": "value"},
    "state": {
        "Type": "value", "LW": "value", "LC": "value", "LJ": "value", "ML": "value", "D": "value",
        "RI": "value", "OP": "value", "op": "value", "OPM": "value", "Font": "state_font",
        "FL": "value", "SM": "value", "SA": "value", "BM": "value", "SMask": "soft_mask",
        "CA": "value", "ca": "value", "AIS": "value", "TK": "value",
    },
    "soft_mask": {"Type": "value", "S": "value", "G": "object", "BC": "value", "TR": "function"},
    "pattern": {
        "Type": "value", "PatternType": "value", "PaintType": "value", "TilingType": "value",
        "BBox": "value", "XStep": "value", "YStep": "value", "Matrix": "value",
        "Resources": "resources", "Shading": "shading", "ExtGState": "state",
    },
    "shading": {
        "ShadingType": "value", "ColorSpace": "colour", "Background": "value", "BBox": "value",
        "AntiAlias": "value", "Domain": "value", "Matrix": "value", "Function": "function",
        "Coords": "value", "Extend": "value", "BitsPerCoordinate": "value",
        "BitsPerComponent": "value", "BitsPerFlag": "value", "Decode": "value",
        "VerticesPerRow": "value",
    },
    "function": {
        "FunctionType": "value", "Domain": "value", "Range": "value", "Size": "value",
        "BitsPerSample": "value", "Order": "value", "Encode": "value", "Decode": "value",
        "C0": "value", "C1": "value", "N": "value", "Functions": "function", "Bounds": "value",
    },
    "calibrated": {
        "WhitePoint": "value", "BlackPoint": "value", "Gamma": "value", "Matrix": "value",
        "Range": "value",
    },
    "filter": {
        "Predictor": "value", "Colors": "value", "BitsPerComponent": "value", "Columns": "value",
        "EarlyChange": "value", "K": "value", "EndOfLine": "value", "EncodedByteAlign": "value",
        "Rows": "value", "EndOfBlock": "value", "BlackIs1": "value", "ColorTransform": "value",
        "JBIG2Globals": "bytes",
    },
}  # fmt: skip
#: Every name that an entry of a rebuilt file may have, apart from freely chosen ones.
VOCABULARY = frozenset(
    {f"/{name}" for entries in ENTRIES.values() for name in entries}
    | {"/Pages", "/Kids", "/Count", "/Parent", "/MediaBox", "/Contents", "/Rotate", "/Group"}
    | {"/Filter", "/DecodeParms", "/Length", "/Resources", "/Root", "/Type"}
)
#: Resources map freely chosen names to objects of one kind.
MAPS = {
    "fonts": "font", "objects": "object", "states": "state", "colours": "colour",
    "patterns": "pattern", "shadings": "shading", "glyphs": "glyph",
}  # fmt: skip
#: Registries and orderings of characters (Adobe Technical Note 5094).
COLLECTIONS = frozenset(
    {"Adobe", "Identity", "UCS", "Japan1", "Japan2", "GB1", "CNS1", "Korea1", "KR", "Manga1"}
)
