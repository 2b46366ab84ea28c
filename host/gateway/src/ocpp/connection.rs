//! One station's connection: a part that reads and writes the socket and never waits for anything
//! else, and a part that takes in the station's messages one after the other.
//!
//! They are apart so that the answer to a remote start is seen while an earlier message is still
//! being stored; whoever stores it may be waiting for that very answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use chargetap_ocpp::Version;
use chargetap_ocpp::frame::MessageId;
use chargetap_ocpp::message::{self, Answer, Incoming, Request};

use super::messages::{Intake, Received, Reply};
use super::oddities::OddityCounts;
use super::recent::Recent;
use super::socket::{self, Ended, Liveness};
use super::upstream::Upstream;
use super::{Outcome, Shared, StationEvents, Timeouts, configuration, relay};

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

/// Serves a connection to its end.
pub(super) async fn serve<E: StationEvents>(
    shared: Arc<Shared<E>>,
    station: String,
    version: Version,
    socket: WebSocket,
    upstream: Option<Box<Upstream>>,
) {
    let (orders, mut inbox) = mpsc::channel(MAX_ORDERS);
    let link = super::Link::new(orders.clone());
    let older = shared.links().insert(station.clone(), link);
    close(older.map(|older| older.orders)).await;
    tracing::info!(station, ocpp = version.name(), "station connected");
    shared.recent.connected(&station);
    // If it cannot be stored, its terminals are armed a little later.
    let _ = Box::pin(shared.events.connected(&station)).await;

    let (calls, waiting_calls) = mpsc::channel(MAX_CALLS);
    let (replies, ready_replies) = mpsc::channel(MAX_CALLS);
    let mut link = Link::new(socket, upstream, version, &station, &shared);
    let talk = async {
        let ended = link.talk(&mut inbox, calls, ready_replies).await;
        mark_ended(&shared, &station, &orders);
        link.give_up(&mut inbox);
        // Closes the socket, so that the station need not wait to see it.
        drop(link);
        ended
    };
    let intake = Intake::new(&shared, &station, version);
    let take_in = take_in(intake, waiting_calls, replies);
    let check = configuration::check(shared.clone(), station.clone(), version);
    let configuration = tokio::spawn(check);
    // What was received before the end is taken in to the last message. Only then the connection is taken off the
    // list and the inbox is dropped, which is what a newer connection waits for.
    let (ended, ()) = tokio::join!(talk, take_in);
    configuration.abort();
    remove(&shared, &station, &orders);
    tracing::info!(station, reason = %ended, "station disconnected");
}

/// Ends an older connection of a station, if there is one, and waits until all that it told is taken in.
pub(super) async fn close(older: Option<Sender<Order>>) {
    if let Some(orders) = older {
        // Fails if the older connection has just ended by itself.
        let _ = orders.send(Order::Close).await;
        orders.closed().await;
    }
}

/// Takes in a station's messages in order, and hands the replies back.
async fn take_in<E: StationEvents>(
    mut intake: Intake<'_, E>,
    mut calls: Receiver<Received>,
    replies: Sender<Reply>,
) {
    loop {
        let due = intake.next_due();
        let untold_due = intake.untold.next_due();
        let reply = tokio::select! {
            call = calls.recv() => match call {
                // On the heap, so that a station that says nothing takes no memory for it.
                Some(call) => Box::pin(intake.answer(call)).await,
                None => return,
            },
            () = until(due) => Box::pin(intake.overdue()).await,
            () = until(untold_due) => {
                Box::pin(intake.tell_again()).await;
                None
            }
        };
        if let Some(reply) = reply {
            // Fails if the connection is gone; the station repeats the message in the next one.
            let _ = replies.send(reply).await;
        }
    }
}

/// The station is not connected any more, unless a newer connection took the place of this one.
fn mark_ended<E: StationEvents>(shared: &Shared<E>, station: &str, orders: &Sender<Order>) {
    let mut links = shared.links();
    let link = links.get_mut(station);
    if let Some(link) = link.filter(|link| link.orders.same_channel(orders)) {
        link.has_ended = true;
        drop(links);
        shared.recent.disconnected(station, (shared.clock)());
        shared.events.disconnected(station);
    }
}

