//! HTTP Message Signatures (RFC 9421) with `hmac-sha256`.
//!
//! What may be missing from a signature by that standard is required here: the digest of the body
//! (RFC 9530) among the covered components, the time of creation, and the key's id. One signature
//! counts, the first by a configured key; others may be an intermediary's.

mod base;
mod structured;

use chargetap_contract::callback::{Rejection, Request};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest, Sha256};

use self::structured::{SignatureInput, byte_sequence, dictionary, signature_input};
use super::{Said, Scheme, malformed};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::tag::Tag;
use crate::{envelope, headers, secret};

const ALGORITHM: &str = "hmac-sha256";
const CONTENT_DIGEST: &str = "content-digest";

pub(super) struct HttpSignature;

impl Scheme for HttpSignature {
    fn decode(&self, secret: SecretSlice<u8>) -> Option<SecretSlice<u8>> {
        secret::from_base64(secret.expose_secret())
    }

    fn claims<'r>(
        &self,
        request: &'r Request,
        keys: &KeyRing,
    ) -> Result<Vec<Claim<'r>>, Rejection> {
        let inputs = combined(request, "signature-input")?.ok_or(Rejection::NoSignature)?;
        let inputs = dictionary(&inputs, signature_input);
        let inputs = inputs.ok_or_else(|| malformed("signature-input"))?;
        let (label, input) = chosen(inputs, keys)?;
        let signature = signature(request, label)?;
        if !input.components.contains(&CONTENT_DIGEST) {
            return Err(malformed("content-digest is not covered"));
        }
        check_digest(request)?;
        let created = input.created.ok_or_else(|| malformed("created"))?;
        Ok(vec![Claim {
            head: base::of(&input, request)?,
            signatures: vec![signature],
            key_id: input.key_id.map(str::to_owned),
            signed_at: Some(created),
            expires_at: input.expires,
            ..Claim::default()
        }])
    }

    fn interpret(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<Said, Rejection> {
        Ok(Said {
            event: envelope::event(&request.body)?,
            // Not the signature: a repeat has one of its own.
            delivery: Some(keys.name_delivery("http-message-signature\n", &request.body)),
        })
    }
}

/// The first signature that is of our kind and by a configured key.
fn chosen<'i>(
    inputs: Vec<(&'i str, SignatureInput<'i>)>,
    keys: &KeyRing,
) -> Result<(&'i str, SignatureInput<'i>), Rejection> {
    let mut ours = inputs
        .into_iter()
        .filter(|(_, input)| input.algorithm.is_none_or(|name| name == ALGORITHM))
        .peekable();
    if ours.peek().is_none() {
        return Err(Rejection::UnsupportedAlgorithm);
    }
    ours.find(|(_, input)| input.key_id.is_some_and(|id| keys.has(id)))
        .ok_or(Rejection::UnknownKey)
}

fn signature(request: &Request, label: &str) -> Result<Tag, Rejection> {
    let signatures = combined(request, "signature")?.ok_or(Rejection::NoSignature)?;
    let signatures = dictionary(&signatures, byte_sequence);
    let signatures = signatures.ok_or_else(|| malformed("signature"))?;
    let (_, base64) = signatures
        .into_iter()
        .find(|(other, _)| *other == label)
        .ok_or(Rejection::NoSignature)?;
    Tag::from_base64(base64).ok_or_else(|| malformed("signature"))
}

/// The signature covers the digest, so the digest must be the body's.
fn check_digest(request: &Request) -> Result<(), Rejection> {
    let digests = combined(request, CONTENT_DIGEST)?.ok_or_else(|| malformed(CONTENT_DIGEST))?;
    let digests = dictionary(&digests, byte_sequence);
    let digests = digests.ok_or_else(|| malformed(CONTENT_DIGEST))?;
    let (_, base64) = digests
        .into_iter()
        .find(|(algorithm, _)| *algorithm == "sha-256")
        .ok_or(Rejection::UnsupportedAlgorithm)?;
    let claimed = Tag::from_base64(base64).ok_or_else(|| malformed(CONTENT_DIGEST))?;
    let actual = Tag::new(Sha256::digest(&request.body).into());
    if bool::from(actual.matches(&claimed)) {
        Ok(())
    } else {
        Err(Rejection::Mismatch)
    }
}

/// All values of a header as one, as RFC 9421, section 2.1, asks for.
fn combined(request: &Request, name: &str) -> Result<Option<String>, Rejection> {
    let mut combined: Option<String> = None;
    for value in headers::all(request, name)? {
        match &mut combined {
            None => combined = Some(value.to_owned()),
            Some(earlier) => {
                earlier.push_str(", ");
                earlier.push_str(value);
            }
        }
    }
    Ok(combined)
}
