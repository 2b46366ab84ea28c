//! Keep the terminals reading: a terminal reads a card only when told to, and reports it to a URL
//! that is minted for that one read.

use std::sync::atomic::Ordering;

use chargetap_contract::callback::Capability;
use futures_util::StreamExt;

use crate::apply::EngineError;
use crate::config::Terminal;
use crate::gateway::Gateway;
use crate::payter::{PayterError, TerminalState};
use crate::platform::Platform;
use crate::{id, journal};

/// How long a callback URL is good for, in milliseconds.
const READ_LIFETIME: u64 = 60 * 60 * 1_000;
/// A read is renewed when less than this is left of it.
const RENEW_BEFORE: u64 = 5 * 60 * 1_000;
/// A card that was shown and not reported for this long is ignored, and the next one awaited.
const UNREPORTED_CARD: u64 = 15_000;
/// How often to look for orphan holds at every terminal, in milliseconds.
const SWEEP_INTERVAL: u64 = 60_000;
/// How many terminals are tended at once.
const TENDED_AT_ONCE: usize = 16;
/// The longest id that OCPP 1.6 takes as a token: a read's id becomes the session's, and that is
/// the token under which the station starts.
const READ_ID_CHARACTERS: usize = 20;

/// What a terminal needs.
#[derive(Debug, PartialEq, Eq)]
enum Care {
    Nothing,
    Arm,
}

impl<P: Platform> Gateway<P> {
    /// Arm every terminal that should be reading and is not. A terminal that cannot be tended now is
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

    /// Arm one terminal, if it should be reading and is not.
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
        let offer = self.offer(serial, terminal)?;
        if !status.online || self.care(serial, &status.state(), &offer).await? == Care::Nothing {
            return Ok(Ok(()));
        }
        if let Err(error) = self.void_orphans(serial).await? {
            return Ok(Err(error));
        }
        self.arm(serial, terminal.hold, &offer).await
    }

    /// What the terminal is to show now.
    fn offer(&self, serial: &str, terminal: &Terminal) -> Result<String, EngineError> {
        let now = self.platform.now();
        let policy = self.policy(serial, now)?;
        Ok(self.platform.offer(&policy, terminal.hold, now)?)
    }

    async fn care(
        &self,
        serial: &str,
        state: &TerminalState,
        offer: &str,
    ) -> Result<Care, EngineError> {
        let now = self.platform.now();
        Ok(match state {
            TerminalState::Other => Care::Arm,
            TerminalState::Reading => match journal::latest_read(&self.platform, serial).await? {
                Some(read)
                    if read.confirmed
                        && read.offer == offer
                        && read.expires_at > now.saturating_add(RENEW_BEFORE) =>
                {
                    Care::Nothing
                }
                _ => Care::Arm,
            },
            TerminalState::Card if self.card_is_unreported(serial).await? => Care::Nothing,
            TerminalState::Card => Care::Arm,
        })
    }

    /// Whether the terminal was shown a card of which the callback may still be on its way.
    pub(crate) async fn card_is_unreported(&self, serial: &str) -> Result<bool, EngineError> {
        if journal::latest_read(&self.platform, serial)
            .await?
            .is_none()
        {
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

    async fn arm(
        &self,
        serial: &str,
        hold: u64,
        offer: &str,
    ) -> Result<Result<(), PayterError>, EngineError> {
        let read = id::from_random(self.platform.random(), READ_ID_CHARACTERS);
        let expires_at = self.platform.now().saturating_add(READ_LIFETIME);
        let capability = Capability {
            terminal: serial.to_owned(),
            read: read.clone(),
            expires_at,
        };
        let segment = self.platform.mint(&capability)?;
        journal::remember_read(&self.platform, &read, serial, expires_at, offer).await?;
        // A terminal that is told to read forgets the card that a session has begun with.
        if journal::is_authorising(&self.platform, serial).await? {
            return Ok(Ok(()));
        }
        let url = format!("{}/callbacks/payter/{segment}", self.config.public_url);
        if let Err(error) = self.payter_start(serial, hold, &url, offer).await {
            return Ok(Err(error));
        }
        journal::confirm_read(&self.platform, &read).await?;
        tracing::info!(
            target: "chargetap::session",
            event = "terminal-reads",
            terminal = serial,
            read,
            offer,
            "the terminal is reading"
        );
        Ok(Ok(()))
    }
}
