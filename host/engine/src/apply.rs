//! Apply an event to a session: the one place where a decision is asked for and stored.

use chargetap_contract::session::{Command, CommandResult, Decision, Event, Evse, Outcome, Tap};
use chargetap_contract::terminal::CardRead;
use chargetap_fleet::gate::Gate;

use crate::asks::Ask;
use crate::config::Start;
use crate::execute::result_name;
use crate::gateway::Gateway;
use crate::journal::{self, Entry, JournalError, Recorded, phase_name};
use crate::platform::{Count, Platform, PluginFault};

/// How often a step is made again because the session moved on meanwhile.
const ATTEMPTS: u32 = 20;

/// When to come back to a session that could not be stepped at its time, in milliseconds.
const POSTPONEMENT: u64 = 60_000;

/// The engine could not do its work; nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal cannot be read or written.
    #[error("journal: {0}")]
    Journal(String),
    /// A component failed.
    #[error(transparent)]
    Plugin(#[from] PluginFault),
    /// A session belongs to a terminal that the configuration does not have.
    #[error("terminal {0} is not configured, but a session is open there: configure it again")]
    UnknownTerminal(String),
    /// A receipt has a number of an issuer that the configuration does not have.
    #[error(
        "no issuer with VAT number {0} is configured, but it numbered a receipt: configure it again"
    )]
    UnknownIssuer(String),
    /// A receipt is to refer to another one that is not there yet.
    #[error("session {0} has no receipt yet to refer to")]
    NoOriginal(String),
    /// The session kept moving on while the step was made.
    #[error("session {0} is contended: try again")]
    Contended(String),
}

impl From<JournalError> for EngineError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error.to_string())
    }
}

/// What became of an event.
#[derive(Debug)]
pub(crate) enum Applied {
    /// It is stored, with what was decided.
    Yes,
    /// The same delivery was applied before.
    Duplicate,
    /// Another delivery used the armed read up, or the terminal was told to read anew since.
    ReadStale,
    /// Another session has the EVSE; nothing was stored.
    EvseOccupied,
    /// Another session has the hold; nothing was stored.
    HoldClaimed,
    /// The session has no use for it; nothing was stored.
    Refused,
}

/// An event and where it comes from.
pub(crate) struct Cause<'a> {
    pub(crate) event: Event,
    pub(crate) dedupe: Option<&'a str>,
    pub(crate) read: Option<&'a str>,
    pub(crate) ended_command: Option<&'a str>,
}

impl From<Event> for Cause<'_> {
    fn from(event: Event) -> Self {
        Self {
            event,
            dedupe: None,
            read: None,
            ended_command: None,
        }
    }
}

impl<P: Platform> Gateway<P> {
    /// A card was shown: it stops the session that it started, or begins one under the read's id,
    /// which ends at once if another driver has the EVSE.
    pub(crate) async fn apply_card(
        &self,
        read: CardRead,
        dedupe: &str,
    ) -> Result<Applied, EngineError> {
        let running =
            journal::running_with_card(&self.platform, &read.terminal, &read.card.reference)
                .await?;
        let begins = running.is_none();
        // Between being told to rest and resting, a terminal may still report a card.
        let gate = self.gate(&read.terminal).await?;
        if gate == Gate::Closed || (begins && gate != Gate::Open) {
            self.platform.look_at(&read.terminal);
            return Ok(Applied::Refused);
        }
        let session = running.unwrap_or_else(|| read.read.clone());
        let read_id = read.read.clone();
        let terminal = read.terminal.clone();
        let cause = |event| Cause {
            dedupe: Some(dedupe),
            read: Some(&read_id),
            ended_command: None,
            event,
        };
        let shown = match self.offered_evse(&read).await? {
            None if begins && self.terminal(&terminal)?.start == Start::Tap => {
                Event::EvseOccupied(read.clone())
            }
            evse => Event::CardPresented(Tap {
                read: read.clone(),
                evse,
            }),
        };
        match self.apply(&session, &terminal, cause(shown)).await? {
            Applied::EvseOccupied => {
                let occupied = cause(Event::EvseOccupied(read));
                self.apply(&session, &terminal, occupied).await
            }
            applied => Ok(applied),
        }
    }

    /// The EVSE that the terminal offered with this read, if it still serves it.
    async fn offered_evse(&self, read: &CardRead) -> Result<Option<Evse>, EngineError> {
        let told = journal::ask_of(&self.platform, &read.terminal, &read.read).await?;
        let terminal = self.terminal(&read.terminal)?;
        Ok(match told.map(|told| told.ask) {
            Some(Ask::Card(card)) => card.evse.filter(|evse| terminal.evse(evse).is_some()),
            _ => None,
        })
    }

