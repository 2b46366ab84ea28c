//! What the station has to tell, one message at a time and in order.
//!
//! Messages about transactions are kept until they are answered, over lost connections too. All
//! others are of this connection only, and are sent once.

use std::collections::VecDeque;

/// How long the central system may take to answer, in milliseconds.
const ANSWER_TIMEOUT_MS: u64 = 5_000;
/// How long to wait before repeating a message that was answered with an error, in milliseconds.
const RETRY_MS: u64 = 200;
/// With this many messages waiting, further meter values are not kept.
const MANY: usize = 1_000;

/// A message, without what is only known when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outgoing {
    Boot,
    Heartbeat,
    Status {
        connector: u32,
        status: &'static str,
    },
    Event(TransactionEvent),
}

/// What happened in a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TransactionEvent {
    /// The transaction's index.
    pub(super) transaction: usize,
    /// How many events there were in the transaction before.
    pub(super) seq_no: u32,
    /// Whether the station was not connected when it happened.
    pub(super) offline: bool,
    pub(super) kind: EventKind,
}

/// The kinds of what happens in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Started,
    Metered { watt_hours: u64, at: u64 },
    Ended,
}

impl Outgoing {
    fn is_kept(&self) -> bool {
        matches!(self, Self::Event(_))
    }

    fn is_sample(&self) -> bool {
        matches!(self, Self::Event(event) if matches!(event.kind, EventKind::Metered { .. }))
    }
}

#[derive(Debug)]
struct Entry {
    id: String,
    message: Outgoing,
    copies: u32,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<Entry>,
    last_id: u64,
    in_flight_since: Option<u64>,
    not_before: u64,
}

impl Outbox {
    /// Adds a message that is to be sent and answered `copies` times.
    pub(super) fn push(&mut self, message: Outgoing, copies: u32) {
        if message.is_sample() && self.queue.len() >= MANY {
            return;
        }
        let entry = self.entry(message, copies);
        self.queue.push_back(entry);
    }

    /// Begins a connection with these messages, ahead of what was kept.
    pub(super) fn connected(&mut self, first: Vec<Outgoing>) {
        self.disconnected();
        for message in first.into_iter().rev() {
            let entry = self.entry(message, 1);
            self.queue.push_front(entry);
        }
    }

    /// Ends a connection: what was in flight is sent again in the next one.
    pub(super) fn disconnected(&mut self) {
        self.queue.retain(|entry| entry.message.is_kept());
        self.in_flight_since = None;
        self.not_before = 0;
    }

    /// The id and content of the message to send now, if any.
    pub(super) fn next(&mut self, now: u64) -> Option<(String, Outgoing)> {
        if self
            .in_flight_since
            .is_some_and(|since| now.saturating_sub(since) >= ANSWER_TIMEOUT_MS)
        {
            self.fail(now);
        }
        if self.in_flight_since.is_some() || now < self.not_before {
            return None;
        }
        let first = self.queue.front()?;
        self.in_flight_since = Some(now);
        Some((first.id.clone(), first.message.clone()))
    }

    /// The message of this id, if it is the one that waits for an answer.
    pub(super) fn in_flight(&self, id: &str) -> Option<&Outgoing> {
        self.in_flight_since?;
        let first = self.queue.front().filter(|first| first.id == id)?;
        Some(&first.message)
    }

    /// The message in flight was answered.
    pub(super) fn succeed(&mut self) {
        self.in_flight_since = None;
        if let Some(first) = self.queue.front_mut() {
            first.copies = first.copies.saturating_sub(1);
            if first.copies == 0 {
                self.queue.pop_front();
            }
        }
    }

    /// The message in flight was not accepted: it is sent again after a while, or given up.
    pub(super) fn fail(&mut self, now: u64) {
        self.in_flight_since = None;
        if self
            .queue
            .front()
            .is_some_and(|first| first.message.is_kept())
        {
            self.not_before = now.saturating_add(RETRY_MS);
        } else {
            self.queue.pop_front();
        }
    }

    fn entry(&mut self, message: Outgoing, copies: u32) -> Entry {
        self.last_id += 1;
        Entry {
            id: self.last_id.to_string(),
            message,
            copies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Outgoing = Outgoing::Event(TransactionEvent {
        transaction: 0,
        seq_no: 0,
        offline: false,
        kind: EventKind::Started,
    });

    #[test]
    fn one_message_is_in_flight_at_a_time() {
        let mut outbox = Outbox::default();
        outbox.push(Outgoing::Boot, 1);
        outbox.push(START, 1);
        assert_eq!(outbox.next(0).unwrap().1, Outgoing::Boot);
        assert_eq!(outbox.next(1), None);
        outbox.succeed();
        assert_eq!(outbox.next(2).unwrap().1, START);
    }

    #[test]
    fn a_transaction_message_is_repeated_under_its_id_until_it_is_answered() {
        let mut outbox = Outbox::default();
        outbox.push(START, 1);
        let (id, _) = outbox.next(0).unwrap();
        outbox.fail(10);
        assert_eq!(outbox.next(209), None);
        assert_eq!(outbox.next(210), Some((id.clone(), START)));
        assert_eq!(outbox.next(5_209), None);
        assert_eq!(outbox.next(5_210), None, "unanswered, so it waits again");
        assert_eq!(outbox.next(5_410), Some((id, START)));
    }

    #[test]
    fn only_transaction_messages_outlive_the_connection() {
        let mut outbox = Outbox::default();
        outbox.push(Outgoing::Heartbeat, 1);
        outbox.push(START, 1);
        outbox.disconnected();
        outbox.connected(vec![Outgoing::Boot]);
        assert_eq!(outbox.next(0).unwrap().1, Outgoing::Boot);
        outbox.succeed();
        assert_eq!(outbox.next(0).unwrap().1, START);
        outbox.succeed();
        assert_eq!(outbox.next(0), None);
    }

    #[test]
    fn a_message_of_two_copies_is_sent_twice() {
        let mut outbox = Outbox::default();
        outbox.push(START, 2);
        let first = outbox.next(0);
        outbox.succeed();
        assert_eq!(outbox.next(0), first);
        outbox.succeed();
        assert_eq!(outbox.next(0), None);
    }

    #[test]
    fn an_answer_to_another_message_is_not_for_this_one() {
        let mut outbox = Outbox::default();
        outbox.push(START, 1);
        assert_eq!(outbox.in_flight("1"), None);
        outbox.next(0);
        assert_eq!(outbox.in_flight("1"), Some(&START));
        assert_eq!(outbox.in_flight("2"), None);
    }
}
