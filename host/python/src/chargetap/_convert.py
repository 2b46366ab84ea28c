"""Between the contract's types and what the package `wasmtime` takes and gives, by type.

`wasmtime` has records as objects whose attributes have the contract's names, lists as lists, and wraps
a case of a variant, an option or a result into a `Variant` only if the Python types of its cases do not
tell them apart. It cuts an integer that is too large, so what goes in is checked here.
"""

from __future__ import annotations

import dataclasses
import types
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from wasmtime import component as wasm

from ._errors import InvalidValue
from ._values import Bits, Function, Handle, Hidden

Classes: TypeAlias = frozenset[type]
WASMTIME_INTEGERS = {
    name: getattr(wasm, name.upper())
    for name in ("u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64")
}


class Converter:
    """Converts the values of one type."""

    classes: Classes
    """The Python types that `wasmtime` has for the values."""

    def lower(self, value: Any) -> Any:
        """What `wasmtime` takes. Raises `InvalidValue`."""
        raise NotImplementedError

    def lift(self, raw: Any) -> Any:
        """The value for what `wasmtime` gives."""
        raise NotImplementedError

    def fits(self, declared: Any) -> bool:
        """Whether a component declares this type."""
        raise NotImplementedError


def expect(value: Any, expected: type) -> None:
    if not isinstance(value, expected):
        raise InvalidValue(f"expected {expected.__name__}, not {type(value).__name__}")


class Integer(Converter):
    classes = frozenset({int})

    def __init__(self, bits: Bits) -> None:
        self.bits = bits

    def lower(self, value: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidValue(f"expected int, not {type(value).__name__}")
        if not self.bits.lowest <= value <= self.bits.highest:
            raise InvalidValue(f"{value} is not a {self.bits.name}")
        return value

    def lift(self, raw: Any) -> Any:
        return raw

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, WASMTIME_INTEGERS[self.bits.name])


class Plain(Converter):
    """A type that is the same on both sides."""

    def __init__(self, python: type, declared: type) -> None:
        self.python = python
        self.declared = declared
        self.classes = frozenset({python})

    def lower(self, value: Any) -> Any:
        expect(value, self.python)
        return value

    def lift(self, raw: Any) -> Any:
        return raw

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, self.declared)


class Text(Plain):
    def lower(self, value: Any) -> Any:
        expect(value, str)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise InvalidValue("is no Unicode text: it has half of a surrogate pair") from None
        return value


class Bytes(Converter):
    """`list<u8>`, and one that is hidden."""

    classes = frozenset({bytes})

    def __init__(self, python: type) -> None:
        self.python = python

    def lower(self, value: Any) -> Any:
        expect(value, self.python)
        return value.reveal() if isinstance(value, Hidden) else value

    def lift(self, raw: Any) -> Any:
        return raw if self.python is bytes else self.python(raw)

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, wasm.ListType) and isinstance(declared.element, wasm.U8)


class Items(Converter):
    """`list<…>`: a tuple here, because it does not change."""

    classes = frozenset({list})

    def __init__(self, item: Converter) -> None:
        self.item = item

    def lower(self, value: Any) -> Any:
        if not isinstance(value, (tuple, list)):
            raise InvalidValue(f"expected tuple, not {type(value).__name__}")
        lowered = []
        for at, it in enumerate(value):
            try:
                lowered.append(self.item.lower(it))
            except InvalidValue as invalid:
                raise invalid.inside(f"[{at}]")
        return lowered

    def lift(self, raw: Any) -> Any:
        return tuple(map(self.item.lift, raw))

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, wasm.ListType) and self.item.fits(declared.element)


class Tuple(Converter):
    classes = frozenset({tuple})

    def __init__(self, elements: list[Converter]) -> None:
        self.elements = elements

    def lower(self, value: Any) -> Any:
        expect(value, tuple)
        if len(value) != len(self.elements):
            raise InvalidValue(f"expected {len(self.elements)} elements, not {len(value)}")
        lowered = []
        for at, (element, it) in enumerate(zip(self.elements, value)):
            try:
                lowered.append(element.lower(it))
            except InvalidValue as invalid:
                raise invalid.inside(f"[{at}]")
        return tuple(lowered)

    def lift(self, raw: Any) -> Any:
        return tuple(element.lift(it) for element, it in zip(self.elements, raw))

    def fits(self, declared: Any) -> bool:
        return (
            isinstance(declared, wasm.TupleType)
            and len(declared.elements) == len(self.elements)
            and all(ours.fits(it) for ours, it in zip(self.elements, declared.elements))
        )


