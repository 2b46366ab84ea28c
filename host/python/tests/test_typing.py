"""The package, its examples and its tests are typed without exception."""

import subprocess
import sys
import unittest

from . import PACKAGE


class Typing(unittest.TestCase):
    def test_mypy_finds_nothing(self) -> None:
        checked = subprocess.run(
            [sys.executable, "-m", "mypy"], cwd=PACKAGE, capture_output=True, text=True
        )
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
