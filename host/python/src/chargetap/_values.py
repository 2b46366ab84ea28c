"""What the generated contract is made of besides dataclasses and enums."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from wasmtime.component import ResourceAny


@dataclass(frozen=True, slots=True)
class Bits:
    """Which whole numbers an integer of the contract can be."""

    name: str
    lowest: int
    highest: int


U8: TypeAlias = Annotated[int, Bits("u8", 0, 2**8 - 1)]
U16: TypeAlias = Annotated[int, Bits("u16", 0, 2**16 - 1)]
U32: TypeAlias = Annotated[int, Bits("u32", 0, 2**32 - 1)]
U64: TypeAlias = Annotated[int, Bits("u64", 0, 2**64 - 1)]
S8: TypeAlias = Annotated[int, Bits("s8", -(2**7), 2**7 - 1)]
S16: TypeAlias = Annotated[int, Bits("s16", -(2**15), 2**15 - 1)]
S32: TypeAlias = Annotated[int, Bits("s32", -(2**31), 2**31 - 1)]
S64: TypeAlias = Annotated[int, Bits("s64", -(2**63), 2**63 - 1)]

Handle: TypeAlias = ResourceAny
"""A resource of a component."""


class Hidden:
    """Bytes that do not print: not in a log, a traceback or a pickle. `reveal` gives them out."""

    __slots__ = ("_bytes",)

    def __init__(self, value: str | bytes) -> None:
        self._bytes = value.encode() if isinstance(value, str) else bytes(value)

    def reveal(self) -> bytes:
        """The bytes themselves."""
        return self._bytes

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hidden):
            return NotImplemented
        return hmac.compare_digest(self._bytes, other._bytes)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Function(Generic[R]):
    """A function of a component: what goes in, and what comes out or is the reason of a refusal.

    A method's own resource is not among its parameters.
    """

    export: str
    parameters: tuple[tuple[str, Any], ...]
    result: Any
    error: Any

    @property
    def is_method(self) -> bool:
        """Whether it is called on a resource."""
        return self.export.startswith("[method]")


@dataclass(frozen=True, slots=True)
class Interface:
    """What a component exports."""

    name: str
    functions: tuple[Function[Any], ...]
