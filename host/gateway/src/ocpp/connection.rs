//! One station's connection: a part that reads and writes the socket and never waits for anything
//! else, and a part that takes in the station's messages one after the other.
//!
//! They are apart so that the answer to a remote start is seen while an earlier message is still
//! being stored; whoever stores it may be waiting for that very answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use thiserror::Error;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};

use chargetap_ocpp::Version;
use chargetap_ocpp::message::{self, Answer, Incoming, Request};

use super::messages::{Intake, Received};
use super::oddities::OddityCounts;
use super::{Outcome, Shared, StationEvents, Timeouts, configuration};

/// How many remote starts and stops may wait for a station.
const MAX_ORDERS: usize = 16;
/// How many messages of a station may wait to be taken in. A station sends one at a time.
const MAX_CALLS: usize = 64;

/// What the rest of the gateway wants of a connection.
pub(super) enum Order {
    Call {
        request: Request,
        /// How long the station may take to answer.
        patience: Duration,
        outcome: oneshot::Sender<Outcome>,
    },
    /// Make room for a newer connection of the same station.
    Close,
}

/// Why a connection ended.
#[derive(Debug, Error)]
enum Ended {
    #[error("the station closed it")]
    ByStation,
    #[error("a newer connection replaced it")]
    Replaced,
    #[error("the station was silent for too long")]
    Silent,
    #[error("the station does not read")]
    Stuck,
    #[error(transparent)]
    Socket(#[from] axum::Error),
}

/// Serves a connection to its end.
pub(super) async fn serve<E: StationEvents>(
    shared: Arc<Shared<E>>,
    station: String,
    version: Version,
    socket: WebSocket,
) {
    let (orders, mut inbox) = mpsc::channel(MAX_ORDERS);
    let link = super::Link::new(orders.clone());
    let older = shared.links().insert(station.clone(), link);
    if let Some(super::Link { orders: older, .. }) = older {
        // Fails if the older connection is ending by itself.
        let _ = older.send(Order::Close).await;
        older.closed().await;
    }
    tracing::info!(station, ocpp = version.name(), "station connected");
    // If it cannot be stored, its terminals are armed a little later.
    let _ = shared.events.connected(&station).await;

    let (calls, waiting_calls) = mpsc::channel(MAX_CALLS);
    let (replies, ready_replies) = mpsc::channel(MAX_CALLS);
    let mut link = Link::new(socket, version, shared.timeouts, &station, &shared.oddities);
    let talk = async {
        let ended = link.talk(&mut inbox, calls, ready_replies).await;
        forget(&shared, &station, &orders);
        link.give_up(&mut inbox);
        // Closes the socket, so that the station need not wait to see it.
        drop(link);
        ended
    };
    let intake = Intake::new(&shared, &station, version);
    let take_in = take_in(intake, waiting_calls, replies);
    let check = configuration::check(shared.clone(), station.clone(), version);
    let configuration = tokio::spawn(check);
    // What was received before the end is taken in to the last message. Only then the inbox is
    // dropped, which is what a newer connection waits for.
    let (ended, ()) = tokio::join!(talk, take_in);
    configuration.abort();
    tracing::info!(station, reason = %ended, "station disconnected");
}

/// Takes in a station's messages in order, and hands the replies back.
async fn take_in<E: StationEvents>(
    mut intake: Intake<'_, E>,
    mut calls: Receiver<Received>,
    replies: Sender<String>,
) {
    while let Some(call) = calls.recv().await {
        let reply = intake.answer(call).await;
        // Fails if the connection is gone; the station repeats the message in the next one.
        let _ = replies.send(reply).await;
    }
}

/// Takes a connection off the list, unless a newer one took its place.
fn forget<E: StationEvents>(shared: &Shared<E>, station: &str, orders: &Sender<Order>) {
    let mut links = shared.links();
    let is_latest = links
        .get(station)
        .is_some_and(|link| link.orders.same_channel(orders));
    if is_latest {
        links.remove(station);
        drop(links);
        shared.events.disconnected(station);
    }
}

/// The part that reads and writes the socket.
struct Link<'a> {
    socket: WebSocket,
    version: Version,
    timeouts: Timeouts,
    station: &'a str,
    oddities: &'a OddityCounts,
    waiting: VecDeque<(Request, Duration, oneshot::Sender<Outcome>)>,
    asked: Option<Asked>,
    last_id: u64,
    heard_at: Instant,
    /// The station answers pings.
    has_ponged: bool,
    pings: Interval,
}

/// The one call that the station has not answered yet.
struct Asked {
    id: String,
    outcome: oneshot::Sender<Outcome>,
    deadline: Instant,
}

impl<'a> Link<'a> {
    fn new(
        socket: WebSocket,
        version: Version,
        timeouts: Timeouts,
        station: &'a str,
        oddities: &'a OddityCounts,
    ) -> Self {
        let mut pings = interval_at(Instant::now() + timeouts.ping, timeouts.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            socket,
            version,
            timeouts,
            station,
            oddities,
            waiting: VecDeque::new(),
            asked: None,
            last_id: 0,
            heard_at: Instant::now(),
            has_ponged: false,
            pings,
        }
    }

