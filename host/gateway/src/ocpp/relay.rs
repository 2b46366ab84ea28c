//! Below a central system of the customer's: the gateway relays every message, in both directions and byte for byte.
//!
//! What a station says is taken in before the central system's answer is handed on, so that nothing is acknowledged
//! that is not on record. The calls of the central system and those of the gateway reach the station one after the
//! other, as OCPP asks. The gateway's have ids of its own, and their answers stay here. If either side is lost, the
//! other is closed: the station keeps what it has to tell, and connects again.

use std::collections::VecDeque;

use chargetap_engine::config;
use chargetap_ocpp::frame::{ErrorCode, MessageId};
use chargetap_ocpp::message::Response;
use chargetap_ocpp::relay::{
    Envelope, RefusedTokens, UpstreamAnswer, Verdict, envelope, number_of, verdict,
};
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use super::connection::Link;
use super::messages::{Received, Taken};
use super::socket::Ended;
use super::upstream::Upstream;

/// The most calls of a station that are remembered until the central system answers them.
const MOST_HELD: usize = 256;
/// The most calls of the central system that wait for the station. No more are read until there is room.
const MOST_WAITING: usize = 64;

/// The calls of a station that were taken in, oldest first, and whose answer by the central system is to come. Those
/// that are about transactions of ours are answered after a while all the same.
#[derive(Default)]
pub(super) struct HeldCalls(VecDeque<HeldCall>);

struct HeldCall {
    id: MessageId,
    due: Instant,
    held: Held,
}

/// A call that the central system has not answered.
pub(super) enum Held {
    Call(Result<Taken, ErrorCode>),
    /// The gateway has.
    Answered,
}

/// What follows from an answer of the central system.
pub(super) struct Concluded {
    pub(super) verdict: Verdict,
    /// The number of a transaction, and the id by which the station is to know it.
    pub(super) named: Option<(i64, String)>,
    pub(super) heartbeat_interval: Option<u64>,
    /// Whether the token may charge, by the verdict.
    pub(super) is_accepted: bool,
}

impl HeldCalls {
    pub(super) fn hold(&mut self, id: MessageId, taken: Result<Taken, ErrorCode>, due: Instant) {
        // One that is forgotten is answered as the central system does.
        if self.0.len() >= MOST_HELD {
            self.0.pop_front();
        }
        let held = Held::Call(taken);
        self.0.push_back(HeldCall { id, due, held });
    }

    /// The call of this id, however it is written. It is held no more.
    pub(super) fn take(&mut self, id: &MessageId) -> Option<Held> {
        let text = id.text();
        let place = self.0.iter().position(|call| call.id.is(&text))?;
        self.0.remove(place).map(|call| call.held)
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        let mut ours = self.0.iter().filter(|call| call.held.is_ours());
        ours.next().map(|call| call.due)
    }

    /// A call that is due. It is remembered as answered.
    pub(super) fn take_due(
        &mut self,
        now: Instant,
    ) -> Option<(MessageId, Result<Taken, ErrorCode>)> {
        let mut calls = self.0.iter_mut();
        let due = calls.find(|call| call.held.is_ours() && call.due <= now)?;
        match std::mem::replace(&mut due.held, Held::Answered) {
            Held::Call(taken) => Some((due.id.clone(), taken)),
            Held::Answered => None,
        }
    }
}

impl Held {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Call(Ok(taken)) if taken.is_ours)
    }
}

/// What follows from what the central system answered to a call, or from that it did not.
pub(super) fn conclude(
    upstream: Option<&config::Upstream>,
    taken: Result<Taken, ErrorCode>,
    above: Option<&str>,
) -> Concluded {
    let answer = above.map_or(UpstreamAnswer::MISSING, UpstreamAnswer::read);
    let (own, is_ours) = match taken {
        Ok(taken) => (Ok(taken.response), taken.is_ours),
        Err(code) => (Err(code), false),
    };
    let number = match &own {
        Ok(Response::StartTransaction { number, .. }) => Some(*number),
        _ => None,
    };
    let is_boot = matches!(own, Ok(Response::BootNotification { .. }));
    let refused_tokens = upstream.map_or(RefusedTokens::default(), |it| it.refused_tokens);
    let verdict = verdict(own, is_ours, &answer, refused_tokens);
    let told = match &verdict {
        Verdict::Relay => answer.transaction,
        Verdict::Own(_) => number.map(|number| number_of(number, &answer)),
    };
    let is_accepted = match &verdict {
        Verdict::Relay => !answer.is_error && !answer.refuses_token,
        Verdict::Own(own) => {
            matches!(
                own,
                Ok(Response::StartTransaction {
                    is_accepted: true,
                    ..
                })
            )
        }
    };
    Concluded {
        verdict,
        is_accepted,
        named: number.zip(told.map(|told| told.to_string())),
        heartbeat_interval: answer.heartbeat_interval.filter(|_| is_boot),
    }
}

/// The next text of the central system; for ever nothing where there is none.
pub(super) async fn next(upstream: &mut Option<Box<Upstream>>) -> Option<String> {
    match upstream {
        Some(upstream) => upstream.receive().await,
        None => std::future::pending().await,
    }
}

impl Link<'_> {
    /// Whether another call of the central system can wait.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MOST_WAITING
    }

    /// Takes a text of the central system. Nothing, if the connection is over.
    pub(super) fn receive_above(
        text: Option<String>,
        calls: &Sender<Received>,
    ) -> Result<(), Ended> {
        let text = text.ok_or(Ended::Upstream)?;
        let received = match envelope(&text) {
            Envelope::Call(id) => Received::SaidAbove(Some(id), text),
            Envelope::Answer(id) => Received::AnsweredAbove(id, text),
            Envelope::Other => Received::SaidAbove(None, text),
        };
        // There is room: nothing is received otherwise.
        let _ = calls.try_send(received);
        Ok(())
    }

    /// Hands a text of the station on to the central system, if there is one.
    pub(super) async fn relay(&mut self, text: &str) -> Result<(), Ended> {
        let Some(upstream) = &mut self.upstream else {
            return Ok(());
        };
        let sent = tokio::time::timeout(self.timeouts.send, upstream.send(text)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Err(Ended::Upstream),
        }
    }

    /// Sees whether the central system is still there.
    pub(super) async fn ping_above(&mut self) -> Result<(), Ended> {
        let Some(upstream) = &mut self.upstream else {
            return Ok(());
        };
        let (longest, without_pongs) = (self.timeouts.silence, self.timeouts.silence_without_pongs);
        let is_silent = upstream.silence.is_too_long(longest, without_pongs);
        match tokio::time::timeout(self.timeouts.send, upstream.ping()).await {
            Ok(Ok(())) if !is_silent => Ok(()),
            _ => Err(Ended::Upstream),
        }
    }
}
