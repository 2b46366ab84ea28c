"""The charging session: what happens to it, what it asks for, and how it stands."""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, TypeAlias

from .._values import S64, U8, U32
from .money import Currency, DurationMs, MinorUnits, Price, Tariff, UnixMs, UtcOffset, WattHours
from .receipt import Buyer, Subject
from .screen import Message
from .terminal import Card, CardRead, Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Evse:
    """One connector of one charging station."""
    station: str
    """The station's identity, the last segment of its OCPP URL."""
    connector: U32
    """The connector's number at the station, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator decided for a terminal. It is read at every step, so a change takes
    effect on running sessions, except that the tariff is the one of the tap.
    """
    tariff: Tariff
    utc_offsets: tuple[UtcOffset, ...]
    """The site's time, from before the tap to the next change that could matter, the earliest
    first. None is UTC.
    """
    currency_decimals: U8
    """How many decimals the currency's minor unit makes: 2 for EUR, 0 for JPY."""
    minimum_capture: MinorUnits
    """Less than this is not captured; the hold is voided instead."""
    authorise_timeout: DurationMs
    """How long the provider may take before a lost authorisation counts as not made."""
    plug_in_timeout: DurationMs
    """How long a driver may take to plug in, from the tap."""
    maximum_duration: DurationMs
    """How long a session may last."""
    hold_lifetime: DurationMs
    """How long the issuer keeps a hold; charging is stopped so early that its end is known an
    hour before that.
    """
    stop_timeout: DurationMs
    """How long a station may take to report the end after being told to stop."""
    offline_timeout: DurationMs
    """How much longer the end is awaited while the station is not connected."""
    maximum_power: U32
    """What one connector can deliver at most, in watts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A card was shown to a terminal that offered to charge, or to end charging."""
    read: CardRead
    evse: Evse | None = None
    """The EVSE that the terminal offered. Absent where it only took the wish to stop."""
    told_price: str | None = None
    """The price as the terminal showed it, word for word. It is kept with the event."""


@dataclass(frozen=True, slots=True)
class ResolutionCaptured:
    """So much of the hold was captured, at most what the session costs."""
    CASE: ClassVar = "captured"
    value: MinorUnits


@dataclass(frozen=True, slots=True)
class ResolutionVoided:
    """The hold was released, or none was made."""
    CASE: ClassVar = "voided"


@dataclass(frozen=True, slots=True)
class ResolutionLost:
    """The hold expired or was lost, and nothing was captured."""
    CASE: ClassVar = "lost"


@dataclass(frozen=True, slots=True)
class ResolutionRefundedElsewhere:
    """What is due was given back in another way than to the card."""
    CASE: ClassVar = "refunded-elsewhere"


Resolution: TypeAlias = (
    ResolutionCaptured
    | ResolutionVoided
    | ResolutionLost
    | ResolutionRefundedElsewhere
)
"""What a person found out about a session that needs attention."""


class Requester(Enum):
    """Whose wish it is that a session ends."""
    OPERATOR = "operator"
    """The operator, from afar."""
    DRIVER = "driver"
    """The driver, on the terminal's screen."""
    STATION = "station"
    """The station: it says that no transaction runs there any more, and has not said how the
    session's ended.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """The station's cumulative energy register at a moment."""
    energy: WattHours
    at: UnixMs


@dataclass(frozen=True, slots=True)
class CommandResultAuthorised:
    """Authorise: the money is reserved."""
    CASE: ClassVar = "authorised"
    value: Hold


@dataclass(frozen=True, slots=True)
class CommandResultDeclined:
    """Whoever was asked said no, and will again: the issuer to an authorisation, the station to
    a start. The text is for the log.
    """
    CASE: ClassVar = "declined"
    value: str


@dataclass(frozen=True, slots=True)
class CommandResultDone:
    """It took effect."""
    CASE: ClassVar = "done"


@dataclass(frozen=True, slots=True)
class CommandResultCaptured:
    """Capture: it took effect, but only this much was taken, less than was asked for."""
    CASE: ClassVar = "captured"
    value: MinorUnits


@dataclass(frozen=True, slots=True)
class CommandResultConflict:
    """The provider says that the payment session was already captured or voided."""
    CASE: ClassVar = "conflict"


@dataclass(frozen=True, slots=True)
class CommandResultNotDone:
    """It certainly took no effect, and may be tried again. The text is for the log."""
    CASE: ClassVar = "not-done"
    value: str