    /// Reads and writes until the connection ends, and says why.
    async fn talk(
        &mut self,
        inbox: &mut Receiver<Order>,
        calls: Sender<Received>,
        mut replies: Receiver<String>,
    ) -> Ended {
        loop {
            if let Err(ended) = self.step(inbox, &calls, &mut replies).await {
                return ended;
            }
        }
    }

    async fn step(
        &mut self,
        inbox: &mut Receiver<Order>,
        calls: &Sender<Received>,
        replies: &mut Receiver<String>,
    ) -> Result<(), Ended> {
        self.ask_next().await?;
        let answer_due = self.asked.as_ref().map(|asked| asked.deadline);
        // A station that sends faster than it is answered waits: nothing more is read until there is room.
        let has_room = calls.capacity() > 0;
        tokio::select! {
            received = self.socket.recv(), if has_room => self.receive(received, calls),
            order = inbox.recv() => match order {
                Some(Order::Call { request, patience, outcome }) => {
                    self.waiting.push_back((request, patience, outcome));
                    Ok(())
                }
                Some(Order::Close) | None => Err(Ended::Replaced),
            },
            Some(reply) = replies.recv() => self.send(Message::text(reply)).await,
            _ = self.pings.tick() => self.ping().await,
            () = until(answer_due) => {
                self.resolve(Outcome::Unanswered);
                Ok(())
            }
        }
    }

    /// Sends the next call that waits, if none is unanswered: OCPP allows one at a time.
    async fn ask_next(&mut self) -> Result<(), Ended> {
        if self.asked.is_some() {
            return Ok(());
        }
        // Who gave up waiting does not want it done any more.
        self.waiting.retain(|(.., outcome)| !outcome.is_closed());
        let Some((request, patience, outcome)) = self.waiting.pop_front() else {
            return Ok(());
        };
        let id = self.last_id.saturating_add(1).to_string();
        let Some(call) = request.call(self.version, &id) else {
            // It would not know the message. Fails if nobody waits any more.
            let _ = outcome.send(Outcome::Answered(Answer::Error));
            return Ok(());
        };
        self.last_id += 1;
        self.asked = Some(Asked {
            id,
            outcome,
            deadline: Instant::now() + patience,
        });
        self.send(Message::text(call)).await
    }

    fn receive(
        &mut self,
        received: Option<Result<Message, axum::Error>>,
        calls: &Sender<Received>,
    ) -> Result<(), Ended> {
        let message = received.ok_or(Ended::ByStation)??;
        self.heard_at = Instant::now();
        let received = match &message {
            Message::Text(text) => message::read(self.version, text),
            // Some stations mark their text as bytes.
            Message::Binary(bytes) => message::read(self.version, &String::from_utf8_lossy(bytes)),
            Message::Pong(_) => {
                self.has_ponged = true;
                return Ok(());
            }
            // A close is answered by reading on, after which the stream ends.
            Message::Ping(_) | Message::Close(_) => return Ok(()),
        };
        self.oddities.count(self.station, &received.oddities);
        let call = match received.incoming {
            Incoming::Call(id, call) => Received::Call(id, Box::new(call)),
            Incoming::BrokenCall(id) => Received::Broken(id),
            Incoming::Answer(id, answer) => {
                if self.asked.as_ref().is_some_and(|asked| id.is(&asked.id)) {
                    self.resolve(Outcome::Answered(answer));
                }
                return Ok(());
            }
            Incoming::Nothing => return Ok(()),
        };
        // There is room: nothing else sends into this channel.
        let _ = calls.try_send(call);
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Ended> {
        let patience = match self.has_ponged {
            true => self.timeouts.silence,
            false => self.timeouts.silence_without_pongs,
        };
        if self.heard_at.elapsed() > patience {
            return Err(Ended::Silent);
        }
        self.send(Message::Ping(Bytes::new())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        match timeout(self.timeouts.send, self.socket.send(message)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(Ended::Stuck),
        }
    }

    fn resolve(&mut self, outcome: Outcome) {
        if let Some(asked) = self.asked.take() {
            // Fails if nobody waits any more.
            let _ = asked.outcome.send(outcome);
        }
    }

    /// Answers everybody who waits for this connection: it is over.
    fn give_up(&mut self, inbox: &mut Receiver<Order>) {
        self.resolve(Outcome::Unanswered);
        while let Ok(order) = inbox.try_recv() {
            if let Order::Call {
                request,
                patience,
                outcome,
            } = order
            {
                self.waiting.push_back((request, patience, outcome));
            }
        }
        for (.., outcome) in self.waiting.drain(..) {
            // Fails if nobody waits any more.
            let _ = outcome.send(Outcome::NotConnected);
        }
    }
}

/// Waits for a moment, or for ever if there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
