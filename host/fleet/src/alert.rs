//! Alerts, and the webhooks that receive them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::incident::SignOff;
use crate::moment::{Day, Moment};
use crate::text::{Key, Line, Serial};

/// Something about a terminal that people should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// Its key.
    pub key: Key,
    /// What it reports.
    pub kind: AlertKind,
    /// The terminal concerned.
    pub terminal: Serial,
    /// For a licence alert: the first day without a licence.
    pub about: Option<Day>,
    /// For a silent terminal: when it was last online.
    pub online_at: Option<Moment>,
    /// When it was raised.
    pub raised: Moment,
    /// The message, for people.
    pub text: Line,
    /// When the condition ended. Absent while it lasts, and for alerts that do not end.
    pub ended: Option<Moment>,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<SignOff>,
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
}

impl AlertKind {
    /// Whether it concerns a licence. Such an alert is raised once for each end date.
    #[must_use]
    pub const fn is_about_licence(self) -> bool {
        !matches!(self, Self::Silent | Self::Tampered)
    }

    /// The message, for people.
    #[must_use]
    pub fn text(self, terminal: &Serial, site: &Key) -> Line {
        let what = match self {
            Self::Silent => "has not been online for too long",
            Self::Tampered => "says that it was tampered with",
            Self::LicenceEndsIn60Days => "has a software licence for at most 60 days more",
            Self::LicenceEndsIn30Days => "has a software licence for at most 30 days more",
            Self::LicenceEndsIn7Days => "has a software licence for at most 7 days more",
            Self::LicenceEnded => "has no software licence any more, and begins no session",
        };
        Line::shortened(&format!("{terminal} at {site} {what}."))
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
