"""A charge point management system of your own that takes cards: one file to copy from.

    export SPEED=30                               # how fast time passes: 1 if not set
    export CALLBACK_KEY="$(openssl rand -base64 32)"  # keep it: the next start needs the same
    python examples/world.py 9101 9102 &          # a payment provider and a station, simulated
    python examples/cms.py cms.db 9102 http://127.0.0.1:9101

It keeps sessions in its own SQLite database, and the three duties of a host:

1. `apply` stores an event, its dedupe key, the new state, the commands and the deadline in one
   transaction, and only then the event is acknowledged.
2. `work` executes every command at least once. `claim` has recorded it as sent before it is sent, and
   its outcome comes back as an event. If the answer was lost, the outcome is `unknown`; `recover` says
   so of what a process that died had sent.
3. `reach_deadlines` sends `deadline-reached`.

It may be killed at any moment and started again: `tests/test_cms.py` does. What it leaves out: who may
call it, receipts by link, holds that no session knows, which a host voids, and the prompt for the next
driver: each needs a new id.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
from dataclasses import replace
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from chargetap import CallbackRefused, Plugins, StepRefused, from_json, to_json
from chargetap.contract.callback import (
    CallbackEventTerminal,
    Capability,
    KeyInfo,
    Request,
    Secret,
)
from chargetap.contract.receipt import FormatJson, SubjectSession
from chargetap.contract.session import (
    Action,
    ActionAuthorise,
    ActionCancel,
    ActionCapture,
    ActionIssueReceipt,
    ActionLookUp,
    ActionRaiseAlert,
    ActionShowMessage,
    ActionStartCharging,
    ActionStopCharging,
    CommandResult,
    CommandResultAuthorised,
    CommandResultCaptured,
    CommandResultConflict,
    CommandResultDeclined,
    CommandResultDone,
    CommandResultNotDone,
    CommandResultOpenHolds,
    CommandResultUnknown,
    Event,
    EventCardPresented,
    EventChargingStarted,
    EventChargingStopped,
    EventCommandEnded,
    EventDeadlineReached,
    EventPaymentHinted,
    Evse,
    MeterReading,
    Outcome,
    RefusalMalformedState,
    RefusalUnknownStateVersion,
    Stopped,
    Tap,
)
from chargetap.contract.terminal import Hold, TerminalEventCardRead, TerminalEventPaymentHint
from chargetap.example import ENDPOINT, MINUTE, TERMINAL, document
from chargetap.example import POLICY as EXAMPLE_POLICY

SCHEMA = """
create table if not exists prompt (read text primary key, station text, connector integer);
create table if not exists session (
    id text primary key, state blob not null, phase text not null, payment text, deadline integer
);
create table if not exists token (id_tag text primary key, session text not null);
create table if not exists event (
    number integer primary key, session text not null, event text not null, dedupe_key text unique
);
create table if not exists command (
    number integer primary key, id text unique not null, session text not null,
    action text not null, status text not null
);
create table if not exists receipt (
    command text primary key, number integer unique, receipt text not null
);
create index if not exists waiting on command (status) where status <> 'done';
"""

SHOWN_AGAIN = (ActionShowMessage, ActionIssueReceipt, ActionRaiseAlert)
"""What is simply done again if nobody knows whether it was done."""

UNREADABLE = (RefusalUnknownStateVersion, RefusalMalformedState)
"""Why a session's state was not read, which says nothing about the event."""

if not os.environ.get("CALLBACK_KEY"):
    sys.exit(
        'CALLBACK_KEY is not set: export CALLBACK_KEY="$(openssl rand -base64 32)", and keep it'
    )
KEY = (KeyInfo(id="2026"), Secret(os.environ["CALLBACK_KEY"]))
"""What callback URLs are made and checked with. Who knows it can make them."""

POLICY = replace(EXAMPLE_POLICY, plug_in_timeout=30 * MINUTE)
"""The prices and patience of this host's terminals."""

SPEED = int(os.environ.get("SPEED", "1"))
SINCE = 1_767_268_800
"""From when on time passes so fast, in seconds since 1970."""


def now() -> int:
    """The clock, in milliseconds since 1970."""
    return int((SINCE + (time.time() - SINCE) * SPEED) * 1000)


def post(url: str, body: Any) -> tuple[int, Any]:
    """Call an HTTP interface. Raises `OSError` if no answer came, and `HTTPException` or `ValueError` if
    it is broken or no JSON.
    """
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, None


