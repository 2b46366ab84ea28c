//! Execute the commands that sessions asked for, and hand the outcomes back.

use std::ops::Range;

use chargetap_contract::session::{
    Action, Alert, Authorise, Command, CommandResult, Event, Evse, LookUp, OrphanHold,
    StartCharging,
};
use chargetap_contract::terminal::Hold;

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::journal::{self, Claimed, Stored};
use crate::payter::{MESSAGE_LASTS, PayterError};
use crate::platform::{Count, Platform, StationAnswer};

/// A claimed command, on record as sent.
#[derive(Debug)]
pub struct Execution {
    session: String,
    command: Command,
}

impl From<Claimed> for Execution {
    fn from(Claimed { session, command }: Claimed) -> Self {
        Self { session, command }
    }
}

impl<P: Platform> Gateway<P> {
    /// Claim the next waiting command, if there is one. Whoever gets it must [`Self::execute`] it.
    ///
    /// # Errors
    /// The journal cannot be used.
    pub async fn claim(&self) -> Result<Option<Execution>, EngineError> {
        let claimed = journal::claim(&self.platform, self.platform.now()).await?;
        Ok(claimed.map(Execution::from))
    }

    /// Execute a claimed command and apply its outcome.
    ///
    /// # Errors
    /// The outcome could not be stored; the command stays on record as sent, and is asked about
    /// when it counts as abandoned.
    pub async fn execute(&self, execution: Execution) -> Result<(), EngineError> {
        let Execution { session, command } = execution;
        match self.run(&session, &command).await? {
            Some(result) => self.end(&session, &command, result).await,
            None => Ok(journal::finish(&self.platform, &command.id).await?),
        }
    }

    /// Commands that were sent and that nobody is executing any more, which are all but those sent
    /// within a span of time: what moves money or energy is of unknown outcome, the rest is simply
    /// done again.
    pub(crate) async fn recover_sent_outside(
        &self,
        under_way: Range<u64>,
    ) -> Result<(), EngineError> {
        for Claimed { session, command } in journal::abandoned(&self.platform, under_way).await? {
            tracing::warn!(command = command.id, "taking up an abandoned command");
            let taken_up = match command.action {
                Action::ShowMessage(_) | Action::IssueReceipt(_) | Action::RaiseAlert(_) => {
                    let repeated = journal::repeat(&self.platform, &command.id).await;
                    self.platform.wake();
                    repeated.map_err(EngineError::from)
                }
                _ => self.end(&session, &command, CommandResult::Unknown).await,
            };
            // One that cannot be taken up now does not keep the others waiting.
            if let Err(error) = taken_up {
                tracing::error!(command = command.id, %error, "it could not be taken up");
            }
        }
        Ok(())
    }

    async fn end(
        &self,
        session: &str,
        command: &Command,
        result: CommandResult,
    ) -> Result<(), EngineError> {
        let name = result_name(&result);
        tracing::info!(command = command.id, result = name, "command ended");
        self.platform.count(Count::Command, name);
        let stored = journal::load(&self.platform, session).await?;
        // A terminal is taken out of the configuration only when its sessions have ended.
        let known = stored.filter(|stored| self.terminal(&stored.terminal).is_ok());
        let Some(Stored { terminal, .. }) = known else {
            return Ok(journal::finish(&self.platform, &command.id).await?);
        };
        let late = match &result {
            CommandResult::Authorised(hold) => Some(hold.clone()),
            _ => None,
        };
        self.apply_outcome(session, command, &terminal, result)
            .await?;
        if let Some(hold) = late
            && !journal::is_claimed(&self.platform, &terminal, &hold.payment).await?
        {
            // Its session had given up waiting.
            self.void(&terminal, hold).await?;
        }
        Ok(())
    }

    /// Do what a command asks for. `None`: its session need not know how it ended.
    async fn run(
        &self,
        session: &str,
        command: &Command,
    ) -> Result<Option<CommandResult>, EngineError> {
        let result = match &command.action {
            Action::Authorise(authorise) => {
                let Some(result) = self.authorise(session, authorise).await? else {
                    return Ok(None);
                };
                result
            }
            Action::Capture(capture) => {
                let (target, amount) = (&capture.target, capture.amount);
                self.payter_commit(&target.terminal, &target.payment, amount, &capture.message)
                    .await
            }
            Action::Cancel(cancel) => {
                let target = &cancel.target;
                self.payter_cancel(&target.terminal, &target.payment, &cancel.message)
                    .await
            }
            Action::LookUp(look_up) => self.look_up(look_up).await?,
            Action::StartCharging(start) => self.start_charging(start).await,
            Action::StopCharging(evse) => self.stop_charging(session, evse).await?,
            Action::ShowMessage(message) => {
                self.show(message).await?;
                self.platform.look_at(&message.terminal);
                return Ok(None);
            }
            Action::IssueReceipt(subject) => {
                self.issue_receipt(&command.id, subject).await?;
                return Ok(None);
            }
            Action::RaiseAlert(alert) => {
                self.raise(session, alert);
                return Ok(None);
            }
        };
        Ok(Some(result))
    }