@dataclass(frozen=True, slots=True)
class CommandResultUnknown:
    """It may have taken effect or not: the answer was lost."""
    CASE: ClassVar = "unknown"


@dataclass(frozen=True, slots=True)
class CommandResultOpenHolds:
    """Look-up: the holds still open at the terminal that no other session claims, or, where
    the look-up named a payment session, that one if it is still open.
    """
    CASE: ClassVar = "open-holds"
    value: tuple[Hold, ...]


CommandResult: TypeAlias = (
    CommandResultAuthorised
    | CommandResultDeclined
    | CommandResultDone
    | CommandResultCaptured
    | CommandResultConflict
    | CommandResultNotDone
    | CommandResultUnknown
    | CommandResultOpenHolds
)
"""How a command ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of the command with this id."""
    command: str
    result: CommandResult


@dataclass(frozen=True, slots=True)
class EventCardPresented:
    """A card was shown: the first event of a session, which takes nothing where no EVSE was
    offered, or the wish to stop a running one.
    """
    CASE: ClassVar = "card-presented"
    value: Tap


@dataclass(frozen=True, slots=True)
class EventEvseOccupied:
    """A card was shown where another driver's session has the EVSE: the only event of a
    session that takes nothing.
    """
    CASE: ClassVar = "evse-occupied"
    value: CardRead


@dataclass(frozen=True, slots=True)
class EventOrphanHoldFound:
    """A hold was found that no session knows: the first event of a session that voids it."""
    CASE: ClassVar = "orphan-hold-found"
    value: OrphanHold


@dataclass(frozen=True, slots=True)
class EventCommandEnded:
    """A command ended."""
    CASE: ClassVar = "command-ended"
    value: Outcome


@dataclass(frozen=True, slots=True)
class EventPaymentHinted:
    """The provider hints that the payment changed."""
    CASE: ClassVar = "payment-hinted"


@dataclass(frozen=True, slots=True)
class EventChargingStarted:
    """The station began the transaction at this reading. The energy is 0 if the station did not say."""
    CASE: ClassVar = "charging-started"
    value: MeterReading


@dataclass(frozen=True, slots=True)
class EventMeterRead:
    """The station reported its register during the transaction."""
    CASE: ClassVar = "meter-read"
    value: MeterReading


@dataclass(frozen=True, slots=True)
class EventChargingStopped:
    """The station ended the transaction at this reading."""
    CASE: ClassVar = "charging-stopped"
    value: Stopped


@dataclass(frozen=True, slots=True)
class EventStopRequested:
    """Somebody wants the session to end."""
    CASE: ClassVar = "stop-requested"
    value: Requester


@dataclass(frozen=True, slots=True)
class EventRefunded:
    """So much of what was captured was given back to the card, as the provider confirmed to
    whoever did it.
    """
    CASE: ClassVar = "refunded"
    value: MinorUnits


@dataclass(frozen=True, slots=True)
class EventInvoiceRequested:
    """The driver wants an invoice in a buyer's name for what was captured. There is one of a
    session, and none after something was given back.
    """
    CASE: ClassVar = "invoice-requested"
    value: Buyer


@dataclass(frozen=True, slots=True)
class EventDeadlineReached:
    """The deadline of the last decision has passed. With it comes for how long the session's
    station has been able to deliver what it had queued: it was connected, and the host awake
    and able to store. Absent while that is not so.
    """
    CASE: ClassVar = "deadline-reached"
    value: DurationMs | None


@dataclass(frozen=True, slots=True)
class EventClockSet:
    """The host's clock was set: it shows so much more than it would have, or less if negative.
    All moments of the session so far were told by the clock as it was.
    """
    CASE: ClassVar = "clock-set"
    value: S64


@dataclass(frozen=True, slots=True)
class EventResolved:
    """A person found out what became of the money."""
    CASE: ClassVar = "resolved"
    value: Resolution