class Cms:
    """Sessions, on a database of this host's own."""

    def __init__(self, database: str, plugins: Plugins, world: str) -> None:
        self.plugins = plugins
        self.world = world
        self.database = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self.database.executescript(
            "pragma journal_mode = wal; pragma synchronous = full;" + SCHEMA
        )
        self.turn = threading.RLock()
        self.wake = threading.Event()
        self.started_at = now()

    # Duty 1: one transaction, and only then is the event acknowledged.

    def apply(
        self, session: str, event: Event, dedupe_key: str | None = None, ended: str | None = None
    ) -> None:
        """Step a session. `ended` is the command whose outcome the event is.

        Raises `StepRefused` if the session's state cannot be read: nothing is stored then.
        """
        with self.turn, self.database:
            self.database.execute("begin immediate")
            if dedupe_key and self.first("select 1 from event where dedupe_key = ?", dedupe_key):
                return
            self.database.execute(
                "insert into event (session, event, dedupe_key) values (?, ?, ?)",
                (session, json.dumps(to_json(Event, event)), dedupe_key),
            )
            if ended:
                self.database.execute("update command set status = 'done' where id = ?", (ended,))
            row = self.first("select state from session where id = ?", session)
            try:
                decision = self.plugins.step(POLICY, row[0] if row else None, event, now())
            except StepRefused as refused:
                if isinstance(refused.reason, UNREADABLE):
                    raise
                # It changes nothing. The event stays on record, so that a repeat is recognised.
                print(f"{session}: {type(event).__name__} refused: {refused}", flush=True)
                self.database.execute(
                    "update session set deadline = ? where id = ? and deadline <= ?",
                    (now() + MINUTE, session, now()),
                )
                return
            view = decision.view
            self.database.execute(
                "insert or replace into session values (?, ?, ?, ?, ?)",
                (
                    session,
                    decision.state,
                    view.phase.value,
                    view.hold.payment if view.hold else None,
                    decision.deadline,
                ),
            )
            for command in decision.commands:
                # An id that was there before replaces that command.
                self.database.execute(
                    "insert or replace into command (id, session, action, status)"
                    " values (?, ?, ?, 'pending')",
                    (command.id, session, json.dumps(to_json(Action, command.action))),
                )
                if isinstance(command.action, ActionStartCharging):
                    self.database.execute(
                        "insert or replace into token values (?, ?)",
                        (command.action.value.id_tag, session),
                    )
        print(f"{session}: {type(event).__name__} -> {view.phase.value}", flush=True)
        self.wake.set()

    # Duty 2: at least once, on record as sent before it is sent.

    def claim(self) -> tuple[str, str, Action] | None:
        with self.turn:
            # `status <> 'done'` is there so that SQLite uses the index.
            row = self.first(
                "update command set status = 'sent' where number ="
                " (select min(number) from command where status = 'pending' and status <> 'done')"
                " returning id, session, action"
            )
        return (row[0], row[1], from_json(Action, json.loads(row[2]))) if row else None

    def work(self) -> bool:
        """Execute the next command and apply its outcome. Whether there was one."""
        claimed = self.claim()
        if not claimed:
            return False
        id, session, action = claimed
        result = self.execute(id, session, action)
        if result is None:
            with self.turn:
                self.database.execute("update command set status = 'done' where id = ?", (id,))
        else:
            self.apply(session, EventCommandEnded(Outcome(command=id, result=result)), ended=id)
        return True

    def recover(self) -> None:
        """Take up what a process that died had sent."""
        # `status <> 'done'` is there so that SQLite uses the index.
        rows = self.database.execute(
            "select id, session, action from command where status = 'sent' and status <> 'done'"
        ).fetchall()
        for id, session, stored in rows:
            if isinstance(from_json(Action, json.loads(stored)), SHOWN_AGAIN):
                self.database.execute("update command set status = 'pending' where id = ?", (id,))
            else:
                outcome = Outcome(command=id, result=CommandResultUnknown())
                self.apply(session, EventCommandEnded(outcome), ended=id)

    def execute(self, id: str, session: str, action: Action) -> CommandResult | None:
        """Do what a command asks for. `None`: the session need not know how it ended."""
        match action:
            case ActionLookUp(it):
                status, holds = self.call("look-up", terminal=it.terminal, payment=it.payment)
                if status != 200:
                    return CommandResultNotDone(f"status {status}")
                found = (Hold(payment=hold[0], amount=hold[1]) for hold in holds)
                return CommandResultOpenHolds(
                    tuple(hold for hold in found if not self.is_of_another(session, hold))
                )
            case ActionAuthorise(it):
                return self.result(*self.call("authorise", terminal=it.terminal))
            case ActionCapture(it):
                return self.result(
                    *self.call("capture", payment=it.target.payment, amount=it.amount)
                )
            case ActionCancel(it):
                return self.result(*self.call("cancel", payment=it.target.payment))
            case ActionStartCharging(it):
                return self.result(*self.call("start", id_tag=it.id_tag))
            case ActionStopCharging():
                return self.result(*self.call("stop"))
            case ActionShowMessage(it):
                print(
                    f"the terminal says: {self.plugins.screen_text(it.message, 'en')}", flush=True
                )
            case ActionRaiseAlert(it):
                print(f"a person is needed: {it.reason.value}: {it.next_action}", flush=True)
            case ActionIssueReceipt(SubjectSession() as subject):
                self.issue(id, subject)
        return None

    def issue(self, command: str, subject: SubjectSession) -> None:
        """Make a receipt, once. Those of money have numbers without gaps."""
        with self.turn, self.database:
            self.database.execute("begin immediate")
            if self.first("select 1 from receipt where command = ?", command):
                return
            number = None
            if subject.value.captured:
                [last] = self.first("select coalesce(max(number), 0) from receipt")
                number = last + 1
            receipt = replace(
                document(subject),
                id=secrets.token_hex(16).upper(),
                number=f"L-{number}" if number else None,
            )
            body = self.plugins.render(receipt, FormatJson(), "en").body
            self.database.execute(
                "insert into receipt values (?, ?, ?)", (command, number, body.decode())
            )

    def call(self, what: str, **body: Any) -> tuple[int, Any]:
        """Ask the payment provider or the station. No answer, or a broken one, is status 0."""
        try:
            return post(f"{self.world}/{what}", body)
        except (OSError, HTTPException, ValueError):
            return 0, None

    def result(self, status: int, answer: Any) -> CommandResult:
        """What an answer means. What is not certain is unknown, and never a guess."""
        match status, answer:
            case 200, {"payment": str(payment), "amount": int(amount)}:
                return CommandResultAuthorised(Hold(payment=payment, amount=amount))
            case 200, {"captured": int(amount)}:
                return CommandResultCaptured(amount)
            case 200, _:
                return CommandResultDone()
            case 402, _:
                return CommandResultDeclined("declined")
            case 409, _:
                return CommandResultConflict()
            case _ if 400 <= status < 500:
                return CommandResultNotDone(f"status {status}")
            case _:
                return CommandResultUnknown()

    def is_of_another(self, session: str, hold: Hold) -> bool:
        sql = "select 1 from session where payment = ? and id <> ?"
        return self.first(sql, hold.payment, session) is not None

    # Duty 3: the deadline of the last decision.

    def reach_deadlines(self) -> None:
        with self.turn:
            due = self.database.execute(
                "select id from session where deadline <= ?", (now(),)
            ).fetchall()
        for (session,) in due:
            # For how long the station has been able to deliver what it had queued.
            self.apply(session, EventDeadlineReached(now() - self.started_at))

    # What comes from outside.

    def arm(self) -> None:
        """Have the terminal read a card: the prompt is stored first."""
        with self.turn, self.database:
            self.database.execute("begin immediate")
            row = self.first("select read from prompt")
            read = row[0] if row else secrets.token_hex(10).upper()
            if not row:
                self.database.execute("insert into prompt values (?, 'CT-1', 1)", (read,))
        url = self.plugins.mint(
            ENDPOINT.id, Capability(terminal=TERMINAL, read=read, expires_at=now() + 10 * MINUTE)
        )
        self.call("arm", callback=url)

    def callback(self, request: Request) -> int:
        """A callback: verified, stored, and only then acknowledged."""
        try:
            reported = self.plugins.verify(request)
        except CallbackRefused as refused:
            print(f"a callback is refused: {refused}", flush=True)
            return 401
        for verified in reported:
            match verified.event:
                case CallbackEventTerminal(TerminalEventCardRead(read)):
                    row = self.first(
                        "select station, connector from prompt where read = ?", read.read
                    )
                    evse = Evse(station=row[0], connector=row[1]) if row else None
                    event = EventCardPresented(Tap(read=read, evse=evse))
                    self.apply(read.read, event, dedupe_key=verified.dedupe_key)
                case CallbackEventTerminal(TerminalEventPaymentHint(hint)):
                    self.apply(hint.read, EventPaymentHinted(), dedupe_key=verified.dedupe_key)
        return 204

    def station(self, message: dict[str, Any]) -> int:
        """What the station reports. It repeats a message until it is acknowledged."""
        row = self.first("select session from token where id_tag = ?", message["id_tag"])
        if row:
            energy, at = message["energy"], message["at"]
            event: Event = (
                EventChargingStarted(MeterReading(energy=energy, at=at))
                if message["kind"] == "started"
                else EventChargingStopped(Stopped(at=at, energy=energy, reason="Local"))
            )
            self.apply(row[0], event, dedupe_key=f"station-{message['id']}")
        return 204

    def first(self, sql: str, *parameters: Any) -> Any:
        with self.turn:
            return self.database.execute(sql, parameters).fetchone()


def handler(cms: Cms) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received_at = now()
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                if self.path.startswith("/callbacks/"):
                    status = cms.callback(
                        Request(
                            endpoint=ENDPOINT.id,
                            capability=self.path.rsplit("/", 1)[-1],
                            method="POST",
                            target_uri=f"http://cms.example{self.path}",
                            headers=tuple(
                                (name, it.encode("latin-1")) for name, it in self.headers.items()
                            ),
                            body=body,
                            received_at=received_at,
                        )
                    )
                else:
                    status = cms.station(json.loads(body))
            except Exception:
                # Not stored, so not acknowledged: it will come again.
                traceback.print_exc()
                status = 503
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler


def main(database: str, port: str, world: str, components: str | None = None) -> None:
    cache = Path(database).with_suffix(".cache")
    # They were just built here. A host that got them from elsewhere names `keys`.
    plugins = Plugins.load([(ENDPOINT, [KEY])], components, cache, unsigned=True)
    cms = Cms(database, plugins, world)
    cms.recover()
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), handler(cms))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cms.arm()
    while True:
        cms.reach_deadlines()
        if not cms.work():
            cms.wake.wait(0.1)
            cms.wake.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
