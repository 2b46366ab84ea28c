//! Capability URLs, for Payter. Payter does not sign callbacks: the URL that the gateway gave it is
//! the credential.

use chargetap_contract::callback::{CallbackEvent, Rejection, Request};

use crate::body::Body;
use crate::capability::{Grant, Segment};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::scheme::{ParsedEvent, Scheme};
use crate::secret::SecretFormat;
use crate::state;

/// The fewest bytes of a secret: the output size of SHA-256. RFC 2104 discourages shorter keys.
const MIN_SECRET: usize = 32;

pub(super) struct CapabilityUrl;

impl Scheme for CapabilityUrl {
    fn secret_format(&self) -> SecretFormat {
        SecretFormat {
            decode: Some,
            lengths: MIN_SECRET..=usize::MAX,
        }
    }

    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let segment = parse(request)?;
        Ok(vec![Claim {
            head: segment.signed_text(),
            expires_at: Some(segment.expires_at),
            signatures: vec![segment.mac],
            ..Claim::default()
        }])
    }

    fn parse_event(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<ParsedEvent, Rejection> {
        Ok(match parse(request)?.grant {
            Grant::Arming(arming) => {
                let body = Body::parse(&request.body)?;
                ParsedEvent {
                    event: CallbackEvent::Terminal(body.event(&arming, keys)?),
                    dedupe_key: Some(body.dedupe_key(arming.id, keys)),
                }
            }
            Grant::StateWebhook => ParsedEvent {
                event: CallbackEvent::Terminal(state::event(&request.body)?),
                // A terminal that goes offline twice sends the same body twice: not a repetition.
                dedupe_key: None,
            },
        })
    }
}

fn parse(request: &Request) -> Result<Segment<'_>, Rejection> {
    Segment::parse(&request.capability).ok_or(Rejection::MalformedCapability)
}
