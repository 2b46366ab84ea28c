//! What every scheme provides, and what it makes of a callback.

use chargetap_contract::callback::{CallbackEvent, Rejection, Request};

use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::secret::SecretFormat;
use crate::tag::Tag;

/// One way to authenticate callbacks.
pub(crate) trait Scheme: Send + Sync {
    fn secret_format(&self) -> SecretFormat;

    /// What the request claims to be authentic: at least one claim. All of them must be verified.
    fn claims<'r>(&self, request: &'r Request, keys: &KeyRing)
    -> Result<Vec<Claim<'r>>, Rejection>;

    /// The event of a claim. It is called only for claims that are authentic and fresh.
    fn parse_event(
        &self,
        claim: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<ParsedEvent, Rejection>;
}

/// What an authentic claim reports.
pub(crate) struct ParsedEvent {
    pub(crate) event: CallbackEvent,
    /// The same for every repetition of the callback. `None` if repetitions cannot be told from new
    /// callbacks.
    pub(crate) dedupe_key: Option<Tag>,
}

pub(crate) fn malformed_signature(place: impl Into<String>) -> Rejection {
    Rejection::MalformedSignature(place.into())
}
