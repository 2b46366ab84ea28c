//! Execute the commands of the outbox, and hand the outcomes back as events.

use std::ops::Range;

use chargetap_contract::receipt::Subject;
use chargetap_contract::screen::Message;
use chargetap_contract::session::{
    Action, Authorise, Command, CommandResult, Event, Evse, LookUp, Outcome, PaymentRef,
    StartCharging,
};

use super::apply::apply_to;
use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::fleet::alerts;
use crate::gateway::Gateway;
use crate::labels::result_name;
use crate::payter::MESSAGE_LASTS;
use crate::platform::{Metric, Platform, StationAnswer, StationOrder, Work};
use crate::receipts::issue;
use crate::store::error::StoreError;
use crate::store::outbox::{Abandoned, Claimed, Lane};
use crate::terminals::notice::Notice;
use crate::terminals::words::words_or_none;
use crate::terminals::{arming, display, orphans};
use crate::{clock, store};

/// How often a session is told of an outcome that cannot be stored.
const TOLD_AT_MOST: usize = 4;

/// After what time since its claim it is looked whether a command is still this process's to send, in milliseconds.
const LOOKED_AFTER: u64 = 2_000;

/// A claimed command, on record as sent.
#[derive(Debug)]
pub struct Execution {
    lane: Lane,
    claimed: Claimed,
    /// When, by the clock that cannot be set.
    claimed_at: u64,
}

impl Execution {
    /// What it waits for.
    #[must_use]
    pub fn lane(&self) -> Lane {
        self.lane
    }
}

impl<P: Platform> Gateway<P> {
    /// Claim the next waiting command of the first of these lanes that has one, if the clock can be trusted. Who gets
    /// it must [`Self::execute`] it.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn claim(&self, lanes: &[Lane]) -> Result<Option<Execution>, EngineError> {
        let Ok(now) = clock::trusted_now(self) else {
            return Ok(None);
        };
        for lane in lanes.iter().copied() {
            let claimed_at = self.platform.elapsed();
            let claim = self.claims.next(lane, claimed_at);
            let mut claimed = Ok(None);
            if claim.is_made_again {
                claimed = store::outbox::taken_unheard(&self.platform, claim.number, now).await;
            }
            if let Ok(None) = claimed {
                claimed = store::outbox::claim(&self.platform, lane, claim.number, now).await;
            }
            if let Err(StoreError::Database(_)) = claimed {
                self.claims.unheard(claim);
            }
            if let Some(claimed) = claimed? {
                return Ok(Some(Execution {
                    lane,
                    claimed,
                    claimed_at,
                }));
            }
        }
        Ok(None)
    }

    /// Execute a claimed command and apply its outcome. It is not sent if this process stood still since the claim, and
    /// another one took it up meanwhile.
    ///
    /// # Errors
    /// The outcome could not be stored, although that was tried several times, or the store cannot be used; the command stays on record as sent, and is
    /// asked about when it counts as abandoned.
    pub async fn execute(&self, execution: Execution) -> Result<(), EngineError> {
        let Claimed {
            session, command, ..
        } = &execution.claimed;
        let waited = self.platform.elapsed().saturating_sub(execution.claimed_at);
        if waited >= LOOKED_AFTER
            && !store::outbox::is_under_way(&self.platform, &execution.claimed).await?
        {
            tracing::warn!(command = command.id, "not sent: it was taken up meanwhile");
            return Ok(());
        }
        match dispatch(self, session, command).await? {
            Some(result) => end(self, &execution.claimed, result).await,
            None => {
                store::outbox::complete(&self.platform, &command.id).await?;
                if let Some(terminal) = tells(&command.action) {
                    arming::arm_one(self, terminal).await;
                }
                Ok(())
            }
        }
    }
}

/// Take up commands that were sent and are not being executed any more, which are all but those sent
/// within a span of time. One that cannot be taken up is left for ever longer.
///
/// | command                             | what becomes of it                        |
/// |-------------------------------------|-------------------------------------------|
/// | moves or asks for money, or energy  | its outcome is `Unknown`; never sent again |
/// | shows, issues or alerts             | it goes back to the outbox                |
pub(crate) async fn recover_sent_outside(
    gateway: &Gateway<impl Platform>,
    under_way: Range<u64>,
) -> Result<(), EngineError> {
    let (platform, retries) = (&gateway.platform, &gateway.retries);
    let abandoned = store::outbox::abandoned(platform, under_way).await?;
    retries.keep_only(abandoned.iter().map(|it| it.id.as_str()));
    for Abandoned { id, claimed } in abandoned {
        if !retries.is_due(&id, platform.elapsed()) {
            continue;
        }
        tracing::warn!(command = id, "taking up an abandoned command");
        let is_readable = claimed.is_ok();
        let taken_up = match claimed {
            Ok(claimed) => take_up(gateway, &claimed).await,
            Err(error) => Err(error.into()),
        };
        // One that cannot be taken up now does not keep the others waiting.
        if let Err(error) = taken_up {
            // That the store fails says nothing against the command.
            if let EngineError::Store(_) = error
                && is_readable
            {
                continue;
            }
            let pause = retries.failed(&id, platform.elapsed());
            let again_in = format!("{} s", pause / 1_000);
            tracing::error!(command = id, again_in, %error, "it could not be taken up");
        }
    }
    Ok(())
}

