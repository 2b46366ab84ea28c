//! Standard Webhooks 1.0.0: HMAC-SHA256 of `{id}.{timestamp}.{body}`.

use chargetap_contract::callback::{Rejection, Request};
use secrecy::{ExposeSecret, SecretSlice};

use super::{Said, Scheme, malformed};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::tag::Tag;
use crate::{envelope, headers, number, secret};

/// The names of the three headers: the standard's own, and Svix's, from which it comes.
const NAMES: [[&str; 3]; 2] = [
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
    ["svix-id", "svix-timestamp", "svix-signature"],
];

/// The version of a signature with a shared key, and what separates it from the signature.
const SYMMETRIC: &str = "v1,";

pub(super) struct StandardWebhooks;

impl Scheme for StandardWebhooks {
    fn decode(&self, secret: SecretSlice<u8>) -> Option<SecretSlice<u8>> {
        secret::from_base64(secret.expose_secret().strip_prefix(b"whsec_")?)
    }

    fn key_lengths(&self) -> std::ops::RangeInclusive<usize> {
        24..=64
    }

    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let delivery = Delivery::find(request)?;
        Ok(vec![Claim {
            head: format!("{}.{}.", delivery.id, delivery.timestamp),
            body: &request.body,
            signatures: signatures(delivery.signatures)?,
            signed_at: Some(
                number::unix_seconds(delivery.timestamp).ok_or_else(|| malformed("timestamp"))?,
            ),
            ..Claim::default()
        }])
    }

    fn interpret(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<Said, Rejection> {
        let id = Delivery::find(request)?.id;
        Ok(Said {
            event: envelope::event(&request.body)?,
            delivery: Some(keys.name_delivery("standard-webhooks\n", id.as_bytes())),
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
                let required = |name| headers::only(request, name)?.ok_or_else(|| malformed(name));
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

/// Those of the known version, from a list that is separated by spaces. Others are for others.
fn signatures(list: &str) -> Result<Vec<Tag>, Rejection> {
    if list.is_empty() {
        return Err(Rejection::NoSignature);
    }
    let mut tags = Vec::new();
    for entry in list.split(' ') {
        if let Some(base64) = entry.strip_prefix(SYMMETRIC) {
            tags.push(Tag::from_base64(base64).ok_or_else(|| malformed("v1"))?);
        }
    }
    if tags.is_empty() {
        return Err(Rejection::UnsupportedAlgorithm);
    }
    Ok(tags)
}
