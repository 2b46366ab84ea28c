//! Keep the terminals asking: a terminal reads a card, or puts up a choice, only when told to, and
//! reports it to a URL that is minted for that one time.

use std::sync::atomic::Ordering;

use chargetap_contract::callback::Capability;
use futures_util::StreamExt;

use crate::apply::EngineError;
use crate::asks::{self, Ask, Chosen};
use crate::config::Terminal;
use crate::gateway::Gateway;
use crate::journal::Told;
use crate::payter::{PayterError, TerminalState};
use crate::platform::Platform;
use crate::{id, journal};

/// How long a terminal asks for the same, in milliseconds.
const LIFETIME: u64 = 60 * 60 * 1_000;
/// An ask is renewed when less than this is left of it.
const RENEW_BEFORE: u64 = 5 * 60 * 1_000;
/// The same for what follows a choice on the screen: a driver has a minute and a half, and then it is
/// anybody's turn.
const CHOICE_LIFETIME: u64 = RENEW_BEFORE + 90_000;
/// No message stays on a screen longer, in milliseconds.
const MESSAGE_LASTS: u64 = 60_000;
/// A card that was shown and not reported for this long is ignored, and the next one awaited.
const UNREPORTED_CARD: u64 = 15_000;
/// How often to look for orphan holds at every terminal, in milliseconds.
const SWEEP_INTERVAL: u64 = 60_000;
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
        let tended = self
            .config
            .terminals
            .iter()
            .map(|(serial, terminal)| self.tend(serial, terminal, sweep));
        futures_util::stream::iter(tended)
            .for_each_concurrent(TENDED_AT_ONCE, std::convert::identity)
            .await;
    }

    /// Tell one terminal, if it does not ask for what it should.
    pub async fn tend_reader(&self, serial: &str) {
        if let Some(terminal) = self.config.terminals.get(serial) {
            self.tend(serial, terminal, false).await;
        }
    }

    async fn tend(&self, serial: &str, terminal: &Terminal, sweep: bool) {
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
        let told = journal::latest_ask(&self.platform, serial).await?;
        if !status.online {
            // It may come back with nothing on its screen.
            if let Some(told) = told.filter(|told| told.confirmed) {
                journal::doubt_ask(&self.platform, &told.id).await?;
            }
            return Ok(Ok(()));
        }
        let now = self.platform.now();
        // A driver is to be able to read what was said last. A clock that was set back ends that.
        let is_hidden =
            |told: &Told| (now..=now.saturating_add(MESSAGE_LASTS)).contains(&told.hidden_until);
        if told.as_ref().is_some_and(is_hidden) {
            return Ok(Ok(()));
        }
        let chosen = told.as_ref().and_then(|told| told.chosen(now));
        let ask = self.ask(serial, terminal, chosen, now).await?;
        if self
            .is_asking(serial, &status.state(), &ask, told.as_ref())
            .await?
        {
            return Ok(Ok(()));
        }
        if let Err(error) = self.void_orphans(serial).await? {
            return Ok(Err(error));
        }
        self.tell_terminal(serial, &status.state(), &ask, chosen)
            .await
    }

    /// What the terminal is to ask for now.
    async fn ask(
        &self,
        serial: &str,
        terminal: &Terminal,
        chosen: Option<&Chosen>,
        now: u64,
    ) -> Result<Ask, EngineError> {
        let mut standings = Vec::new();
        for served in &terminal.evses {
            standings.push(journal::standing(&self.platform, &served.evse).await?);
        }
        let policy = self.policy(serial, now)?;
        let offers = terminal
            .holds
            .iter()
            .map(|hold| self.platform.offer(&policy, *hold, now))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(asks::next(terminal, &standings, &offers, chosen))
    }

    /// Whether the terminal asks for this already.
    async fn is_asking(
        &self,
        serial: &str,
        state: &TerminalState,
        ask: &Ask,
        told: Option<&Told>,
    ) -> Result<bool, EngineError> {
        if *state == TerminalState::Card {
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
        let lifetime = match chosen {
            Some(_) => CHOICE_LIFETIME,
            None => LIFETIME,
        };
        let expires_at = self.platform.now().saturating_add(lifetime);
        let capability = Capability {
            terminal: serial.to_owned(),
            read: id.clone(),
            expires_at,
        };
        let segment = self.platform.mint(&capability)?;
        journal::remember_ask(&self.platform, &id, serial, expires_at, ask, chosen).await?;
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
                    self.payter_stop(serial, title, 0).await?;
                }
                self.payter_choice(serial, url, id, title, options).await
            }
        }
    }
}

impl Told {
    /// Whether it can still be answered.
    fn is_open(&self, now: u64) -> bool {
        !self.used && self.answer.is_none() && self.expires_at > now.saturating_add(RENEW_BEFORE)
    }

    /// What was chosen, here or on the way here.
    fn chosen(&self, now: u64) -> Option<&Chosen> {
        match self.answer {
            Some(option) => self.ask.chosen(option),
            None => self.chosen.as_ref().filter(|_| self.is_open(now)),
        }
    }
}
