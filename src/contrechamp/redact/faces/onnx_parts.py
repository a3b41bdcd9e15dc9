"""Cuts a net in ONNX into parts, without the library for it: what we read of the format is little.

An ONNX file is a protobuf message: fields, each a number, a kind and a value. Used here (onnx.proto
of ONNX 1.0 and later): field 7 of a model is its graph; of a graph, fields 1 are nodes, in an order
in which each comes after those that it needs, 5 weights, 11 inputs, 12 outputs; of a node, fields 1
are the names of what it takes and 2 of what it makes; field 8 of weights is their name.
"""

from collections.abc import Iterator, Sequence

_GRAPH = 7
_NODE, _WEIGHTS, _INPUT, _OUTPUT = 1, 5, 11, 12
_KEPT = (2,)  # of a graph beside these: its name
_TAKES, _MAKES = 1, 2
_NAME_OF_WEIGHTS = 8
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_AXES = 4


def part(model: bytes, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    """Return the part of a net that makes `outputs` of `inputs`, of pictures of any size.

    Weights are no inputs of it, so that they can be taken as the constants that they are.

    Args:
        model: in ONNX.
        inputs: names of values of four axes, float32.
        outputs: names of such values.

    Raises:
        ValueError: it is no such file, or has no such values.
    """
    [graph] = (value for number, _kind, value in _fields(model) if number == _GRAPH)
    fields = list(_fields(graph))
    nodes = [value for number, _kind, value in fields if number == _NODE]
    needed, kept = set(outputs), list[bytes]()
    for node in reversed(nodes):
        made = _names(node, _MAKES) - set(inputs)
        if made & needed:
            kept.append(node)
            needed |= _names(node, _TAKES)
    weights = {}
    for number, _kind, value in fields:
        if number == _WEIGHTS:
            [name] = _names(value, _NAME_OF_WEIGHTS)
            weights[name] = value
    made_by_it = set[str]().union(*(_names(node, _MAKES) for node in kept))
    if missing := (needed | set(outputs)) - made_by_it - set(weights) - set(inputs):
        raise ValueError(f"not the net that the parts are known of: {', '.join(sorted(missing))}")
    made_anew = b"".join(
        (
            *(_field(_NODE, node) for node in reversed(kept)),
            *(_field(number, value) for number, _kind, value in fields if number in _KEPT),
            *(_field(_WEIGHTS, value) for name, value in weights.items() if name in needed),
            *(_field(_INPUT, _described(name)) for name in inputs),
            *(_field(_OUTPUT, _described(name)) for name in outputs),
        )
    )
    return b"".join(
        _field(number, made_anew if number == _GRAPH else value, kind)
        for number, kind, value in _fields(model)
    )


def _described(name: str) -> bytes:
    """Return the description of a value: its name (1), and its type (2), a tensor (1) of float32.

    Its shape (2) has an axis (1) for each that says nothing of how long it is.
    """
    shape = _AXES * _field(1, b"")
    tensor = _field(1, _number(1), _VARINT) + _field(2, shape)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _names(message: bytes, field: int) -> set[str]:
    return {value.decode() for number, _kind, value in _fields(message) if number == field}


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, kind and value of each field; a varint stays as it is written."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        start = at
        if kind == _VARINT:
            _value, at = _varint(message, at)
        elif kind == _BYTES:
            size, start = _varint(message, at)
            at = start + size
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            at += 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("no ONNX")
        yield number, kind, message[start:at]


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return value, at


def _number(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _field(number: int, value: bytes, kind: int = _BYTES) -> bytes:
    size = _number(len(value)) if kind == _BYTES else b""
    return _number(number << 3 | kind) + size + value
