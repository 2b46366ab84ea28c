"""The example of a host of one's own is killed and started again, and the money is right."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from . import COMPONENTS, HERE

os.environ["SPEED"] = "30"

import world  # noqa: E402

PATIENCE = 120
"""How long a session may take, in seconds."""
ENDED = ("settled", "cancelled", "declined", "failed-nothing-taken", "needs-attention")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Site:
    """A world that goes on, and a host in it that is started again and again."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "cms.db"
        self.port = free_port()
        self.world = world.World(self.port)
        self.server = world.serve(self.world, 0)

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        command = [HERE / "killed_cms.py", self.database, str(self.port), address, COMPONENTS]
        return subprocess.Popen(
            [sys.executable, *map(str, command)],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )

    def phase(self) -> str | None:
        """How the session stands, if there is one."""
        if not self.database.exists():
            return None
        reader = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            row = reader.execute(
                "select phase from session where not exists"
                " (select 1 from command where status <> 'done')"
            ).fetchone()
            return row[0] if row else None
        except sqlite3.OperationalError:
            return None  # killed before the tables were made
        finally:
            reader.close()

    def run_until_ended(self, **environment: str) -> int:
        return self.run_until(lambda phase: phase in ENDED, **environment)

    def run_until(self, reached: Callable[[str | None], bool], **environment: str) -> int:
        """Start the host again whenever it was killed. Returns how often it was."""
        deadline, killed = time.monotonic() + PATIENCE, 0
        host = self.start(**environment)
        try:
            while not reached(self.phase()):
                if time.monotonic() > deadline:
                    raise AssertionError(f"the session is {self.phase()}")
                if host.poll() is not None:
                    assert host.returncode == -signal.SIGKILL, host.returncode
                    killed += 1
                    host = self.start(**environment)
                time.sleep(0.02)
        finally:
            host.kill()
            host.wait()
        return killed

    def receipts(self) -> list[dict[str, object]]:
        reader = sqlite3.connect(self.database)
        rows = reader.execute("select receipt from receipt").fetchall()
        reader.close()
        return [json.loads(row[0]) for row in rows]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class KilledHost(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.site = Site(self.folder)
        self.addCleanup(self.site.close)

    def assert_captured_once(self) -> None:
        """5 kWh at 0.49, with 25 % VAT, is 3.0625."""
        self.assertEqual(self.site.phase(), "settled")
        [payment] = self.site.world.payments.values()
        self.assertEqual(
            payment, {"state": "captured", "held": 5_000, "captured": 306, "captures": 1}
        )
        [receipt] = self.site.receipts()
        self.assertEqual(receipt["captured"], 306)

    def test_a_session_without_a_kill_is_settled_and_captured_once(self) -> None:
        self.assertEqual(self.site.run_until_ended(), 0)
        self.assert_captured_once()

    def test_a_host_that_never_sees_an_answer_captures_once(self) -> None:
        answered = self.folder / "answered"
        answered.touch()
        killed = self.site.run_until_ended(KILL_AFTER=str(answered))
        self.assertEqual(killed, 4)
        self.assertEqual(answered.read_text().split(), ["arm", "authorise", "start", "capture"])
        self.assert_captured_once()

    def test_a_host_killed_at_many_statements_and_calls_captures_once(self) -> None:
        self.site.run_until(lambda phase: phase in ("starting", "charging"))
        self.kill_at_random(statements=60, seed=7)
        self.site.run_until_ended()
        self.assert_captured_once()

    def test_a_host_killed_while_it_asks_for_the_hold_takes_all_or_nothing(self) -> None:
        self.kill_at_random(statements=30, seed=11)
        self.site.run_until_ended()
        if self.site.phase() == "settled":
            self.assert_captured_once()
        else:
            self.assertEqual(self.site.phase(), "failed-nothing-taken")
            self.assertEqual(self.site.world.payments, {})

    def kill_at_random(self, statements: int, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(10):
            host = self.site.start(KILL_AT=str(chance.randint(1, statements)))
            try:
                host.wait(timeout=1.5)
            except subprocess.TimeoutExpired:
                host.kill()  # it waits for something
                host.wait()


if __name__ == "__main__":
    unittest.main()