async fn take_up(gateway: &Gateway<impl Platform>, claimed: &Claimed) -> Result<(), EngineError> {
    let (platform, command) = (&gateway.platform, &claimed.command);
    match command.action {
        Action::ShowMessage(_) | Action::IssueReceipt(_) | Action::RaiseAlert(_) => {
            store::outbox::requeue(platform, &command.id).await?;
            platform.notify(Work::Outbox);
            Ok(())
        }
        _ => end(gateway, claimed, CommandResult::Unknown).await,
    }
}

/// A command ended. Its session is told, and the command is done either way.
async fn end(
    gateway: &Gateway<impl Platform>,
    claimed: &Claimed,
    result: CommandResult,
) -> Result<(), EngineError> {
    let (platform, command) = (&gateway.platform, &claimed.command);
    let name = result_name(&result);
    tracing::info!(command = command.id, result = name, "command ended");
    platform.count(Metric::Commands, name);
    let mut told = tell(gateway, claimed, result.clone()).await;
    for _ in 1..TOLD_AT_MOST {
        let Err(EngineError::Store(_)) = told else {
            break;
        };
        // It may be stored, and only that was not heard. The session may even have asked for the same command again.
        told = match store::outbox::is_under_way(platform, claimed).await {
            Ok(true) => tell(gateway, claimed, result.clone()).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error.into()),
        };
    }
    told
}

async fn tell(
    gateway: &Gateway<impl Platform>,
    Claimed {
        session, command, ..
    }: &Claimed,
    result: CommandResult,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let stored = store::sessions::load(platform, session).await?;
    let Some(stored) = stored else {
        return Ok(store::outbox::complete(platform, &command.id).await?);
    };
    let terminal = stored.terminal.clone();
    let made = match &result {
        CommandResult::Authorised(hold) => Some(hold.clone()),
        _ => None,
    };
    let envelope = ended(command, result);
    match apply_to(gateway, session, &terminal, Some(stored), envelope).await? {
        EventOutcome::NotApplicable => store::outbox::complete(platform, &command.id).await?,
        // It was found first, as a hold that no session knows, and is being voided.
        EventOutcome::HoldClaimed => {
            let taken = CommandResult::NotDone("another session has the hold".into());
            let stored = store::sessions::load(platform, session).await?;
            apply_to(gateway, session, &terminal, stored, ended(command, taken)).await?;
        }
        _ => {}
    }
    // The session of a hold that comes late had given up waiting.
    if let Some(hold) = made
        && !store::sessions::is_claimed(platform, &terminal, &hold.payment).await?
    {
        orphans::void(gateway, &terminal, hold).await?;
    }
    Ok(())
}

fn ended(command: &Command, result: CommandResult) -> EventEnvelope<'_> {
    let outcome = Outcome {
        command: command.id.clone(),
        result,
    };
    EventEnvelope {
        ended_command: Some(&command.id),
        ..Event::CommandEnded(outcome).into()
    }
}

/// Do what a command asks for. `None`: its session need not know how it ended.
async fn dispatch(
    gateway: &Gateway<impl Platform>,
    session: &str,
    command: &Command,
) -> Result<Option<CommandResult>, EngineError> {
    let (platform, payter) = (&gateway.platform, &gateway.payter);
    let result = match &command.action {
        Action::Authorise(it) => return authorise(gateway, session, it).await,
        Action::Capture(it) => match closed_meanwhile(gateway, session, &it.target).await? {
            Some(result) => result,
            None => {
                let text = text(gateway, &it.target, it.message.as_ref()).await;
                payter
                    .capture(platform, &it.target, it.amount, text.as_deref())
                    .await
            }
        },
        Action::Cancel(it) => match not_voidable(gateway, session, &it.target).await? {
            Some(result) => result,
            None => {
                let text = text(gateway, &it.target, it.message.as_ref()).await;
                payter.void(platform, &it.target, text.as_deref()).await
            }
        },
        Action::LookUp(it) => look_up(gateway, it).await?,
        Action::StartCharging(it) => {
            // Its session may have ended while it waited for others.
            if !store::sessions::awaits_start(platform, &it.evse.station, session).await? {
                return Ok(None);
            }
            start_charging(platform, it).await
        }
        Action::StopCharging(evse) => stop_charging(platform, session, evse).await?,
        Action::ShowMessage(show) => {
            let notice = Notice {
                message: show.message.clone(),
                link: None,
                visible_for: show.visible_for,
            };
            display::put(gateway, &show.terminal, &notice).await?;
            return Ok(None);
        }
        Action::IssueReceipt(subject) => {
            issue::issue(gateway, &command.id, subject).await?;
            return Ok(None);
        }
        Action::RaiseAlert(alert) => {
            alerts::raise_for_session(gateway, &command.id, session, alert).await?;
            return Ok(None);
        }
    };
    Ok(Some(result))
}

