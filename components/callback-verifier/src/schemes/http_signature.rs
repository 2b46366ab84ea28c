//! HTTP Message Signatures (RFC 9421) with `hmac-sha256`.
//!
//! Required here, although the standard leaves it optional:
//!
//! - the digest of the body (RFC 9530) among the covered components,
//! - the time of creation,
//! - the key's id.
//!
//! The first signature by a configured key counts. Others are ignored: an intermediary may have added
//! them.

mod base;
mod structured;

use chargetap_contract::callback::{Rejection, Request};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use self::structured::{SignatureInput, byte_sequence, dictionary, signature_input};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::scheme::{ParsedEvent, Scheme, malformed_signature};
use crate::secret::SecretFormat;
use crate::tag::Tag;
use crate::{envelope, headers, secret};

const ALGORITHM: &str = "hmac-sha256";
const CONTENT_DIGEST: &str = "content-digest";

pub(super) struct HttpSignature;

impl Scheme for HttpSignature {
    fn secret_format(&self) -> SecretFormat {
        SecretFormat {
            decode: |secret| secret::from_base64(secret.expose_secret()),
            ..SecretFormat::PLAIN
        }
    }

    fn claims<'r>(
        &self,
        request: &'r Request,
        keys: &KeyRing,
    ) -> Result<Vec<Claim<'r>>, Rejection> {
        let inputs =
            headers::combined(request, "signature-input")?.ok_or(Rejection::NoSignature)?;
        let inputs = dictionary(&inputs, signature_input);
        let inputs = inputs.ok_or_else(|| malformed_signature("signature-input"))?;
        let (label, input) = chosen(inputs, keys)?;
        let signature = signature(request, label)?;
        if !input.components.contains(&CONTENT_DIGEST) {
            return Err(malformed_signature("content-digest is not covered"));
        }
        check_digest(request)?;
        let created = input
            .created
            .ok_or_else(|| malformed_signature("created"))?;
        Ok(vec![Claim {
            head: base::of(&input, request)?,
            signatures: vec![signature],
            key_id: input.key_id.map(str::to_owned),
            signed_at: Some(created),
            expires_at: input.expires,
            ..Claim::default()
        }])
    }

    fn parse_event(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<ParsedEvent, Rejection> {
        Ok(ParsedEvent {
            event: envelope::event(&request.body)?,
            // Of the body and not of the signature: a repetition is signed anew.
            dedupe_key: Some(keys.dedupe_key("http-message-signature\n", &request.body)),
        })
    }
}

/// The first signature with our algorithm and a configured key.
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
    let signatures = headers::combined(request, "signature")?.ok_or(Rejection::NoSignature)?;
    let signatures = dictionary(&signatures, byte_sequence);
    let signatures = signatures.ok_or_else(|| malformed_signature("signature"))?;
    let (_, base64) = signatures
        .into_iter()
        .find(|(other, _)| *other == label)
        .ok_or(Rejection::NoSignature)?;
    Tag::from_base64(base64).ok_or_else(|| malformed_signature("signature"))
}

/// Checks that the digest is the body's. The signature covers the digest and not the body.
fn check_digest(request: &Request) -> Result<(), Rejection> {
    let digests = headers::combined(request, CONTENT_DIGEST)?
        .ok_or_else(|| malformed_signature(CONTENT_DIGEST))?;
    let digests = dictionary(&digests, byte_sequence);
    let digests = digests.ok_or_else(|| malformed_signature(CONTENT_DIGEST))?;
    let (_, base64) = digests
        .into_iter()
        .find(|(algorithm, _)| *algorithm == "sha-256")
        .ok_or(Rejection::UnsupportedAlgorithm)?;
    let claimed = Tag::from_base64(base64).ok_or_else(|| malformed_signature(CONTENT_DIGEST))?;
    let actual = Tag::new(Sha256::digest(&request.body).into());
    if bool::from(actual.matches(&claimed)) {
        Ok(())
    } else {
        Err(Rejection::Mismatch)
    }
}
