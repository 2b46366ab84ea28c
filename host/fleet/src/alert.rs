//! Alerts, and the webhooks that receive them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::incident::SignOff;
use crate::moment::{Day, Moment};
use crate::text::{Key, Line, Prose, Serial};

/// Something that people should know, about a terminal, a session or a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// Its key.
    pub key: Key,
    /// What it reports.
    pub kind: AlertKind,
    /// The terminal concerned; absent for a payment.
    pub terminal: Option<Serial>,
    /// The id of the session concerned; absent if it concerns none.
    pub session: Option<String>,
    /// The payment concerned, if it concerns one without a session that is known.
    pub payment: Option<ReportedPayment>,
    /// The EVSE concerned, if it concerns neither terminal nor session: its station and connector.
    #[serde(default)]
    pub evse: Option<Line>,
    /// What raised it: a session's command, a payment report or a hold. It raises one alert, however often
    /// it is repeated. Absent for an alert of a terminal.
    pub cause: Option<String>,
    /// For a licence alert: the first day without a licence.
    pub about: Option<Day>,
    /// For a silent terminal: when it was last online.
    pub online_at: Option<Moment>,
    /// When it was raised.
    pub raised: Moment,
    /// The message, for people.
    pub text: Line,
    /// What a person has to do next; absent for an alert of a terminal.
    pub next_action: Option<Line>,
    /// When the condition ended or the alert was resolved. Absent while it lasts.
    pub ended: Option<Moment>,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<SignOff>,
    /// Who resolved it, when and how; absent if it ended by itself.
    pub resolved: Option<Resolution>,
}

/// A payment in its provider's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportedPayment {
    /// The callback endpoint that received the report; `payter` for a hold at a terminal.
    pub endpoint: Line,
    /// The provider's id of the payment.
    pub id: Option<Line>,
    /// The merchant's own reference of the payment, if the provider repeats it.
    pub reference: Option<Line>,
}

/// How an alert was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resolution {
    /// When and by whom.
    pub signed: SignOff,
    /// What was done.
    pub note: Prose,
}

/// An alert of a session or of a payment report, on its way onto the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    /// What it reports.
    pub kind: AlertKind,
    /// The terminal concerned.
    pub terminal: Option<Serial>,
    /// The id of the session concerned.
    pub session: Option<String>,
    /// The payment concerned.
    pub payment: Option<ReportedPayment>,
    /// The EVSE concerned, where there is no session: its station and connector.
    pub evse: Option<Line>,
    /// What raised it. It raises one alert.
    pub cause: String,
    /// What a person has to do next.
    pub next_action: Line,
}

/// What an alert reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// The terminal has been offline for longer than allowed.
    Silent,
    /// The terminal reports tampering.
    Tampered,
    /// Its software's licence ends in 60 days.
    LicenceEndsIn60Days,
    /// Its software's licence ends in 30 days.
    LicenceEndsIn30Days,
    /// Its software's licence ends in 7 days.
    LicenceEndsIn7Days,
    /// Its software's licence has ended.
    LicenceEnded,
    /// The provider has not said for an hour whether a session's hold was made.
    AuthorisationUnknown,
    /// A session's capture did not succeed.
    CaptureFailed,
    /// A session's void did not succeed.
    VoidFailed,
    /// A session's payment was closed by somebody else.
    ClosedElsewhere,
    /// A session's end was never reported; its last known reading was billed.
    EndNotReported,
    /// A session's hold expired before it was captured.
    HoldExpired,
    /// The provider took less for a session than was asked for.
    CapturedInPart,
    /// More was captured for a session than it costs.
    RefundDue,
    /// Less was captured for a session than it costs.
    CapturedTooLittle,
    /// Energy flowed on a session's start after the session was over.
    EnergyWithoutPayment,
    /// A register moved by more than its connector can deliver, or was reset.
    MeterImplausible,
    /// A session was stopped because nothing usable was known of its register.
    NotMetered,
    /// A payment provider reports that a capture failed.
    PaymentCaptureFailed,
    /// A payment provider reports that a refund failed or came back.
    PaymentRefundFailed,
    /// A payment provider reports that a payment is disputed.
    PaymentDisputed,
    /// A payment provider reports that a dispute ended and the money is gone.
    PaymentDisputeLost,
    /// After a restore, the payment provider has a hold that the restored database does not know.
    HoldUnknown,
    /// A station reports its registers more often than they are put on record.
    TooManyReadings,
}

