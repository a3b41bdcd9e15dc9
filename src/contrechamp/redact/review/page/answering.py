"""Answers what the page of a review asks for: queue, pictures, copies made again, a signature."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.resources import files as package_files
from typing import Any, Final

import jinja2

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.json_text import json_text
from contrechamp.base.templates import environment
from contrechamp.local_page.messages import Request, Response, not_found
from contrechamp.redact import made as making
from contrechamp.redact.review.page import texts
from contrechamp.redact.review.page.bench import Bench
from contrechamp.redact.review.page.pictures import Pictures, Seen
from contrechamp.redact.review.page.seeding import Seeds
from contrechamp.redact.review.texts import place
from contrechamp.redact.sidecar import FORMAT, parse_sidecar
from contrechamp.wording.masking import kind_label

#: Largest body that the page sends: boxes of a file, or answers on all.
MOST_BODY: Final = 16 << 20
#: The page is closed after so long without a request.
IDLE_S: Final = 3600.0
_JSON: Final = "application/json"
_FILES: Final = {
    "icon.svg": "image/svg+xml",
    "review.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "boxes.js": "text/javascript; charset=utf-8",
    "reading.js": "text/javascript; charset=utf-8",
    "view.js": "text/javascript; charset=utf-8",
}
_MOST_SIDE: Final = 2000
_MOST_DIGITS: Final = 6


class Answering:
    """Answers requests of one page.

    Args:
        bench: what is reviewed.
        pictures: of it.
        seeds: covers that are hidden from the reviewer until the end.
        back: address of the page of the workbench that it was begun on; "" if it stands alone.
    """

    def __init__(
        self, bench: Bench, pictures: Pictures, seeds: Seeds | None = None, *, back: str = ""
    ) -> None:
        self._bench, self._pictures, self._back = bench, pictures, back
        self._seeds = pictures.seeds = seeds or Seeds()
        self.lines: list[str] = []
        #: How many covers were hidden, and how many of them were found; known once it was told.
        self._hidden: tuple[int, int] | None = None
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", ""): lambda _request: _page(self._back),
            ("GET", "queue.json"): self._queue,
            ("GET", "picture.jpg"): self._picture,
            ("GET", "size.json"): self._size,
            ("GET", "look.json"): self._look,
            ("POST", "again"): self._again,
            ("POST", "seeds"): self._tell_seeds,
            ("POST", "sign"): self._sign,
            ("POST", "close"): lambda _request: Response("{}", _JSON, ends=True),
        }

    def __call__(self, request: Request) -> Response:
        """Return what a request asks for.

        Raises:
            ContrechampError: what was asked cannot be done; the page shows why.
        """
        if request.method == "GET" and request.path in _FILES:
            content = package_files(__package__) / "files" / request.path
            return Response(content.read_bytes(), _FILES[request.path])
        route = self._routes.get((request.method, request.path))
        return not_found() if route is None else route(request)

    def _queue(self, _request: Request) -> Response:
        told = {
            "signs": self._bench.signs,
            "texts": texts.said(),
            "seeded": len(self._seeds.boxes),
            "files": [self._file(key) for key in self._bench.copies()],
        }
        return Response(json_text(told), _JSON)

    def _file(self, key: str) -> dict[str, Any]:
        made = self._bench.made(key)
        outcome, hand = made.outcome, made.request.hand
        looks = [
            {**asdict(look), "number": number, "place": place(look)}
            for number, look in enumerate(making.sorted_looks(outcome), start=1)
        ]
        drawn = hand.to_json() if hand is not None else {}
        frames = outcome.frames or 0
        return {
            "key": key,
            "name": self._bench.called(key),
            "kind": outcome.kind,
            "kind_label": kind_label(outcome.kind),
            "width": outcome.width or 0,
            "height": outcome.height or 0,
            "pages": outcome.pages or 0,
            "seconds": outcome.duration_s or 0,
            "rate": frames / outcome.duration_s if frames and outcome.duration_s else 25,
            "asked": list(self._bench.asked(key)),
            "looks": looks,
            "covered": [
                asdict(one)
                for one in outcome.covered
                if one.by != "hand" and (one.box is None or one.box != self._seeds.box_of(key))
            ],
            "boxes": {"cover": drawn.get("cover", []), "leave": drawn.get("leave", [])},
        }

    def _picture(self, request: Request) -> Response:
        fields, seen = request.fields, self._seen(request)
        if seen is None:
            return not_found()
        try:
            at, side = float(fields.get("at", "0")), int(fields.get("side", "1200"))
            said = fields.get("crop", "")
            crop = tuple(float(edge) for edge in said.split("_")) if said else None
        except ValueError:
            return not_found()
        if not 0 <= at < 1e7 or not 1 <= side <= _MOST_SIDE or len(crop or (0,) * 4) != 4:
            return not_found()
        return Response(self._pictures.jpeg(seen, at, side, crop), "image/jpeg")

    def _look(self, request: Request) -> Response:
        seen = self._seen(request)
        return (
            not_found() if seen is None else Response(json_text(self._pictures.look(seen)), _JSON)
        )

    def _seen(self, request: Request) -> Seen | None:
        """Return what is to be looked at; None where there is no such copy."""
        fields = request.fields
        key, what, part = (fields.get(name, "") for name in ("file", "what", "part"))
        if key not in self._bench.copies() or what not in ("copy", "source"):
            return None
        if part and not (part.isascii() and part.isdigit() and len(part) < _MOST_DIGITS):
            return None
        return Seen(key, what, int(part) if part else None)

    def _size(self, request: Request) -> Response:
        key = request.fields.get("file", "")
        if key not in self._bench.copies():
            return not_found()
        try:
            at = float(request.fields.get("at", "1"))
        except ValueError:
            return not_found()
        return Response(json_text(self._pictures.size(key, at)), _JSON)

    def _again(self, request: Request) -> Response:
        said = _json_of(request)
        key, boxes = said.get("file"), said.get("boxes")
        if not isinstance(key, str) or key not in self._bench.copies():
            return not_found()
        if not isinstance(boxes, dict):
            return not_found()
        drawn = json.dumps({"format": FORMAT, **boxes}).encode()
        parse_sidecar(drawn, self._bench.called(key))
        self._pictures.forget(key)
        return Response(json_text(self._file(self._bench.again(key, drawn))), _JSON)

    def _tell_seeds(self, request: Request) -> Response:
        """Tell which covers were hidden; nothing is from now on."""
        drawn = {
            str(key): [one["box"] for one in boxes if _is_box(one.get("box"))]
            for key, boxes in _json_of(request).items()
            if isinstance(boxes, list) and all(isinstance(one, dict) for one in boxes)
        }
        told = self._seeds.tell(drawn)
        # The first answer counts: afterwards the reviewer knows where they were.
        if self._hidden is None and told["shown"]:
            self._hidden = told["shown"], told["found"]
        for key in self._seeds.boxes:
            self._pictures.forget(key)
        files = [self._file(key) for key in self._bench.copies() if key in self._seeds.boxes]
        return Response(json_text({**told, "files": files}), _JSON)

    def _sign(self, request: Request) -> Response:
        self.lines = self._bench.sign(_json_of(request), self._hidden)
        return Response(json_text({"lines": self.lines}), _JSON)


def _is_box(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(edge, int | float) and abs(edge) < 1e7 for edge in value)
    )


def _json_of(request: Request) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise InputError(_("expected an object in braces"), where=request.path)
    return said


def _page(back: str) -> Response:
    language = active_language()
    html = (
        _environment()
        .get_template("page.html.jinja")
        .render(
            language=language,
            direction=direction_of(language),
            said=texts.said(),
            keys=texts.keys(),
            back=back,
        )
    )
    return Response(html)


@cache
def _environment() -> jinja2.Environment:
    return environment("contrechamp.redact.review.page")
