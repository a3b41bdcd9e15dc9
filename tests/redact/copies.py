"""Files as a masker writes them: pictures, video and sound, and nothing else in them."""

import io

import av
import numpy as np
from PIL import Image

PICTURE = Image.new("RGB", (64, 48), (200, 30, 30))


def picture(suffix: str, mode: str = "RGB", **options: object) -> bytes:
    content = io.BytesIO()
    form = Image.registered_extensions()[suffix]
    PICTURE.convert(mode).save(content, form, **options)
    return content.getvalue()


def media(
    form: str,
    video: str | None,
    sound: str | None,
    tags: dict[str, str] | None = None,
    **options: str,
) -> bytes:
    """Return a second of one colour and of silence."""
    content = io.BytesIO()
    options = {"fflags": "+bitexact", **options}
    with av.open(content, "w", format=form, options=options) as container:
        container.metadata.update(tags or {})
        streams: list[tuple[object, list[object]]] = []
        if video:
            stream = container.add_stream(video, rate=25)
            stream.width, stream.height = 64, 48
            stream.pix_fmt = "yuvj420p" if video == "mjpeg" else "yuv420p"
            streams.append((stream, [av.VideoFrame.from_image(PICTURE) for _frame in range(25)]))
        if sound:
            stream = container.add_stream(sound, rate=48_000, layout="mono")
            if sound == "wmav2":
                stream.bit_rate = 64_000
            silence = np.zeros((1, 48_000), dtype=np.int16)
            frame = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
            frame.sample_rate = 48_000
            streams.append((stream, [frame]))
        for stream, _frames in streams:
            stream.codec_context.flags |= av.codec.context.Flags.bitexact  # type: ignore[attr-defined]
        for stream, frames in streams:
            for frame in (*frames, None):
                container.mux(stream.encode(frame))  # type: ignore[attr-defined]
    return content.getvalue()


MP3_ALONE = {"write_xing": "0", "id3v2_version": "0", "write_id3v1": "0"}
#: Suffix -> how `media` makes it: form, video, sound, options of the form.
MEDIA: dict[str, tuple[str, str | None, str | None, dict[str, str]]] = {
    ".mp4": ("mp4", "libx264", None, {}),
    ".m4a": ("ipod", None, "aac", {}),
    ".wav": ("wav", None, "pcm_s16le", {}),
    ".flac": ("flac", None, "flac", {}),
    ".ogg": ("ogg", None, "libopus", {}),
    ".mp3": ("mp3", None, "libmp3lame", MP3_ALONE),
}
