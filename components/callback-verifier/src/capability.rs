//! The capability as a path segment: `SERIAL~ARMING~EXPIRY~MAC`, or `state~EXPIRY~MAC` for the
//! account's state webhook.
//!
//! | field    | what it is                                | form                                    |
//! |----------|-------------------------------------------|-----------------------------------------|
//! | `SERIAL` | the terminal's serial number              | 1 to 120 of `A-Z`, `0-9`, `.`, `_`, `-` |
//! | `ARMING` | the id under which the terminal was armed | 1 to 20 of `0-9`, `A-Z`                 |
//! | `EXPIRY` | milliseconds since 1970                   | decimal, without leading zeros          |
//! | `MAC`    | HMAC-SHA256 in full                       | base64url without padding               |
//!
//! - Every character is unreserved in a URL (RFC 3986), so no proxy has a reason to rewrite it.
//! - `~` occurs in no field, so two different capabilities never share a segment.

use chargetap_contract::{callback::Capability, money::UnixMs};

use crate::keys::KeyRing;
use crate::number;
use crate::tag::Tag;

/// Begins every signed text.
///
/// - The purpose: a MAC that the same secret made for something else does not open a URL.
/// - The version: if the form of the segment changes, the MACs of old URLs no longer fit.
const PURPOSE: &str = "chargetap/payter-callback/v1";
const STATE_PURPOSE: &str = "chargetap/payter-state-webhook/v1";

/// In lower case, so that it cannot be a serial number.
const STATE: &str = "state";

const SEPARATOR: char = '~';
const MAX_SERIAL: usize = 120;
const MAX_ARMING_ID: usize = 20;

/// A segment of the right form. Its MAC is not checked yet.
pub(crate) struct Segment<'a> {
    pub(crate) grant: Grant<'a>,
    pub(crate) expires_at: UnixMs,
    /// The claimed MAC.
    pub(crate) mac: Tag,
}

/// What a segment allows.
#[derive(Clone, Copy)]
pub(crate) enum Grant<'a> {
    /// To report the card, the payment or the choice of one armed terminal.
    Arming(Arming<'a>),
    /// To report the state of any terminal of the account.
    StateWebhook,
}

/// One terminal, armed once.
#[derive(Clone, Copy)]
pub(crate) struct Arming<'a> {
    /// The terminal's serial number.
    pub(crate) serial: &'a str,
    /// The id under which it was armed.
    pub(crate) id: &'a str,
}

impl<'a> Segment<'a> {
    pub(crate) fn parse(segment: &'a str) -> Option<Self> {
        let fields: Vec<&str> = segment.split(SEPARATOR).collect();
        let (grant, expiry, mac) = match fields[..] {
            [STATE, expiry, mac] => (Grant::StateWebhook, expiry, mac),
            [serial, id, expiry, mac] if is_serial(serial) && is_arming_id(id) => {
                (Grant::Arming(Arming { serial, id }), expiry, mac)
            }
            _ => return None,
        };
        Some(Self {
            grant,
            expires_at: number::canonical(expiry)?,
            mac: Tag::from_base64url(mac)?,
        })
    }

    /// The text that the MAC signs.
    pub(crate) fn signed_text(&self) -> String {
        self.grant.signed_text(self.expires_at)
    }
}

/// The segment that stands for a capability, if its fields have their form.
pub(crate) fn mint(capability: &Capability, keys: &KeyRing) -> Option<String> {
    let serial = capability.terminal.to_ascii_uppercase();
    let id = capability.read.as_str();
    if !is_serial(&serial) || !is_arming_id(id) {
        return None;
    }
    let arming = Arming {
        serial: &serial,
        id,
    };
    let fields = format!("{serial}{SEPARATOR}{id}");
    Some(Grant::Arming(arming).sign(&fields, capability.expires_at, keys))
}

/// The segment of the account's state webhook.
pub(crate) fn mint_state_webhook(expires_at: UnixMs, keys: &KeyRing) -> String {
    Grant::StateWebhook.sign(STATE, expires_at, keys)
}

impl Grant<'_> {
    fn sign(self, fields: &str, expires_at: UnixMs, keys: &KeyRing) -> String {
        let mac = keys.sign(&self.signed_text(expires_at)).to_base64url();
        format!("{fields}{SEPARATOR}{expires_at}{SEPARATOR}{mac}")
    }

    /// The text is unambiguous: no field can hold a line feed.
    fn signed_text(self, expires_at: UnixMs) -> String {
        match self {
            Self::Arming(Arming { serial, id }) => {
                format!("{PURPOSE}\n{serial}\n{id}\n{expires_at}")
            }
            Self::StateWebhook => format!("{STATE_PURPOSE}\n{expires_at}"),
        }
    }
}

pub(crate) fn is_serial(text: &str) -> bool {
    (1..=MAX_SERIAL).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

fn is_arming_id(text: &str) -> bool {
    (1..=MAX_ARMING_ID).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z'))
}
