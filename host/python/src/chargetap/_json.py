"""Values of the contract as JSON, to be stored: with the contract's own names, and to be read again."""

from __future__ import annotations

import base64
from typing import Any

from ._convert import (
    Bytes,
    Cases,
    Constants,
    Converter,
    Items,
    Option,
    Outcome,
    Record,
    Tuple,
    Variant,
    converter,
)
from ._errors import InvalidValue
from ._values import Handle, Hidden


def to_json(type: Any, value: Any) -> Any:
    """A value of a type of the contract, such as `Action`, as what `json.dumps` takes.

    Records are objects, a variant is its case's name or an object of the name and what it holds, and
    bytes are `{"base64": "…"}`. A secret is refused.
    """
    return encode(converter(type), value)


def from_json(type: Any, data: Any) -> Any:
    """The value of a type of the contract that `to_json` made this of. Raises `InvalidValue`."""
    try:
        return decode(converter(type), data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidValue(f"is not a value of this type: {error!r}") from error


def encode(of: Converter, value: Any) -> Any:
    if isinstance(value, Hidden):
        raise TypeError("a secret is not stored")
    if isinstance(of, Option):
        return None if value is None else encode(of.some, value)
    if isinstance(of, Bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(of, Items):
        return [encode(of.item, it) for it in value]
    if isinstance(of, Tuple):
        return [encode(element, it) for element, it in zip(of.elements, value)]
    if isinstance(of, Constants):
        return value.value
    if isinstance(of, Record):
        return {
            declared: encode(field, getattr(value, name)) for name, declared, field in of.fields
        }
    if isinstance(of, Cases):
        case, payload = of.case(value)
        content = of.cases[case]
        name = "error" if isinstance(of, Outcome) and case == "err" else case
        return name if content is None else {name: encode(content, payload)}
    return "handle" if isinstance(value, Handle) else value


def decode(of: Converter, data: Any) -> Any:
    if isinstance(of, Option):
        return None if data is None else decode(of.some, data)
    if isinstance(of, Bytes):
        [(form, text)] = data.items()
        return of.python(text.encode() if form == "utf8" else base64.b64decode(text))
    if isinstance(of, Items):
        return tuple(decode(of.item, it) for it in data)
    if isinstance(of, Tuple):
        return tuple(decode(element, it) for element, it in zip(of.elements, data, strict=True))
    if isinstance(of, Constants):
        return of.python(data)
    if isinstance(of, Record):
        values = {
            name: decode(field, data[declared])
            for name, declared, field in of.fields
            if declared in data
        }
        if len(values) < len(data):
            raise KeyError(*set(data) - {declared for _, declared, _ in of.fields})
        return of.python(**values)
    if isinstance(of, Variant):
        [(case, payload)] = [(data, None)] if isinstance(data, str) else data.items()
        content = of.cases[case]
        return of.python[case](decode(content, payload)) if content else of.python[case]()
    of.lower(data)
    return data
