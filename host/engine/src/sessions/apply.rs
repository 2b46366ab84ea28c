//! Apply an event to a session: the one place where a decision is asked for and stored.

use std::borrow::Cow;

use chargetap_contract::Components;
use chargetap_contract::session::{Decision, Event, Refusal};

use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::fleet::{issuers, terms};
use crate::gateway::Gateway;
use crate::labels::{event_name, phase_name};
use crate::platform::{Metric, Platform, Purpose, Work};
use crate::store::events::Entry;
use crate::store::sessions::{OpenSession, StoredSession};
use crate::{clock, store};

/// An event that every state accepts and none is changed by: it shows whether a state can be read, and its view.
pub(crate) static READ: Event = Event::ClockSet(0);

/// How often a step is made again because the session moved on meanwhile.
const ATTEMPTS: u32 = 20;

/// Apply an event to a session at a terminal. The session begins with the event, if it can. Its own terms count, and
/// until it has some, those of the event or of the terminal.
pub(crate) async fn apply(
    gateway: &Gateway<impl Platform>,
    session: &str,
    terminal: &str,
    envelope: EventEnvelope<'_>,
) -> Result<EventOutcome, EngineError> {
    let stored = store::sessions::load(&gateway.platform, session).await?;
    apply_to(gateway, session, terminal, stored, envelope).await
}

/// The same for a session that was just loaded.
pub(crate) async fn apply_to(
    gateway: &Gateway<impl Platform>,
    session: &str,
    terminal: &str,
    mut stored: Option<StoredSession>,
    envelope: EventEnvelope<'_>,
) -> Result<EventOutcome, EngineError> {
    for _ in 0..ATTEMPTS {
        let outcome = attempt(gateway, session, terminal, stored.as_ref(), &envelope).await?;
        if let Some(outcome) = outcome {
            return Ok(outcome);
        }
        stored = store::sessions::load(&gateway.platform, session).await?;
    }
    Err(EngineError::Contended(session.to_owned()))
}

/// Decide and store. `None`: the session moved on meanwhile.
async fn attempt(
    gateway: &Gateway<impl Platform>,
    session: &str,
    terminal: &str,
    stored: Option<&StoredSession>,
    envelope: &EventEnvelope<'_>,
) -> Result<Option<EventOutcome>, EngineError> {
    let platform = &gateway.platform;
    let now = match envelope.event {
        Event::ClockSet(_) => platform.now(),
        _ => clock::trusted_now(gateway)?,
    };
    if matches!(envelope.event, Event::DeadlineReached(_))
        && !stored.is_some_and(|it| it.is_due(now))
    {
        // Another step moved the deadline meanwhile.
        return Ok(Some(EventOutcome::Duplicate));
    }
    if stored.is_some_and(StoredSession::is_closed) {
        let event = event_name(&envelope.event);
        tracing::info!(session, event, "refused: the session ended too long ago");
        return Ok(Some(EventOutcome::NotApplicable));
    }
    let known = match stored {
        Some(stored) => stored.terms.as_ref(),
        // A card that stops a session comes with the terms of another one.
        None => envelope.terms.as_ref(),
    };
    let terms = match known {
        Some(terms) => Cow::Borrowed(terms),
        None => Cow::Owned(terms::current(gateway, terminal).await?),
    };
    let policy = terms.policy_at(now)?;
    let state = stored.map(|stored| stored.state.as_slice());
    let step = platform.call(Purpose::Money, |components| {
        components.step(&policy, state, &envelope.event, now)
    });
    let decision = match step.await?? {
        Ok(decision) => decision,
        Err(refusal) => {
            check_read(session, &refusal)?;
            // The same delivery may have been stored since it was last looked for.
            if let Some(dedupe) = envelope.dedupe
                && store::events::is_duplicate(platform, dedupe).await?
            {
                return Ok(Some(EventOutcome::Duplicate));
            }
            let event = event_name(&envelope.event);
            tracing::info!(session, event, ?refusal, "refused");
            return Ok(Some(EventOutcome::NotApplicable));
        }
    };
    let issuer = match store::events::asks_for_number(&decision) {
        true => Some(issuers::at_terminal(gateway, terminal).await?.key()),
        false => None,
    };
    let entry = Entry {
        session,
        version: stored.map_or(1, |stored| stored.version.saturating_add(1)),
        envelope,
        at: now,
        decision: &decision,
        terms: &terms,
        issuer: issuer.as_deref(),
    };
    let outcome = store::events::insert(platform, &entry).await?;
    if outcome == Some(EventOutcome::Stored) {
        announce(platform, session, &envelope.event, &decision);
    }
    Ok(outcome)
}

/// Why a state could not be read, if that is what was refused.
pub(crate) fn unread(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::UnknownStateVersion(version) => Some(format!("version {version}")),
        Refusal::MalformedState(problem) => Some(problem.clone()),
        _ => None,
    }
}

/// A refusal because the state was not read decides nothing: whoever told the event must tell it again.
fn check_read(session: &str, refusal: &Refusal) -> Result<(), EngineError> {
    match unread(refusal) {
        Some(problem) => Err(EngineError::UnreadableState {
            session: session.to_owned(),
            problem,
        }),
        None => Ok(()),
    }
}

/// Make sure that the components read the states of sessions, without making a step.
pub(crate) async fn check_readable(
    gateway: &Gateway<impl Platform>,
    sessions: Vec<OpenSession>,
) -> Result<(), EngineError> {
    for OpenSession { session, .. } in sessions {
        let stored = store::sessions::load(&gateway.platform, &session).await?;
        let Some(stored) = stored else { continue };
        let now = gateway.platform.now();
        // It depends on no policy.
        let policy = &gateway.config.policy;
        let read = gateway.platform.call(Purpose::Money, |components| {
            components.step(policy, Some(&stored.state), &READ, now)
        });
        if let Err(refusal) = read.await?? {
            check_read(&session, &refusal)?;
        }
    }
    Ok(())
}

/// The session's line in the log, and a notification for its commands.
fn announce(platform: &impl Platform, session: &str, event: &Event, decision: &Decision) {
    let view = &decision.view;
    let phase = phase_name(view.phase);
    tracing::info!(
        target: "chargetap::session",
        session,
        event = event_name(event),
        phase,
        terminal = view.terminal,
        station = view.evse.as_ref().map(|evse| evse.station.as_str()),
        connector = view.evse.as_ref().map(|evse| evse.connector),
        currency = view.currency,
        held = view.hold.as_ref().map_or(0, |hold| hold.amount),
        energy_wh = view.energy,
        cost = view.cost.gross,
        captured = view.captured,
        released = view.released,
        "step"
    );
    platform.count(Metric::Steps, phase);
    if !decision.commands.is_empty() {
        platform.notify(Work::Outbox);
        platform.notify(Work::Terminal(&view.terminal));
    }
}
