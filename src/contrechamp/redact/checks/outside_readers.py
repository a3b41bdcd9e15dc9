"""Checks our output with other people's readers, exiftool and ffprobe, where they are installed.

They know thousands of tags that our own readers do not; what they find apart from the structure of
the file is metadata.
"""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contrechamp.cell.programs import NoAnswerError, ask

#: exiftool reads no configuration file; -ee looks inside video frames, -G1 names each group.
_EXIFTOOL = ("-config", "", "-json", "-G1", "-a", "-n", "-ee", "--")
_FFPROBE = ("-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters")

#: Groups that tell how the file is built or where it is, and such tags of other groups.
_STRUCTURE_GROUPS = {"SourceFile", "ExifTool", "System", "Composite", "Opus", "MPEG"}
_STRUCTURE = {
    "File": "FileType FileTypeExtension MIMEType ImageWidth ImageHeight EncodingProcess "
    "BitsPerSample ColorComponents YCbCrSubSampling ExifByteOrder",
    "JFIF": "JFIFVersion ResolutionUnit XResolution YResolution",
    "PNG": "ImageWidth ImageHeight BitDepth ColorType Compression Filter Interlace Palette "
    "Transparency AnimationFrames AnimationPlays",
    "GIF": "GIFVersion ImageWidth ImageHeight HasColorMap ColorResolutionDepth BitsPerPixel "
    "BackgroundColor PixelAspectRatio AnimationIterations FrameCount Duration TransparentColor",
    "RIFF": "VP8Version ImageWidth HorizontalScale ImageHeight VerticalScale WebP_Flags "
    "AlphaPreprocessing AlphaFiltering AlphaCompression AlphaIsUsed "
    "BackgroundColor AnimationLoopCount FrameCount Duration "
    "Encoding NumChannels SampleRate AvgBytesPerSec BitsPerSample NumberOfSamples",
    "IFD0": "SubfileType ImageWidth ImageHeight BitsPerSample Compression StripOffsets "
    "PhotometricInterpretation FillOrder Orientation SamplesPerPixel RowsPerStrip "
    "StripByteCounts XResolution YResolution PlanarConfiguration ResolutionUnit Predictor "
    "TileWidth TileLength TileOffsets TileByteCounts ExtraSamples SampleFormat "
    "YCbCrCoefficients YCbCrSubSampling YCbCrPositioning",
    "FLAC": "BlockSizeMin BlockSizeMax FrameSizeMin FrameSizeMax SampleRate Channels "
    "BitsPerSample TotalSamples MD5Signature",
    "Vorbis": "Vendor",
    "QuickTime": "MajorBrand MinorVersion CompatibleBrands MediaDataSize MediaDataOffset "
    "MovieHeaderVersion CreateDate ModifyDate TimeScale Duration PreferredRate PreferredVolume "
    "PreviewTime PreviewDuration PosterTime SelectionTime SelectionDuration CurrentTime "
    "NextTrackID HandlerType HandlerVendorID MatrixStructure",
    "Track": "TrackHeaderVersion TrackCreateDate TrackModifyDate TrackID TrackDuration "
    "TrackLayer TrackVolume ImageWidth ImageHeight MediaHeaderVersion MediaCreateDate "
    "MediaModifyDate MediaTimeScale MediaDuration MediaLanguageCode HandlerType "
    "HandlerDescription GraphicsMode OpColor CompressorID CompressorName SourceImageWidth "
    "SourceImageHeight XResolution YResolution BitDepth PixelAspectRatio BufferSize MaxBitrate "
    "AverageBitrate VideoFrameRate Balance AudioFormat AudioChannels AudioBitsPerSample "
    "AudioSampleRate MatrixStructure ColorProfiles ColorPrimaries TransferCharacteristics "
    "MatrixCoefficients VideoFullRangeFlag",
    "ZIP": "ZipRequiredVersion ZipBitFlag ZipCompression ZipModifyDate ZipCRC ZipCompressedSize "
    "ZipUncompressedSize ZipFileName",
    # What is said of a picture, and the picture: -ee reads that too, and names its own tags.
    "PDF": "PDFVersion Linearized PageCount EmbeddedImage EmbeddedImageColorSpace "
    "EmbeddedImageFilter EmbeddedImageHeight EmbeddedImageWidth",
    "Adobe": "DCTEncodeVersion APP14Flags0 APP14Flags1 ColorTransform",
    "Jpeg2000": "MajorBrand MinorVersion CompatibleBrands ImageHeight ImageWidth "
    "NumberOfComponents BitsPerComponent Compression ColorSpecMethod ColorSpecPrecedence "
    "ColorSpecApproximation ColorSpace",
}
_STRUCTURE_TAGS = {
    f"{group}:{name}" for group, names in _STRUCTURE.items() for name in names.split()
}
#: Structure tags that must be empty.
_EMPTY = {"CreateDate", "ModifyDate", "TrackCreateDate", "TrackModifyDate"}
_EMPTY |= {"MediaCreateDate", "MediaModifyDate", "MediaLanguageCode", "HandlerDescription"}
_EMPTY |= {"CompressorName", "ZipModifyDate"}
_NOTHING = {"0000:00:00 00:00:00", "und", "VideoHandler", "SoundHandler", "", 0, "0"}
_NOTHING |= {"1980:01:01 00:00:00"}  # the earliest date in ZIP
#: Where a C2PA manifest shows.
_CREDENTIAL_GROUPS = {"JUMBF", "CBOR", "C2PA"}
_CREDENTIAL_TAG = re.compile(r"Jpeg2000:C2PA(ActionsV2|HashData|HashBmffV\d)Salt", re.IGNORECASE)

