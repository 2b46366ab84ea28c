"""Callbacks: how they reach the verifier and what it makes of them.

No text here can hold a card number: one in which it could be is left out.
"""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, TypeAlias

from .._values import U32, Hidden
from .money import DurationMs, Money, UnixMs
from .terminal import TerminalEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where one provider account sends its callbacks."""
    id: str
    """By which requests name it."""
    scheme: Scheme
    tolerance: DurationMs | None = None
    """How far a signed time may be from the host's clock, before or after it: 300,000 if
    absent. It has no meaning in a scheme that signs no time.
    """


@dataclass(frozen=True, slots=True)
class SchemeCapabilityUrl:
    """The URL itself is the credential (Payter). The key is the gateway's own. The body is JSON, in which
    only these members count:

    - a card: `serialNumber`, `cardId`, and if known `aid` and `maskedPan`;
    - a hint: `session`, an object with `serialNumber`, and if known `sessionId`;
    - a choice on the screen: `serialNumber`, `screenId`, `response`;
    - a terminal's state, to the URL of the state webhook: `serialNumber`, `online`.
    """
    CASE: ClassVar = "capability-url"


@dataclass(frozen=True, slots=True)
class SchemeStandardWebhooks:
    """Standard Webhooks 1.0.0, with `webhook-*` or `svix-*` headers."""
    CASE: ClassVar = "standard-webhooks"


@dataclass(frozen=True, slots=True)
class SchemeStripe:
    """`Stripe-Signature`, version `v1`."""
    CASE: ClassVar = "stripe"


@dataclass(frozen=True, slots=True)
class SchemeAdyen:
    """Adyen's notifications: each item of a batch is signed by itself."""
    CASE: ClassVar = "adyen"


@dataclass(frozen=True, slots=True)
class SchemeRawBody:
    """HMAC-SHA256 of the body alone, in lower-case hexadecimal."""
    CASE: ClassVar = "raw-body"
    value: SignatureHeader


@dataclass(frozen=True, slots=True)
class SchemeHttpMessageSignature:
    """RFC 9421 with `hmac-sha256`. It must cover `content-digest` and tell when it was created."""
    CASE: ClassVar = "http-message-signature"


Scheme: TypeAlias = (
    SchemeCapabilityUrl
    | SchemeStandardWebhooks
    | SchemeStripe
    | SchemeAdyen
    | SchemeRawBody
    | SchemeHttpMessageSignature
)
"""How callbacks are authenticated. It also says what their bodies look like: those of Stripe and Adyen are
their own, and the others are JSON with `type`, one of those at `payment-change`, and `data`, an object that
may have the texts `payment`, `change`, `reference` and `currency` and the number `amount`, in minor units.

Of a body, only what is named here is read. A text is passed on if it has the form of an id: 1 to 64 letters,
digits, `.`, `_` and `-`, in which no card number can be; an amount if it has at most 12 digits.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureHeader:
    """Where a signature over the raw body stands."""
    name: str
    """The field's name, such as `X-Hub-Signature-256`."""
    prefix: str
    """What stands before the signature, such as `sha256=`. It may be empty."""


class Secret(Hidden):
    """A key's secret, as the provider gives it out, in UTF-8:

    - `capability-url`: unguessable bytes, at least 32;
    - `standard-webhooks`: `whsec_` and base64 of 24 to 64 bytes;
    - `stripe` and `raw-body`: the secret's own bytes, at least 24;
    - `adyen`: hexadecimal of at least 24 bytes;
    - `http-message-signature`: base64 of at least 24 bytes.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """What may be known of a key."""
    id: str
    """By which logs name it. In RFC 9421 it is also the `keyid`."""
    not_before: UnixMs | None = None
    """From this moment on what it signed is accepted."""
    not_after: UnixMs | None = None
    """From this moment on it is not. Keep an expired key in the list for 35 days, longer than
    any provider repeats and any session charges: the oldest key names cards and deliveries.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Which key of which endpoint."""
    endpoint: str
    key: str


@dataclass(frozen=True, slots=True)
class ConfigurationProblemNoEndpoint:
    """There is no endpoint at all."""
    CASE: ClassVar = "no-endpoint"


@dataclass(frozen=True, slots=True)
class ConfigurationProblemRepeatedEndpoint:
    """Two endpoints have this id."""
    CASE: ClassVar = "repeated-endpoint"
    value: str


@dataclass(frozen=True, slots=True)
class ConfigurationProblemMalformedHeader:
    """What is configured as the header of this endpoint's signature cannot be one."""
    CASE: ClassVar = "malformed-header"
    value: str


@dataclass(frozen=True, slots=True)
class ConfigurationProblemNoKey:
    """This endpoint has no key."""
    CASE: ClassVar = "no-key"
    value: str


@dataclass(frozen=True, slots=True)
class ConfigurationProblemRepeatedKey:
    """Two keys of the endpoint have this id."""
    CASE: ClassVar = "repeated-key"
    value: KeyPlace


