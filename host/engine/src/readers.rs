//! Keep the terminals asking: a terminal reads a card, or puts up a choice, only when told to, and
//! reports it to a URL that is minted for that one time.

use std::sync::atomic::Ordering;

use chargetap_contract::callback::Capability;
use chargetap_contract::session::Evse;
use chargetap_fleet::gate::Gate;
use futures_util::StreamExt;

use crate::apply::EngineError;
use crate::asks::{self, Ask, Before, Chosen};
use crate::config::Terminal;
use crate::gateway::Gateway;
use crate::journal::{Telling, Told};
use crate::payter::{PayterError, TerminalState};
use crate::platform::Platform;
use crate::turns::Turn;
use crate::{id, journal};

const MINUTE: u64 = 60_000;
/// For how long a card is asked for in the same way, in milliseconds.
const CARD_LASTS: u64 = 55 * MINUTE;
/// The same for a choice on the screen. What a screen shows cannot be asked for, so it is put up anew
/// every now and then.
const CHOICE_LASTS: u64 = 2 * MINUTE;
/// The same for what follows a choice. After that it is anybody's turn.
const FOLLOW_UP_LASTS: u64 = 90_000;
/// How long an answer may come after its ask was renewed, in milliseconds.
const ANSWER_TAKES: u64 = 5 * MINUTE;
/// How long a vehicle's EVSE is offered before that of one that came later, in milliseconds.
const OFFER_STAYS: u64 = MINUTE;
/// How long a title stands before its screen is put up, in milliseconds.
const A_MOMENT: u64 = 1_000;
/// No message stays on a screen longer, in milliseconds.
const LONGEST_MESSAGE: u64 = MINUTE;
/// A card that was shown and not reported for this long is ignored, and the next one awaited.
const UNREPORTED_CARD: u64 = 15_000;
/// How often to look for orphan holds at every terminal, in milliseconds.
const SWEEP_INTERVAL: u64 = MINUTE;
/// How many terminals are tended at once.
const TENDED_AT_ONCE: usize = 16;
/// The longest id that OCPP 1.6 takes as a token: an ask's id becomes the session's, and that is
/// the token under which the station starts.
const ASK_ID_CHARACTERS: usize = 20;

impl<P: Platform> Gateway<P> {
    /// Tell every terminal that does not ask for what it should. One that cannot be tended now is
    /// tended the next time.
    pub async fn tend_readers(&self) {
        let sweep = self.is_time_to_sweep();
        if sweep && let Err(error) = self.forget().await {
            tracing::warn!(%error, "what is old cannot be forgotten");
        }
        let tended = self
            .config
            .terminals
            .iter()
            .map(|(serial, terminal)| self.tend(serial, terminal, sweep));
        futures_util::stream::iter(tended)
            .for_each_concurrent(TENDED_AT_ONCE, std::convert::identity)
            .await;
        // Only now: a gateway that was down for long must not take every terminal for silent.
        if let Err(error) = self.watch().await {
            tracing::error!(%error, "alerts cannot be raised");
        }
    }

    /// Tell one terminal, if it does not ask for what it should.
    pub async fn tend_reader(&self, serial: &str) {
        if let Some(terminal) = self.config.terminals.get(serial) {
            self.tend(serial, terminal, false).await;
        }
    }

    async fn tend(&self, serial: &str, terminal: &Terminal, sweep: bool) {
        let Some(_turn) = Turn::take(&self.tended, serial) else {
            return;
        };
        let error = match self.try_to_tend(serial, terminal, sweep).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(terminal = serial, error, "the terminal cannot be tended");
    }

    /// Holds may come late, also where the reader needs nothing or the terminal is offline.
    fn is_time_to_sweep(&self) -> bool {
        let now = self.platform.now();
        let swept_at = self.swept_at.load(Ordering::Relaxed);
        let is_time = now.abs_diff(swept_at) >= SWEEP_INTERVAL;
        if is_time {
            self.swept_at.store(now, Ordering::Relaxed);
        }
        is_time
    }