Event: TypeAlias = (
    EventCardPresented
    | EventEvseOccupied
    | EventOrphanHoldFound
    | EventCommandEnded
    | EventPaymentHinted
    | EventChargingStarted
    | EventMeterRead
    | EventChargingStopped
    | EventStopRequested
    | EventRefunded
    | EventInvoiceRequested
    | EventDeadlineReached
    | EventClockSet
    | EventResolved
)
"""What can happen to a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanHold:
    """A hold that no session knows."""
    terminal: str
    """The terminal's serial number."""
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The end of a transaction."""
    at: UnixMs
    """The moment of the end."""
    energy: WattHours | None = None
    """The station's cumulative energy register at the end. Absent if the station did not report
    it, or nothing that can be one.
    """
    reason: str
    """The station's reason, for the log and the receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRef:
    """A payment session at a terminal."""
    terminal: str
    """The terminal's serial number."""
    payment: str
    """The provider's payment session id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorise:
    """Reserve the amount for which the reader was armed, on the card that was just shown."""
    terminal: str
    """The terminal's serial number."""
    message: Message
    """For the terminal's screen, once the money is reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Take part or all of a hold and release the rest."""
    target: PaymentRef
    amount: MinorUnits
    message: Message | None = None
    """For the terminal's screen, as long as the driver may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Release a hold without taking anything."""
    target: PaymentRef
    message: Message | None = None
    """For the terminal's screen, as long as the driver may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Ask the provider which holds are open at a terminal."""
    terminal: str
    """The terminal's serial number."""
    payment: str | None = None
    """Ask about this payment session only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCharging:
    """Ask the station to begin a transaction under this token."""
    evse: Evse
    id_tag: str
    """A one-time token of at most 20 characters, by which the start is recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A message for the terminal's screen."""
    terminal: str
    """The terminal's serial number."""
    message: Message
    visible_for: DurationMs
    """How long it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something a person must look at."""
    reason: Attention
    next_action: str
    """What to do next, for people."""


class Attention(Enum):
    """Why a session needs a person."""
    AUTHORISATION_UNKNOWN = "authorisation-unknown"
    """The provider has not said for an hour whether a hold was made."""
    CAPTURE_FAILED = "capture-failed"
    """The capture did not succeed within the provider's retry ladder."""
    VOID_FAILED = "void-failed"
    """The void did not succeed within the provider's retry ladder."""
    CLOSED_ELSEWHERE = "closed-elsewhere"
    """The payment session was closed by somebody else."""
    END_NOT_REPORTED = "end-not-reported"
    """The station never reported the end, or without a reading; the last known reading was billed."""
    HOLD_EXPIRED = "hold-expired"
    """The hold expired before it was captured."""
    CAPTURED_IN_PART = "captured-in-part"
    """The provider took less than was asked for."""
    REFUND_DUE = "refund-due"
    """The station's late report of the end makes the session cheaper than what was captured."""
    CAPTURED_TOO_LITTLE = "captured-too-little"
    """The station's late report of the end makes the session dearer than what was captured."""
    ENERGY_WITHOUT_PAYMENT = "energy-without-payment"
    """Energy flowed on this session's start after the session was over."""
    METER_IMPLAUSIBLE = "meter-implausible"
    """The register moved by more than the connector can deliver, or was reset."""
    NOT_METERED = "not-metered"
    """The station reported nothing of its register that can be used; it was told to stop before the
    hold could be used up.
    """


@dataclass(frozen=True, slots=True)
class ActionAuthorise:
    """`authorise` of `Action`."""
    CASE: ClassVar = "authorise"
    value: Authorise


@dataclass(frozen=True, slots=True)
class ActionCapture:
    """`capture` of `Action`."""
    CASE: ClassVar = "capture"
    value: Capture


@dataclass(frozen=True, slots=True)
class ActionCancel:
    """`cancel` of `Action`."""
    CASE: ClassVar = "cancel"
    value: Cancel


@dataclass(frozen=True, slots=True)
class ActionLookUp:
    """`look-up` of `Action`."""
    CASE: ClassVar = "look-up"
    value: LookUp


@dataclass(frozen=True, slots=True)
class ActionStartCharging:
    """`start-charging` of `Action`."""
    CASE: ClassVar = "start-charging"
    value: StartCharging


@dataclass(frozen=True, slots=True)
class ActionStopCharging:
    """End the transaction of this session at this EVSE."""
    CASE: ClassVar = "stop-charging"
    value: Evse


@dataclass(frozen=True, slots=True)
class ActionShowMessage:
    """`show-message` of `Action`."""
    CASE: ClassVar = "show-message"
    value: Show


@dataclass(frozen=True, slots=True)
class ActionIssueReceipt:
    """`issue-receipt` of `Action`."""
    CASE: ClassVar = "issue-receipt"
    value: Subject


@dataclass(frozen=True, slots=True)
class ActionRaiseAlert:
    """`raise-alert` of `Action`."""
    CASE: ClassVar = "raise-alert"
    value: Alert