/// Takes a connection off the list, unless a newer one took its place.
fn remove<E>(shared: &Shared<E>, station: &str, orders: &Sender<Order>) {
    let mut links = shared.links();
    let link = links.get(station);
    if link.is_some_and(|link| link.orders.same_channel(orders)) {
        links.remove(station);
    }
}

/// The part that reads and writes the socket.
pub(super) struct Link<'a> {
    socket: WebSocket,
    /// The central system above, if there is one.
    pub(super) upstream: Option<Box<Upstream>>,
    version: Version,
    pub(super) timeouts: Timeouts,
    station: &'a str,
    oddities: &'a OddityCounts,
    recent: &'a Recent,
    clock: &'a (dyn Fn() -> u64 + Send + Sync),
    /// What the station is to be called, one after the other.
    pub(super) waiting: VecDeque<Turn>,
    asked: Option<Asked>,
    /// The ids of our calls begin with it: they must be none of a central system's above.
    id_prefix: String,
    last_id: u64,
    liveness: Liveness,
    is_open: watch::Receiver<bool>,
}

/// A call that waits for its turn.
pub(super) enum Turn {
    Own {
        request: Request,
        /// How long the station may take to answer.
        patience: Duration,
        outcome: oneshot::Sender<Outcome>,
    },
    /// The central system's above.
    Relayed { id: MessageId, text: String },
}

/// The one call that the station has not answered yet.
struct Asked {
    by: Asker,
    deadline: Instant,
}

enum Asker {
    Own {
        id: String,
        outcome: oneshot::Sender<Outcome>,
    },
    Upstream(MessageId),
}

impl<'a> Link<'a> {
    fn new<E>(
        socket: WebSocket,
        upstream: Option<Box<Upstream>>,
        version: Version,
        station: &'a str,
        shared: &'a Shared<E>,
    ) -> Self {
        let timeouts = shared.timeouts;
        let id_prefix = match upstream {
            Some(_) => format!("chargetap-{:016x}-", rand::random::<u64>()),
            None => String::new(),
        };
        Self {
            socket,
            upstream,
            version,
            timeouts,
            station,
            oddities: &shared.oddities,
            recent: &shared.recent,
            clock: &*shared.clock,
            waiting: VecDeque::new(),
            asked: None,
            id_prefix,
            last_id: 0,
            liveness: Liveness::new(&timeouts),
            is_open: shared.is_open.subscribe(),
        }
    }