impl AlertKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Tampered => "tampered",
            Self::LicenceEndsIn60Days => "licence-ends-in60-days",
            Self::LicenceEndsIn30Days => "licence-ends-in30-days",
            Self::LicenceEndsIn7Days => "licence-ends-in7-days",
            Self::LicenceEnded => "licence-ended",
            Self::AuthorisationUnknown => "authorisation-unknown",
            Self::CaptureFailed => "capture-failed",
            Self::VoidFailed => "void-failed",
            Self::ClosedElsewhere => "closed-elsewhere",
            Self::EndNotReported => "end-not-reported",
            Self::HoldExpired => "hold-expired",
            Self::CapturedInPart => "captured-in-part",
            Self::RefundDue => "refund-due",
            Self::CapturedTooLittle => "captured-too-little",
            Self::EnergyWithoutPayment => "energy-without-payment",
            Self::MeterImplausible => "meter-implausible",
            Self::NotMetered => "not-metered",
            Self::PaymentCaptureFailed => "payment-capture-failed",
            Self::PaymentRefundFailed => "payment-refund-failed",
            Self::PaymentDisputed => "payment-disputed",
            Self::PaymentDisputeLost => "payment-dispute-lost",
            Self::HoldUnknown => "hold-unknown",
            Self::TooManyReadings => "too-many-readings",
        }
    }

    /// The rest of a sentence that begins with its terminal, session or payment.
    #[must_use]
    pub const fn predicate(self) -> &'static str {
        match self {
            Self::Silent => "has not been online for too long",
            Self::Tampered => {
                "says that it was tampered with, and takes no card until the incident with it is closed"
            }
            Self::LicenceEndsIn60Days => "has a software licence for at most 60 days more",
            Self::LicenceEndsIn30Days => "has a software licence for at most 30 days more",
            Self::LicenceEndsIn7Days => "has a software licence for at most 7 days more",
            Self::LicenceEnded => "has no software licence any more, and begins no session",
            Self::AuthorisationUnknown => "does not know whether its hold was made",
            Self::CaptureFailed => "could not be captured",
            Self::VoidFailed => "could not release its hold",
            Self::ClosedElsewhere => "has a payment that somebody else closed",
            Self::EndNotReported => "was billed by its last reading, without a report of its end",
            Self::HoldExpired => "was not captured before its hold expired",
            Self::CapturedInPart => "was captured in part only",
            Self::RefundDue => "was captured for more than it costs: a refund is due",
            Self::CapturedTooLittle => "was captured for less than it costs",
            Self::EnergyWithoutPayment => "delivered energy without payment",
            Self::MeterImplausible => "has readings that cannot all be right",
            Self::NotMetered => "was stopped, because its register is not known",
            Self::PaymentCaptureFailed => "was not captured after all",
            Self::PaymentRefundFailed => "was not refunded after all",
            Self::PaymentDisputed => "is disputed",
            Self::PaymentDisputeLost => "was lost in a dispute",
            Self::HoldUnknown => "is held, and the restored database does not know what for",
            Self::TooManyReadings => "has its register read more often than that is put on record",
        }
    }

    /// Whether it concerns a licence. Such an alert is raised once for each end date.
    #[must_use]
    pub const fn is_about_licence(self) -> bool {
        matches!(
            self,
            Self::LicenceEndsIn60Days
                | Self::LicenceEndsIn30Days
                | Self::LicenceEndsIn7Days
                | Self::LicenceEnded
        )
    }

    /// The message about a terminal, for people.
    #[must_use]
    pub fn text(self, terminal: &Serial, site: &Key) -> Line {
        Line::shortened(&format!("{terminal} at {site} {}.", self.predicate()))
    }
}

impl Alert {
    /// Whether it reports a terminal's own condition, and so ends with it.
    #[must_use]
    pub const fn is_of_terminal(&self) -> bool {
        self.session.is_none() && self.payment.is_none() && self.evse.is_none()
    }
}

impl NewAlert {
    /// The message, for people. The session's id is not in it: it may look like a card number.
    #[must_use]
    pub fn text(&self) -> Line {
        let what = self.kind.predicate();
        Line::shortened(&match (&self.payment, &self.evse, &self.terminal) {
            (Some(payment), ..) => format!("A payment at {} {what}.", payment.endpoint),
            (None, Some(evse), _) => format!("EVSE {evse} {what}."),
            (None, None, Some(terminal)) => format!("A session at {terminal} {what}."),
            (None, None, None) => format!("A session {what}."),
        })
    }
}

/// An address to which alerts are sent, signed by Standard Webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its key.
    pub key: Key,
    /// Its address.
    pub details: WebhookDetails,
    /// The signing secret, as `whsec_` and base64.
    pub secret: Secret,
}

/// The address of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookDetails {
    /// The URL: `https`, or `http` on this machine.
    pub url: Line,
}

/// A text that is never printed, not even by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}