_FORMAT_TAGS = {"major_brand", "minor_version", "compatible_brands"}
_STREAM_TAGS = {"language", "handler_name", "vendor_id"}
#: Tags that every MP4 writer writes; they tell nothing about the source.
MP4_TAGS = frozenset(_FORMAT_TAGS | _STREAM_TAGS)


def installed(program: str) -> str | None:
    """Return the path of `program`, or None where it is not installed."""
    return shutil.which(program)


def exiftool_finds(
    program: str, file: Path, *, credentials: bool = False, unconfined: bool = False
) -> list[str]:
    """Return the tags that exiftool finds in `file`, apart from its structure.

    Raises:
        InputError: the cell is not closed, and it was not said to go on `unconfined`.
        ValueError: exiftool could not read it.
    """
    said = _asked(program, _EXIFTOOL, file, unconfined=unconfined)
    tags: dict[str, Any] = said[0]
    found = []
    for name, value in tags.items():
        group, _colon, tag = name.partition(":")
        family = "Track" if group.startswith("Track") else group
        if family in _STRUCTURE_GROUPS:
            continue
        if credentials and (family in _CREDENTIAL_GROUPS or _CREDENTIAL_TAG.fullmatch(name)):
            continue
        if f"{family}:{tag}" not in _STRUCTURE_TAGS or (tag in _EMPTY and value not in _NOTHING):
            found.append(name)
    return found


def ffprobe_finds(
    program: str, file: Path, *, video: bool, sound: bool, unconfined: bool = False
) -> list[str]:
    """Return the unwanted tags, chapters, side data and streams that ffprobe finds.

    Raises:
        InputError: the cell is not closed, and it was not said to go on `unconfined`.
        ValueError: ffprobe could not read it.
    """
    said = _asked(program, _FFPROBE, file, unconfined=unconfined)
    kinds = sorted(stream.get("codec_type", "?") for stream in said["streams"])
    wanted = [["video"], ["audio", "video"]][: 1 + sound] if video else [["audio"]]
    found = [] if kinds in wanted else ["streams: " + ", ".join(kinds)]
    found += [
        f"format tag {name}" for name in said["format"].get("tags", {}) if name not in _FORMAT_TAGS
    ]
    for stream in said["streams"]:
        for name, value in stream.get("tags", {}).items():
            if name not in _STREAM_TAGS and not (name == "encoder" and value.startswith("Lavc")):
                found.append(f"stream tag {name}")
        found += [
            f"side data {item.get('side_data_type')}" for item in stream.get("side_data_list", [])
        ]
    return found + ["chapters"] * bool(said.get("chapters"))


def _asked(program: str, arguments: Sequence[str], file: Path, *, unconfined: bool) -> Any:
    try:
        answer = ask(program, arguments, file, file.name, unconfined=unconfined)
        return json.loads(answer)
    except (NoAnswerError, ValueError) as error:
        raise ValueError(type(error).__name__) from error
