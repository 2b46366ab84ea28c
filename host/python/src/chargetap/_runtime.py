"""A component in wasmtime: load, check, limit, call."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from wasmtime import Config, Engine, Store, Trap, WasmtimeError
from wasmtime.component import (
    Component,
    ComponentInstanceType,
    ComponentType,
    Func,
    FuncType,
    Linker,
    ValType,
)

from ._convert import signature
from ._errors import ComponentFault, Flaw, LoadError
from ._values import Function, Handle, Interface

MEMORY_LIMIT = 16 << 20
"""How much memory an instance may have, in bytes."""

FUEL = 5_000_000_000
"""What a call may use up: about as many instructions, which take a second. The dearest call, to check
32 signatures of the largest curve, takes less than half of it."""

R = TypeVar("R")

TURNS = threading.Lock()
"""Whose turn it is. The package `wasmtime` converts values with one set for all threads
(`case_test_cache`), so calls take turns, whatever they call."""


def new_engine() -> Engine:
    """An engine that counts fuel: unlike a clock's ticks, it needs no thread and survives a fork."""
    config = Config()
    config.consume_fuel = True
    return Engine(config)


class Instance:
    """One instance of a component, with a memory of its own."""

    def __init__(self, engine: Engine, component: Component, interface: Interface) -> None:
        self.store = Store(engine)
        self.store.set_limits(memory_size=MEMORY_LIMIT)
        self.store.set_fuel(FUEL)
        self.instance = Linker(engine).instantiate(self.store, component)
        self.interface = self.instance.get_export_index(self.store, interface.name)
        self.functions: dict[str, Func] = {}

    def call(
        self, function: Function[Any], lowered: list[Any], handle: Handle | None = None
    ) -> tuple[bool, Any]:
        """Whether the function answers with a result, which otherwise is a refusal, and the value."""
        callee = self.functions.get(function.export) or self.find(function.export)
        self.store.set_fuel(FUEL)
        resource = [handle] if function.is_method else []
        return signature(function).lift(callee(self.store, *resource, *lowered))

    def find(self, export: str) -> Func:
        index = self.instance.get_export_index(self.store, export, self.interface)
        found = self.instance.get_func(self.store, index) if index else None
        if found is None:
            raise WasmtimeError(f"it does not export {export}")
        self.functions[export] = found
        return found


class Plugin:
    """A component, and the instance that answers calls until one fails."""

    def __init__(
        self,
        engine: Engine,
        path: Path,
        wasm: bytes,
        interface: Interface,
        cache: Path | None = None,
        prepare: Callable[[Instance], Handle] | None = None,
    ) -> None:
        self.engine = engine
        self.name = path.stem
        self.interface = interface
        self.prepare = prepare
        self.idle: tuple[Instance, Handle | None] | None = None
        try:
            self.component = compiled(engine, wasm, cache)
        except WasmtimeError as error:
            what = f"it is no valid component ({error}): copy or build it again"
            raise LoadError(path, Flaw.MALFORMED, what) from error
        check(path, self.component.type, engine, interface)

    def instantiate(self) -> tuple[Instance, Handle | None]:
        instance = Instance(self.engine, self.component, self.interface)
        return instance, self.prepare(instance) if self.prepare else None

    def call(
        self,
        function: Function[R],
        *arguments: Any,
        refused: Callable[[Any], Exception] | None = None,
    ) -> R:
        """Call the function. A refusal is raised as `refused` makes it."""
        lowered = signature(function).lower(arguments)
        with TURNS:
            kept, self.idle = self.idle, None
            try:
                instance, handle = kept or self.instantiate()
                answered, value = instance.call(function, lowered, handle)
            except (WasmtimeError, Trap) as error:
                raise ComponentFault(self.name, str(error)) from error
            self.idle = instance, handle
        if not answered:
            assert refused
            raise refused(value)
        result: R = value
        return result


def check(path: Path, declared: ComponentType, engine: Engine, interface: Interface) -> None:
    """Refuse a component that could do more than compute, or that is not of this contract."""
    for name, extern in declared.imports(engine).items():
        imported = extern.ty
        of_instance = (
            [it.ty for it in imported.exports(engine).values()]
            if isinstance(imported, ComponentInstanceType)
            else [imported]
        )
        if not all(isinstance(it, ValType) for it in of_instance):
            what = f"it imports {name}, and a component may import types only: build it without"
            raise LoadError(path, Flaw.IMPORTS, what)
    exported = declared.exports(engine).get(interface.name)
    instance = exported.ty if exported else None
    if not isinstance(instance, ComponentInstanceType):
        raise LoadError(path, Flaw.OTHER_INTERFACE, f"it does not export {interface.name}")
    externs = instance.exports(engine)
    for function in interface.functions:
        there = externs.get(function.export)
        type = there.ty if there else None
        if not isinstance(type, FuncType) or not signature(function).fits(type):
            what = f"its {function.export} is not that of this contract"
            raise LoadError(path, Flaw.OTHER_INTERFACE, what)


def compiled(engine: Engine, wasm: bytes, cache: Path | None) -> Component:
    """Compile, or take what was compiled before. A cache that cannot be used costs time only."""
    if cache is None:
        return Component(engine, wasm)
    entry = cache / f"{hashlib.sha256(wasm).hexdigest()}.cwasm"
    try:
        digest, code = (stored := entry.read_bytes())[:32], stored[32:]
        if hashlib.sha256(code).digest() == digest:
            return Component.deserialize(engine, code)
    except (OSError, WasmtimeError):
        pass  # not there, or made by another version of wasmtime
    component = Component(engine, wasm)
    code = bytes(component.serialize())
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = entry.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(hashlib.sha256(code).digest() + code)
        partial.rename(entry)
    except OSError:
        pass
    return component
