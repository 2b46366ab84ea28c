//! Standard Webhooks 1.0.0: HMAC-SHA256 of `{id}.{timestamp}.{body}`.

use chargetap_contract::callback::{Rejection, Request};
use secrecy::ExposeSecret;

use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::scheme::{ParsedEvent, Scheme, malformed_signature};
use crate::secret::SecretFormat;
use crate::tag::Tag;
use crate::{envelope, headers, number, secret};

/// The names of the three headers: the standard's own, and those of Svix, where it began.
const NAMES: [[&str; 3]; 2] = [
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
    ["svix-id", "svix-timestamp", "svix-signature"],
];

/// What a signature with a shared key begins with: its version and the separator.
const SYMMETRIC: &str = "v1,";

pub(super) struct StandardWebhooks;

impl Scheme for StandardWebhooks {
    fn secret_format(&self) -> SecretFormat {
        SecretFormat {
            decode: |secret| secret::from_base64(secret.expose_secret().strip_prefix(b"whsec_")?),
            lengths: 24..=64,
        }
    }

    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let delivery = Delivery::find(request)?;
        Ok(vec![Claim {
            head: format!("{}.{}.", delivery.id, delivery.timestamp),
            body: &request.body,
            signatures: signatures(delivery.signatures)?,
            signed_at: Some(
                number::unix_seconds(delivery.timestamp)
                    .ok_or_else(|| malformed_signature("timestamp"))?,
            ),
            ..Claim::default()
        }])
    }

    fn parse_event(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<ParsedEvent, Rejection> {
        let id = Delivery::find(request)?.id;
        Ok(ParsedEvent {
            event: envelope::event(&request.body)?,
            dedupe_key: Some(keys.dedupe_key("standard-webhooks\n", id.as_bytes())),
        })
    }
}

/// The values of the three headers.
struct Delivery<'r> {
    id: &'r str,
    timestamp: &'r str,
    signatures: &'r str,
}

impl<'r> Delivery<'r> {
    fn find(request: &'r Request) -> Result<Self, Rejection> {
        for [id, timestamp, signature] in NAMES {
            if let Some(signatures) = headers::only(request, signature)? {
                let required =
                    |name| headers::only(request, name)?.ok_or_else(|| malformed_signature(name));
                return Ok(Self {
                    id: required(id)?,
                    timestamp: required(timestamp)?,
                    signatures,
                });
            }
        }
        Err(Rejection::NoSignature)
    }
}

/// The signatures of version 1, from a list that is separated by spaces. Other versions are ignored.
fn signatures(list: &str) -> Result<Vec<Tag>, Rejection> {
    if list.is_empty() {
        return Err(Rejection::NoSignature);
    }
    let mut tags = Vec::new();
    for entry in list.split(' ') {
        if let Some(base64) = entry.strip_prefix(SYMMETRIC) {
            tags.push(Tag::from_base64(base64).ok_or_else(|| malformed_signature("v1"))?);
        }
    }
    if tags.is_empty() {
        return Err(Rejection::UnsupportedAlgorithm);
    }
    Ok(tags)
}