class Record(Converter):
    classes = frozenset({wasm.Record})

    def __init__(self, python: type) -> None:
        self.python = python
        hints = get_type_hints(python, include_extras=True)
        self.fields = [
            (it.name, it.name.removesuffix("_").replace("_", "-"), converter(hints[it.name]))
            for it in dataclasses.fields(python)
        ]

    def lower(self, value: Any) -> Any:
        expect(value, self.python)
        record = wasm.Record()
        for name, declared, field in self.fields:
            try:
                setattr(record, declared, field.lower(getattr(value, name)))
            except InvalidValue as invalid:
                raise invalid.inside(f".{name}")
        return record

    def lift(self, raw: Any) -> Any:
        values = vars(raw)
        return self.python(
            **{name: field.lift(values[declared]) for name, declared, field in self.fields}
        )

    def fits(self, declared: Any) -> bool:
        if not isinstance(declared, wasm.RecordType):
            return False
        fields = declared.fields
        return [it[1] for it in self.fields] == [it[0] for it in fields] and all(
            ours[2].fits(it[1]) for ours, it in zip(self.fields, fields)
        )


class Constants(Converter):
    """`enum`."""

    classes = frozenset({str})

    def __init__(self, python: type[Enum]) -> None:
        self.python = python

    def lower(self, value: Any) -> Any:
        expect(value, self.python)
        return value.value

    def lift(self, raw: Any) -> Any:
        return self.python(raw)

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, wasm.EnumType) and declared.names == [
            it.value for it in self.python
        ]


class Cases(Converter):
    """What `variant`, `option` and `result` have in common: one of several cases.

    Whether `wasmtime` wraps it is decided here by the same rule as there.
    """

    def __init__(self, cases: list[tuple[str, Converter | None]]) -> None:
        self.cases = dict(cases)
        of_cases = [it.classes if it else frozenset({object}) for it in self.cases.values()]
        every = frozenset[type]().union(*of_cases)
        self.wrapped = len(every) < sum(map(len, of_cases))
        self.classes = frozenset({wasm.Variant}) if self.wrapped else every

    def case(self, value: Any) -> tuple[str, Any]:
        """The case that a value is, and what it holds."""
        raise NotImplementedError

    def wrap(self, case: str, payload: Any) -> Any:
        content = self.cases[case]
        raw = content.lower(payload) if content else None
        return wasm.Variant(case, raw) if self.wrapped else raw

    def unwrap(self, raw: Any) -> tuple[str, Any]:
        case, payload = (raw.tag, raw.payload) if self.wrapped else (self.recognise(raw), raw)
        content = self.cases[case]
        return case, content.lift(payload) if content else None

    def recognise(self, raw: Any) -> str:
        for case, content in self.cases.items():
            if (raw is None) if content is None else isinstance(raw, tuple(content.classes)):
                return case
        raise TypeError(f"{type(raw).__name__} is none of {list(self.cases)}")

    def fit(self, declared: list[tuple[str, Any]]) -> bool:
        return list(self.cases) == [it[0] for it in declared] and all(
            ours.fits(it[1]) if ours else it[1] is None
            for ours, it in zip(self.cases.values(), declared)
        )


class Option(Cases):
    def __init__(self, some: Converter) -> None:
        super().__init__([("none", None), ("some", some)])
        self.some = some

    def case(self, value: Any) -> tuple[str, Any]:
        return "none" if value is None else "some", value

    def lower(self, value: Any) -> Any:
        return self.wrap(*self.case(value))

    def lift(self, raw: Any) -> Any:
        return self.unwrap(raw)[1]

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, wasm.OptionType) and self.fit(
            [("none", None), ("some", declared.payload)]
        )