    /// A command ended. Its session hears of it, and the command is done either way.
    pub(crate) async fn apply_outcome(
        &self,
        session: &str,
        command: &Command,
        terminal: &str,
        result: CommandResult,
    ) -> Result<(), EngineError> {
        let outcome = Outcome {
            command: command.id.clone(),
            result,
        };
        let cause = Cause {
            ended_command: Some(&command.id),
            ..Cause::from(Event::CommandEnded(outcome))
        };
        match self.apply(session, terminal, cause).await? {
            Applied::Refused => journal::finish(&self.platform, &command.id).await?,
            // It was found first, as a hold that no session knows, and is being voided.
            Applied::HoldClaimed => {
                let failed = Outcome {
                    command: command.id.clone(),
                    result: CommandResult::NotDone("another session has the hold".into()),
                };
                let cause = Cause {
                    ended_command: Some(&command.id),
                    ..Cause::from(Event::CommandEnded(failed))
                };
                self.apply(session, terminal, cause).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Let the sessions know whose time has come. One that cannot be stepped does not keep the
    /// others waiting.
    pub(crate) async fn reach_deadlines(&self) -> Result<(), EngineError> {
        let now = self.platform.now();
        for session in journal::due(&self.platform, now).await? {
            let reason = match self.reach_deadline(&session).await {
                Ok(Applied::Refused) => "refused".to_owned(),
                Ok(_) => continue,
                Err(error) => error.to_string(),
            };
            tracing::error!(
                session,
                reason,
                "a session could not be stepped at its time"
            );
            let until = now.saturating_add(POSTPONEMENT);
            journal::postpone(&self.platform, &session, now, until).await?;
        }
        Ok(())
    }

    async fn reach_deadline(&self, session: &str) -> Result<Applied, EngineError> {
        match journal::load(&self.platform, session).await? {
            Some(stored) => {
                self.apply(session, &stored.terminal, Event::DeadlineReached.into())
                    .await
            }
            None => Ok(Applied::Duplicate),
        }
    }

    /// Apply an event to a session at a terminal; the terminal's policy counts.
    pub(crate) async fn apply(
        &self,
        session: &str,
        terminal: &str,
        cause: Cause<'_>,
    ) -> Result<Applied, EngineError> {
        for _ in 0..ATTEMPTS {
            let now = self.platform.now();
            let policy = self.policy(terminal, now)?;
            let stored = journal::load(&self.platform, session).await?;
            let state = stored.as_ref().map(|stored| stored.state.as_slice());
            if cause.event == Event::DeadlineReached
                && stored
                    .as_ref()
                    .is_none_or(|stored| stored.deadline.is_none_or(|at| at > now))
            {
                // Another step moved the deadline meanwhile.
                return Ok(Applied::Duplicate);
            }
            let decision = match self.platform.step(&policy, state, &cause.event, now)? {
                Ok(decision) => decision,
                Err(refusal) => {
                    // The same delivery may have been applied since it was last looked for.
                    if let Some(dedupe) = cause.dedupe
                        && journal::is_duplicate(&self.platform, dedupe).await?
                    {
                        return Ok(Applied::Duplicate);
                    }
                    tracing::info!(
                        session,
                        event = event_name(&cause.event),
                        ?refusal,
                        "refused"
                    );
                    return Ok(Applied::Refused);
                }
            };
            let issuer = self.issuer_at(terminal).await?.key();
            let entry = Entry {
                session,
                version: stored.map_or(1, |stored| stored.version.saturating_add(1)),
                event: &cause.event,
                at: now,
                dedupe: cause.dedupe,
                read: cause.read,
                ended_command: cause.ended_command,
                decision: &decision,
                issuer: &issuer,
            };
            match journal::record(&self.platform, &entry).await? {
                Recorded::Yes => {
                    self.tell(session, &cause.event, &decision);
                    return Ok(Applied::Yes);
                }
                Recorded::Duplicate => return Ok(Applied::Duplicate),
                Recorded::ReadStale => return Ok(Applied::ReadStale),
                Recorded::EvseOccupied => return Ok(Applied::EvseOccupied),
                Recorded::HoldClaimed => return Ok(Applied::HoldClaimed),
                Recorded::NotActivated => return Ok(Applied::Refused),
                Recorded::Stale => {}
            }
        }
        Err(EngineError::Contended(session.to_owned()))
    }

    /// The session's line in the log, and a nudge for its commands.
    fn tell(&self, session: &str, event: &Event, decision: &Decision) {
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
        self.platform.count(Count::Step, phase);
        if !decision.commands.is_empty() {
            self.platform.wake();
            self.platform.look_at(&view.terminal);
        }
    }
}

fn event_name(event: &Event) -> &'static str {
    match event {
        Event::CardPresented(_) => "card-presented",
        Event::EvseOccupied(_) => "evse-occupied",
        Event::OrphanHoldFound(_) => "orphan-hold-found",
        Event::CommandEnded(outcome) => result_name(&outcome.result),
        Event::PaymentHinted => "payment-hinted",
        Event::ChargingStarted(_) => "charging-started",
        Event::MeterRead(_) => "meter-read",
        Event::ChargingStopped(_) => "charging-stopped",
        Event::StopRequested(_) => "stop-requested",
        Event::Refunded(_) => "refunded",
        Event::InvoiceRequested(_) => "invoice-requested",
        Event::DeadlineReached => "deadline-reached",
    }
}
