"""The runner of the conformance cases."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from . import COMPONENTS, HERE, ROOT
from .conformance import Kept, Mismatch

CASES = ROOT / "tests/conformance/cases"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, HERE / "conformance.py", "--components", COMPONENTS, *arguments]
    return subprocess.run([*map(str, command)], capture_output=True, text=True)


class Runner(unittest.TestCase):
    def test_every_case_passes(self) -> None:
        done = run()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_case_that_does_not_hold_fails_and_says_where(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            case = Path(folder) / "callback-verifier/claimed.json"
            case.parent.mkdir()
            call = {
                "function": "verifier.claimed-terminal",
                "arguments": ["P66-0001~read~1~tag"],
                "result": "P66-0002",
            }
            text = {
                "about": "A case.",
                "source": "",
                "component": "callback-verifier",
                "calls": [call],
            }
            case.write_text(json.dumps(text))
            done = run("--cases", folder, "--transcript")
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAILED callback-verifier/claimed: A case.", done.stderr)
        self.assertIn("result: expected 'P66-0002'", done.stderr)
        line = json.loads(done.stdout)
        self.assertEqual((line["case"], line["call"]), ("callback-verifier/claimed", 0))

    def test_no_case_is_a_failure(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("--cases", folder).returncode, 1)


class Matching(unittest.TestCase):
    def matches(self, expected: Any, value: Any) -> bool:
        kept = Kept()
        kept.values["kept"] = "abc"
        try:
            kept.match(expected, value)
        except Mismatch:
            return False
        return True

    def test_values_match_as_the_format_says(self) -> None:
        right: list[tuple[Any, Any]] = [
            ({"a": 1}, {"a": 1, "b": None}),
            ({"use": "kept"}, "abc"),
            ({"other-than": "kept"}, "abd"),
            ({"bind": "new"}, [1]),
            ({"utf8": "hi"}, {"base64": "aGk="}),
            ({"base64": "aGk="}, {"base64": "aGk="}),
            ({"contains": ["h", "i"]}, {"base64": "aGk="}),
            ({"contains": ["h", "i"]}, "hi"),
            ({"ok": None}, {"ok": None}),
            (["a", {"b": 2}], ["a", {"b": 2}]),
        ]
        for expected, value in right:
            self.assertTrue(self.matches(expected, value), expected)
        wrong: list[tuple[Any, Any]] = [
            ({"a": 1}, {"a": 1, "b": 0}),
            ({"a": 1, "c": None}, {"a": 1}),
            ({"use": "kept"}, "abd"),
            ({"other-than": "kept"}, "abc"),
            ({"utf8": "ho"}, {"base64": "aGk="}),
            ({"contains": ["o"]}, {"base64": "aGk="}),
            ({"contains": ["o"]}, "hi"),
            ({"ok": 1}, {"error": 1}),
            (["a"], ["a", "b"]),
            (1, True),
            (0, None),
            ("a", {"a": None}),
        ]
        for expected, value in wrong:
            self.assertFalse(self.matches(expected, value), expected)


if __name__ == "__main__":
    unittest.main()
