//! Below a central system of the customer's: the gateway relays every message, in both directions and byte for byte.
//!
//! What a station says is taken in before the central system's answer is handed on, so that nothing is acknowledged
//! that is not on record. The calls of the central system and those of the gateway reach the station one after the
//! other, as OCPP asks. The gateway's have ids of its own, and their answers stay here. If either side is lost, the
//! other is closed: the station keeps what it has to tell, and connects again.

use std::collections::HashMap;

use chargetap_engine::config;
use chargetap_ocpp::frame::{ErrorCode, MessageId};
use chargetap_ocpp::message::{Call, Response};
use chargetap_ocpp::relay::{
    Envelope, RefusedTokens, UpstreamAnswer, Verdict, envelope, number_of, verdict,
};
use chargetap_ocpp::report::TransactionRef;
use tokio::sync::mpsc::Sender;

use super::connection::{Ended, Link, Turn};
use super::messages::{Received, Taken};
use super::upstream::Upstream;

/// The most calls of a station that the central system may leave unanswered; the oldest are forgotten.
const MOST_HELD: usize = 256;

/// The calls of a station that were taken in and that the central system has not answered.
pub(super) struct HeldCalls {
    refused_tokens: RefusedTokens,
    calls: HashMap<MessageId, Result<Taken, ErrorCode>>,
}

/// What follows from an answer of the central system.
pub(super) struct Concluded {
    pub(super) verdict: Verdict,
    /// The number of a transaction, and the id by which the station knows it from now on.
    pub(super) named: Option<(i64, String)>,
    pub(super) heartbeat_interval: Option<u64>,
}

impl HeldCalls {
    pub(super) fn new(upstream: &config::Upstream) -> Self {
        Self {
            refused_tokens: upstream.refused_tokens,
            calls: HashMap::new(),
        }
    }

    pub(super) fn hold(&mut self, id: MessageId, taken: Result<Taken, ErrorCode>) {
        // What is forgotten is answered as the central system does.
        if self.calls.len() >= MOST_HELD {
            self.calls.clear();
        }
        self.calls.insert(id, taken);
    }

    pub(super) fn conclude(&mut self, id: &MessageId, text: &str) -> Concluded {
        let upstream = UpstreamAnswer::read(text);
        let Some(taken) = self.calls.remove(id) else {
            return Concluded {
                verdict: Verdict::Relay,
                named: None,
                heartbeat_interval: None,
            };
        };
        let (own, is_ours) = match taken {
            Ok(taken) => (Ok(taken.response), taken.is_ours),
            Err(code) => (Err(code), false),
        };
        let number = match &own {
            Ok(Response::StartTransaction { number, .. }) => Some(*number),
            _ => None,
        };
        let is_boot = matches!(own, Ok(Response::BootNotification { .. }));
        let verdict = verdict(own, is_ours, &upstream, self.refused_tokens);
        let told = match &verdict {
            Verdict::Relay => upstream.transaction,
            Verdict::Own(_) => number.map(|number| number_of(number, &upstream)),
        };
        Concluded {
            verdict,
            named: number.zip(told.map(|told| told.to_string())),
            heartbeat_interval: upstream.heartbeat_interval.filter(|_| is_boot),
        }
    }
}

/// The transaction of which a station of OCPP 1.6 tells has the number that the central system gave it.
pub(super) fn name_transaction(call: &mut Call) {
    let name = |transaction: &mut TransactionRef| {
        let number = transaction.id.take().filter(|id| *id > 0);
        if let Some(number) = number {
            transaction.name = Some(number.to_string());
        }
    };
    match call {
        Call::MeterValues(readings) => name(&mut readings.transaction),
        Call::StopTransaction(stop) => name(&mut stop.transaction),
        _ => {}
    }
}

/// The next text of the central system; for ever nothing where there is none.
pub(super) async fn next(upstream: &mut Option<Upstream>) -> Option<String> {
    match upstream {
        Some(upstream) => upstream.receive().await,
        None => std::future::pending().await,
    }
}

impl Link<'_> {
    /// Takes a text of the central system. Nothing, if the connection is over.
    pub(super) async fn receive_above(
        &mut self,
        text: Option<String>,
        calls: &Sender<Received>,
    ) -> Result<(), Ended> {
        let text = text.ok_or(Ended::Upstream)?;
        match envelope(&text) {
            Envelope::Call(id) => self.waiting.push_back(Turn::Relayed { id, text }),
            Envelope::Answer(id) => {
                // There is room: nothing is received otherwise.
                let _ = calls.try_send(Received::AnsweredAbove(id, text));
            }
            Envelope::Other => self.send_text(text).await?,
        }
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
        let is_silent = upstream.heard_at.elapsed() > self.timeouts.silence;
        match tokio::time::timeout(self.timeouts.send, upstream.ping()).await {
            Ok(Ok(())) if !is_silent => Ok(()),
            _ => Err(Ended::Upstream),
        }
    }
}
