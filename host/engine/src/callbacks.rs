//! A callback's way in: verified, then applied, and only then acknowledged.
//!
//! - A callback that is refused changes nothing. It may have been right and come too late, so its terminal is
//!   polled: twice, and then every half minute at most.
//! - Reports of other providers are recorded once (table `report`). Those that take money back raise an alert;
//!   nothing else comes of them.
//! - While the clock cannot be trusted, what needs one is answered 503.

pub(crate) mod card_key;
pub(crate) mod limits;

use std::borrow::Cow;

use chargetap_contract::callback::{
    CallbackEvent, Endpoint, PaymentReport, Rejection, Request as Callback, Scheme, Verified,
};
use chargetap_contract::session::{Event, Requester};
use chargetap_contract::terminal::{CardRead, PaymentHint, ScreenAnswer, TerminalEvent};
use chargetap_contract::{Components, FaultCause};
use percent_encoding::percent_decode_str;

use crate::error::EngineError;
use crate::event::EventOutcome;
use crate::fleet::alerts;
use crate::fleet::records;
use crate::fleet::terminals::Terminals;
use crate::gateway::Gateway;
use crate::http::{Request, Response};
use crate::labels::change_name;
use crate::platform::{Metric, Platform, Purpose, Work};
use crate::sessions::apply::apply;
use crate::sessions::card;
use crate::sessions::operator_requests::request_stop;
use crate::terminals::prompt::Chosen;
use crate::{clock, store};

/// The verdict on a callback, and the answer to the provider:
///
/// | verdict           | status | why                                                     |
/// |-------------------|--------|---------------------------------------------------------|
/// | `Event`           | 200    | stored now or before, or of no use to its session       |
/// | `Event`, stale    | 409    | the terminal was armed anew since                       |
/// | `UnknownTerminal` | 404    | the terminal is not configured                          |
/// | `TooMany`         | 429    | before anything is looked at                            |
/// | `Rejected`        | 4xx    | not authentic, not fresh or not well formed             |
/// | `Rejected`        | 503    | the clock cannot be trusted: to be repeated             |
/// | `Unavailable`     | 503    | it could not be stored: to be repeated                  |
enum Verdict {
    Event(EventOutcome),
    UnknownTerminal,
    TooMany,
    Rejected(Rejection),
    Unavailable,
}

impl Verdict {
    /// The status for the provider, and the reason for log and metric.
    fn status_and_reason(&self) -> (u16, &'static str) {
        match self {
            Self::Event(EventOutcome::Stored) => (200, "applied"),
            Self::Event(EventOutcome::Duplicate) => (200, "duplicate"),
            Self::Event(EventOutcome::StaleArming) => (409, "stale-arming"),
            Self::Event(_) => (200, "ignored"),
            Self::UnknownTerminal => (404, "unknown-terminal"),
            Self::TooMany => (429, "too-many"),
            Self::Rejected(rejection) => status_and_reason(rejection),
            Self::Unavailable => (503, "unavailable"),
        }
    }
}

/// Answer `POST /callbacks/payter/{capability}` and `POST /callbacks/{webhook}`.
pub(crate) async fn handle(
    gateway: &Gateway<impl Platform>,
    endpoint: &str,
    segment: &str,
    request: Request,
) -> Response {
    let verdict = match receive(gateway, endpoint, segment, request).await {
        Ok(verdict) => verdict,
        Err(error) => {
            tracing::error!(%error, "a callback could not be stored");
            Verdict::Unavailable
        }
    };
    let (status, reason) = verdict.status_and_reason();
    // Unknown endpoint ids are not logged: they are attacker-controlled text.
    let configured = configured(gateway, endpoint);
    let endpoint = configured.map(|it| it.id.as_str());
    tracing::info!(endpoint, status, reason, "callback");
    gateway.platform.count(Metric::Callbacks, reason);
    // The outside learns the class of the failure from the status, and nothing more.
    Response::text(
        status,
        match status {
            200 => acknowledgement(configured),
            _ => "refused",
        },
    )
}

fn configured<'a>(gateway: &'a Gateway<impl Platform>, id: &str) -> Option<&'a Endpoint> {
    let mut endpoints = gateway.config.callback_endpoints.iter();
    let found = endpoints.find(|it| it.endpoint.id == id)?;
    Some(&found.endpoint)
}

/// Adyen takes nothing but this for a success.
fn acknowledgement(endpoint: Option<&Endpoint>) -> &'static str {
    match endpoint.map(|it| &it.scheme) {
        Some(Scheme::Adyen) => "[accepted]",
        _ => "ok",
    }
}