    async fn try_to_tend(
        &self,
        serial: &str,
        terminal: &Terminal,
        sweep: bool,
    ) -> Result<Result<(), PayterError>, EngineError> {
        if journal::is_authorising(&self.platform, serial).await? {
            return Ok(Ok(()));
        }
        if sweep && let Err(error) = self.void_orphans(serial).await? {
            return Ok(Err(error));
        }
        let status = match self.payter_terminal(serial).await {
            Ok(status) => status,
            Err(error) => return Ok(Err(error)),
        };
        self.saw(serial, &status).await?;
        let told = journal::latest_ask(&self.platform, serial).await?;
        if !status.online {
            // It may come back with nothing on its screen.
            if told.is_some_and(|told| told.confirmed) {
                journal::doubt_ask(&self.platform, serial).await?;
            }
            return Ok(Ok(()));
        }
        let now = self.platform.now();
        // A driver is to be able to read what was said last. A clock that was set back ends that.
        let is_hidden =
            |told: &Told| (now..=now.saturating_add(LONGEST_MESSAGE)).contains(&told.hidden_until);
        if told.as_ref().is_some_and(is_hidden) {
            return Ok(Ok(()));
        }
        let ask = self.ask(serial, terminal, told.as_ref(), now).await?;
        if self
            .is_asking(serial, &status.state(), &ask, told.as_ref())
            .await?
        {
            return Ok(Ok(()));
        }
        if let Err(error) = self.void_orphans(serial).await? {
            return Ok(Err(error));
        }
        let chosen = told.as_ref().and_then(|told| told.chosen(now));
        self.tell_terminal(serial, &status.state(), &ask, chosen)
            .await
    }

    /// What the terminal is to ask for now.
    async fn ask(
        &self,
        serial: &str,
        terminal: &Terminal,
        told: Option<&Told>,
        now: u64,
    ) -> Result<Ask, EngineError> {
        let mut standings = Vec::new();
        for served in &terminal.evses {
            standings.push(journal::standing(&self.platform, &served.evse).await?);
        }
        let gate = self.gate(serial).await?;
        if gate != Gate::Open {
            return Ok(asks::out_of_use(terminal, &standings, gate));
        }
        let policy = self.policy(serial, now)?;
        let offers = terminal
            .holds
            .iter()
            .map(|hold| self.platform.offer(&policy, *hold, now))
            .collect::<Result<Vec<_>, _>>()?;
        let before = Before {
            chosen: told.and_then(|told| told.chosen(now)),
            offered: told.and_then(|told| told.offered(now)),
        };
        Ok(asks::next(terminal, &standings, &offers, &before, now))
    }

    /// Whether the terminal asks for this already.
    async fn is_asking(
        &self,
        serial: &str,
        state: &TerminalState,
        ask: &Ask,
        told: Option<&Told>,
    ) -> Result<bool, EngineError> {
        if *state == TerminalState::Card && !matches!(ask, Ask::Nothing { .. }) {
            return self.card_is_unreported(serial).await;
        }
        let now = self.platform.now();
        let reads = *state == TerminalState::Reading;
        Ok(told.is_some_and(|told| {
            told.ask == *ask
                && told.confirmed
                && told.is_open(now)
                && reads == matches!(ask, Ask::Card(_))
        }))
    }

    /// Whether the terminal was shown a card of which the callback may still be on its way.
    pub(crate) async fn card_is_unreported(&self, serial: &str) -> Result<bool, EngineError> {
        let told = journal::latest_ask(&self.platform, serial).await?;
        if told.is_none_or(|told| told.used) {
            return Ok(false);
        }
        let now = self.platform.now();
        let since = journal::card_seen_since(&self.platform, serial, now).await?;
        Ok(since.is_some_and(|since| now < since.saturating_add(UNREPORTED_CARD)))
    }

