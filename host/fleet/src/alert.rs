//! Alerts, and to whom they are sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::incident::SignOff;
use crate::moment::{Day, Moment};
use crate::text::{Key, Line, Serial};

/// Something that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// What names it.
    pub key: Key,
    /// What it is about.
    pub kind: AlertKind,
    /// The terminal that it is about.
    pub terminal: Serial,
    /// The first day without a licence, if it is about one.
    pub about: Option<Day>,
    /// When the terminal had been online last, if it is about its silence.
    pub online_at: Option<Moment>,
    /// When it was raised.
    pub raised: Moment,
    /// What it says, for people.
    pub text: Line,
    /// Since when it is no longer so; absent where that cannot be.
    pub ended: Option<Moment>,
    /// Who took notice.
    pub acknowledged: Option<SignOff>,
}

/// What an alert is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// The terminal has not been online for longer than it may.
    Silent,
    /// The terminal says that it was tampered with.
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
    /// Whether it is about the end of a licence, which comes once.
    #[must_use]
    pub const fn is_about_licence(self) -> bool {
        !matches!(self, Self::Silent | Self::Tampered)
    }

    /// What it says, for people.
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

/// An address that alerts are sent to, signed by Standard Webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// What names it.
    pub key: Key,
    /// Where it sends.
    pub details: WebhookDetails,
    /// What it signs with, as `whsec_` and base64.
    pub secret: Secret,
}

/// Where a webhook sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookDetails {
    /// The address: `https`, or `http` on this machine.
    pub url: Line,
}

/// A text that is not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keep a text from being printed.
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
