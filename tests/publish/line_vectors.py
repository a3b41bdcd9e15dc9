"""What a line of the open data may be, for both who read it: each is asked for all."""

import base64

_SALT = base64.b64encode(bytes(range(32))).decode()
_STRAY = _SALT[:-2] + chr(ord(_SALT[-2]) + 1) + "="  # of the same bytes
_STATE = base64.b64encode(b'{"fields":{"a":"\xc3\xa9"},"kind":"actor"}').decode()
_OPEN = f'"kind":"actor","salt":"{_SALT}","state":"{_STATE}"'
WHOLE = f'{{"entry":7,"fields":{{"a":"é"}},"id":"0011","{_OPEN[1:]}}}'

#: What is tried -> the line, and whether it is a record whose fields are those of its state.
LINES: dict[str, tuple[str, bool]] = {
    "all of a record": (WHOLE, True),
    "a record that is not open": ('{"entry":7,"fields":{},"id":"0011","kind":"actor"}', True),
    "a name twice": (WHOLE.replace('"entry":7', '"entry":8,"entry":7'), False),
    "a name twice within": (WHOLE.replace('{"a":"é"}', '{"a":"b","a":"é"}'), False),
    "names in another order": ('{"id":"0011","entry":7,"fields":{},"kind":"actor"}', False),
    "a space": (WHOLE.replace(":7", ": 7"), False),
    "an escape that is not needed": (WHOLE.replace("é", "\\u00e9"), False),
    "a fraction": (WHOLE.replace(":7", ":7.0"), False),
    "minus nothing": (WHOLE.replace(":7", ":-0"), False),
    "below nothing": (WHOLE.replace(":7", ":-7"), False),
    "a number beyond what all hold": (WHOLE.replace(":7", ":9007199254740993"), False),
    "true for a number": (WHOLE.replace(":7", ":true"), False),
    "a text for a number": (WHOLE.replace(":7", ':"7"'), False),
    "a field that no line has": (WHOLE.replace('"fields"', '"extra":1,"fields"'), False),
    "no id": (WHOLE.replace('"id":"0011",', ""), False),
    "a salt without a state": (WHOLE.replace(f',"state":"{_STATE}"', ""), False),
    "other fields than the state's": (WHOLE.replace("é", "è"), False),
    "another kind than the state's": (WHOLE.replace('"kind":"actor"', '"kind":"place"'), False),
    "stray bits of base64": (WHOLE.replace(_SALT, _STRAY), False),
    "base64 without its end": (WHOLE.replace(_SALT, _SALT.rstrip("=")), False),
    "a space in base64": (WHOLE.replace(_SALT, _SALT[:4] + " " + _SALT[4:]), False),
    "a short salt": (WHOLE.replace(_SALT, base64.b64encode(bytes(31)).decode()), False),
    "a list": ("[]", False),
    "nothing": ("", False),
    "half a line": (WHOLE[:-1], False),
    "a lone surrogate": (WHOLE.replace("é", "\\ud800"), False),
    "too deep": ('{"entry":7,"fields":' + "[" * 16 + "]" * 16 + ',"id":"","kind":""}', False),
}  # fmt: skip