@dataclass(frozen=True, slots=True)
class ConfigurationProblemMalformedKey:
    """The secret does not have the form that the scheme asks for."""
    CASE: ClassVar = "malformed-key"
    value: KeyPlace


@dataclass(frozen=True, slots=True)
class ConfigurationProblemWeakKey:
    """The secret is too short, or too long, or could be guessed."""
    CASE: ClassVar = "weak-key"
    value: KeyPlace


@dataclass(frozen=True, slots=True)
class ConfigurationProblemEmptyWindow:
    """The key's window ends before it begins."""
    CASE: ClassVar = "empty-window"
    value: KeyPlace


ConfigurationProblem: TypeAlias = (
    ConfigurationProblemNoEndpoint
    | ConfigurationProblemRepeatedEndpoint
    | ConfigurationProblemMalformedHeader
    | ConfigurationProblemNoKey
    | ConfigurationProblemRepeatedKey
    | ConfigurationProblemMalformedKey
    | ConfigurationProblemWeakKey
    | ConfigurationProblemEmptyWindow
)
"""Why a configuration is not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """The right to report one card read: what a capability URL stands for."""
    terminal: str
    """The terminal's serial number: 1 to 120 of `A-Z`, `0-9`, `.`, `_` and `-`. Small letters count as
    capitals.
    """
    read: str
    """The id under which the host arms the reader: 1 to 20 of `0-9` and `A-Z`. It is to be unguessable and
    used once, because it is also the id of the session that the card begins.
    """
    expires_at: UnixMs
    """From this moment on the URL is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A callback as it arrived."""
    endpoint: str
    """The id of the endpoint that it was sent to."""
    capability: str
    """The last segment of the URL's path, percent-decoded: the capability, where the scheme
    has one.
    """
    method: str
    """Such as `POST`."""
    target_uri: str
    """The URL as the provider knows it, such as `https://gateway.example/callbacks/x?y`."""
    headers: tuple[Header, ...]
    """In the order of arrival."""
    body: bytes
    """The body's bytes as received."""
    received_at: UnixMs | None = None
    """When it arrived, by the host's clock; absent while that cannot be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """An authentic, fresh and well-formed event."""
    event: CallbackEvent
    dedupe_key: str | None = None
    """Equal for a repeated delivery, and for nothing else, and of no meaning elsewhere. The
    host stores it with the event for at least 35 days and drops repeats. Absent where a
    repeat looks like news.
    """
    key_id: str
    """The id of the key that matched."""


@dataclass(frozen=True, slots=True)
class CallbackEventTerminal:
    """`terminal` of `CallbackEvent`."""
    CASE: ClassVar = "terminal"
    value: TerminalEvent


@dataclass(frozen=True, slots=True)
class CallbackEventPayment:
    """`payment` of `CallbackEvent`."""
    CASE: ClassVar = "payment"
    value: PaymentReport


@dataclass(frozen=True, slots=True)
class CallbackEventUnknown:
    """An event of a kind that this version does not know, or whose signed text can be read in
    two ways: the kind's name, or nothing where that does not look like one.
    """
    CASE: ClassVar = "unknown"
    value: str


CallbackEvent: TypeAlias = (
    CallbackEventTerminal
    | CallbackEventPayment
    | CallbackEventUnknown
)
"""What an authentic callback says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReport:
    """A payment provider's report of what became of a payment. Several may be about one change.
    Like a payment hint it says what to ask about.
    """
    change: PaymentChange
    payment: str | None = None
    """The provider's id of the payment."""
    change_id: str | None = None
    """The provider's id of the capture, refund or dispute."""
    reference: str | None = None
    """The merchant's own reference of the payment, if the provider repeats it."""
    amount: Money | None = None
    """What was captured, refunded or disputed."""


class PaymentChange(Enum):
    """What can become of a payment."""
    CAPTURED = "captured"
    """A capture succeeded: `payment.captured`; Stripe's `charge.captured`; Adyen's `CAPTURE`."""
    CAPTURE_FAILED = "capture-failed"
    """A capture failed, be it long after it was accepted: `payment.capture_failed`; Adyen's `CAPTURE`
    without success, and `CAPTURE_FAILED`.
    """
    REFUNDED = "refunded"
    """A refund succeeded: `payment.refunded`; Stripe's events of a refund with the status `succeeded`;
    Adyen's `REFUND`.
    """
    REFUND_FAILED = "refund-failed"
    """A refund failed, or came back: `payment.refund_failed`; Stripe's events of a refund with the status
    `failed` or `canceled`; Adyen's `REFUND` without success, `REFUND_FAILED` and `REFUNDED_REVERSED`.
    """
    DISPUTED = "disputed"
    """The driver or the issuer disputes the payment: `payment.disputed`; Stripe's
    `charge.dispute.created`; Adyen's `NOTIFICATION_OF_CHARGEBACK` and `CHARGEBACK`.
    """
    DISPUTE_WON = "dispute-won"
    """A dispute ended, and the money stays: `payment.dispute_won`; Stripe's `charge.dispute.closed` with
    the status `won` or `warning_closed`; Adyen's `CHARGEBACK_REVERSED`.
    """
    DISPUTE_LOST = "dispute-lost"
    """A dispute ended, and the money is gone: `payment.dispute_lost`; Stripe's `charge.dispute.closed` with
    the status `lost`; Adyen's `SECOND_CHARGEBACK`.
    """


