"""Runs the conformance cases through this package, and exits with 1 if one fails.

    python host/python/tests/conformance.py [--transcript] [--components FOLDER] [--cases FOLDER]

`--transcript` prints what every call answered: it is the same, byte by byte, from every host.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wasmtime import Engine, Trap, WasmtimeError
from wasmtime.component import Component

from chargetap import InvalidValue
from chargetap._convert import signature
from chargetap._json import decode, encode
from chargetap._runtime import Instance, new_engine
from chargetap._values import Handle, Interface
from chargetap.contract import orchestration, rendering, verification

ROOT = Path(__file__).resolve().parents[3]
INTERFACES = {
    "callback-verifier": verification.INTERFACE,
    "session-orchestrator": orchestration.INTERFACE,
    "receipt-generator": rendering.INTERFACE,
}


class Mismatch(Exception):
    """What a call answered is not what the case expects."""


class Kept:
    """The values that a case keeps, as JSON."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def filled_in(self, given: Any) -> Any:
        """An argument with the kept values that it uses."""
        match given:
            case {"use": str(name)} if len(given) == 1:
                return self.values[name]
            case dict():
                return {key: self.filled_in(it) for key, it in given.items()}
            case list():
                return [self.filled_in(it) for it in given]
        return given

    def match(self, expected: Any, value: Any, place: str = "result") -> None:
        """Compare what was answered with what is expected."""
        match expected, value:
            case {"bind": str(name)}, _ if len(expected) == 1:
                self.values[name] = value
            case {"use": str(name)}, _ if len(expected) == 1:
                require(value == self.values[name], place, f"what {name} is", value)
            case {"other-than": str(name)}, _ if len(expected) == 1:
                require(value != self.values[name], place, f"other than {name}", value)
            case {"utf8": str(text)}, {"base64": str(encoded)}:
                require(base64.b64decode(encoded) == text.encode(), place, text, value)
            case {"contains": [*texts]}, str(body) | {"base64": str(body)}:
                told = body if isinstance(value, str) else base64.b64decode(body).decode()
                for text in texts:
                    require(text in told, place, f"a text with {text!r}", told)
            case dict(), dict():
                require(set(expected) <= set(value), place, expected, value)
                for key, it in value.items():
                    # Only an option that is absent may be left out.
                    require(key in expected or it is None, place, f"no {key}", it)
                    self.match(expected.get(key), it, f"{place}.{key}")
            case list(), list():
                require(len(expected) == len(value), place, expected, value)
                for at, (this, that) in enumerate(zip(expected, value)):
                    self.match(this, that, f"{place}[{at}]")
            case _:
                same = type(expected) is type(value) and expected == value
                require(same, place, expected, value)


def require(holds: bool, place: str, expected: Any, value: Any) -> None:
    if not holds:
        raise Mismatch(f"{place}: expected {expected!r}, and it is {value!r}")


def run(
    case: dict[str, Any], instance: Instance, interface: Interface
) -> Iterator[tuple[Any, str]]:
    """Make the calls. Yields each answer as JSON, and what is wrong with it."""
    functions = {it.export.split("]")[-1]: it for it in interface.functions}
    kept, handles = Kept(), dict[str, Handle]()
    for call in case["calls"]:
        function = functions[call["function"]]
        conversion = signature(function)
        given = list(call["arguments"])
        handle = handles[given.pop(0)["use"]] if function.is_method else None
        pairs = zip(conversion.parameters, kept.filled_in(given), strict=True)
        arguments = tuple(decode(of, it) for (_, of), it in pairs)
        answered, value = instance.call(function, conversion.lower(arguments), handle)
        if isinstance(value, Handle):
            handles[call["result"]["ok"]["bind"]] = value
        answer = encode(conversion.result, (answered, value) if conversion.refusable else value)
        wrong = ""
        try:
            kept.match(call["result"], answer)
        except Mismatch as mismatch:
            wrong = str(mismatch)
        yield answer, wrong


def verdict(
    name: str, case: dict[str, Any], engine: Engine, component: Component, transcript: bool
) -> str:
    """What is wrong in a case, or nothing."""
    interface = INTERFACES[case["component"]]
    try:
        instance = Instance(engine, component, interface)
        for at, (answer, wrong) in enumerate(run(case, instance, interface)):
            if transcript:
                line = {"case": name, "call": at, "result": answer}
                print(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
            if wrong:
                return f"call {at}: {wrong}"
    except (InvalidValue, LookupError, TypeError, ValueError, WasmtimeError, Trap) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transcript", action="store_true")
    parser.add_argument("--components", type=Path, default=ROOT / "target/components")
    parser.add_argument("--cases", type=Path, default=ROOT / "tests/conformance/cases")
    options = parser.parse_args()
    engine = new_engine()
    components = {
        name: Component(engine, (options.components / f"{name}.wasm").read_bytes())
        for name in INTERFACES
    }
    failed = 0
    paths = sorted(options.cases.glob("*/*.json"), key=lambda it: (it.parent.name, it.stem))
    for path in paths:
        case = json.loads(path.read_text())
        name = f"{path.parent.name}/{path.stem}"
        wrong = verdict(name, case, engine, components[case["component"]], options.transcript)
        failed += bool(wrong)
        if wrong:
            print(f"FAILED {name}: {case['about']}\n       {wrong}", file=sys.stderr)
        elif not options.transcript:
            print(f"ok     {name}: {case['about']}", file=sys.stderr)
    print(f"{len(paths) - failed} passed, {failed} failed", file=sys.stderr)
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
