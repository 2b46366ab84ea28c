"""Receipts: what is on them and how they are rendered."""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, TypeAlias

from .._values import U16, U32, U64
from .money import MinorUnits, Price, Prices, UnixMs, VatTotal, WattHours
from .terminal import ApplicationId, Card


class NothingTakenReason(Enum):
    """Why nothing was taken."""
    DECLINED = "declined"
    """The card was refused."""
    NOT_PLUGGED_IN = "not-plugged-in"
    """The driver did not plug in in time."""
    CANCELLED_BY_DRIVER = "cancelled-by-driver"
    """The driver showed the card again before charging began."""
    CANCELLED_BY_OPERATOR = "cancelled-by-operator"
    """The operator ended the session before charging began."""
    START_FAILED = "start-failed"
    """The station refused the start."""
    BELOW_MINIMUM = "below-minimum"
    """Less than the smallest amount that is captured."""
    PAYMENT_FAILED = "payment-failed"
    """The terminal or the payment provider failed before a hold was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charging:
    """The energy part of a session."""
    started_at: UnixMs
    """Start and end of the transaction."""
    ended_at: UnixMs
    energy: WattHours
    cost: Price
    """What the tariff of the tap makes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a session contributes to a receipt."""
    session: str
    """The session's id."""
    terminal: str
    """The terminal's serial number."""
    evse: str
    """The station's identity and connector, as `STATION/1`."""
    card: Card | None = None
    tapped_at: UnixMs
    """When the card was read."""
    settled_at: UnixMs
    """When the money was settled, or when what the receipt says came about after that."""
    currency: str
    charging: Charging | None = None
    prices: Prices | None = None
    """The prices of the tariff as they were when the card was read. Receipts of earlier versions have
    none, nor has one without charging.
    """
    held: MinorUnits
    """What was reserved, captured and released."""
    captured: MinorUnits
    released: MinorUnits
    captured_vat: tuple[VatTotal, ...]
    """What was captured, by VAT rate. It is less than the price where that is above the hold."""
    nothing_taken: NothingTakenReason | None = None
    """Absent when something was captured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that was given back."""
    session: Summary
    """The session as its receipt has it."""
    amount: MinorUnits
    """This refund, and what was given back in all, this one included."""
    refunded: MinorUnits
    amount_vat: tuple[VatTotal, ...]
    """The amount by VAT rate, in proportion to what was captured."""
    corrected: Charging | None = None
    """What the station said after the session was settled, and what that costs."""
    buyer: Buyer | None = None
    """In whose name the invoice is that this refers to. It is for the host to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who wants an invoice in its name."""
    name: str
    address: str
    vat_number: str
    """With country prefix, such as SE556677889901."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A full invoice in the name of a buyer. It takes the place of the session's receipt."""
    session: Summary
    buyer: Buyer


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What the platform pays out to its customer for a session: one line of a statement."""
    session: Summary
    payee: str
    """Who is paid."""
    statement: str
    """The statement that this line stands on."""
    fee: MinorUnits
    """What the platform keeps, with VAT, and the VAT in it."""
    fee_vat: MinorUnits
    paid_out: MinorUnits
    """Always what was captured less the fee."""


@dataclass(frozen=True, slots=True)
class SubjectSession:
    """A session ended: something was taken, or nothing."""
    CASE: ClassVar = "session"
    value: Summary


@dataclass(frozen=True, slots=True)
class SubjectRefund:
    """`refund` of `Subject`."""
    CASE: ClassVar = "refund"
    value: Refund


@dataclass(frozen=True, slots=True)
class SubjectInvoice:
    """`invoice` of `Subject`."""
    CASE: ClassVar = "invoice"
    value: Invoice


@dataclass(frozen=True, slots=True)
class SubjectPayout:
    """`payout` of `Subject`."""
    CASE: ClassVar = "payout"
    value: Payout


Subject: TypeAlias = (
    SubjectSession
    | SubjectRefund
    | SubjectInvoice
    | SubjectPayout
)
"""What a receipt is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues the receipt."""
    name: str
    address: str
    vat_number: str
    """With country prefix, such as SE556677889901."""
    contact: str
    """Where a driver can ask or complain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the charging took place."""
    name: str
    address: str
    time_zone: str
    """An IANA time zone, such as Europe/Stockholm; times are printed in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A receipt that another one refers to."""
    id: str
    number: str | None = None
    issued_at: UnixMs


class EntryMode(Enum):
    """How the card was read."""
    CONTACTLESS = "contactless"
    CHIP = "chip"
    MAGNETIC_STRIPE = "magnetic-stripe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What else a card slip says. There is no field for anything that must not be kept."""
    entry_mode: EntryMode | None = None
    application: ApplicationId | None = None
    authorisation_code: str | None = None
    """One to six letters and digits."""
    sequence_number: U32 | None = None
    """Of the transaction at its terminal."""
    tvr: U64 | None = None
    """Terminal verification results: five bytes."""
    tsi: U16 | None = None
    """Transaction status information: two bytes."""