    /// Reads and writes until the connection ends, and says why.
    async fn talk(
        &mut self,
        inbox: &mut Receiver<Order>,
        calls: Sender<Received>,
        mut replies: Receiver<Reply>,
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
        replies: &mut Receiver<Reply>,
    ) -> Result<(), Ended> {
        self.ask_next().await?;
        let answer_due = self.asked.as_ref().map(|asked| asked.deadline);
        // A station that sends faster than it is answered waits: nothing more is read until there is room.
        let has_room = calls.capacity() > 0;
        let can_wait = self.has_room();
        tokio::select! {
            received = self.socket.recv(), if has_room => self.receive(received, calls).await,
            text = relay::next(&mut self.upstream), if has_room && can_wait => {
                Self::receive_above(text, calls)
            }
            order = inbox.recv() => match order {
                Some(Order::Call { request, patience, outcome }) => {
                    self.waiting.push_back(Turn::Own { request, patience, outcome });
                    Ok(())
                }
                Some(Order::Close) | None => Err(Ended::Replaced),
            },
            Some(reply) = replies.recv() => self.reply(reply).await,
            ping = self.liveness.next_ping() => self.ping(ping?).await,
            () = let_go(&mut self.is_open) => Err(Ended::LetGo),
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
        self.waiting.retain(|turn| match turn {
            Turn::Own { outcome, .. } => !outcome.is_closed(),
            Turn::Relayed { .. } => true,
        });
        // Ours first: money may hang on it.
        let is_own = |turn: &Turn| matches!(turn, Turn::Own { .. });
        let next = self.waiting.iter().position(is_own).unwrap_or(0);
        let (by, call, patience) = match self.waiting.remove(next) {
            None => return Ok(()),
            Some(Turn::Relayed { id, text }) => (Asker::Upstream(id), text, self.timeouts.answer),
            Some(Turn::Own {
                request,
                patience,
                outcome,
            }) => {
                let id = format!("{}{}", self.id_prefix, self.last_id.saturating_add(1));
                let Some(call) = request.call(self.version, &id) else {
                    // It would not know the message. Fails if nobody waits any more.
                    let _ = outcome.send(Outcome::Answered(Answer::Error));
                    return Ok(());
                };
                self.last_id += 1;
                (Asker::Own { id, outcome }, call, patience)
            }
        };
        let deadline = Instant::now() + patience;
        self.asked = Some(Asked { by, deadline });
        self.send_text(call).await
    }

    async fn reply(&mut self, reply: Reply) -> Result<(), Ended> {
        if let Some(id) = reply.call {
            let text = reply.text;
            self.waiting.push_back(Turn::Relayed { id, text });
            return Ok(());
        }
        if let Some(seconds) = reply.heartbeat_interval {
            // It lacks several heartbeats by then.
            let several = Duration::from_secs(seconds.saturating_mul(3));
            let several = several.max(self.timeouts.silence_without_pongs);
            self.liveness.set_silence_without_pongs(several);
        }
        self.send_text(reply.text).await
    }

    async fn receive(
        &mut self,
        received: Option<Result<Message, axum::Error>>,
        calls: &Sender<Received>,
    ) -> Result<(), Ended> {
        let message = received.ok_or(Ended::ByStation)??;
        self.liveness.heard(&message);
        self.recent
            .exchanged(self.station, &message, false, (self.clock)());
        let Some(text) = socket::text(&message) else {
            return Ok(());
        };
        let received = message::read(self.version, &text);
        self.oddities.count(self.station, &received.oddities);
        // There is room: nothing is received otherwise.
        match received.incoming {
            Incoming::Call(id, call) => {
                let _ = calls.try_send(Received::Call(id, Box::new(call)));
            }
            Incoming::BrokenCall(id) => {
                let _ = calls.try_send(Received::Broken(id));
            }
            Incoming::Answer(id, answer) => match self.asked.as_ref().map(|asked| &asked.by) {
                Some(Asker::Own { id: own, .. }) if id.is(own) => {
                    self.resolve(Outcome::Answered(answer));
                    return Ok(());
                }
                Some(Asker::Upstream(asked)) if asked.is(&id.text()) => self.asked = None,
                // One of ours that comes too late is none of the central system's either.
                _ if !self.id_prefix.is_empty() && id.text().starts_with(&self.id_prefix) => {
                    return Ok(());
                }
                _ => {}
            },
            Incoming::Nothing => {}
        }
        self.relay(&text).await
    }

    async fn ping(&mut self, ping: Message) -> Result<(), Ended> {
        self.ping_above().await?;
        self.send(ping).await
    }

    pub(super) async fn send_text(&mut self, text: String) -> Result<(), Ended> {
        self.send(Message::text(text)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        self.recent
            .exchanged(self.station, &message, true, (self.clock)());
        socket::write(&mut self.socket, message, self.timeouts.send).await
    }

    fn resolve(&mut self, outcome: Outcome) {
        if let Some(Asker::Own { outcome: known, .. }) = self.asked.take().map(|asked| asked.by) {
            // Fails if nobody waits any more.
            let _ = known.send(outcome);
        }
    }

    /// Answers everybody who waits for this connection: it is over.
    fn give_up(&mut self, inbox: &mut Receiver<Order>) {
        self.resolve(Outcome::Unanswered);
        let waiting = self.waiting.drain(..).filter_map(|turn| match turn {
            Turn::Own { outcome, .. } => Some(outcome),
            Turn::Relayed { .. } => None,
        });
        let mut given_up: Vec<_> = waiting.collect();
        while let Ok(order) = inbox.try_recv() {
            if let Order::Call { outcome, .. } = order {
                given_up.push(outcome);
            }
        }
        for outcome in given_up {
            // Fails if nobody waits any more.
            let _ = outcome.send(Outcome::NotConnected);
        }
    }
}

/// Waits until no station may be connected.
async fn let_go(is_open: &mut watch::Receiver<bool>) {
    // Fails if nobody may any more.
    let _ = is_open.wait_for(|is_open| !is_open).await;
}

/// Waits for a moment, or for ever if there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
