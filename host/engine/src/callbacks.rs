//! A callback's way in: verified, then applied, and only then acknowledged.

use chargetap_contract::callback::{
    CallbackEvent, Endpoint, PaymentChange, PaymentReport, Rejection, Request, Scheme, Verified,
};
use chargetap_contract::session::Event;
use chargetap_contract::terminal::{CardRead, PaymentHint, ScreenAnswer, TerminalEvent};
use percent_encoding::percent_decode_str;

use crate::apply::{Applied, Cause, EngineError};
use crate::asks::Chosen;
use crate::gateway::Gateway;
use crate::http::{Incoming, Outcome};
use crate::journal;
use crate::platform::{Count, Platform};

/// The id of the endpoint for Payter's callbacks.
pub const PAYTER: &str = "payter";

/// Before this moment the version was not written: a clock that shows it was never set, as on a
/// machine without a battery. 2026-01-01T00:00:00Z, in Unix milliseconds.
const WRITTEN_AFTER: u64 = 1_767_225_600_000;

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
/// Before anything is looked at.
const TOO_MANY: Answer = Answer {
    status: 429,
    reason: "too-many",
};
const UNAVAILABLE: Answer = Answer {
    status: 503,
    reason: "unavailable",
};

impl<P: Platform> Gateway<P> {
    /// Answer `POST /callbacks/payter/{capability}` and `POST /callbacks/{webhook}`.
    pub(crate) async fn callback(
        &self,
        endpoint: &str,
        segment: &str,
        request: Incoming,
    ) -> Outcome {
        let answer = match self.receive(endpoint, segment, request).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "a callback could not be stored");
                UNAVAILABLE
            }
        };
        let Answer { status, reason } = answer;
        // What is no endpoint's id is anybody's text, and is not logged.
        let configured = self.endpoint(endpoint);
        let endpoint = configured.map(|it| it.id.as_str());
        tracing::info!(endpoint, status, reason, "callback");
        self.platform.count(Count::Callback, reason);
        // The outside learns the class of the failure from the status, and nothing more.
        Outcome::text(
            status,
            match status {
                200 => acknowledgement(configured),
                _ => "refused",
            },
        )
    }

    fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        let mut endpoints = self.config.callback_endpoints.iter();
        let found = endpoints.find(|it| it.endpoint.id == id)?;
        Some(&found.endpoint)
    }

    async fn receive(
        &self,
        endpoint: &str,
        segment: &str,
        incoming: Incoming,
    ) -> Result<Answer, EngineError> {
        let now = self.platform.now();
        if let Some(source) = &incoming.source
            && !self.callback_sources.take(source, now)
        {
            return Ok(TOO_MANY);
        }
        let Ok(capability) = percent_decode_str(segment).decode_utf8() else {
            return Ok(rejected(&Rejection::MalformedCapability));
        };
        let query = incoming
            .query
            .map_or_else(String::new, |it| format!("?{it}"));
        let request = Request {
            endpoint: endpoint.to_owned(),
            target_uri: format!("{}{}{query}", self.config.public_url, incoming.path),
            capability: capability.into_owned(),
            method: "POST".to_owned(),
            headers: incoming.headers,
            body: incoming.body,
            received_at: Some(now).filter(|now| *now >= WRITTEN_AFTER),
        };
        let verified = match self.platform.verify(&request)? {
            Err(rejection) => {
                self.read_back(&request.capability, now)?;
                return Ok(rejected(&rejection));
            }
            Ok(verified) => verified,
        };
        let mut answer = IGNORED;
        for event in verified {
            answer = self.take(endpoint, event, now).await?;
        }
        Ok(answer)
    }

    /// A callback that does not count changes nothing. But it may have been right and come too late,
    /// so the terminal that it names is looked at, now and then.
    fn read_back(&self, capability: &str, now: u64) -> Result<(), EngineError> {
        let claimed = self.platform.claimed_terminal(capability)?;
        let known = claimed.filter(|serial| self.config.terminals.contains_key(serial));
        if let Some(terminal) = known
            && self.read_backs.take(&terminal, now)
        {
            tracing::info!(event = "read-back", terminal, "the terminal is looked at");
            self.platform.look_at(&terminal);
        }
        Ok(())
    }

    async fn take(
        &self,
        endpoint: &str,
        verified: Verified,
        now: u64,
    ) -> Result<Answer, EngineError> {
        match verified.event {
            CallbackEvent::Terminal(TerminalEvent::CardRead(read)) => {
                let dedupe = verified.dedupe_key.unwrap_or_default();
                self.card_read(read, &dedupe).await
            }
            CallbackEvent::Terminal(TerminalEvent::PaymentHint(hint)) => {
                self.payment_hint(hint).await
            }
            CallbackEvent::Terminal(TerminalEvent::ScreenAnswer(answer)) => {
                self.screen_answer(answer).await
            }
            CallbackEvent::Terminal(TerminalEvent::Connectivity(it)) => {
                if !self.config.terminals.contains_key(&it.terminal) {
                    return Ok(UNKNOWN_TERMINAL);
                }
                self.platform.look_at(&it.terminal);
                Ok(APPLIED)
            }
            CallbackEvent::Payment(report) => {
                let dedupe = verified.dedupe_key.as_deref();
                self.payment_report(endpoint, dedupe, &report, now).await
            }
            CallbackEvent::Unknown(kind) => {
                tracing::info!(endpoint, kind, "a callback of an unknown kind");
                Ok(IGNORED)
            }
        }
    }

    /// A provider's report is put on record once. What takes money back from the operator is for a
    /// person; nothing else comes of it, because money moves only on what Payter's API says.
    async fn payment_report(
        &self,
        endpoint: &str,
        dedupe: Option<&str>,
        report: &PaymentReport,
        now: u64,
    ) -> Result<Answer, EngineError> {
        if !journal::keep_report(&self.platform, endpoint, dedupe, report, now).await? {
            return Ok(DUPLICATE);
        }
        let change = change_name(report.change);
        let (payment, reference) = (report.payment.as_deref(), report.reference.as_deref());
        self.platform.count(Count::PaymentReport, change);
        match report.change {
            PaymentChange::CaptureFailed
            | PaymentChange::RefundFailed
            | PaymentChange::Disputed
            | PaymentChange::DisputeLost => tracing::error!(
                endpoint,
                change,
                payment,
                reference,
                next_action = "See with the payment provider what became of this payment.",
                "needs attention"
            ),
            PaymentChange::Captured | PaymentChange::Refunded | PaymentChange::DisputeWon => {
                tracing::info!(endpoint, change, payment, reference, "payment report");
            }
        }
        Ok(APPLIED)
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

    /// A driver chose something. What cannot be taken for an answer says that the screen is not what
    /// it should be.
    async fn screen_answer(&self, answer: ScreenAnswer) -> Result<Answer, EngineError> {
        if !self.config.terminals.contains_key(&answer.terminal) {
            return Ok(UNKNOWN_TERMINAL);
        }
        let taken = self.take_answer(&answer).await?;
        if [STALE_READ.reason, IGNORED.reason].contains(&taken.reason) {
            journal::doubt_ask(&self.platform, &answer.terminal).await?;
        }
        self.platform.look_at(&answer.terminal);
        Ok(taken)
    }

    /// Who wants to stop is obeyed, however old the screen is and whatever was chosen there already,
    /// because the choice names the session; and first, so that a repetition after a crash stops as
    /// well. Any other choice counts if it is the first and the terminal still asks the same.
    async fn take_answer(&self, answer: &ScreenAnswer) -> Result<Answer, EngineError> {
        let ScreenAnswer {
            terminal,
            screen,
            choice,
        } = answer;
        let Some(asked) = journal::ask_of(&self.platform, terminal, screen).await? else {
            return Ok(STALE_READ);
        };
        let Some((option, chosen)) = asked.ask.option(choice) else {
            return Ok(IGNORED);
        };
        if let Chosen::Stop { session } = chosen {
            self.stop_on_screen(session).await?;
        }
        if asked.answer.is_some() {
            return Ok(DUPLICATE);
        }
        let latest = journal::latest_ask(&self.platform, terminal).await?;
        let asks_the_same = latest.filter(|latest| latest.ask == asked.ask);
        Ok(match asks_the_same {
            Some(latest) if journal::answer_ask(&self.platform, &latest.id, option).await? => {
                APPLIED
            }
            _ if matches!(chosen, Chosen::Stop { .. }) => APPLIED,
            _ => STALE_READ,
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

/// Adyen takes nothing but this for a success.
fn acknowledgement(endpoint: Option<&Endpoint>) -> &'static str {
    match endpoint.map(|it| &it.scheme) {
        Some(Scheme::Adyen) => "[accepted]",
        _ => "ok",
    }
}

fn change_name(change: PaymentChange) -> &'static str {
    match change {
        PaymentChange::Captured => "captured",
        PaymentChange::CaptureFailed => "capture-failed",
        PaymentChange::Refunded => "refunded",
        PaymentChange::RefundFailed => "refund-failed",
        PaymentChange::Disputed => "disputed",
        PaymentChange::DisputeWon => "dispute-won",
        PaymentChange::DisputeLost => "dispute-lost",
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