class MeasurementProblem(Enum):
    """Why signed meter values prove nothing."""
    TOO_LARGE = "too-large"
    """There are more than 32 packets, or one has more than 16 KiB."""
    NO_KEY = "no-key"
    """There is no public key of the meter."""
    UNREADABLE_KEY = "unreadable-key"
    """The public key is not a DER SubjectPublicKeyInfo of an elliptic curve, in hexadecimal digits
    or base64.
    """
    UNSUPPORTED_CURVE = "unsupported-curve"
    """The public key's curve is none of secp256r1, secp256k1, secp384r1 and brainpoolP256r1."""
    UNREADABLE_PACKET = "unreadable-packet"
    """A packet has not the form of OCMF, or is of a version that is not known."""
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"
    """A signature was made by an algorithm, or has a form, that is not supported."""
    WRONG_SIGNATURE = "wrong-signature"
    """A packet was not signed by this key as it stands."""
    NO_BEGINNING = "no-beginning"
    """The first reading of imported energy is not that of the beginning of a transaction."""
    NO_END = "no-end"
    """The last reading of imported energy is not that of the end of a transaction."""
    OTHER_METER = "other-meter"
    """The packets do not name one and the same meter."""
    WRONG_ORDER = "wrong-order"
    """Pages or times go back, a transaction begins or ends in between, or the packets name
    different users.
    """
    NOT_MEASURED = "not-measured"
    """Energy was not measured all the way: a reading is not good or shows an error, its value is
    missing or not in kWh or Wh, it is not of one register of imported energy, or that register
    goes back.
    """


@dataclass(frozen=True, slots=True)
class MeasurementVerdictVerified:
    """They are genuine, and between the first and the last reading the register of imported
    energy rose by so many full watt-hours.
    """
    CASE: ClassVar = "verified"
    value: WattHours


@dataclass(frozen=True, slots=True)
class MeasurementVerdictRefused:
    """`refused` of `MeasurementVerdict`."""
    CASE: ClassVar = "refused"
    value: MeasurementProblem


MeasurementVerdict: TypeAlias = (
    MeasurementVerdictVerified
    | MeasurementVerdictRefused
)
"""What became of checking signed meter values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The meter's signed values."""
    packets: tuple[str, ...]
    """OCMF, in the order of arrival, character for character as the station sent them."""
    public_key: str | None = None
    """As it was configured; absent if it was not."""
    verdict: MeasurementVerdict
    """What `rendering.check-measurement` made of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A receipt before it is rendered."""
    id: str
    """At most 50 characters, unguessable: it is also the link."""
    number: str | None = None
    """Of the issuer's sequence without gaps, such as `CT-2025-000042`. Absent where nothing was
    taken.
    """
    issued_at: UnixMs
    issuer: Issuer
    site: Site
    evse_id: str | None = None
    """The EVSE's id, as it stands on it for roaming, such as `SE*ABC*E1234*1`."""
    subject: Subject
    original: Original | None = None
    """The receipt that a refund or an invoice refers to."""
    slip: Slip | None = None
    tariff: str | None = None
    """What the terminal said of the price when the card was shown, word for word. People read it only
    where the session has no prices.
    """
    measurement: Measurement | None = None
    link: str | None = None
    """Where it can be read: for its QR code."""
    code: str | None = None
    """A code of eight characters with which it can be found, for a screen without a QR code."""
    refunded: MinorUnits | None = None
    """What was given back in all of what this receipt or invoice says was captured, as far as is
    known when it is rendered. Absent: nothing.
    """


@dataclass(frozen=True, slots=True)
class FormatHtml:
    """A page for a phone."""
    CASE: ClassVar = "html"


