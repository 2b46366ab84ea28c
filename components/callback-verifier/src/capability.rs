//! The capability as a path segment: `SERIAL~READ~EXPIRY~MAC`, or `state~EXPIRY~MAC` for the
//! account's state webhook.
//!
//! - `SERIAL`, the terminal: 1 to 120 of `A-Z`, `0-9`, `.`, `_` and `-`;
//! - `READ`, the id under which the reader was armed: 1 to 20 of `0-9` and `A-Z`;
//! - `EXPIRY`: milliseconds since 1970 in decimal, without leading zeros;
//! - `MAC`: HMAC-SHA256 in full, as base64url without padding.
//!
//! All of it is unreserved in a URL (RFC 3986), so that no proxy has a reason to rewrite it, and
//! `~` occurs in no field, so that no two capabilities share a segment.

use chargetap_contract::{callback::Capability, money::UnixMs};

use crate::keys::KeyRing;
use crate::number;
use crate::tag::Tag;

/// Begins every signed text. The purpose keeps a MAC that the same secret made for something else
/// from opening a URL; the version lets a later form of the segment mean something else without
/// the old URLs meaning it too.
const PURPOSE: &str = "chargetap/payter-callback/v1";
const STATE_PURPOSE: &str = "chargetap/payter-state-webhook/v1";

/// In lower case, so that it is no serial number.
const STATE: &str = "state";

const SEPARATOR: char = '~';
const MAX_SERIAL: usize = 120;
const MAX_READ: usize = 20;

/// A segment of the right form, whose MAC is still to be checked.
pub(crate) struct Segment<'a> {
    pub(crate) grant: Grant<'a>,
    pub(crate) expires_at: UnixMs,
    /// The claimed MAC.
    pub(crate) mac: Tag,
}

/// What a segment is good for.
#[derive(Clone, Copy)]
pub(crate) enum Grant<'a> {
    /// To report what comes of one card read.
    Read(Read<'a>),
    /// To report how any terminal of the account stands.
    StateWebhook,
}

/// One card read at one terminal.
#[derive(Clone, Copy)]
pub(crate) struct Read<'a> {
    /// The terminal's serial number.
    pub(crate) serial: &'a str,
    /// The id under which the reader was armed.
    pub(crate) id: &'a str,
}

impl<'a> Segment<'a> {
    pub(crate) fn parse(segment: &'a str) -> Option<Self> {
        let fields: Vec<&str> = segment.split(SEPARATOR).collect();
        let (grant, expiry, mac) = match fields[..] {
            [STATE, expiry, mac] => (Grant::StateWebhook, expiry, mac),
            [serial, id, expiry, mac] if is_serial(serial) && is_read(id) => {
                (Grant::Read(Read { serial, id }), expiry, mac)
            }
            _ => return None,
        };
        Some(Self {
            grant,
            expires_at: number::canonical(expiry)?,
            mac: Tag::from_base64url(mac)?,
        })
    }

    /// What the MAC is over.
    pub(crate) fn signed_text(&self) -> String {
        self.grant.signed_text(self.expires_at)
    }
}

/// The segment that stands for a capability.
pub(crate) fn mint(capability: &Capability, keys: &KeyRing) -> String {
    let serial = capability.terminal.to_ascii_uppercase();
    let id = capability.read.as_str();
    let read = Read {
        serial: &serial,
        id,
    };
    let fields = format!("{serial}{SEPARATOR}{id}");
    Grant::Read(read).sign(&fields, capability.expires_at, keys)
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

    /// No field can hold a line feed, so the text says one thing only.
    fn signed_text(self, expires_at: UnixMs) -> String {
        match self {
            Self::Read(Read { serial, id }) => format!("{PURPOSE}\n{serial}\n{id}\n{expires_at}"),
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

fn is_read(text: &str) -> bool {
    (1..=MAX_READ).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z'))
}