/// What the terminal of a hold is to say.
async fn text(
    gateway: &Gateway<impl Platform>,
    hold: &PaymentRef,
    message: Option<&Message>,
) -> Option<String> {
    words_or_none(gateway, &hold.terminal, message?).await
}

/// The terminal that may have something to say after this.
fn tells(action: &Action) -> Option<&str> {
    match action {
        Action::ShowMessage(show) => Some(&show.terminal),
        Action::IssueReceipt(Subject::Session(session)) => Some(&session.terminal),
        _ => None,
    }
}

/// Make the hold, unless its session gave up waiting.
async fn authorise(
    gateway: &Gateway<impl Platform>,
    session: &str,
    Authorise { terminal, message }: &Authorise,
) -> Result<Option<CommandResult>, EngineError> {
    let platform = &gateway.platform;
    if !store::sessions::awaits_hold(platform, session).await? {
        return Ok(None);
    }
    let text = words_or_none(gateway, terminal, message).await;
    let result = gateway
        .payter
        .authorise(platform, terminal, text.as_deref())
        .await;
    if let CommandResult::Authorised(_) = result {
        // The driver is to read that the card was accepted, and not to show it a second time.
        if let Err(error) = display::mask_prompt(platform, terminal, MESSAGE_LASTS).await {
            // What became of the hold is known, and counts for more.
            tracing::warn!(%error, terminal, "it may ask for a card that it has");
        }
    }
    Ok(Some(result))
}

/// Why the hold of a session is not voided, if the session was in a copy that was restored. What happened since the copy
/// was made is not known: a vehicle may have charged, and a person decides.
async fn not_voidable(
    gateway: &Gateway<impl Platform>,
    session: &str,
    hold: &PaymentRef,
) -> Result<Option<CommandResult>, EngineError> {
    let platform = &gateway.platform;
    let closed = closed_meanwhile(gateway, session, hold).await?;
    let may_have_charged = store::restores::may_have_charged(platform, session).await?;
    if closed.is_some() || !may_have_charged {
        return Ok(closed);
    }
    let (terminal, payment) = (&hold.terminal, &hold.payment);
    let next_action = format!(
        "Find out whether a vehicle charged in session {session} at {terminal} after the copy of the database was made. \
         Capture or release its hold with the payment provider, and resolve the session."
    );
    alerts::raise_for_unknown_hold(gateway, terminal, payment, &next_action).await?;
    Ok(Some(CommandResult::NotDone("a person decides".into())))
}

/// That the hold of a session is not open any more, if the session was in a copy that was restored: the gateway whose
/// database was lost may have closed it, so the provider is asked first.
async fn closed_meanwhile(
    gateway: &Gateway<impl Platform>,
    session: &str,
    hold: &PaymentRef,
) -> Result<Option<CommandResult>, EngineError> {
    let platform = &gateway.platform;
    if !store::restores::was_in_copy(platform, session).await? {
        return Ok(None);
    }
    let (terminal, payment) = (&hold.terminal, &hold.payment);
    Ok(
        match gateway.payter.open_hold(platform, terminal, payment).await {
            Ok(Some(_)) => None,
            Ok(None) => Some(CommandResult::Conflict),
            Err(error) => Some(CommandResult::NotDone(error.to_string())),
        },
    )
}

async fn look_up(
    gateway: &Gateway<impl Platform>,
    LookUp { terminal, payment }: &LookUp,
) -> Result<CommandResult, EngineError> {
    let found = match payment {
        Some(payment) => {
            let hold = gateway
                .payter
                .open_hold(&gateway.platform, terminal, payment);
            hold.await.map(|hold| hold.into_iter().collect())
        }
        None => orphans::unclaimed_holds(gateway, terminal).await?,
    };
    Ok(match found {
        Ok(holds) => CommandResult::OpenHolds(holds),
        Err(error) => CommandResult::NotDone(error.to_string()),
    })
}

async fn start_charging(
    platform: &impl Platform,
    StartCharging { evse, id_tag }: &StartCharging,
) -> CommandResult {
    let connector = evse.connector;
    let order = StationOrder::Start {
        connector,
        id_tag: id_tag.clone(),
    };
    station_result(platform.order(&evse.station, order).await)
}

async fn stop_charging(
    platform: &impl Platform,
    session: &str,
    evse: &Evse,
) -> Result<CommandResult, EngineError> {
    let Some(transaction) = store::transactions::of_session(platform, session).await? else {
        return Ok(CommandResult::NotDone("no transaction".into()));
    };
    let name = store::named_transactions::name(platform, transaction).await?;
    let order = StationOrder::Stop { transaction, name };
    Ok(station_result(platform.order(&evse.station, order).await))
}

fn station_result(answer: StationAnswer) -> CommandResult {
    match answer {
        StationAnswer::Accepted => CommandResult::Done,
        StationAnswer::Rejected => CommandResult::Declined("the station refused".into()),
        StationAnswer::NotConnected => CommandResult::NotDone("not connected".into()),
        StationAnswer::Later | StationAnswer::Unknown => CommandResult::Unknown,
    }
}

#[cfg(test)]
mod tests;