@dataclass(frozen=True, slots=True)
class RejectionUnknownEndpoint:
    """There is no endpoint of this id."""
    CASE: ClassVar = "unknown-endpoint"


@dataclass(frozen=True, slots=True)
class RejectionTooLarge:
    """The body is larger than this many bytes."""
    CASE: ClassVar = "too-large"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionTooManyHeaders:
    """There are more headers than this."""
    CASE: ClassVar = "too-many-headers"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionHeadersTooLarge:
    """The headers are together larger than this many bytes."""
    CASE: ClassVar = "headers-too-large"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionTooDeep:
    """The body nests deeper than this many levels."""
    CASE: ClassVar = "too-deep"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionBatchTooLarge:
    """The batch has more items than this."""
    CASE: ClassVar = "batch-too-large"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionMalformedCapability:
    """The path segment does not have a capability's form."""
    CASE: ClassVar = "malformed-capability"


@dataclass(frozen=True, slots=True)
class RejectionNoSignature:
    """There is no signature where the scheme has one."""
    CASE: ClassVar = "no-signature"


@dataclass(frozen=True, slots=True)
class RejectionMalformedSignature:
    """The signature does not have the scheme's form; the text says where."""
    CASE: ClassVar = "malformed-signature"
    value: str


@dataclass(frozen=True, slots=True)
class RejectionUnsupportedAlgorithm:
    """Only signatures of kinds that are not accepted here."""
    CASE: ClassVar = "unsupported-algorithm"


@dataclass(frozen=True, slots=True)
class RejectionUnknownKey:
    """The signature names a key that is not configured."""
    CASE: ClassVar = "unknown-key"


@dataclass(frozen=True, slots=True)
class RejectionMismatch:
    """No key made this signature or capability, or the body is not the one that was signed."""
    CASE: ClassVar = "mismatch"


@dataclass(frozen=True, slots=True)
class RejectionClockNotTrusted:
    """Authentic, but while the host's clock cannot be trusted nobody can say whether it is
    fresh.
    """
    CASE: ClassVar = "clock-not-trusted"


@dataclass(frozen=True, slots=True)
class RejectionPrematureKey:
    """The window of the key of this id has not begun."""
    CASE: ClassVar = "premature-key"
    value: str


@dataclass(frozen=True, slots=True)
class RejectionExpiredKey:
    """The window of the key of this id is over."""
    CASE: ClassVar = "expired-key"
    value: str


@dataclass(frozen=True, slots=True)
class RejectionStale:
    """It was signed, or its capability expired, too long ago: by this many seconds."""
    CASE: ClassVar = "stale"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionFromFuture:
    """It was signed in the future, by this many seconds more than tolerated."""
    CASE: ClassVar = "from-future"
    value: U32


@dataclass(frozen=True, slots=True)
class RejectionMalformedBody:
    """The body is not what this kind of callback carries; the text says where."""
    CASE: ClassVar = "malformed-body"
    value: str


@dataclass(frozen=True, slots=True)
class RejectionWrongTerminal:
    """The body names another terminal than the capability."""
    CASE: ClassVar = "wrong-terminal"


@dataclass(frozen=True, slots=True)
class RejectionUnknownEvent:
    """Authentic, but of no known form, and it names no kind."""
    CASE: ClassVar = "unknown-event"


Rejection: TypeAlias = (
    RejectionUnknownEndpoint
    | RejectionTooLarge
    | RejectionTooManyHeaders
    | RejectionHeadersTooLarge
    | RejectionTooDeep
    | RejectionBatchTooLarge
    | RejectionMalformedCapability
    | RejectionNoSignature
    | RejectionMalformedSignature
    | RejectionUnsupportedAlgorithm
    | RejectionUnknownKey
    | RejectionMismatch
    | RejectionClockNotTrusted
    | RejectionPrematureKey
    | RejectionExpiredKey
    | RejectionStale
    | RejectionFromFuture
    | RejectionMalformedBody
    | RejectionWrongTerminal
    | RejectionUnknownEvent
)
"""Why a callback is refused. For the log: the outside is told less."""


Key: TypeAlias = tuple[KeyInfo, Secret]
"""A key. A tuple, because the records that bindings generate print their fields."""


EndpointWithKeys: TypeAlias = tuple[Endpoint, tuple[Key, ...]]
"""An endpoint and its keys, from the newest to the oldest."""


Header: TypeAlias = tuple[str, bytes]
"""A header's name, in any case, and its value's bytes."""
