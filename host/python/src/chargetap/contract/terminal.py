"""The payment terminal: cards as it reports them, and what it reports.

No type here can hold a card number: the last digits are a number of at most four digits and
the reference is a keyed hash.
"""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, TypeAlias

from .._values import U8, U16, U64
from .money import MinorUnits


class CardScheme(Enum):
    """The card scheme, as far as the beginning of the application identifier (AID) tells."""
    VISA = "visa"
    """A000000003"""
    MASTERCARD = "mastercard"
    """A000000004, unless it is Maestro"""
    MAESTRO = "maestro"
    """A0000000043060"""
    AMEX = "amex"
    """A000000025"""
    DISCOVER = "discover"
    """A000000152"""
    JCB = "jcb"
    """A000000065"""
    UNIONPAY = "unionpay"
    """A000000333"""
    GIROCARD = "girocard"
    """A000000359"""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReference:
    """The first 128 bits of a keyed hash of the terminal's stable card id. Equal for the same card
    under the same key, and of no meaning elsewhere.
    """
    high: U64
    low: U64


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is known of a card."""
    scheme: CardScheme
    last_four: U16 | None = None
    """The last four digits as a number from 0 to 9999; print with leading zeros."""
    reference: CardReference


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationId:
    """The payment application on a card (AID), as card slips name it. Only those of schemes that are
    known are passed on, and five bytes are too few for a card number.
    """
    rid: U64
    """The registered provider: five bytes."""
    pix: U64
    """The provider's extension, the last `pix-bytes` bytes of this: at most five."""
    pix_bytes: U8


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRead:
    """A card was shown to a terminal that had been told to read one."""
    terminal: str
    """The terminal's serial number."""
    read: str
    """The id under which the host armed the reader."""
    card: Card
    application: ApplicationId | None = None
    """Absent where it was not reported in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHint:
    """The provider says that something about a payment session changed. It says what to ask about
    and proves nothing: money only moves on what the provider's API answers.
    """
    terminal: str
    """The terminal's serial number."""
    read: str
    """The id under which the host armed the reader."""
    payment: str | None = None
    """The provider's payment session, where the callback names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenAnswer:
    """The driver chose something on a terminal's screen."""
    terminal: str
    """The terminal's serial number."""
    screen: str
    """The id under which the host put up the screen."""
    choice: str
    """The id of what was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connectivity:
    """A terminal came online or went offline. It may have changed again since."""
    terminal: str
    """The terminal's serial number."""
    online: bool


@dataclass(frozen=True, slots=True)
class TerminalEventCardRead:
    """`card-read` of `TerminalEvent`."""
    CASE: ClassVar = "card-read"
    value: CardRead


@dataclass(frozen=True, slots=True)
class TerminalEventPaymentHint:
    """`payment-hint` of `TerminalEvent`."""
    CASE: ClassVar = "payment-hint"
    value: PaymentHint


@dataclass(frozen=True, slots=True)
class TerminalEventScreenAnswer:
    """`screen-answer` of `TerminalEvent`."""
    CASE: ClassVar = "screen-answer"
    value: ScreenAnswer


@dataclass(frozen=True, slots=True)
class TerminalEventConnectivity:
    """`connectivity` of `TerminalEvent`."""
    CASE: ClassVar = "connectivity"
    value: Connectivity


TerminalEvent: TypeAlias = (
    TerminalEventCardRead
    | TerminalEventPaymentHint
    | TerminalEventScreenAnswer
    | TerminalEventConnectivity
)
"""What an authentic callback of a terminal says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money reserved on a card (a pre-authorisation): pending until captured, voided or expired."""
    payment: str
    """The provider's payment session id."""
    amount: MinorUnits
    """What is guaranteed, in the terminal's currency."""
