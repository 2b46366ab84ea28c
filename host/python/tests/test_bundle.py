"""Which bundles are taken. Keys and signatures are made by `openssl`, and by `chargetap plugins sign`."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import wasmtime

from chargetap import Flaw, LoadError, Plugins, PublicKeyRefused, example
from chargetap._bundle import Bundle

from . import COMPONENTS, ROOT

ENDPOINTS = [(example.ENDPOINT, [example.KEY])]
NAMES = ("callback-verifier", "session-orchestrator", "receipt-generator")
LAST = "receipt-generator"
"""The one that goes wrong, which is read last."""
LAST_FILE = f"{LAST}.wasm"



def component(text: str) -> bytes:
    return bytes(wasmtime.wat2wasm(f"(component {text})"))


GOOD = component('(@custom "chargetap:contract" "0.1.0")')


def run(command: str, folder: Path) -> None:
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, check=True)


def make_key(name: str, folder: Path, curve: str = "prime256v1") -> str:
    """Make a key pair as two files, and return the public one."""
    run(
        f"openssl ecparam -name {curve} -genkey -noout"
        f" | openssl pkcs8 -topk8 -nocrypt -out {name}.key.pem\n"
        f"openssl pkey -in {name}.key.pem -pubout -out {name}.pub.pem",
        folder,
    )
    return (folder / f"{name}.pub.pem").read_text()


def sign(folder: Path, key: Path) -> None:
    """Have `chargetap` sign a folder of components."""
    run(f"{ROOT}/target/debug/chargetap plugins sign {folder} --key {key}", folder)


def change(path: Path, to: Callable[[bytes], bytes]) -> None:
    path.write_bytes(to(path.read_bytes()))


class Signed(unittest.TestCase):
    keys: Path
    owner: str
    stranger: str

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.keys = Path(folder.name)
        cls.owner, cls.stranger = make_key("owner", cls.keys), make_key("stranger", cls.keys)

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write_components(self) -> None:
        for name in NAMES:
            (self.folder / f"{name}.wasm").write_bytes(GOOD)

    def manifest(self, **changed: Any) -> dict[str, Any]:
        """What a signer writes of the folder's components."""
        components = []
        for name in NAMES:
            wasm = (self.folder / f"{name}.wasm").read_bytes()
            digest = hashlib.sha256(wasm).hexdigest()
            components.append(
                {"name": name, "version": "1.2.3", "size": len(wasm), "sha256": digest}
            )
        return {"format": 1, "contract": "0.1.0", "components": components, **changed}

    def sign_text(self, text: str, by: str = "owner") -> None:
        (self.folder / "bundle.json").write_text(text)
        key = self.keys / f"{by}.key.pem"
        run(f"openssl dgst -sha256 -sign {key} bundle.json | base64 > bundle.json.sig", self.folder)

    def sign(self, by: str = "owner", **changed: Any) -> None:
        self.sign_text(json.dumps(self.manifest(**changed)), by)

    def sign_with(self, wasm: bytes) -> None:
        """Have the owner sign a component in the place of the last one, whatever it is."""
        (self.folder / LAST_FILE).write_bytes(wasm)
        self.sign()

    def sign_changed(self, before: str, after: str) -> None:
        text = json.dumps(self.manifest())
        self.assertIn(before, text)
        self.sign_text(text.replace(before, after))

    def refusal(self, keys: list[str] | None = None, unsigned: bool = False) -> LoadError:
        """Why the folder is not taken, while nothing is compiled."""
        if keys is None and not unsigned:
            keys = [self.owner]
        with (
            mock.patch("chargetap._runtime.Component") as compiled,
            self.assertRaises(LoadError) as refused,
        ):
            Plugins.load(ENDPOINTS, self.folder, keys=keys, unsigned=unsigned)
        self.assertEqual(compiled.mock_calls, [])
        return refused.exception

    def assert_refused(self, file: str, flaw: Flaw) -> LoadError:
        error = self.refusal()
        self.assertEqual((error.path, error.flaw), (self.folder / file, flaw), str(error))
        return error

    def is_taken(self, *keys: str) -> bool:
        try:
            bundle = Bundle(self.folder, keys)
            for name in NAMES:
                bundle.component(name)
        except LoadError:
            return False
        return True

    def test_everything_that_can_be_wrong_is_told_apart_and_nothing_is_compiled(self) -> None:
        manifest, signature = self.folder / "bundle.json", self.folder / "bundle.json.sig"
        last = self.folder / LAST_FILE
        cases: list[tuple[Callable[[], Any], str, Flaw]] = [
            (manifest.unlink, manifest.name, Flaw.NO_MANIFEST),
            (signature.unlink, signature.name, Flaw.NO_SIGNATURE),
            (lambda: manifest.write_bytes(bytes(1 << 20)), manifest.name, Flaw.TOO_LARGE),
            (lambda: signature.write_text("AAAA"), signature.name, Flaw.MALFORMED_SIGNATURE),
            (lambda: self.sign(by="stranger"), signature.name, Flaw.UNKNOWN_SIGNER),
            (
                lambda: change(manifest, lambda it: it.replace(b"1.2.3", b"1.2.4")),
                signature.name,
                Flaw.UNKNOWN_SIGNER,
            ),
            (lambda: self.sign_text("{"), manifest.name, Flaw.MALFORMED_MANIFEST),
            (lambda: self.sign(format=2), manifest.name, Flaw.OTHER_FORMAT),
            (lambda: self.sign(contract="0.2.0"), manifest.name, Flaw.OTHER_CONTRACT),
            (lambda: self.sign_changed(LAST, "another"), last.name, Flaw.NOT_LISTED),
            (last.unlink, last.name, Flaw.UNREADABLE),
            (lambda: change(last, lambda it: it[:-1]), last.name, Flaw.TRUNCATED),
            (lambda: change(last, lambda it: it[:-1] + b"?"), last.name, Flaw.ALTERED),
            (lambda: change(last, lambda it: it + b"\0"), last.name, Flaw.ALTERED),
            (lambda: last.write_bytes(bytes((8 << 20) + 1)), last.name, Flaw.TOO_LARGE),
            (lambda: self.sign_with(b"not wasm"), last.name, Flaw.MALFORMED),
            (lambda: self.sign_with(component("")), last.name, Flaw.NO_CONTRACT),
            (
                lambda: self.sign_with(component('(@custom "chargetap:contract" "0.0.9")')),
                last.name,
                Flaw.OTHER_CONTRACT,
            ),
        ]
        found = set()
        for wrong, file, flaw in cases:
            self.write_components()
            self.sign()
            wrong()
            with self.subTest(flaw):
                error = self.assert_refused(file, flaw)
                self.assertIn(f"{self.folder / file} cannot be used: ", str(error))
            found.add(flaw)
        # These two are seen of what was compiled.
        self.assertEqual(set(Flaw) - found, {Flaw.IMPORTS, Flaw.OTHER_INTERFACE})

    def test_a_manifest_has_the_members_of_its_format_and_no_others(self) -> None:
        self.write_components()
        changes: list[dict[str, Any]] = [
            {"contract": 1},
            {"format": True},
            {"format": "1"},
            {"components": {}},
            {"components": [1]},
            {"comment": "?"},
        ]
        for changed in changes:
            with self.subTest(changed):
                self.sign(**changed)
                self.assert_refused("bundle.json", Flaw.MALFORMED_MANIFEST)
        for before, after in (('"size"', '"weight"'), ('"size": ', '"size": -'), ('"1.2.3"', "1")):
            with self.subTest(after):
                self.sign_changed(before, after)
                self.assert_refused("bundle.json", Flaw.MALFORMED_MANIFEST)
        for text in ("[]", "null", "[" * 60_000):
            with self.subTest(text[:4]):
                self.sign_text(text)
                self.assert_refused("bundle.json", Flaw.MALFORMED_MANIFEST)

    def test_a_component_that_is_cut_off_anywhere_is_malformed_or_states_no_contract(self) -> None:
        self.write_components()
        for length in range(len(GOOD)):
            (self.folder / LAST_FILE).write_bytes(GOOD[:length])
            error = self.refusal(unsigned=True)
            self.assertIn(error.flaw, (Flaw.MALFORMED, Flaw.NO_CONTRACT), length)

    def test_a_signature_has_one_spelling_but_may_be_broken_into_lines(self) -> None:
        self.write_components()
        self.sign()
        path = self.folder / "bundle.json.sig"
        good = "".join(path.read_text().split())
        path.write_text(good[:40] + "\r\n" + good[40:] + "\n")
        self.assertTrue(self.is_taken(self.owner))
        # Two numbers of 1: the form is right, and nobody's.
        der = b"\x30\x06\x02\x01\x01\x02\x01\x01"
        path.write_bytes(base64.b64encode(der))
        self.assert_refused(path.name, Flaw.UNKNOWN_SIGNER)
        malformed = [
            b"",
            der + b"\0",
            der[:-1],
            b"\x30\x81" + der[1:],  # a length of two bytes
            b"\x30\x03" + der[5:],  # one number
            b"\x30\x06\x03" + der[3:],  # one of another type
            b"\x30\x05\x02\0" + der[5:],  # one without a byte
            b"\x30\x06\x02\x01\xff" + der[5:],  # a negative one
            b"\x30\x07\x02\x02\0\1" + der[5:],  # a zero in front
        ]
        texts = [base64.b64encode(it).decode() for it in malformed]
        for text in (*texts, f"{good[:-4]}*===", good + good, "MAYCAQECAQF=", "ä"):
            with self.subTest(text):
                path.write_text(text)
                self.assert_refused(path.name, Flaw.MALFORMED_SIGNATURE)

    def test_a_folder_that_is_not_there_is_not_taken_for_an_unsigned_one(self) -> None:
        self.folder = self.folder / "nowhere"
        self.assert_refused("bundle.json", Flaw.UNREADABLE)

    def test_a_bundle_counts_while_any_of_the_trusted_keys_signed_it(self) -> None:
        self.write_components()
        self.sign()
        self.assertTrue(self.is_taken(self.owner))
        self.assertTrue(self.is_taken(self.stranger, self.owner))
        self.assertFalse(self.is_taken(self.stranger))
        self.assertFalse(self.is_taken())

    def test_unsigned_components_are_taken_only_if_they_are_asked_for(self) -> None:
        self.write_components()
        for keys, unsigned in ((None, False), ([self.owner], True)):
            with self.assertRaises(TypeError) as refused:
                Plugins.load(ENDPOINTS, self.folder, keys=keys, unsigned=unsigned)
            self.assertIn("keys=[PUBLIC_KEY_IN_PEM] or unsigned=True", str(refused.exception))
        (self.folder / LAST_FILE).write_bytes(component(""))
        self.assertIs(self.refusal(unsigned=True).flaw, Flaw.NO_CONTRACT)

    def test_what_is_no_public_key_of_this_kind_is_refused_without_being_printed(self) -> None:
        private = (self.keys / "owner.key.pem").read_text()
        other_curve = make_key("other", self.keys, curve="secp384r1")
        run("openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out ed.pem", self.keys)
        for key in (private, other_curve, (self.keys / "ed.pem").read_text(), "", "ä"):
            with self.assertRaises(PublicKeyRefused) as refused:
                Plugins.load(ENDPOINTS, self.folder, keys=[key])
            self.assertIn("openssl pkey -in plugins.key.pem -pubout", str(refused.exception))
            self.assertNotIn("BEGIN", str(refused.exception))

    def test_components_that_chargetap_signed_are_loaded_and_verify_a_callback(self) -> None:
        for name in NAMES:
            shutil.copy(COMPONENTS / f"{name}.wasm", self.folder)
        sign(self.folder, self.keys / "owner.key.pem")
        self.assertIs(self.refusal([self.stranger]).flaw, Flaw.UNKNOWN_SIGNER)
        plugins = Plugins.load(ENDPOINTS, self.folder, keys=[self.stranger, self.owner])
        card = example.card_of(plugins, example.callback(plugins)).card
        self.assertEqual(card.last_four, 42)
        change(self.folder / LAST_FILE, lambda it: it[:-1] + bytes([it[-1] ^ 1]))
        self.assertIs(self.refusal().flaw, Flaw.ALTERED)


if __name__ == "__main__":
    unittest.main()
