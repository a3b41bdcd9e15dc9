"""Canonical JSON against the vectors of RFC 8785 and against bytes that nobody meant well."""

import json
import math

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.vault.log.canonical import MAX_BYTES, MAX_DEPTH, MAX_INTEGER, dumps, loads

# Input and output of RFC 8785 3.2.3 and of its author's test data
# (github.com/cyberphone/json-canonicalization, testdata/, Apache-2.0). Of "values", the numbers
# stand further below: we refuse the fractions in it.
PUBLISHED = {
    "arrays": (
        """[\n  56,\n  {\n    "d": true,\n    "10": null,\n    "1": [ ]\n  }\n]""",
        """[56,{"1":[],"10":null,"d":true}]""",
    ),
    "french": (
        """{\n  "peach": "This sorting order",\n  "péché": "is wrong according to French",\n"""
        """  "pêche": "but canonicalization MUST",\n  "sin":   "ingnore locale"\n}\n""",
        """{"peach":"This sorting order","péché":"is wrong according to French","""
        """"pêche":"but canonicalization MUST","sin":"ingnore locale"}""",
    ),
    "structures": (
        """{"1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0},"10": { },"": "empty","a": { },"""
        """"111": [ { } ],"A": { }}""",
        """{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}""",
    ),
    "unicode": (
        """{\n  "Unnormalized Unicode":"\\u1e0d\\u0307"\n}\n""",
        """{"Unnormalized Unicode":"\u1e0d\u0307"}""",
    ),
    "RFC 8785 3.2.3": (
        """{"\\u20ac": "Euro Sign","\\r": "Carriage Return","\\ufb33": "Hebrew Letter Dalet With"""
        """ Dagesh","1": "One","\\ud83d\\ude00": "Emoji: Grinning Face","\\u0080": "Control","""
        """"\\u00f6": "Latin Small Letter O With Diaeresis"}""",
        """{"\\r":"Carriage Return","1":"One","\u0080":"Control","""
        """"\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","""
        """"\U0001f600":"Emoji: Grinning Face","""
        """"\ufb33":"Hebrew Letter Dalet With Dagesh"}""",
    ),
    "weird": (
        """{"\\u20ac": "Euro Sign","1": "One","\\u0080": "Control\\u007f","""
        """"\\ud83d\\ude02": "Smiley","""
        """"\\u00f6": "Latin Small Letter O With Diaeresis","""
        """"\\ufb33": "Hebrew Letter Dalet With Dagesh","</script>": "Browser Challenge"}""",
        """{"1":"One","</script>":"Browser Challenge","\u0080":"Control\u007f","""
        """"\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","""
        """"\U0001f602":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}""",
    ),
    "text of values": (
        """{"escaping": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/","""
        """"literals": [null, true, false]}""",
        """{"escaping":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/","literals":[null,true,false]}""",
    ),
}

whole = st.integers(-MAX_INTEGER, MAX_INTEGER)
text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | whole | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_values_have_the_published_form(name: str):
    given_text, canonical = PUBLISHED[name]
    assert dumps(json.loads(given_text)) == canonical.encode()
    assert loads(canonical.encode()) == json.loads(given_text)


def test_fractions_are_refused_both_ways():
    # RFC 8785's own values: the library beneath writes them, we neither write nor read them.
    numbers = [1e30, 4.50, 333333333.33333329, 2e-3, 1e-27]
    assert rfc8785.dumps(numbers) == b"[1e+30,4.5,333333333.3333333,0.002,1e-27]"
    for number in [*numbers, math.nan, math.inf, -math.inf, MAX_INTEGER + 1, float(2**53)]:
        with pytest.raises(InputError, match="not whole"):
            dumps({"n": number})
    for digits in (b"4.5", b"1e+30", b"56.0", b"9007199254740992", b"1" * 5000, b"NaN", b"-1e2"):
        with pytest.raises(InputError, match="not whole"):
            loads(b'{"n":' + digits + b"}")
    assert loads(b"[-9007199254740991]") == [-MAX_INTEGER]


@given(values)
def test_what_is_written_is_read_back(value: object):
    assert loads(dumps(value)) == value


@given(values)
def test_what_is_plain_is_written_as_the_library_writes_it(value: object):
    assert dumps(value) == rfc8785.dumps(value)


@given(values, st.data())
def test_the_order_of_names_makes_no_difference(value: object, data: st.DataObject):
    def shuffled(part: object) -> object:
        if isinstance(part, dict):
            names = data.draw(st.permutations(list(part)))
            return {name: shuffled(part[name]) for name in names}
        return [shuffled(each) for each in part] if isinstance(part, list) else part

    assert dumps(shuffled(value)) == dumps(value)


@given(values)
def test_nothing_but_the_canonical_form_is_read(value: object):
    canonical = dumps(value)
    for other in (
        json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode(),
        json.dumps(value, ensure_ascii=False, indent=1).encode(),
        b" " + canonical,
        canonical + b"\n",
        b"\xef\xbb\xbf" + canonical,
        canonical.decode().encode("utf-16"),
    ):
        if other != canonical:
            with pytest.raises(InputError):
                loads(other)


@given(st.binary(max_size=200) | st.text('{}[]",:\\u0123aeE+-. tfn', max_size=100).map(str.encode))
@example(b"\xff")
@example(b"-0")
@example(b'"\\ud800"')
@example(b'{"\\ud800":1}')
@example(b'{"\\ud800":1,"\\udc00":2}')
@example(b'"\x00"')
@example(b"")
def test_any_bytes_are_read_or_refused_clearly(raw: bytes):
    try:
        value = loads(raw, where="entry 7")
    except InputError as error:
        refused = error
    else:
        assert dumps(value) == raw
        return
    assert str(refused).startswith("entry 7: ")
    assert refused.__context__ is None  # the parser's errors hold what they read


def test_a_name_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        loads(b'{"a":1,"a":1}')
    with pytest.raises(InputError, match="twice"):
        loads(b'[{"a":1,"b":{"c":1,"\\u0063":2}}]')


def test_depth_is_bounded_alike_when_reading_and_writing():
    def nested(depth: int) -> object:
        return [nested(depth - 1)] if depth else 1

    assert loads(dumps(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(InputError, match="deeper"):
        dumps(nested(MAX_DEPTH + 1))
    for raw in (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), b"[" * MAX_BYTES, b'{"":' * 9999):
        with pytest.raises(InputError, match="deeper"):
            loads(raw)
    assert loads(dumps(["[" * 99, '"[' * 99, "\\" * 99])) == ["[" * 99, '"[' * 99, "\\" * 99]


def test_a_long_string_without_an_end_is_refused():
    # Searched again from each of its quotes, it would keep the reader busy for hours.
    with pytest.raises(InputError, match="not JSON"):
        loads(b'"' + b'\\"' * 400_000)


def test_length_is_bounded_alike_when_reading_and_writing():
    longest = "x" * (MAX_BYTES - 2)
    assert loads(dumps(longest)) == longest
    with pytest.raises(InputError, match="longer"):
        dumps(longest + "x")
    with pytest.raises(InputError, match="longer"):
        loads(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    "value",
    [b"bytes", {1: "name"}, {None: 1}, {"a": {1, 2}}, object(), [1j], "\ud800", {"\udc00": 1}],
)
def test_what_json_cannot_hold_is_refused(value: object):
    with pytest.raises(InputError, match="record 3: ") as refused:
        dumps(value, where="record 3")
    assert refused.value.__context__ is None