    /// Make the hold, unless its session gave up waiting.
    async fn authorise(
        &self,
        session: &str,
        authorise: &Authorise,
    ) -> Result<Option<CommandResult>, EngineError> {
        if !journal::awaits_hold(&self.platform, session).await? {
            return Ok(None);
        }
        let Authorise { terminal, message } = authorise;
        let result = self.payter_authorise(terminal, message).await;
        if let CommandResult::Authorised(_) = result {
            // The driver is to read that the card was accepted, and not to show it a second time.
            self.hide_what_is_shown(terminal, MESSAGE_LASTS).await?;
        }
        Ok(Some(result))
    }

    async fn look_up(&self, look_up: &LookUp) -> Result<CommandResult, EngineError> {
        let found = match &look_up.payment {
            Some(payment) => self
                .payter_open_hold(&look_up.terminal, payment)
                .await
                .map(|hold| hold.into_iter().collect()),
            None => self.unclaimed_holds(&look_up.terminal).await?,
        };
        Ok(match found {
            Ok(holds) => CommandResult::OpenHolds(holds),
            Err(error) => CommandResult::NotDone(error.to_string()),
        })
    }

    /// Void a hold that no session knows: it is what a lost authorisation left behind.
    pub(crate) async fn void(&self, serial: &str, hold: Hold) -> Result<(), EngineError> {
        tracing::warn!(
            terminal = serial,
            payment = hold.payment,
            "voiding an orphan hold"
        );
        let session = format!("orphan-{serial}-{}", hold.payment);
        let event = Event::OrphanHoldFound(OrphanHold {
            terminal: serial.to_owned(),
            hold,
        });
        self.apply(&session, serial, event.into()).await?;
        Ok(())
    }

    /// The holds at a terminal that no session of ours knows.
    pub(crate) async fn unclaimed_holds(
        &self,
        terminal: &str,
    ) -> Result<Result<Vec<Hold>, PayterError>, EngineError> {
        let open = match self.payter_open_holds(terminal).await {
            Ok(open) => open,
            Err(error) => return Ok(Err(error)),
        };
        let mut unclaimed = Vec::new();
        for hold in open {
            if !journal::is_claimed(&self.platform, terminal, &hold.payment).await? {
                unclaimed.push(hold);
            }
        }
        Ok(Ok(unclaimed))
    }

    async fn start_charging(&self, start: &StartCharging) -> CommandResult {
        let evse = &start.evse;
        station_result(
            self.platform
                .start_charging(&evse.station, evse.connector, &start.id_tag)
                .await,
        )
    }

    async fn stop_charging(
        &self,
        session: &str,
        evse: &Evse,
    ) -> Result<CommandResult, EngineError> {
        let number = journal::transaction(&self.platform, session).await?;
        let Some(transaction) = number.and_then(|number| i32::try_from(number).ok()) else {
            return Ok(CommandResult::NotDone("no transaction".into()));
        };
        Ok(station_result(
            self.platform
                .stop_charging(&evse.station, transaction)
                .await,
        ))
    }

    fn raise(&self, session: &str, alert: &Alert) {
        let reason = format!("{:?}", alert.reason);
        tracing::error!(
            session,
            reason,
            next_action = alert.next_action,
            "needs attention"
        );
        self.platform.count(Count::Alert, &reason);
    }
}

fn station_result(answer: StationAnswer) -> CommandResult {
    match answer {
        StationAnswer::Accepted => CommandResult::Done,
        StationAnswer::Rejected => CommandResult::Declined("the station refused".into()),
        StationAnswer::NotConnected => CommandResult::NotDone("not connected".into()),
        StationAnswer::Unknown => CommandResult::Unknown,
    }
}

/// A result as logged and counted.
pub(crate) fn result_name(result: &CommandResult) -> &'static str {
    match result {
        CommandResult::Authorised(_) => "authorised",
        CommandResult::Declined(_) => "declined",
        CommandResult::Done => "done",
        CommandResult::Captured(_) => "captured-in-part",
        CommandResult::Conflict => "conflict",
        CommandResult::NotDone(_) => "not-done",
        CommandResult::Unknown => "answer-lost",
        CommandResult::OpenHolds(_) => "looked-up",
    }
}
