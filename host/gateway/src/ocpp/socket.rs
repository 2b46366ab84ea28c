//! What every connection of a station does with its socket.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use thiserror::Error;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::Timeouts;

/// Why a connection ended.
#[derive(Debug, Error)]
pub(super) enum Ended {
    #[error("the station closed it")]
    ByStation,
    #[error("a newer connection replaced it")]
    Replaced,
    #[error("the station was silent for too long")]
    Silent,
    #[error("the station does not read")]
    Stuck,
    #[error("the central system above is gone")]
    Upstream,
    #[error("it may connect now")]
    Admitted,
    #[error("no station may be connected here for now")]
    LetGo,
    #[error(transparent)]
    Socket(#[from] axum::Error),
}

/// The text of a message, unless it is about the connection itself. Some stations mark their text as bytes.
pub(super) fn text(message: &Message) -> Option<Cow<'_, str>> {
    match message {
        Message::Text(text) => Some(Cow::Borrowed(text.as_str())),
        Message::Binary(bytes) => Some(String::from_utf8_lossy(bytes)),
        // A close is answered by reading on, after which the stream ends.
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}

/// Writes a message, which the station is given so long to read.
pub(super) async fn write(
    socket: &mut WebSocket,
    message: Message,
    patience: Duration,
) -> Result<(), Ended> {
    match timeout(patience, socket.send(message)).await {
        Ok(sent) => Ok(sent?),
        Err(_) => Err(Ended::Stuck),
    }
}

/// How long the other end of a connection has said nothing.
pub(super) struct Silence {
    since: Instant,
    /// The other end answers pings.
    has_ponged: bool,
}

impl Silence {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            has_ponged: false,
        }
    }

    /// A message was read.
    pub(super) fn broken(&mut self, is_pong: bool) {
        self.since = Instant::now();
        self.has_ponged |= is_pong;
    }

    /// Whether it lasts longer than this where pings are answered, and than that where they are not.
    pub(super) fn is_too_long(&self, with_pongs: Duration, without: Duration) -> bool {
        let patience = match self.has_ponged {
            true => with_pongs,
            false => without,
        };
        self.since.elapsed() > patience
    }
}

/// Whether a station is still there: it is pinged, and may be silent for a while only.
pub(super) struct Liveness {
    pings: Interval,
    silence: Silence,
    longest: Duration,
    longest_without_pongs: Duration,
}

impl Liveness {
    pub(super) fn new(timeouts: &Timeouts) -> Self {
        let mut pings = interval_at(Instant::now() + timeouts.ping, timeouts.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            pings,
            silence: Silence::new(),
            longest: timeouts.silence,
            longest_without_pongs: timeouts.silence_without_pongs,
        }
    }

    /// A message of the station was read.
    pub(super) fn heard(&mut self, message: &Message) {
        self.silence.broken(matches!(message, Message::Pong(_)));
    }

    /// How long it may be silent if it answers no pings.
    pub(super) fn set_silence_without_pongs(&mut self, longest: Duration) {
        self.longest_without_pongs = longest;
    }

    /// The next ping, when it is due. There is none if the station was silent for too long.
    pub(super) async fn next_ping(&mut self) -> Result<Message, Ended> {
        self.pings.tick().await;
        let silence = &self.silence;
        match silence.is_too_long(self.longest, self.longest_without_pongs) {
            true => Err(Ended::Silent),
            false => Ok(Message::Ping(Bytes::new())),
        }
    }
}