@dataclass(frozen=True, slots=True)
class FormatPdf:
    """To file: A4, tagged."""
    CASE: ClassVar = "pdf"


@dataclass(frozen=True, slots=True)
class FormatText:
    """Lines of at most this many columns; less than 20 is taken for 20, more than 120 for 120."""
    CASE: ClassVar = "text"
    value: U32


@dataclass(frozen=True, slots=True)
class FormatJson:
    """For machines."""
    CASE: ClassVar = "json"


@dataclass(frozen=True, slots=True)
class FormatOcmf:
    """The signed meter values as a file that the transparency software opens."""
    CASE: ClassVar = "ocmf"


@dataclass(frozen=True, slots=True)
class FormatQrSvg:
    """The link as a QR code."""
    CASE: ClassVar = "qr-svg"


@dataclass(frozen=True, slots=True)
class FormatQrPng:
    """`qr-png` of `Format`."""
    CASE: ClassVar = "qr-png"


Format: TypeAlias = (
    FormatHtml
    | FormatPdf
    | FormatText
    | FormatJson
    | FormatOcmf
    | FormatQrSvg
    | FormatQrPng
)
"""How a receipt is written."""


@dataclass(frozen=True, slots=True)
class PageFind:
    """By which a receipt is found: `code`; or `terminal`, `date` as `2025-06-15`, `amount` and
    `last-four`.
    """
    CASE: ClassVar = "find"


@dataclass(frozen=True, slots=True)
class PageNotFound:
    """The same, after there was no such receipt."""
    CASE: ClassVar = "not-found"


@dataclass(frozen=True, slots=True)
class PageTooManyAttempts:
    """The same, after too many attempts."""
    CASE: ClassVar = "too-many-attempts"


@dataclass(frozen=True, slots=True)
class PageBuyer:
    """By which an invoice in a buyer's name is asked for: `name`, `address` and `vat-number`."""
    CASE: ClassVar = "buyer"


@dataclass(frozen=True, slots=True)
class PageBuyerRefused:
    """The same, after something was missing or wrong in what was typed."""
    CASE: ClassVar = "buyer-refused"
    value: Buyer


@dataclass(frozen=True, slots=True)
class PageCardNumberTyped:
    """The same, after a card number was typed. It is not handed over: the field that held it is
    empty.
    """
    CASE: ClassVar = "card-number-typed"
    value: Buyer


@dataclass(frozen=True, slots=True)
class PageInvoiceComing:
    """The invoice is on its way: the page asks for it again by itself."""
    CASE: ClassVar = "invoice-coming"


@dataclass(frozen=True, slots=True)
class PageNoInvoice:
    """There can be no invoice."""
    CASE: ClassVar = "no-invoice"


Page: TypeAlias = (
    PageFind
    | PageNotFound
    | PageTooManyAttempts
    | PageBuyer
    | PageBuyerRefused
    | PageCardNumberTyped
    | PageInvoiceComing
    | PageNoInvoice
)
"""A page with a form, for a driver who has no receipt yet, or not the right one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered receipt."""
    media_type: str
    """Such as `text/html; charset=utf-8`."""
    body: bytes


@dataclass(frozen=True, slots=True)
class ProblemUnknownLocale:
    """No translation for this BCP 47 tag."""
    CASE: ClassVar = "unknown-locale"
    value: str


@dataclass(frozen=True, slots=True)
class ProblemUnknownTimeZone:
    """This time zone is not known."""
    CASE: ClassVar = "unknown-time-zone"
    value: str


@dataclass(frozen=True, slots=True)
class ProblemUnknownCurrency:
    """This currency is not known."""
    CASE: ClassVar = "unknown-currency"
    value: str


@dataclass(frozen=True, slots=True)
class ProblemInconsistent:
    """Amounts or times that contradict each other, or a text that is not what it should be;
    the text says which.
    """
    CASE: ClassVar = "inconsistent"
    value: str


@dataclass(frozen=True, slots=True)
class ProblemNotApplicable:
    """The format does not apply: there are no signed meter values or they have characters that
    XML cannot hold, or there is no link or one too long for a QR code.
    """
    CASE: ClassVar = "not-applicable"


Problem: TypeAlias = (
    ProblemUnknownLocale
    | ProblemUnknownTimeZone
    | ProblemUnknownCurrency
    | ProblemInconsistent
    | ProblemNotApplicable
)
"""Why a receipt cannot be rendered."""