async fn receive(
    gateway: &Gateway<impl Platform>,
    endpoint: &str,
    segment: &str,
    request: Request,
) -> Result<Verdict, EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let source = request.source.clone();
    let limit = &gateway.callbacks.refused;
    if let Some(source) = &source
        && !limit.has_token(source, now)
    {
        return Ok(Verdict::TooMany);
    }
    let count = || {
        if let Some(source) = &source {
            limit.take(source, now);
        }
    };
    let refuse = |rejection| {
        count();
        rejected(rejection)
    };
    let Ok(capability) = percent_decode_str(segment).decode_utf8() else {
        return Ok(refuse(Rejection::MalformedCapability));
    };
    let callback = callback(gateway, endpoint, capability, request);
    let verified = platform.call(Purpose::Callback, |components| components.verify(&callback));
    let verified = match verified.await? {
        Ok(Ok(verified)) => verified,
        Err(fault) => {
            // A callback at which the verifier fails costs as much as one that it refuses.
            if fault.cause != FaultCause::Busy {
                count();
            }
            return Err(fault.into());
        }
        Ok(Err(rejection)) => {
            let refused = refuse(rejection);
            read_back(gateway, &callback.capability, now).await?;
            return Ok(refused);
        }
    };
    let mut verdict = Verdict::Event(EventOutcome::NotApplicable);
    for event in verified {
        verdict = take(gateway, endpoint, event, now).await?;
    }
    Ok(verdict)
}