Action: TypeAlias = (
    ActionAuthorise
    | ActionCapture
    | ActionCancel
    | ActionLookUp
    | ActionStartCharging
    | ActionStopCharging
    | ActionShowMessage
    | ActionIssueReceipt
    | ActionRaiseAlert
)
"""What a command asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something the host must do. A command with an id that was seen before replaces that one and has the
    same effect: the id is what makes it recognisable.

    It is on record as sent before it is sent. How it ended is handed back as `command-ended`; if nobody
    knows whether it was sent or took effect, as `unknown`, and only a later step has it sent again.

    What is the host's own, `show-message`, `issue-receipt` and `raise-alert`, it repeats until it is done,
    and hands nothing back: an outcome is refused with `not-applicable`.
    """
    id: str
    """Made of the session's id, so unique among all sessions."""
    action: Action


class Phase(Enum):
    """Where a session stands."""
    AUTHORISING = "authorising"
    """The card was read; the hold is being made."""
    STARTING = "starting"
    """The hold is made; the station was asked to start, the driver is to plug in."""
    CHARGING = "charging"
    """Energy flows, or could."""
    STOPPING = "stopping"
    """The station was asked to stop."""
    CAPTURING = "capturing"
    """The price is final and is being captured."""
    VOIDING = "voiding"
    """The hold is being released in full."""
    SETTLED = "settled"
    """Ended: captured, receipt issued."""
    REFUNDED = "refunded"
    """Ended: captured, and given back in part or in full."""
    CANCELLED = "cancelled"
    """Ended: the hold was released, nothing taken."""
    DECLINED = "declined"
    """Ended: no hold was made because the card was refused."""
    FAILED_NOTHING_TAKEN = "failed-nothing-taken"
    """Ended: something failed before any money was taken."""
    NEEDS_ATTENTION = "needs-attention"
    """Ended for the software: a person must look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A session as people and the store's columns see it."""
    phase: Phase
    terminal: str
    """The terminal's serial number."""
    card: Card | None = None
    evse: Evse | None = None
    """Absent where none was offered, and for a hold that was found."""
    hold: Hold | None = None
    currency: Currency
    energy: WattHours
    """Energy delivered so far."""
    cost: Price
    """The price so far; final from `capturing` on."""
    captured: MinorUnits
    """What was captured."""
    released: MinorUnits
    """What was released of the hold."""
    refunded: MinorUnits
    """What was given back of the captured."""
    reported_late: WattHours | None = None
    """Energy delivered by the station's report of the end, where that came only after the
    price was final.
    """
    unpaid: WattHours | None = None
    """Energy that flowed on this session's start after the session was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a step decided."""
    state: bytes
    """The new state: opaque, versioned, to be stored as it is."""
    view: View
    commands: tuple[Command, ...]
    """To be stored in the same transaction as the state, then executed."""
    deadline: UnixMs | None = None
    """When to send `deadline-reached`, unless another step comes first."""


@dataclass(frozen=True, slots=True)
class RefusalUnknownStateVersion:
    """The state was written by a version of the component that this one does not know."""
    CASE: ClassVar = "unknown-state-version"
    value: U32


@dataclass(frozen=True, slots=True)
class RefusalMalformedState:
    """The state is not one that this component wrote."""
    CASE: ClassVar = "malformed-state"
    value: str


@dataclass(frozen=True, slots=True)
class RefusalNoSession:
    """There is no session yet, and this event begins none."""
    CASE: ClassVar = "no-session"


@dataclass(frozen=True, slots=True)
class RefusalNotApplicable:
    """The event does not apply to a session in this phase, and changes nothing."""
    CASE: ClassVar = "not-applicable"
    value: Phase


@dataclass(frozen=True, slots=True)
class RefusalNotRefundable:
    """A refund of nothing, or of more than is left of what was captured, which is this."""
    CASE: ClassVar = "not-refundable"
    value: MinorUnits


@dataclass(frozen=True, slots=True)
class RefusalNotCapturable:
    """A capture of nothing, or of more than the session costs or was held, which is this."""
    CASE: ClassVar = "not-capturable"
    value: MinorUnits


Refusal: TypeAlias = (
    RefusalUnknownStateVersion
    | RefusalMalformedState
    | RefusalNoSession
    | RefusalNotApplicable
    | RefusalNotRefundable
    | RefusalNotCapturable
)
"""Why a step was not made. The state stays as it was."""
