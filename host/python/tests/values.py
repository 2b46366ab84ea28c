"""Values of every type, which use every case and the ends of every range."""

from __future__ import annotations

from typing import Any

from chargetap._convert import (
    Bytes,
    Cases,
    Constants,
    Converter,
    Integer,
    Items,
    Option,
    Outcome,
    Plain,
    Record,
    Tuple,
    Variant,
)
from chargetap._values import Handle


def samples(of: Converter) -> list[Any]:
    """A few values of a type; together they have every case."""
    if isinstance(of, Integer):
        return [of.bits.lowest, of.bits.highest]
    if isinstance(of, Option):
        return [None, *samples(of.some)]
    if isinstance(of, Variant):
        found: list[Any] = []
        for name, content in of.cases.items():
            case = of.python[name]
            found += [case(it) for it in samples(content)] if content else [case()]
        return found
    if isinstance(of, Outcome):
        ok, error = of.cases["ok"], of.cases["err"]
        assert ok and error
        return [(True, it) for it in samples(ok)] + [(False, it) for it in samples(error)]
    if isinstance(of, Items):
        return [(), tuple(samples(of.item))]
    if isinstance(of, Tuple):
        return columns([samples(it) for it in of.elements], lambda row: tuple(row))
    if isinstance(of, Record):
        names = [name for name, _, _ in of.fields]
        fields = [samples(field) for _, _, field in of.fields]
        return columns(fields, lambda row: of.python(**dict(zip(names, row))))
    if isinstance(of, Constants):
        return list(of.python)
    if isinstance(of, Bytes):
        return [of.python(b""), of.python(bytes(range(256)))]
    assert isinstance(of, Plain)
    plain: dict[type, list[Any]] = {
        bool: [False, True],
        str: ["", "Kärra \u20ac \U0001f50c \x00"],
        Handle: [],
    }
    return plain[of.python]


def columns(values: list[list[Any]], make: Any) -> list[Any]:
    """So many rows that every value of every column is in one."""
    rows = max(map(len, values), default=1)
    return [make([column[at % len(column)] for column in values]) for at in range(rows)]


def types_in(of: Converter) -> set[type]:
    """The classes of the contract that a type is made of."""
    match of:
        case Record():
            return {of.python}.union(*(types_in(field) for _, _, field in of.fields))
        case Constants():
            return {of.python}
        case Cases():
            inner = set[type]().union(*(types_in(it) for it in of.cases.values() if it))
            return inner | set(of.python.values()) if isinstance(of, Variant) else inner
        case Items():
            return types_in(of.item)
        case Tuple():
            return set[type]().union(*map(types_in, of.elements))
    return set()