class Variant(Cases):
    def __init__(self, python: tuple[Any, ...]) -> None:
        self.python = {it.CASE: it for it in python}
        hints = [get_type_hints(it, include_extras=True).get("value") for it in python]
        super().__init__(
            [(it.CASE, converter(hint) if hint else None) for it, hint in zip(python, hints)]
        )

    def case(self, value: Any) -> tuple[str, Any]:
        case = str(getattr(type(value), "CASE", ""))
        if self.python.get(case) is not type(value):
            names = ", ".join(it.__name__ for it in self.python.values())
            raise InvalidValue(f"expected one of {names}, not {type(value).__name__}")
        return case, getattr(value, "value", None)

    def lower(self, value: Any) -> Any:
        case = self.case(value)
        try:
            return self.wrap(*case)
        except InvalidValue as invalid:
            raise invalid.inside(".value")

    def lift(self, raw: Any) -> Any:
        case, payload = self.unwrap(raw)
        return self.python[case]() if self.cases[case] is None else self.python[case](payload)

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, wasm.VariantType) and self.fit(declared.cases)


class Outcome(Cases):
    """`result`: whether it is one, which otherwise is the reason of a refusal, and the value."""

    def __init__(self, ok: Converter, error: Converter) -> None:
        super().__init__([("ok", ok), ("err", error)])

    def case(self, value: Any) -> tuple[str, Any]:
        answered, payload = value
        return "ok" if answered else "err", payload

    def lower(self, value: Any) -> Any:
        return self.wrap(*self.case(value))

    def lift(self, raw: Any) -> tuple[bool, Any]:
        case, value = self.unwrap(raw)
        return case == "ok", value

    def fits(self, declared: Any) -> bool:
        return isinstance(declared, wasm.ResultType) and self.fit(
            [("ok", declared.ok), ("err", declared.err)]
        )


@cache
def converter(hint: Any) -> Converter:
    """The converter of a type, as annotations of the contract write it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Integer(arguments[1])
    if origin in (Union, types.UnionType):
        some = tuple(it for it in arguments if it is not type(None))
        whole = converter(some[0]) if len(some) == 1 else Variant(some)
        return whole if len(some) == len(arguments) else Option(whole)
    if origin is tuple:
        if arguments[1:] == (...,):
            return Items(converter(arguments[0]))
        return Tuple([converter(it) for it in arguments])
    if hint is str:
        return Text(str, wasm.String)
    if hint is bool:
        return Plain(bool, wasm.Bool)
    if hint is Handle:
        return Plain(Handle, (wasm.OwnType, wasm.BorrowType))  # type: ignore[arg-type]
    if hint is bytes or issubclass(hint, Hidden):
        return Bytes(hint)
    return Constants(hint) if issubclass(hint, Enum) else Record(hint)


class Signature:
    """How a function's arguments and its result are converted."""

    def __init__(self, function: Function[Any]) -> None:
        self.is_method = function.is_method
        self.parameters = [(name, converter(hint)) for name, hint in function.parameters]
        result = converter(function.result)
        self.refusable = function.error is not None
        self.result = Outcome(result, converter(function.error)) if self.refusable else result

    def lower(self, arguments: tuple[Any, ...]) -> list[Any]:
        lowered = []
        for (name, parameter), it in zip(self.parameters, arguments, strict=True):
            try:
                lowered.append(parameter.lower(it))
            except InvalidValue as invalid:
                raise invalid.inside(name)
        return lowered

    def lift(self, raw: Any) -> tuple[bool, Any]:
        """Whether it is a result, which otherwise is the reason of a refusal, and the value."""
        lifted = self.result.lift(raw)
        return lifted if self.refusable else (True, lifted)

    def fits(self, declared: Any) -> bool:
        """Whether a component declares the function so."""
        parameters = declared.params[1:] if self.is_method else declared.params
        names = [name.replace("_", "-") for name, _ in self.parameters]
        if [name for name, _ in parameters] != names:
            return False
        return self.result.fits(declared.result) and all(
            ours.fits(it) for (_, ours), (_, it) in zip(self.parameters, parameters)
        )


@cache
def signature(function: Function[Any]) -> Signature:
    """The signature of a function, made once."""
    return Signature(function)
