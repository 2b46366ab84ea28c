//! HMAC-SHA256 of the body alone, in a header of its own, as GitHub and many others send it.
//!
//! No time is signed, so only the dedupe key, a hash of the body, stands between a recorded callback
//! and its second effect.

use chargetap_contract::callback::{Rejection, Request, SignatureHeader};

use super::{Said, Scheme, malformed};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::tag::Tag;
use crate::{envelope, headers};

pub(super) struct RawBody {
    header: SignatureHeader,
}

impl RawBody {
    pub(super) fn new(header: SignatureHeader) -> Option<Self> {
        // RFC 9110: a name is a token, and the blanks around a value are not part of it.
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let has_form = !header.name.is_empty()
            && header.name.bytes().all(is_token)
            && header.prefix.bytes().all(|byte| byte.is_ascii_graphic());
        has_form.then_some(Self { header })
    }
}

impl Scheme for RawBody {
    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let SignatureHeader { name, prefix } = &self.header;
        let value = headers::only(request, name)?.ok_or(Rejection::NoSignature)?;
        let signature = value
            .strip_prefix(prefix.as_str())
            .and_then(Tag::from_hex)
            .ok_or_else(|| malformed(name.as_str()))?;
        Ok(vec![Claim {
            body: &request.body,
            signatures: vec![signature],
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
            delivery: Some(keys.name_delivery("raw-body\n", &request.body)),
        })
    }
}