/// The request as the contract has it.
fn callback(
    gateway: &Gateway<impl Platform>,
    endpoint: &str,
    capability: Cow<'_, str>,
    request: Request,
) -> Callback {
    let public_url = &gateway.config.public_url;
    let query = request
        .query
        .map_or_else(String::new, |it| format!("?{it}"));
    let headers = request.headers.iter();
    Callback {
        endpoint: endpoint.to_owned(),
        target_uri: format!("{public_url}{}{query}", request.path),
        capability: capability.into_owned(),
        method: "POST".to_owned(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: request.body,
        received_at: clock::trusted_now(gateway).ok(),
    }
}

fn rejected(rejection: Rejection) -> Verdict {
    // The rejection may carry a text about the body's form, never the body itself.
    tracing::warn!(?rejection, "callback rejected");
    Verdict::Rejected(rejection)
}

/// A callback that does not count changes nothing. But it may have been right and come too late, so
/// the terminal that it names is polled, so many times and no more.
async fn read_back(
    gateway: &Gateway<impl Platform>,
    capability: &str,
    now: u64,
) -> Result<(), EngineError> {
    let claimed = gateway.platform.call(Purpose::Callback, |components| {
        components.claimed_terminal(capability)
    });
    let claimed = claimed.await??;
    // Anybody can send such a callback: the records as they were last read do.
    let known = claimed.filter(|serial| gateway.terminal(serial).is_ok());
    if let Some(terminal) = known
        && gateway.callbacks.read_backs.take(&terminal, now)
    {
        tracing::info!(event = "read-back", terminal, "the terminal is polled");
        gateway.platform.notify(Work::Terminal(&terminal));
    }
    Ok(())
}

async fn take(
    gateway: &Gateway<impl Platform>,
    endpoint: &str,
    verified: Verified,
    now: u64,
) -> Result<Verdict, EngineError> {
    let dedupe = verified.dedupe_key.as_deref();
    let outcome = match verified.event {
        CallbackEvent::Terminal(event) if !is_served(gateway, &event).await? => {
            return Ok(Verdict::UnknownTerminal);
        }
        CallbackEvent::Terminal(TerminalEvent::CardRead(read)) => {
            card_read(gateway, read, dedupe.unwrap_or_default()).await?
        }
        CallbackEvent::Terminal(TerminalEvent::PaymentHint(hint)) => {
            payment_hint(gateway, hint).await?
        }
        CallbackEvent::Terminal(TerminalEvent::ScreenAnswer(answer)) => {
            screen_answer(gateway, answer).await?
        }
        CallbackEvent::Terminal(TerminalEvent::Connectivity(it)) => {
            gateway.platform.notify(Work::Terminal(&it.terminal));
            EventOutcome::Stored
        }
        CallbackEvent::Payment(report) => {
            payment_report(gateway, endpoint, dedupe, &report, now).await?
        }
        CallbackEvent::Unknown(kind) => {
            tracing::info!(endpoint, kind, "a callback of an unknown kind");
            EventOutcome::NotApplicable
        }
    };
    Ok(Verdict::Event(outcome))
}

async fn is_served(
    gateway: &Gateway<impl Platform>,
    event: &TerminalEvent,
) -> Result<bool, EngineError> {
    let serial = match event {
        TerminalEvent::CardRead(it) => &it.terminal,
        TerminalEvent::PaymentHint(it) => &it.terminal,
        TerminalEvent::ScreenAnswer(it) => &it.terminal,
        TerminalEvent::Connectivity(it) => &it.terminal,
    };
    let records = records::current(gateway).await?;
    let served = Terminals::new(&gateway.config, &records).find(serial);
    Ok(served.is_some())
}

/// A provider's report is put on record once. A report that takes money back from the operator raises
/// an alert, also when it is repeated because the gateway died before that; nothing else comes of it,
/// because money moves only on what Payter's API says.
async fn payment_report(
    gateway: &Gateway<impl Platform>,
    endpoint: &str,
    dedupe: Option<&str>,
    report: &PaymentReport,
    now: u64,
) -> Result<EventOutcome, EngineError> {
    let platform = &gateway.platform;
    let stored = store::payment_reports::insert(platform, endpoint, dedupe, report, now).await?;
    if stored.is_new {
        let change = change_name(report.change);
        let (payment, reference) = (report.payment.as_deref(), report.reference.as_deref());
        tracing::info!(endpoint, change, payment, reference, "payment report");
        platform.count(Metric::PaymentReports, change);
    }
    alerts::raise_for_payment(gateway, endpoint, stored.number, report).await?;
    Ok(match stored.is_new {
        true => EventOutcome::Stored,
        false => EventOutcome::Duplicate,
    })
}

async fn card_read(
    gateway: &Gateway<impl Platform>,
    read: CardRead,
    dedupe: &str,
) -> Result<EventOutcome, EngineError> {
    let platform = &gateway.platform;
    if store::events::is_duplicate(platform, dedupe).await? {
        return Ok(EventOutcome::Duplicate);
    }
    let (arming_id, terminal) = (read.read.clone(), read.terminal.clone());
    let outcome = match card::shown(gateway, read, dedupe).await? {
        EventOutcome::NotApplicable if store::events::used_arming(platform, &arming_id).await? => {
            EventOutcome::StaleArming
        }
        outcome => outcome,
    };
    // The terminal has another card, under another prompt, than it should: an authorisation would be of that card.
    if outcome == EventOutcome::StaleArming {
        store::prompts::drop_card(platform, &terminal, &arming_id).await?;
        platform.notify(Work::Terminal(&terminal));
    }
    Ok(outcome)
}

/// A driver chose something. An answer that does not fit shows that the screen is not what it should
/// be, so the prompt is sent again.
async fn screen_answer(
    gateway: &Gateway<impl Platform>,
    answer: ScreenAnswer,
) -> Result<EventOutcome, EngineError> {
    let outcome = take_answer(gateway, &answer).await?;
    if !outcome.is_on_record() {
        store::prompts::invalidate(&gateway.platform, &answer.terminal).await?;
    }
    gateway.platform.notify(Work::Terminal(&answer.terminal));
    Ok(outcome)
}

/// A choice to stop is obeyed, however old the screen is and whatever was chosen there already,
/// because it names the session; and first, so that a repetition after a crash stops as well. Any
/// other choice counts if it is the first and the terminal still shows the same prompt.
async fn take_answer(
    gateway: &Gateway<impl Platform>,
    answer: &ScreenAnswer,
) -> Result<EventOutcome, EngineError> {
    let platform = &gateway.platform;
    let ScreenAnswer {
        terminal,
        screen,
        choice,
    } = answer;
    let Some(sent) = store::prompts::load(platform, terminal, screen).await? else {
        return Ok(EventOutcome::StaleArming);
    };
    let Some((option, chosen)) = sent.prompt.option(choice) else {
        return Ok(EventOutcome::NotApplicable);
    };
    if let Chosen::Stop { session } = chosen {
        request_stop(gateway, session, Requester::Driver).await?;
    }
    if sent.answer.is_some() {
        return Ok(EventOutcome::Duplicate);
    }
    let latest = store::prompts::latest(platform, terminal).await?;
    let still_shown = latest.filter(|latest| latest.prompt == sent.prompt);
    Ok(match still_shown {
        Some(latest) if store::prompts::answer(platform, &latest.arming_id, option).await? => {
            EventOutcome::Stored
        }
        _ if matches!(chosen, Chosen::Stop { .. }) => EventOutcome::Stored,
        _ => EventOutcome::StaleArming,
    })
}

/// The session that the arming began is told. An arming that stopped another session began none, and
/// that session is told by the replies to its own commands.
async fn payment_hint(
    gateway: &Gateway<impl Platform>,
    hint: PaymentHint,
) -> Result<EventOutcome, EngineError> {
    let outcome = apply(
        gateway,
        &hint.read,
        &hint.terminal,
        Event::PaymentHinted.into(),
    )
    .await?;
    // A hint has no key by which a repetition is recognised: it is of use or it is not.
    Ok(match outcome {
        EventOutcome::Stored => EventOutcome::Stored,
        _ => EventOutcome::NotApplicable,
    })
}

fn status_and_reason(rejection: &Rejection) -> (u16, &'static str) {
    match rejection {
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
    }
}
