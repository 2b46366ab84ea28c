//! A callback's way in: verified, then applied, and only then acknowledged.

use chargetap_contract::callback::{
    CallbackEvent, Endpoint, EndpointWithKeys, KeyInfo, Rejection, Request, Scheme, Verified,
};
use chargetap_contract::session::Event;
use chargetap_contract::terminal::{CardRead, PaymentHint, TerminalEvent};
use percent_encoding::percent_decode_str;

use crate::apply::{Applied, Cause, EngineError};
use crate::gateway::Gateway;
use crate::http::Outcome;
use crate::journal;
use crate::platform::{Count, Platform};

/// The id of the endpoint for Payter's callbacks.
pub const PAYTER: &str = "payter";

/// The endpoint for Payter's callbacks, with its keys: the id of each and its secret.
#[must_use]
pub fn payter_endpoint(keys: Vec<(String, Vec<u8>)>) -> EndpointWithKeys {
    let endpoint = Endpoint {
        id: PAYTER.to_owned(),
        scheme: Scheme::CapabilityUrl,
        tolerance: None,
    };
    let always = |id| KeyInfo {
        id,
        not_before: None,
        not_after: None,
    };
    let keys = keys.into_iter().map(|(id, secret)| (always(id), secret));
    (endpoint, keys.collect())
}

/// What became of a callback: a status for the provider, a reason for log and counter.
struct Answer {
    status: u16,
    reason: &'static str,
}

const APPLIED: Answer = Answer {
    status: 200,
    reason: "applied",
};
const DUPLICATE: Answer = Answer {
    status: 200,
    reason: "duplicate",
};
/// The session has no use for it, and never will.
const IGNORED: Answer = Answer {
    status: 200,
    reason: "ignored",
};
const STALE_READ: Answer = Answer {
    status: 409,
    reason: "stale-read",
};
const UNKNOWN_TERMINAL: Answer = Answer {
    status: 404,
    reason: "unknown-terminal",
};
const UNAVAILABLE: Answer = Answer {
    status: 503,
    reason: "unavailable",
};

impl<P: Platform> Gateway<P> {
    /// Answer `POST /callbacks/payter/{capability}`.
    pub(crate) async fn callback(&self, segment: &str, body: Vec<u8>) -> Outcome {
        let answer = match self.receive(segment, body).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "a callback could not be stored");
                UNAVAILABLE
            }
        };
        tracing::info!(status = answer.status, reason = answer.reason, "callback");
        self.platform.count(Count::Callback, answer.reason);
        // The outside learns the class of the failure from the status, and nothing more.
        let text = if answer.status == 200 {
            "ok"
        } else {
            "refused"
        };
        Outcome::text(answer.status, text)
    }

    async fn receive(&self, segment: &str, body: Vec<u8>) -> Result<Answer, EngineError> {
        let Ok(capability) = percent_decode_str(segment).decode_utf8() else {
            return Ok(rejected(&Rejection::MalformedCapability));
        };
        let request = Request {
            endpoint: PAYTER.to_owned(),
            target_uri: format!("{}/callbacks/payter/{segment}", self.config.public_url),
            capability: capability.into_owned(),
            method: "POST".to_owned(),
            headers: Vec::new(),
            body,
            received_at: Some(self.platform.now()),
        };
        let verified = match self.platform.verify(&request)? {
            Err(rejection) => return Ok(rejected(&rejection)),
            Ok(verified) => verified,
        };
        let mut answer = IGNORED;
        for event in verified {
            answer = self.take(event).await?;
        }
        Ok(answer)
    }

    async fn take(&self, verified: Verified) -> Result<Answer, EngineError> {
        match verified.event {
            CallbackEvent::Terminal(TerminalEvent::CardRead(read)) => {
                let dedupe = verified.dedupe_key.unwrap_or_default();
                self.card_read(read, &dedupe).await
            }
            CallbackEvent::Terminal(TerminalEvent::PaymentHint(hint)) => {
                self.payment_hint(hint).await
            }
            _ => Ok(IGNORED),
        }
    }

    async fn card_read(&self, read: CardRead, dedupe: &str) -> Result<Answer, EngineError> {
        if !self.config.terminals.contains_key(&read.terminal) {
            return Ok(UNKNOWN_TERMINAL);
        }
        if journal::is_duplicate(&self.platform, dedupe).await? {
            return Ok(DUPLICATE);
        }
        let read_id = read.read.clone();
        Ok(match self.apply_card(read, dedupe).await? {
            Applied::Yes => APPLIED,
            Applied::Duplicate => DUPLICATE,
            Applied::ReadStale => STALE_READ,
            Applied::Refused if journal::is_used(&self.platform, &read_id).await? => STALE_READ,
            Applied::Refused | Applied::EvseOccupied | Applied::HoldClaimed => IGNORED,
        })
    }

    /// The session that the read began learns of it. A read that stopped another session began
    /// none, and that one is told by the answers to its own commands.
    async fn payment_hint(&self, hint: PaymentHint) -> Result<Answer, EngineError> {
        if !self.config.terminals.contains_key(&hint.terminal) {
            return Ok(UNKNOWN_TERMINAL);
        }
        let cause = Cause::from(Event::PaymentHinted);
        Ok(match self.apply(&hint.read, &hint.terminal, cause).await? {
            Applied::Yes => APPLIED,
            _ => IGNORED,
        })
    }
}

fn rejected(rejection: &Rejection) -> Answer {
    // The rejection may carry a text about the body's form, never the body itself.
    tracing::warn!(?rejection, "callback rejected");
    let (status, reason) = match rejection {
        Rejection::UnknownEndpoint => (404, "unknown-endpoint"),
        Rejection::TooLarge(_) => (413, "too-large"),
        Rejection::TooManyHeaders(_) => (431, "too-many-headers"),
        Rejection::HeadersTooLarge(_) => (431, "headers-too-large"),
        Rejection::TooDeep(_) => (400, "too-deep"),
        Rejection::BatchTooLarge(_) => (413, "batch-too-large"),
        Rejection::MalformedCapability => (404, "malformed-capability"),
        Rejection::NoSignature => (401, "no-signature"),
        Rejection::MalformedSignature(_) => (401, "malformed-signature"),
        Rejection::UnsupportedAlgorithm => (401, "unsupported-algorithm"),
        Rejection::UnknownKey => (401, "unknown-key"),
        Rejection::Mismatch => (401, "mismatch"),
        Rejection::ClockNotTrusted => (503, "clock-not-trusted"),
        Rejection::PrematureKey(_) => (401, "premature-key"),
        Rejection::ExpiredKey(_) => (401, "expired-key"),
        Rejection::Stale(_) => (409, "stale"),
        Rejection::FromFuture(_) => (409, "from-future"),
        Rejection::MalformedBody(_) => (400, "malformed-body"),
        Rejection::WrongTerminal => (403, "wrong-terminal"),
        Rejection::UnknownEvent => (422, "unknown-event"),
    };
    Answer { status, reason }
}
