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
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from chargetap import Plugins, StepRefused
from chargetap.contract.session import CommandResultUnknown, EventPaymentHinted
from chargetap.example import ENDPOINT

from . import COMPONENTS, HERE

os.environ["SPEED"] = "30"
os.environ["CALLBACK_KEY"] = "a test's key of at least 32 bytes"

import cms  # noqa: E402
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
        # So that a start takes no time before its first statement.
        Plugins.load([(ENDPOINT, [cms.KEY])], COMPONENTS, self.folder / "cms.cache", unsigned=True)
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
        """Start the host ten times. It always gets to where it kills itself, even while it waits."""
        chance = random.Random(seed)
        for _ in range(10):
            host = self.site.start(KILL_AT=str(chance.randint(1, statements)))
            self.assertEqual(host.wait(PATIENCE), -signal.SIGKILL)


class Answers(unittest.TestCase):
    """What the host makes of an answer, and of a state, that it cannot read."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        plugins = Plugins.load([(ENDPOINT, [cms.KEY])], COMPONENTS, unsigned=True)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.listener = listener
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.cms = cms.Cms(str(Path(folder.name) / "cms.db"), plugins, address)
        self.addCleanup(self.cms.database.close)

    def answer(self, raw: bytes) -> None:
        connection, _ = self.listener.accept()
        with connection:
            asked = b""
            while not asked.endswith(b"}"):
                asked += connection.recv(65_536)
            connection.sendall(raw)

    def test_an_answer_that_is_broken_is_unknown(self) -> None:
        for raw in (
            b"",
            b"no HTTP\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<p/>",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\xff",
        ):
            with self.subTest(raw):
                answering = threading.Thread(target=self.answer, args=(raw,))
                answering.start()
                result = self.cms.result(*self.cms.call("capture", payment="pay-1", amount=306))
                answering.join()
                self.assertEqual(result, CommandResultUnknown())

    def test_an_event_for_a_state_that_cannot_be_read_is_not_taken(self) -> None:
        for state in (b"\x7f", b""):
            with self.subTest(state):
                self.cms.database.execute(
                    "insert or replace into session values (?, ?, 'charging', null, null)",
                    ("session", state),
                )
                with self.assertRaises(StepRefused):
                    self.cms.apply("session", EventPaymentHinted(), dedupe_key="key")
                self.assertFalse(self.cms.database.in_transaction)
                self.assertIsNone(self.cms.first("select 1 from event"))


if __name__ == "__main__":
    unittest.main()
