//! HMAC-SHA256 of the body alone, in a header of its own, as GitHub and many others send it.
//!
//! No time is signed. Only the dedupe key, a hash of the body, stops a recorded callback from being
//! replayed.

use chargetap_contract::callback::{Rejection, Request, SignatureHeader};

use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::scheme::{ParsedEvent, Scheme, malformed_signature};
use crate::secret::SecretFormat;
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
    fn secret_format(&self) -> SecretFormat {
        SecretFormat::PLAIN
    }

    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let SignatureHeader { name, prefix } = &self.header;
        let value = headers::only(request, name)?.ok_or(Rejection::NoSignature)?;
        let signature = value
            .strip_prefix(prefix.as_str())
            .and_then(Tag::from_hex)
            .ok_or_else(|| malformed_signature(name.as_str()))?;
        Ok(vec![Claim {
            body: &request.body,
            signatures: vec![signature],
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
            dedupe_key: Some(keys.dedupe_key("raw-body\n", &request.body)),
        })
    }
}
