"""Masks texts: writes anew what is read of them, without words, contacts and hidden letters."""

import codecs
import contextlib
import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contrechamp.base.decoded_text import encoding_of
from contrechamp.base.exported_chats import is_chat_text
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.redact.bare_text import Span, joined
from contrechamp.redact.checks.strict_text import PageReader, is_invisible
from contrechamp.redact.near_words import looks_at
from contrechamp.redact.outcome import Check, Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.text import chats, pages, tables, values
from contrechamp.redact.text.contacts import contacts
from contrechamp.redact.text.pieces import find, near, visible, without
from contrechamp.redact.words import Words, asked_words
from contrechamp.wording.masking import text_removal_labels

#: No export of one chat, and no table that people read, is larger.
MAX_BYTES = 64 << 20
#: Encodings that a file need not name; any other was guessed.
#: Encodings that texts do not name, and letters by which one is chosen.
_GUESSES = (
    *(f"cp{number}" for number in (1252, 1256, 1251, 1255, 1250, 1253, 1254, 1257, 1258, 874)),
    *("koi8-r", "cp866", "iso8859-5", "iso8859-6", "mac-roman"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
)
_GUESSED_FROM = 1 << 20
_FROM = re.compile(r'class="from_name">([^<]{1,200})<')
_SURE = ("utf-8", "utf-8-sig", "utf-16", "utf-32")


@dataclass(frozen=True)
class _Read:
    """A text, in pieces.

    Args:
        pieces: in the order in which they are read.
        between: what is read after the piece of a number.
        written: makes the file from other pieces.
        chat: whether it is an exported chat.
        senders: of its messages.
        left_out: names of what is not taken over, and how often.
    """

    pieces: Sequence[str]
    between: Callable[[int], str]
    written: Callable[[list[str]], str]
    chat: bool
    senders: Sequence[str]
    left_out: Mapping[str, int]


def mask_text(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    renamed: Mapping[str, str] | None = None,
) -> Outcome:
    """Write to `target` what `source` says, without words, and in chats without contacts.

    Args:
        source: TXT, CSV, JSON or HTML, in any usual encoding.
        target: in UTF-8; its suffix says which form `source` has, and keeps.
        request: `words` and `spellings` apply; a text has no place for boxes.
        progress: opens a bar.
        renamed: names of files that are passed on beside it, and what they are called there.

    Raises:
        InputError: `source` cannot be read, or is larger than any text.
    """
    name = source.name
    words = asked_words(request)
    form = target.suffix[1:].upper()
    content = read_bounded(source, MAX_BYTES, where=name)
    encoding = _encoding(content, words)
    text, unseen = visible(content.decode(encoding, "replace").removeprefix("\ufeff"))
    text = _with_names(text, renamed or {})
    counted = {"words": 0, "contacts": 0}
    with progress(_("Text of {file}").format(file=name), 1) as advance:
        read = _READERS[form](text)

        def found(whole: str) -> Sequence[Span]:
            by_word = find(words, whole)
            by_form = contacts(whole) if read.chat else []
            counted.update(words=len(by_word), contacts=len(by_form))
            return joined([*by_word, *by_form])

        seen = [visible(piece) for piece in read.pieces]
        unseen += sum(count for _piece, count in seen)
        pieces, _count = without([piece for piece, _count in seen], read.between, found)
        written = read.written(pieces)
        advance(1)
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    target.write_bytes(mark + written.encode("utf-8", "replace"))
    left_out = {**read.left_out, "unseen": unseen}
    return Outcome(
        kind="text",
        looks=tuple(_looks(read, pieces, words, counted, encoding, left_out)),
        checks=_checks(target, form, words, chat=read.chat),
        removed=tuple(text for name, text in text_removal_labels().items() if left_out.get(name)),
        facts=_facts(words, counted, read, encoding),
        words=counted["words"],
    )


def _encoding(content: bytes, words: Words) -> str:
    """Return the encoding of a text; of those that could be, the one in which words are found."""
    guess = encoding_of(content)
    if guess in _SURE or not words:
        return guess
    found = {guess: len(words.find(content[:_GUESSED_FROM].decode(guess, "replace")))}
    for other in _GUESSES:
        with contextlib.suppress(UnicodeDecodeError):
            found[other] = len(words.find(content[:_GUESSED_FROM].decode(other)))
    return max(found, key=lambda name: (found[name], name == guess))


def _with_names(text: str, renamed: Mapping[str, str]) -> str:
    for name in sorted(renamed, key=len, reverse=True):
        whole = rf"(?<![\w.-]){re.escape(name)}(?![\w-])"
        text = re.sub(whole, lambda _match, name=name: renamed[name], text)  # type: ignore[misc]
    return text


def _lines(text: str) -> _Read:
    ends = "\r\n" if "\r\n" in text[: 1 << 16] else "\n"
    lines = text.split(ends)
    chat = is_chat_text(text)
    senders = list(chats.senders_in_text(text)) if chat else []
    return _Read(lines, lambda _number: "\n", ends.join, chat, senders, {})


def _table(text: str) -> _Read:
    rows = tables.rows_of(text)
    cells = [cell for row in rows for cell in row]
    last_cells, at = set(), -1
    for row in rows:
        at += len(row)
        last_cells.add(at)

    def written(changed: list[str]) -> str:
        left = iter(changed)
        return tables.text_of([[next(left) for _cell in row] for row in rows], text)

    return _Read(
        cells, lambda number: "\n" if number in last_cells else " \t", written, False, [], {}
    )


def _data(text: str) -> _Read:
    data = values.parsed(text)
    chat = chats.is_chat_data(data)
    accounts = 0
    if chat:
        data = values.respelt(data)
    senders = list(chats.senders_in_data(data)) if chat else []
    if chat:
        data, accounts = values.without_accounts(data)
    texts = list(values.texts_in(data))

    def written(changed: list[str]) -> str:
        return values.text_of(values.with_texts(data, iter(changed)), text)

    return _Read(texts, lambda _number: "\n", written, chat, senders, {"accounts": accounts})


def _page(text: str) -> _Read:
    page = pages.page_of(text)
    chat = 'class="message ' in text or "class='message " in text
    senders = [html.unescape(name).strip() for name in _FROM.findall(text)] if chat else []
    return _Read(page.texts, page.between, page.written, chat, senders, page.left_out)


_READERS: dict[str, Callable[[str], _Read]] = {
    "TXT": _lines, "CSV": _table, "JSON": _data, "HTML": _page,
}  # fmt: skip


def _looks(
    read: _Read,
    pieces: Sequence[str],
    words: Words,
    counted: Mapping[str, int],
    encoding: str,
    left_out: Mapping[str, int],
) -> Iterator[Look]:
    whole = "".join(piece + read.between(number) for number, piece in enumerate(pieces))
    if encoding not in _SURE:
        message = _(
            "The file does not say in which encoding its letters are; they were taken for "
            "{encoding}. Where that is wrong, words were not found: compare the copy with the "
            "source."
        ).format(encoding=encoding)
        yield Look("encoding", message, 1)
    if "\ufffd" in whole:
        yield Look("damaged-letters", _("Some letters could not be read: they show as �."), 1)
    if words and not counted["words"]:
        yield Look("no-word-found", _("None of the words was found in the text."), 1)
    if read.chat:
        yield from chats.looks(read.senders, whole, words)
    elif left := len(contacts(whole)):
        message = ngettext(
            "{count} telephone number, address or handle is still there: put on the list of words "
            "what must go.",
            "{count} telephone numbers, addresses or handles are still there: put on the list of "
            "words what must go.",
            left,
        ).format(count=left)
        yield Look("contacts", message, 1)
    if left_out.get("hidden"):
        yield Look("hidden-text", _("Text that the page hides was left out."), 3)
    if left_out.get("media"):
        message = _("Pictures, videos and sounds of the page were left out: mask them as files.")
        yield Look("not-taken-over", message, 2)
    if words:
        yield from looks_at(list(near(words, whole, lambda at: _line(whole, at))))


def _line(whole: str, at: int) -> str:
    return _("line {number}").format(number=whole.count("\n", 0, at) + 1)


def _facts(words: Words, counted: Mapping[str, int], read: _Read, encoding: str) -> dict[str, str]:
    facts = {_("words removed"): str(counted["words"])} if words else {}
    if read.chat:
        facts[_("telephone numbers, addresses and handles removed")] = str(counted["contacts"])
        facts[_("Exported chat")] = _("yes")
    facts[_("Encoding of the source")] = encoding
    return facts


def _checks(target: Path, form: str, words: Words, *, chat: bool) -> tuple[Check, ...]:
    """Read the output back, each form with a reader that did not write it."""
    text = target.read_bytes().decode("utf-8").removeprefix("\ufeff")
    whole, odd = _read_back(text, form)
    left = [*find(words, whole), *find(words, text if form == "TXT" else "")]
    reach = [
        Check(
            _("no telephone number, address or handle is left"),
            not (found := contacts(whole)),
            str(len(found)) if found else "",
        )
    ]
    unseen = sum(map(is_invisible, text))
    return (
        Check(_("only parts that show something"), not odd, ", ".join(odd[:5])),
        Check(_("words are gone from the text"), not left, str(len(left)) if left else ""),
        *(reach if chat else ()),
        Check(_("no letter that nobody sees"), not unseen, str(unseen) if unseen else ""),
    )


def _read_back(text: str, form: str) -> tuple[str, list[str]]:
    """Return what a copy says, and what has no place in it."""
    if form == "HTML":
        reader = PageReader()
        reader.feed(text)
        reader.close()
        return re.sub(r"\s+", " ", "".join(reader.text)), reader.odd
    if form == "JSON":
        return "\n".join(values.texts_in(values.parsed(text))), []
    if form == "CSV":
        return "\n".join(" \t".join(row) for row in tables.rows_of(text)), []
    return text, []