    /// A hold that no session knows, while none is being made, was left by a lost authorisation.
    async fn void_orphans(&self, serial: &str) -> Result<Result<(), PayterError>, EngineError> {
        let holds = match self.unclaimed_holds(serial).await? {
            Ok(holds) => holds,
            Err(error) => return Ok(Err(error)),
        };
        // A session may have begun to authorise since: then one of these may be its own.
        if journal::is_authorising(&self.platform, serial).await? {
            return Ok(Ok(()));
        }
        for hold in holds {
            self.void(serial, hold).await?;
        }
        Ok(Ok(()))
    }

    /// Tell the terminal what to ask for.
    async fn tell_terminal(
        &self,
        serial: &str,
        state: &TerminalState,
        ask: &Ask,
        chosen: Option<&Chosen>,
    ) -> Result<Result<(), PayterError>, EngineError> {
        let id = id::from_random(self.platform.random(), ASK_ID_CHARACTERS);
        let told_at = self.platform.now();
        let lasts = match (ask, chosen) {
            (_, Some(_)) => FOLLOW_UP_LASTS,
            (Ask::Card(_), None) => CARD_LASTS,
            (Ask::Choice { .. } | Ask::Nothing { .. }, None) => CHOICE_LASTS,
        };
        let renew_at = told_at.saturating_add(lasts);
        let expires_at = renew_at.saturating_add(ANSWER_TAKES);
        let capability = Capability {
            terminal: serial.to_owned(),
            read: id.clone(),
            expires_at,
        };
        let segment = self.platform.mint(&capability)?;
        let telling = Telling {
            id: &id,
            terminal: serial,
            ask,
            chosen,
            told_at,
            renew_at,
            expires_at,
        };
        journal::remember_ask(&self.platform, &telling).await?;
        // A terminal that is told something forgets the card that a session has begun with.
        if journal::is_authorising(&self.platform, serial).await? {
            return Ok(Ok(()));
        }
        let url = format!("{}/callbacks/payter/{segment}", self.config.public_url);
        if let Err(error) = self.send(serial, state, ask, &id, &url).await {
            return Ok(Err(error));
        }
        journal::confirm_ask(&self.platform, &id).await?;
        tracing::info!(
            target: "chargetap::session",
            event = ask.name(),
            terminal = serial,
            read = id,
            shown = ask.title(),
            "the terminal was told"
        );
        Ok(Ok(()))
    }

    async fn send(
        &self,
        serial: &str,
        state: &TerminalState,
        ask: &Ask,
        id: &str,
        url: &str,
    ) -> Result<(), PayterError> {
        match ask {
            Ask::Card(card) => self.payter_start(serial, card.hold, url, &card.text).await,
            Ask::Choice { title, options } => {
                // A card that is shown meanwhile would not be for what is being chosen.
                if *state != TerminalState::Other {
                    self.payter_stop(serial, title, A_MOMENT).await?;
                }
                self.payter_choice(serial, url, id, title, options).await
            }
            Ask::Nothing { text } => self.payter_stop(serial, text, CHOICE_LASTS).await,
        }
    }
}

impl Told {
    /// Whether it still stands. It was not told in the future, unless the clock was set back.
    pub(crate) fn is_open(&self, now: u64) -> bool {
        !self.used && self.answer.is_none() && (self.told_at..self.renew_at).contains(&now)
    }

    /// What was chosen, here or on the way here.
    fn chosen(&self, now: u64) -> Option<&Chosen> {
        match self.answer {
            Some(option) => {
                let option = self.ask.chosen(option);
                option.filter(|_| (self.told_at..self.expires_at).contains(&now))
            }
            None => self.chosen.as_ref().filter(|_| self.is_open(now)),
        }
    }

    /// The EVSE that somebody may just be reading about.
    fn offered(&self, now: u64) -> Option<&Evse> {
        let is_new = (self.told_at..self.told_at.saturating_add(OFFER_STAYS)).contains(&now);
        match &self.ask {
            Ask::Card(card) if is_new && !self.used => card.evse.as_ref(),
            _ => None,
        }
    }
}
