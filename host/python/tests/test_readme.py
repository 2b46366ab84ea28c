"""The README, word for word, in a clean virtual environment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from . import COMPONENTS, PACKAGE, ROOT
from .test_bundle import make_key, sign
from .test_cms import free_port

PATIENCE = 180
"""How long commands may take, in seconds."""


def blocks(language: str) -> list[str]:
    parts = (PACKAGE / "README.md").read_text().split(f"\n```{language}\n")[1:]
    return [part.split("\n```")[0] for part in parts]


class Readme(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # What the commands write is not to stay.
        shutil.copytree(COMPONENTS, self.folder / "target/components")
        shutil.copytree(PACKAGE, self.folder / "host/python")
        shutil.copy(ROOT / "LICENSE", self.folder)
        own = ("PYTHONPATH", "SPEED", "CALLBACK_KEY")
        self.environment = {name: it for name, it in os.environ.items() if name not in own}

    def run_block(self, block: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_the_commands_verify_a_callback_and_settle_a_session(self) -> None:
        public_key = make_key("plugins", self.folder)
        sign(self.folder / "target/components", self.folder / "plugins.key.pem")
        start, own_host = blocks("sh")
        self.assertEqual(len(start.splitlines()), 3)
        began = time.monotonic()
        printed = self.run_block(start)
        print(f"\nthree commands took {time.monotonic() - began:.1f} s")
        self.assertIn("verified: a card ending in 0042 at P66-0001", printed)
        self.assertIn("-> settled", printed)
        self.assertIn("6.13", printed)

        [example] = blocks("python")
        (self.folder / "call.py").write_text(example)
        self.assertIn("CardRead(terminal='P66-0001'", self.run_block(".venv/bin/python call.py"))
        signed = example.replace("unsigned=True", f"keys=[{public_key!r}]")
        (self.folder / "signed.py").write_text(signed)
        self.assertIn("CardRead(terminal='P66-0001'", self.run_block(".venv/bin/python signed.py"))

        self.assert_settles(own_host)

    def test_without_components_an_installation_says_what_to_do(self) -> None:
        shutil.copytree(PACKAGE, self.folder / "elsewhere/host/python")
        self.run_block("python3 -m venv .venv")
        said = self.run_block("! .venv/bin/pip install elsewhere/host/python")
        self.assertIn("callback-verifier.wasm is missing: run `cargo xtask build` first", said)

    def assert_settles(self, block: str) -> None:
        ports = [str(free_port()), str(free_port())]
        for given, free in zip(("9101", "9102"), ports):
            block = block.replace(given, free)
        host = subprocess.Popen(
            ["bash", "-euc", block],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            # What it starts ends with it.
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            captured: list[int] = []
            while not any(captured):
                self.assertLess(time.monotonic(), deadline, "nothing was captured")
                self.assertIsNone(host.poll(), "it ended")
                time.sleep(0.1)
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{ports[0]}/ledger") as answer:
                        captured = [it["captured"] for it in json.load(answer).values()]
                except OSError:
                    pass  # not yet there
            self.assertEqual(captured, [306])
        finally:
            os.killpg(host.pid, signal.SIGKILL)
            host.wait()


if __name__ == "__main__":
    unittest.main()
