//! Watching the terminals: what the vendor says of each is kept, and what somebody should know becomes
//! an alert.

use std::sync::atomic::Ordering;

use chargetap_fleet::moment::Moment;
use chargetap_fleet::situation::Seen;
use chargetap_fleet::text::Line;
use chargetap_fleet::watch;

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::journal;
use crate::payter::TerminalStatus;
use crate::platform::Platform;

/// How often the records are looked through for alerts, in milliseconds.
const WATCH_EVERY: u64 = 30_000;
/// How old a record of a terminal may become while nothing changes, in milliseconds.
const SEEN_LASTS: u64 = 60_000;

impl<P: Platform> Gateway<P> {
    /// Look a terminal up at the vendor. One that cannot be looked up is not seen.
    pub(crate) async fn look(&self, serial: &str) -> Result<(), EngineError> {
        match self.payter_terminal(serial).await {
            Ok(status) => self.saw(serial, &status).await,
            Err(error) => {
                tracing::warn!(terminal = serial, %error, "the terminal cannot be looked up");
                Ok(())
            }
        }
    }

    /// Keep what the vendor said of a terminal.
    pub(crate) async fn saw(
        &self,
        serial: &str,
        status: &TerminalStatus,
    ) -> Result<(), EngineError> {
        let now = self.platform.now();
        let before = journal::seen_of(&self.platform, serial).await?;
        let at = Moment::from_millis(now);
        let seen = Seen {
            online: status.online,
            state: Line::shortened(status.name()),
            online_at: match status.online {
                true => Some(at),
                false => before.as_ref().and_then(|before| before.online_at),
            },
            at,
        };
        let is_news = before.is_none_or(|before| {
            before.online != seen.online
                || before.state != seen.state
                || before.at.millis().abs_diff(now) >= SEEN_LASTS
        });
        if is_news {
            journal::keep_seen(&self.platform, serial, &seen).await?;
        }
        Ok(())
    }

    /// Raise the alerts that are due, and end those that are over.
    pub(crate) async fn watch(&self) -> Result<(), EngineError> {
        let now = self.platform.now();
        let watched_at = self.watched_at.load(Ordering::Relaxed);
        if now.abs_diff(watched_at) < WATCH_EVERY {
            return Ok(());
        }
        self.watched_at.store(now, Ordering::Relaxed);
        let fleet = self.fleet().await?;
        let surroundings = self.surroundings().await?;
        for command in watch::watch(&fleet, &surroundings, Moment::from_millis(now)) {
            self.command(&command).await?;
        }
        Ok(())
    }
}
