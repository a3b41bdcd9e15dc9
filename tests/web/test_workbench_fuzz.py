"""Whatever a browser sends: an answer, never an error of ours, and no word of it as markup."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import ContrechampError
from contrechamp.local_page.messages import Request
from contrechamp.web import start_pages
from contrechamp.web.workbench import _PAGES
from vault import cases
from web.workbenches import FORM, Hand, text

MARKUP = "<b>SAMPLE-MARKUP</b>"
ADDRESSES = sorted({*_PAGES, *start_pages.PAGES, ("POST", "language"), ("POST", "awake"),
                    ("GET", "state.json"), ("GET", "review"), ("POST", "review/sign"),
                    ("GET", "review/picture.jpg"), ("GET", "nowhere")})  # fmt: skip
#: These make something each time; they are tried elsewhere.
MAKES = {("POST", "sample")}
FIELDS = ("id", "page", "size", "pictures", "format", "skip", "overwrite", "reason", "name",
          "member", "passphrase", "again", "case", "secret", "recovery", "language", "file",
          "what", "at", "kind", "words", "field", "value", "version", "ref",
          "z", "x", "y", "how", "of", "edge", "entry", "sure", "lon", "lat")  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["", MARKUP, "yes", "1", "-1", "0123456789abcdef", "9" * 30, "../..", "\0",
                     "record/0123456789abcdef", "item/0123456789abcdef", "en", "{{713*1009}}"]),
    st.text(max_size=30),
)  # fmt: skip


@pytest.mark.parametrize("is_open", [True, False])
def test_every_address_answers_whatever_is_sent(
    tmp_path_factory: pytest.TempPathFactory, is_open: bool
) -> None:
    place = tmp_path_factory.mktemp("cases")
    cases.new(place / "case")
    hand = Hand(place, tmp_path_factory.mktemp("state"))
    before = sorted(place.iterdir())

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from([one for one in ADDRESSES if one not in MAKES]),
        st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6),
        st.one_of(st.none(), st.binary(max_size=60), st.just(b"{}"), st.just(b"[1]")),
    )
    def attempt(address: tuple[str, str], fields: dict[str, str], body: bytes | None) -> None:
        method, path = address
        if is_open and not hand.desk.session.is_open:
            assert hand.unlock().status in (303, 422)
            hand.awake_s += 100
        if path == "new":
            fields = {**fields, "again": "never the same"}
        sent = {"key": hand.desk.form_key, **fields}
        is_json = body is not None and method == "POST"
        kind = "application/json" if is_json else FORM
        request = Request(method, path, {} if is_json else sent, body or b"", kind)
        try:
            answered = hand.workbench(request)
        except ContrechampError:
            return  # told as text by whoever serves; see local_page
        assert answered.status in (200, 303, 404, 422)
        if isinstance(answered.content, str) and answered.kind.startswith("text/html"):
            assert MARKUP not in text(answered)
            assert "719417" not in text(answered) or "{{713*1009}}" not in fields.values()

    attempt()
    hand.worked()
    hand.desk.close()
    assert sorted(place.iterdir()) == before
