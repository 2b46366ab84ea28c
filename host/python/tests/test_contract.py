"""The generated contract, and its conversion to and from what wasmtime has."""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
import unittest
from ctypes import pointer
from typing import Any

from wasmtime import Store, _ffi
from wasmtime.component import Component, ComponentInstanceType, FuncType

from chargetap import InvalidValue, from_json, to_json
from chargetap._convert import Signature, converter, signature
from chargetap._json import decode, encode
from chargetap._runtime import new_engine
from chargetap._values import Interface
from chargetap.contract import (
    callback,
    money,
    orchestration,
    receipt,
    rendering,
    screen,
    session,
    terminal,
    verification,
)

from . import COMPONENTS, PACKAGE
from .values import samples, types_in

sys.path.append(str(PACKAGE))
import generate  # noqa: E402

INTERFACES = {
    "callback-verifier": verification.INTERFACE,
    "session-orchestrator": orchestration.INTERFACE,
    "receipt-generator": rendering.INTERFACE,
}


def signatures() -> list[Signature]:
    return [signature(it) for interface in INTERFACES.values() for it in interface.functions]


def defined() -> set[type]:
    """Every class of the contract's types."""
    modules = (callback, money, receipt, screen, session, terminal)
    return {
        it
        for module in modules
        for it in vars(module).values()
        if isinstance(it, type)
        and it.__module__ == module.__name__
        and (dataclasses.is_dataclass(it) or issubclass(it, enum.Enum))
    }


class Generated(unittest.TestCase):
    def test_the_committed_files_are_what_the_generator_makes_of_the_contract(self) -> None:
        there = {it.name: it.read_text() for it in generate.TARGET.glob("*.py")}
        self.assertEqual(there, generate.generate())

    def test_every_type_of_the_contract_is_used_by_a_function(self) -> None:
        used = set[type]()
        for it in signatures():
            used |= types_in(it.result).union(*(types_in(of) for _, of in it.parameters))
        self.assertEqual(used, defined())

    def test_fields_keep_what_the_contract_says_of_them(self) -> None:
        source = (generate.TARGET / "session.py").read_text()
        self.assertIn(
            '"""When to send `deadline-reached`, unless another step comes first."""', source
        )


class RoundTrips(unittest.TestCase):
    """Every type, through wasmtime's own conversion for the types that the components declare."""

    def setUp(self) -> None:
        self.engine = new_engine()
        self.store = Store(self.engine)

    def declared(self, name: str, interface: Interface) -> dict[str, FuncType]:
        component = Component.from_file(self.engine, str(COMPONENTS / f"{name}.wasm"))
        instance = component.type.exports(self.engine)[interface.name].ty
        assert isinstance(instance, ComponentInstanceType)
        externs = {name: it.ty for name, it in instance.exports(self.engine).items()}
        return {name: it for name, it in externs.items() if isinstance(it, FuncType)}

    def through_wasmtime(self, type: Any, raw: Any) -> Any:
        value = _ffi.wasmtime_component_val_t()
        type.convert_to_c(self.store, raw, pointer(value))
        return type.convert_from_c(value)

    def test_every_value_comes_back_as_it_was(self) -> None:
        for name, interface in INTERFACES.items():
            declared = self.declared(name, interface)
            self.assertEqual(set(declared), {it.export for it in interface.functions})
            for function in interface.functions:
                of, type = signature(function), declared[function.export]
                given = type.params[1:] if function.is_method else type.params
                pairs = [
                    (ours, it) for (_, ours), (_, it) in zip(of.parameters, given, strict=True)
                ]
                for ours, theirs in [*pairs, (of.result, type.result)]:
                    for value in samples(ours):
                        back = ours.lift(self.through_wasmtime(theirs, ours.lower(value)))
                        self.assertEqual(back, value, function.export)

    def test_every_value_is_read_from_the_json_that_is_made_of_it(self) -> None:
        for of in signatures():
            for name, parameter in of.parameters:
                # Secrets are not stored.
                for value in samples(parameter) if name != "endpoints" else []:
                    text = json.dumps(encode(parameter, value))
                    self.assertEqual(decode(parameter, json.loads(text)), value)


class Checked(unittest.TestCase):
    """What wasmtime would cut, or refuse without saying where."""

    def refusal(self, type: Any, value: Any) -> str:
        with self.assertRaises(InvalidValue) as refused:
            converter(type).lower(value)
        return str(refused.exception)

    def test_an_integer_beyond_its_range_is_refused_by_its_place(self) -> None:
        hold = terminal.Hold(payment="pay-1", amount=2**64)
        result = session.CommandResultOpenHolds((terminal.Hold(payment="", amount=0), hold))
        event = session.EventCommandEnded(session.Outcome(command="c", result=result))
        self.assertEqual(
            self.refusal(session.Event, event),
            "value.result.value[1].amount: 18446744073709551616 is not a u64",
        )

    def test_values_of_other_types_are_refused(self) -> None:
        for type, value, said in (
            (money.MinorUnits, True, "expected int, not bool"),
            (money.MinorUnits, 1.0, "expected int, not float"),
            (money.Currency, b"EUR", "expected str, not bytes"),
            (money.Currency, "\ud800", "half of a surrogate pair"),
            (money.Dimension, "energy", "expected Dimension, not str"),
            (receipt.Format, receipt.PageFind(), "not PageFind"),
            (receipt.Format, receipt.FormatText(-1), "value: -1 is not a u32"),
            (callback.Key, (callback.KeyInfo(id="k"),), "expected 2 elements, not 1"),
            (callback.Secret, b"", "expected Secret, not bytes"),
            (session.Evse, None, "expected Evse, not NoneType"),
        ):
            self.assertIn(said, self.refusal(type, value))

    def test_json_of_another_type_is_refused(self) -> None:
        wrong: list[Any] = [
            {"station": "CT-1"},
            {"station": "CT-1", "connector": 1, "more": 1},
            {"station": 1, "connector": 1},
            [],
            None,
        ]
        for data in wrong:
            with self.assertRaises(InvalidValue):
                from_json(session.Evse, data)

    def test_json_has_the_names_of_the_contract(self) -> None:
        action = session.ActionStartCharging(
            session.StartCharging(evse=session.Evse(station="CT-1", connector=1), id_tag="tag")
        )
        expected = {
            "start-charging": {"evse": {"station": "CT-1", "connector": 1}, "id-tag": "tag"}
        }
        self.assertEqual(to_json(session.Action, action), expected)


class Secrets(unittest.TestCase):
    def test_a_secret_does_not_print_and_is_not_stored(self) -> None:
        key = (callback.KeyInfo(id="2026"), callback.Secret("do not tell"))
        for text in (repr(key), str(key), f"{key}"):
            self.assertNotIn("tell", text)
        with self.assertRaises(TypeError):
            to_json(callback.Key, key)
        with self.assertRaises(TypeError):
            __import__("pickle").dumps(key)

    def test_a_secret_is_equal_to_the_same_secret(self) -> None:
        self.assertEqual(callback.Secret("one"), callback.Secret(b"one"))
        self.assertNotEqual(callback.Secret("one"), callback.Secret("two"))


if __name__ == "__main__":
    unittest.main()
