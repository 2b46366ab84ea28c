"""What a terminal's screen says: which message it is, and its values. `rendering.screen-text` puts it
into words.
"""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from .money import MinorUnits, Money, Prices
from .receipt import NothingTakenReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a driver is told before a card is shown."""
    prices: Prices
    hold: MinorUnits
    """What is reserved on the card."""


@dataclass(frozen=True, slots=True)
class OutcomePaid:
    """So much was taken."""
    CASE: ClassVar = "paid"
    value: Money


@dataclass(frozen=True, slots=True)
class OutcomeNothingTaken:
    """`nothing-taken` of `Outcome`."""
    CASE: ClassVar = "nothing-taken"
    value: NothingTakenReason


Outcome: TypeAlias = (
    OutcomePaid
    | OutcomeNothingTaken
)
"""What became of the money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptNotice:
    """Where a receipt is."""
    outcome: Outcome
    address: str
    """The address of the page that finds receipts, without its scheme."""
    code: str
    """The code that is typed there."""
    recalled: bool
    """The driver showed the card again to see this: to charge again, it is to be shown once more."""


@dataclass(frozen=True, slots=True)
class MessageOffer:
    """The price, and that a card is awaited."""
    CASE: ClassVar = "offer"
    value: Quote


@dataclass(frozen=True, slots=True)
class MessageCardAccepted:
    """The money is reserved; the driver is to plug in."""
    CASE: ClassVar = "card-accepted"


@dataclass(frozen=True, slots=True)
class MessageChargingBegun:
    """`charging-begun` of `Message`."""
    CASE: ClassVar = "charging-begun"


@dataclass(frozen=True, slots=True)
class MessageChargingEnded:
    """Charging ended, and so much is taken."""
    CASE: ClassVar = "charging-ended"
    value: Money


@dataclass(frozen=True, slots=True)
class MessageNothingTaken:
    """`nothing-taken` of `Message`."""
    CASE: ClassVar = "nothing-taken"
    value: NothingTakenReason


@dataclass(frozen=True, slots=True)
class MessageOccupied:
    """The card took nothing, because another driver has the EVSE."""
    CASE: ClassVar = "occupied"


@dataclass(frozen=True, slots=True)
class MessageNoEvse:
    """The card took nothing, because no EVSE was offered: the driver is to plug in or choose first."""
    CASE: ClassVar = "no-evse"


@dataclass(frozen=True, slots=True)
class MessageReceipt:
    """`receipt` of `Message`."""
    CASE: ClassVar = "receipt"
    value: ReceiptNotice


@dataclass(frozen=True, slots=True)
class MessageInUse:
    """Another driver charges."""
    CASE: ClassVar = "in-use"


@dataclass(frozen=True, slots=True)
class MessageInUseCardStops:
    """Another driver charges, whose card ends it."""
    CASE: ClassVar = "in-use-card-stops"


@dataclass(frozen=True, slots=True)
class MessagePlugIn:
    """A vehicle is awaited; a card ends the session that it began."""
    CASE: ClassVar = "plug-in"


@dataclass(frozen=True, slots=True)
class MessageShowFirstCard:
    """To end a session, the card is awaited that it began with."""
    CASE: ClassVar = "show-first-card"


@dataclass(frozen=True, slots=True)
class MessageHowMuch:
    """A question: how much may be spent?"""
    CASE: ClassVar = "how-much"


@dataclass(frozen=True, slots=True)
class MessageAmount:
    """One answer to that."""
    CASE: ClassVar = "amount"
    value: Money


@dataclass(frozen=True, slots=True)
class MessageWhereToCharge:
    """A question: at which EVSE?"""
    CASE: ClassVar = "where-to-charge"


@dataclass(frozen=True, slots=True)
class MessageStop:
    """A button that ends the only session."""
    CASE: ClassVar = "stop"


@dataclass(frozen=True, slots=True)
class MessageStopAt:
    """A button that ends the session at the EVSE with this label."""
    CASE: ClassVar = "stop-at"
    value: str


@dataclass(frozen=True, slots=True)
class MessageConfirmStop:
    """A question after a card was shown again: is its session to end?"""
    CASE: ClassVar = "confirm-stop"


@dataclass(frozen=True, slots=True)
class MessageGoOn:
    """A button that leaves it running."""
    CASE: ClassVar = "go-on"


@dataclass(frozen=True, slots=True)
class MessageOutOfService:
    """No card is taken."""
    CASE: ClassVar = "out-of-service"


Message: TypeAlias = (
    MessageOffer
    | MessageCardAccepted
    | MessageChargingBegun
    | MessageChargingEnded
    | MessageNothingTaken
    | MessageOccupied
    | MessageNoEvse
    | MessageReceipt
    | MessageInUse
    | MessageInUseCardStops
    | MessagePlugIn
    | MessageShowFirstCard
    | MessageHowMuch
    | MessageAmount
    | MessageWhereToCharge
    | MessageStop
    | MessageStopAt
    | MessageConfirmStop
    | MessageGoOn
    | MessageOutOfService
)
"""What a screen says."""
