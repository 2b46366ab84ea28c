"""A driver taps a card and charges: `python -m chargetap.example`.

A callback is verified, a session goes from tap to settled with a store of its own, and its receipt is
rendered. Station and payment provider are played by `execute`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections import deque
from dataclasses import dataclass, field, replace

from chargetap import CallbackRefused, Plugins
from chargetap.contract.callback import (
    CallbackEventTerminal,
    Capability,
    Endpoint,
    KeyInfo,
    Request,
    SchemeCapabilityUrl,
    Secret,
)
from chargetap.contract.money import Dimension, PriceComponent, Tariff, TariffElement
from chargetap.contract.receipt import Document, FormatText, Issuer, Site, SubjectSession
from chargetap.contract.session import (
    Action,
    ActionAuthorise,
    ActionCapture,
    ActionIssueReceipt,
    ActionLookUp,
    ActionShowMessage,
    ActionStartCharging,
    Command,
    CommandResultAuthorised,
    CommandResultDone,
    CommandResultOpenHolds,
    Event,
    EventCardPresented,
    EventChargingStarted,
    EventChargingStopped,
    EventCommandEnded,
    Evse,
    MeterReading,
    Outcome,
    Phase,
    Policy,
    Stopped,
    Tap,
)
from chargetap.contract.terminal import CardRead, Hold, TerminalEventCardRead

MINUTE = 60_000
TAPPED_AT = 1_767_268_800_000
"""When the card is shown, in milliseconds since 1970."""
TERMINAL = "P66-0001"

ENDPOINT = Endpoint(id="payter", scheme=SchemeCapabilityUrl())
KEY = (KeyInfo(id="2026"), Secret("an example's key of at least 32 bytes"))

POLICY = Policy(
    tariff=Tariff(
        currency="EUR",
        tax_included=False,
        elements=(
            TariffElement(
                components=(
                    PriceComponent(
                        dimension=Dimension.ENERGY,
                        price=49_000,  # thousandths of a cent for a kWh
                        vat_rate=2_500,
                        step_size=1,
                    ),
                ),
                restrictions=(),
            ),
        ),
    ),
    utc_offsets=(),
    currency_decimals=2,
    minimum_capture=50,
    authorise_timeout=MINUTE,
    plug_in_timeout=5 * MINUTE,
    maximum_duration=24 * 60 * MINUTE,
    hold_lifetime=7 * 24 * 60 * MINUTE,
    stop_timeout=2 * MINUTE,
    offline_timeout=60 * MINUTE,
    maximum_power=500_000,
)

SITE = Site(
    name="Stora Torget", address="Torget 2, 111 23 Stockholm, Sweden", time_zone="Europe/Stockholm"
)
ISSUER = Issuer(
    name="Laddbolaget AB",
    address="Storgatan 1, 111 22 Stockholm, Sweden",
    vat_number="SE556677889901",
    contact="help@laddbolaget.example",
)


def callback(plugins: Plugins) -> Request:
    """What the terminal posts to the URL that was made for this one card."""
    arming = "0123456789ABCDEFGHJK"  # unguessable, and made anew for each prompt
    capability = Capability(terminal=TERMINAL, read=arming, expires_at=TAPPED_AT + MINUTE)
    segment = plugins.mint("payter", capability)
    assert segment
    card = {"serialNumber": TERMINAL, "cardId": "c4a760a8", "maskedPan": "************0042"}
    return Request(
        endpoint="payter",
        capability=segment,
        method="POST",
        target_uri=f"https://cms.example/callbacks/payter/{segment}",
        headers=(("content-type", b"application/json"),),
        body=json.dumps(card).encode(),
        received_at=TAPPED_AT,
    )


def card_of(plugins: Plugins, request: Request) -> CardRead:
    """The card that an authentic callback reports."""
    for verified in plugins.verify(request):
        match verified.event:
            case CallbackEventTerminal(TerminalEventCardRead(read)):
                return read
    raise ValueError("the callback reports no card")


def document(subject: SubjectSession) -> Document:
    """The receipt of a session, before it is rendered."""
    return Document(
        id="K7MV42N5SHZEB5VRSGTN70G9P",
        number="L-1",
        issued_at=subject.value.settled_at,
        issuer=ISSUER,
        site=SITE,
        subject=subject,
    )


class Store:
    """The host's own store: the session's state, and its commands until they are done."""

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.execute("create table session (id integer primary key, state blob, deadline)")
        self.database.execute("create table command (id text primary key, done integer)")

    def state(self) -> bytes | None:
        row = self.database.execute("select state from session").fetchone()
        return bytes(row[0]) if row else None

    def keep(self, state: bytes, deadline: int | None, commands: tuple[Command, ...]) -> None:
        with self.database:
            self.database.execute("begin immediate")
            self.database.execute(
                "insert or replace into session values (1, ?, ?)", (state, deadline)
            )
            ids = [(it.id,) for it in commands]
            self.database.executemany("insert or replace into command values (?, 0)", ids)

    def done(self, command: Command) -> None:
        self.database.execute("update command set done = 1 where id = ?", (command.id,))


@dataclass
class Host:
    """Steps the session, and does what it asks for."""

    plugins: Plugins
    store: Store = field(default_factory=Store)
    now: int = TAPPED_AT
    receipt: SubjectSession | None = None

    def run(self, first: Event) -> Phase:
        """Step the session with this event and with what follows from it."""
        events = deque([first])
        while events:
            event = events.popleft()
            decision = self.plugins.step(POLICY, self.store.state(), event, self.now)
            self.store.keep(decision.state, decision.deadline, decision.commands)
            print(f"{type(event).__name__:22} -> {decision.view.phase.value}")
            self.now += MINUTE
            for command in decision.commands:
                events += self.execute(command.id, command.action)
                self.store.done(command)
        return decision.view.phase

    def execute(self, id: str, action: Action) -> list[Event]:
        """Play the payment provider and the station. Returns what they report."""
        match action:
            case ActionLookUp():
                return [EventCommandEnded(Outcome(command=id, result=CommandResultOpenHolds(())))]
            case ActionAuthorise():
                hold = Hold(payment="pay-1", amount=5_000)
                return [
                    EventCommandEnded(Outcome(command=id, result=CommandResultAuthorised(hold)))
                ]
            case ActionStartCharging():
                start = MeterReading(energy=12_345, at=self.now)
                self.now += 20 * MINUTE
                end = Stopped(at=self.now, energy=22_345, reason="Local")
                return [EventChargingStarted(start), EventChargingStopped(end)]
            case ActionCapture(capture):
                print(f"captured: {capture.amount} cents")
                return [EventCommandEnded(Outcome(command=id, result=CommandResultDone()))]
            case ActionIssueReceipt(SubjectSession() as subject):
                self.receipt = subject
            case ActionShowMessage(show):
                print(f"the terminal says: {self.plugins.screen_text(show.message, 'en')}")
        return []


def main() -> None:
    began = time.perf_counter()
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    # They were just built here. A host that got them from elsewhere names `keys`.
    plugins = Plugins.load([(ENDPOINT, [KEY])], folder, unsigned=True)
    request = callback(plugins)
    read = card_of(plugins, request)
    print(f"verified: a card ending in {read.card.last_four:04} at {read.terminal}")
    print(f"          {time.perf_counter() - began:.1f} s after the start of this program")
    try:
        plugins.verify(replace(request, capability=request.capability.replace("P66", "P67")))
    except CallbackRefused as refused:
        print(f"refused:  the same in the name of another terminal: {refused.reason}")

    host = Host(plugins)
    tap = Tap(read=read, evse=Evse(station="CT-1", connector=1))
    phase = host.run(EventCardPresented(tap))
    assert phase is Phase.SETTLED and host.receipt

    receipt = plugins.render(document(host.receipt), FormatText(60), "en")
    print(f"\n{receipt.body.decode()}")


if __name__ == "__main__":
    main()
