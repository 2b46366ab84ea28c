//! The capability as a path segment: `SERIAL~READ~EXPIRY~MAC`.
//!
//! - `SERIAL`, the terminal: 1 to 120 of `A-Z`, `0-9`, `.`, `_` and `-`;
//! - `READ`, the id under which the reader was armed: 1 to 20 of `0-9` and `A-Z`;
//! - `EXPIRY`: milliseconds since 1970 in decimal, without leading zeros;
//! - `MAC`: HMAC-SHA256 in full, as base64url without padding.
//!
//! All of it is unreserved in a URL (RFC 3986), so that no proxy has a reason to rewrite it, and
//! `~` occurs in no field, so that no two capabilities share a segment.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chargetap_contract::{callback::Capability, money::UnixMs};

use crate::keys::{KeyRing, Tag};

/// Begins every signed text. The purpose keeps a MAC that the same secret made for something else
/// from opening a URL; the version lets a later form of the segment mean something else without
/// the old URLs meaning it too.
const PURPOSE: &str = "chargetap/payter-callback/v1";

const SEPARATOR: char = '~';
const MAX_SERIAL: usize = 120;
const MAX_READ: usize = 20;

/// A segment of the right form, whose MAC is still to be checked.
pub(crate) struct Segment<'a> {
    /// The terminal's serial number.
    pub(crate) serial: &'a str,
    /// The id under which the reader was armed.
    pub(crate) read: &'a str,
    pub(crate) expires_at: UnixMs,
    /// The claimed MAC.
    pub(crate) mac: Tag,
}

impl<'a> Segment<'a> {
    pub(crate) fn parse(segment: &'a str) -> Option<Self> {
        let mut fields = segment.split(SEPARATOR);
        let parsed = Self {
            serial: fields.next().filter(|text| is_serial(text))?,
            read: fields.next().filter(|text| is_read(text))?,
            expires_at: fields.next().and_then(parse_expiry)?,
            mac: fields.next().and_then(parse_mac)?,
        };
        fields.next().is_none().then_some(parsed)
    }

    /// What the MAC is over.
    pub(crate) fn signed_text(&self) -> String {
        signed_text(self.serial, self.read, self.expires_at)
    }
}

/// The segment that stands for a capability.
pub(crate) fn mint(capability: &Capability, keys: &KeyRing) -> String {
    let serial = capability.terminal.to_ascii_uppercase();
    let (read, expires_at) = (&capability.read, capability.expires_at);
    let mac = keys.sign(&signed_text(&serial, read, expires_at));
    let mac = URL_SAFE_NO_PAD.encode(mac);
    format!("{serial}{SEPARATOR}{read}{SEPARATOR}{expires_at}{SEPARATOR}{mac}")
}

/// No field can hold a line feed, so the text says one thing only.
fn signed_text(serial: &str, read: &str, expires_at: UnixMs) -> String {
    format!("{PURPOSE}\n{serial}\n{read}\n{expires_at}")
}

fn is_serial(text: &str) -> bool {
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

/// Only the spelling that minting gives: `+1` and `01` are numbers too.
fn parse_expiry(text: &str) -> Option<UnixMs> {
    let expires_at: UnixMs = text.parse().ok()?;
    (expires_at.to_string() == text).then_some(expires_at)
}

/// Refuses padding and stray bits at the end, so that a MAC has one spelling.
fn parse_mac(text: &str) -> Option<Tag> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
