"""What a host's example talks to: a payment provider with a ledger, a terminal and a station, simulated.

    python examples/world.py PORT CMS_PORT

A driver shows a card as soon as the terminal is armed, charges 5 kWh and leaves. What terminal and
station report is repeated until the host acknowledges it. `GET /ledger` tells where the money is.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import urllib.request
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


SPEED = int(os.environ.get("SPEED", "1"))
SINCE = 1_767_268_800


def now() -> int:
    """The clock of the host."""
    return int((SINCE + (time.time() - SINCE) * SPEED) * 1000)


class World:
    """Remembers what it was asked to do."""

    def __init__(self, cms_port: int) -> None:
        self.cms = f"http://127.0.0.1:{cms_port}"
        self.turn = threading.Lock()
        self.payments: dict[str, dict[str, Any]] = {}
        self.shown = False
        self.started: set[str] = set()

    def answer(self, what: str, asked: dict[str, Any]) -> tuple[int, Any]:
        with self.turn:
            answer: tuple[int, Any] = getattr(self, what.replace("-", "_"))(asked)
            return answer

    def arm(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if not self.shown:
            self.shown = True
            card = {
                "serialNumber": "P66-0001",
                "cardId": "c4a760a8",
                "maskedPan": "************0042",
            }
            self.report(f"/callbacks/payter/{asked['callback']}", card)
        return 200, {}

    def look_up(self, asked: dict[str, Any]) -> tuple[int, Any]:
        wanted = asked["payment"]
        return 200, [
            [id, it["held"]]
            for id, it in self.payments.items()
            if it["state"] == "held" and wanted in (None, id)
        ]

    def authorise(self, asked: dict[str, Any]) -> tuple[int, Any]:
        id = f"pay-{len(self.payments) + 1}"
        self.payments[id] = {"state": "held", "held": 5_000, "captured": 0, "captures": 0}
        return 200, {"payment": id, "amount": 5_000}

    def capture(self, asked: dict[str, Any]) -> tuple[int, Any]:
        payment = self.payments[asked["payment"]]
        if payment["state"] != "held":
            return 409, None
        payment.update(state="captured", captured=asked["amount"])
        payment["captures"] += 1
        return 200, {}

    def cancel(self, asked: dict[str, Any]) -> tuple[int, Any]:
        payment = self.payments[asked["payment"]]
        if payment["state"] != "held":
            return 409, None
        payment.update(state="cancelled")
        return 200, {}

    def start(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if not self.started:
            self.started.add(asked["id_tag"])
            threading.Thread(target=self.charge, args=(asked["id_tag"],), daemon=True).start()
        return 200, {}

    def stop(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {}

    def charge(self, id_tag: str) -> None:
        """5 kWh in 45 seconds."""
        begun = {"id": 1, "kind": "started", "id_tag": id_tag, "energy": 12_345, "at": now()}
        self.repeat("/station", begun)
        time.sleep(45 / SPEED)
        ended = {"id": 2, "kind": "stopped", "id_tag": id_tag, "energy": 17_345, "at": now()}
        self.repeat("/station", ended)

    def report(self, path: str, body: dict[str, Any]) -> None:
        threading.Thread(target=self.repeat, args=(path, body), daemon=True).start()

    def repeat(self, path: str, body: dict[str, Any]) -> None:
        """Until it is acknowledged."""
        data = json.dumps(body).encode()
        while True:
            try:
                urllib.request.urlopen(urllib.request.Request(self.cms + path, data), timeout=5)
                return
            except (OSError, HTTPException):
                time.sleep(0.02)


def serve(world: World, port: int) -> ThreadingHTTPServer:
    """Answer the host from a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(200, world.payments)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.answer(*world.answer(self.path.removeprefix("/"), asked))

        def answer(self, status: int, answer: Any) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    serve(World(int(sys.argv[2])), int(sys.argv[1]))
    threading.Event().wait()
