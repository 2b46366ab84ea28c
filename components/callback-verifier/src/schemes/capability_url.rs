//! Payter signs nothing: the URL that the gateway handed out is the credential.

use std::ops::RangeInclusive;

use chargetap_contract::callback::{CallbackEvent, Rejection, Request};

use super::{Said, Scheme};
use crate::body::Body;
use crate::capability::{Grant, Segment};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::state;

/// The fewest bytes of a secret: the output size of SHA-256, below which RFC 2104 discourages a
/// key.
const MIN_SECRET: usize = 32;

pub(super) struct CapabilityUrl;

impl Scheme for CapabilityUrl {
    fn key_lengths(&self) -> RangeInclusive<usize> {
        MIN_SECRET..=usize::MAX
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

    fn interpret(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<Said, Rejection> {
        Ok(match parse(request)?.grant {
            Grant::Read(read) => {
                let body = Body::parse(&request.body)?;
                Said {
                    event: CallbackEvent::Terminal(body.event(&read, keys)?),
                    delivery: Some(body.delivery(read.id, keys)),
                }
            }
            Grant::StateWebhook => Said {
                event: CallbackEvent::Terminal(state::event(&request.body)?),
                // A terminal that goes offline for the second time says the same as the first time.
                delivery: None,
            },
        })
    }
}

fn parse(request: &Request) -> Result<Segment<'_>, Rejection> {
    Segment::parse(&request.capability).ok_or(Rejection::MalformedCapability)
}
