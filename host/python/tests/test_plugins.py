"""The components, called through `Plugins`."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest import mock

from wasmtime import wat2wasm
from wasmtime.component import Component

from chargetap import (
    CallbackRefused,
    ComponentFault,
    Flaw,
    InvalidValue,
    KeysRefused,
    LoadError,
    Plugins,
    RenderingRefused,
    StepRefused,
    _runtime,
    example,
)
from chargetap.contract import callback, receipt, screen, session

from . import COMPONENTS, ROOT

ENDPOINTS = [(example.ENDPOINT, [example.KEY])]

CONTRACT = '(@custom "chargetap:contract" "0.1.0")'
IMPORTS_A_FUNCTION = f'(component {CONTRACT} (import "now" (func (result u64))))'
EXPORTS_NOTHING = f"(component {CONTRACT})"
OF_ANOTHER_CONTRACT = f"""
(component {CONTRACT}
  (core module $module (func (export "step")))
  (core instance $instance (instantiate $module))
  (func $step (canon lift (core func $instance "step")))
  (instance $exported (export "step" (func $step)) (export "offer" (func $step)))
  (export "chargetap:session-orchestrator/orchestration@0.1.0" (instance $exported)))
"""
INVALID = f'(component {CONTRACT} (core module (func (result i32))))'


class Called(unittest.TestCase):
    plugins: Plugins

    @classmethod
    def setUpClass(cls) -> None:
        cls.plugins = Plugins.load(ENDPOINTS, COMPONENTS, unsigned=True)

    def test_a_callback_is_verified_and_an_altered_one_is_refused_with_its_reason(self) -> None:
        request = example.callback(self.plugins)
        self.assertEqual(example.card_of(self.plugins, request).card.last_four, 42)
        for altered, reason in (
            (replace(request, endpoint="other"), callback.RejectionUnknownEndpoint()),
            (replace(request, received_at=None), callback.RejectionClockNotTrusted()),
            (
                replace(request, received_at=example.TAPPED_AT + 2 * example.MINUTE),
                callback.RejectionStale(60),
            ),
        ):
            with self.assertRaises(CallbackRefused) as refused:
                self.plugins.verify(altered)
            self.assertEqual(refused.exception.reason, reason)

    def test_what_is_minted_names_its_terminal(self) -> None:
        segment = self.plugins.mint_state_webhook("payter", example.TAPPED_AT)
        self.assertIsNotNone(segment)
        self.assertIsNone(self.plugins.mint_state_webhook("other", example.TAPPED_AT))
        request = example.callback(self.plugins)
        self.assertEqual(self.plugins.claimed_terminal(request.capability), example.TERMINAL)

    def test_the_example_ends_in_a_receipt(self) -> None:
        host = example.Host(self.plugins)
        read = example.card_of(self.plugins, example.callback(self.plugins))
        tap = session.Tap(read=read, evse=session.Evse(station="CT-1", connector=1))
        with redirect_stdout(io.StringIO()):
            self.assertEqual(host.run(session.EventCardPresented(tap)), session.Phase.SETTLED)
        assert host.receipt
        text = self.plugins.render(example.document(host.receipt), receipt.FormatText(40), "en")
        self.assertIn("6.13", text.body.decode())

    def test_refusals_of_the_other_components_carry_their_reasons(self) -> None:
        with self.assertRaises(StepRefused) as step:
            self.plugins.step(example.POLICY, None, session.EventPaymentHinted(), example.TAPPED_AT)
        self.assertEqual(step.exception.reason, session.RefusalNoSession())
        with self.assertRaises(StepRefused) as step:
            self.plugins.step(example.POLICY, b"\x7f", session.EventPaymentHinted(), 0)
        self.assertEqual(step.exception.reason, session.RefusalUnknownStateVersion(127))
        with self.assertRaises(RenderingRefused) as form:
            self.plugins.form(receipt.PageFind(), "tlh")
        self.assertEqual(form.exception.reason, receipt.ProblemUnknownLocale("tlh"))

    def test_offers_forms_texts_and_measurements_are_answered(self) -> None:
        quote = self.plugins.offer(example.POLICY, 5_000, example.TAPPED_AT)
        # 0.49 and 25 % VAT, in thousandths of a cent.
        self.assertEqual([it.price for it in quote.prices.units], [61_250])
        text = self.plugins.screen_text(screen.MessageOffer(quote), "en")
        self.assertIn("0.6125", text)
        page = self.plugins.form(receipt.PageFind(), "sv")
        self.assertEqual(page.media_type, "text/html; charset=utf-8")
        verdict = self.plugins.check_measurement(["OCMF|{}|{}"], None)
        expected = receipt.MeasurementVerdictRefused(receipt.MeasurementProblem.NO_KEY)
        self.assertEqual(verdict, expected)

    def test_an_argument_that_is_not_of_the_contract_costs_no_instance(self) -> None:
        self.plugins.claimed_terminal("")
        kept = self.plugins._verifier.idle
        with self.assertRaises(InvalidValue) as invalid:
            self.plugins.mint_state_webhook("payter", -1)
        self.assertEqual(str(invalid.exception), "expires_at: -1 is not a u64")
        self.assertIs(self.plugins._verifier.idle, kept)

    def test_threads_call_at_the_same_time(self) -> None:
        request = example.callback(self.plugins)
        quote = self.plugins.offer(example.POLICY, 5_000, example.TAPPED_AT)

        def both(_: int) -> bool:
            card = example.card_of(self.plugins, request).card.last_four
            return card == 42 and quote == self.plugins.offer(
                example.POLICY, 5_000, example.TAPPED_AT
            )

        with ThreadPoolExecutor(8) as pool:
            self.assertTrue(all(pool.map(both, range(100))))

    def test_a_call_that_uses_up_its_fuel_costs_the_instance_and_nothing_else(self) -> None:
        with mock.patch.object(_runtime, "FUEL", 1_000), self.assertRaises(ComponentFault) as fault:
            self.plugins.form(receipt.PageFind(), "en")
        self.assertEqual(fault.exception.component, "receipt-generator")
        self.assertIn("fuel", fault.exception.reason)
        self.assertIsNone(self.plugins._generator.idle)
        self.assertTrue(self.plugins.form(receipt.PageFind(), "en").body)

    def test_the_dearest_call_has_fuel_to_spare(self) -> None:
        vectors = json.loads(
            (ROOT / "components/receipt-generator/tests/vectors/ocmf.json").read_text()
        )
        [vector] = [it for it in vectors if it["name"] == "secp384r1"]
        self.plugins.check_measurement(vector["packets"] * 32, vector["public_key"])
        kept = self.plugins._generator.idle
        assert kept
        self.assertGreater(kept[0].store.get_fuel(), _runtime.FUEL // 2)

    def test_a_call_that_wants_too_much_memory_fails(self) -> None:
        self.plugins._orchestrator.idle = None
        with mock.patch.object(_runtime, "MEMORY_LIMIT", 65_536), self.assertRaises(ComponentFault):
            self.plugins.offer(example.POLICY, 5_000, example.TAPPED_AT)
        self.assertTrue(self.plugins.offer(example.POLICY, 5_000, example.TAPPED_AT).prices.units)


class Loaded(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "components"
        shutil.copytree(COMPONENTS, self.folder)
        self.cache = Path(folder.name) / "cache"

    def assert_refused(self, flaw: Flaw, said: str) -> None:
        with self.assertRaises(LoadError) as refused:
            Plugins.load(ENDPOINTS, self.folder, self.cache, unsigned=True)
        self.assertIs(refused.exception.flaw, flaw)
        self.assertIn(said, str(refused.exception))

    def test_a_component_that_imports_a_function_is_refused(self) -> None:
        said = "it imports now, and a component may import types only"
        for name in ("callback-verifier", "session-orchestrator", "receipt-generator"):
            (self.folder / f"{name}.wasm").write_bytes(wat2wasm(IMPORTS_A_FUNCTION))
            self.assert_refused(Flaw.IMPORTS, said)
            shutil.copy(COMPONENTS / f"{name}.wasm", self.folder)

    def test_a_component_of_another_contract_is_refused(self) -> None:
        orchestrator = self.folder / "session-orchestrator.wasm"
        exported = "chargetap:session-orchestrator/orchestration@0.1.0"
        for text, flaw, said in (
            (EXPORTS_NOTHING, Flaw.OTHER_INTERFACE, f"it does not export {exported}"),
            (OF_ANOTHER_CONTRACT, Flaw.OTHER_INTERFACE, "its step is not that of this contract"),
            (INVALID, Flaw.MALFORMED, "session-orchestrator.wasm cannot be used: it is no valid"),
        ):
            orchestrator.write_bytes(wat2wasm(text))
            self.assert_refused(flaw, said)

    def test_keys_that_are_not_accepted_show_when_loading(self) -> None:
        weak = (callback.KeyInfo(id="2026"), callback.Secret("too short"))
        with self.assertRaises(KeysRefused) as refused:
            Plugins.load([(example.ENDPOINT, [weak])], self.folder, self.cache, unsigned=True)
        place = callback.KeyPlace(endpoint="payter", key="2026")
        self.assertEqual(refused.exception.reason, callback.ConfigurationProblemWeakKey(place))
        self.assertNotIn("too short", str(refused.exception))

    def test_what_was_compiled_is_used_again_unless_it_is_damaged(self) -> None:
        Plugins.load(ENDPOINTS, self.folder, self.cache, unsigned=True)
        entries = sorted(self.cache.iterdir())
        self.assertEqual(len(entries), 3)
        with mock.patch("chargetap._runtime.Component", wraps=Component) as component:
            Plugins.load(ENDPOINTS, self.folder, self.cache, unsigned=True)
            component.assert_not_called()
            entries[0].write_bytes(entries[0].read_bytes()[:-1] + b"\0\0")
            Plugins.load(ENDPOINTS, self.folder, self.cache, unsigned=True)
            component.assert_called_once()


if __name__ == "__main__":
    unittest.main()
