//! The provider's books: what was held on cards, captured and released.
//!
//! The list of entries is only ever appended to. What a session holds is kept beside it, and every
//! statement compares the two, so that a mistake in either shows.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum EntryKind {
    Held,
    Captured,
    Released,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum SessionState {
    Open,
    Captured,
    Voided,
}

#[derive(Debug, Serialize)]
struct Entry {
    seq: usize,
    at_ms: u64,
    terminal: String,
    session: String,
    kind: EntryKind,
    amount: u64,
}

#[derive(Debug, Serialize)]
struct Session {
    session: String,
    terminal: String,
    card_id: String,
    state: SessionState,
    held: u64,
    captured: u64,
    released: u64,
}

/// A hold still open, as the provider's API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenHold {
    pub(super) session_id: String,
    pub(super) authorized_amount: u64,
}

/// Sums over all sessions, in minor units. Wider than an amount, so that no sum overflows.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Totals {
    held: u128,
    captured: u128,
    released: u128,
    open: u128,
}

/// The books at a moment.
#[derive(Debug, Serialize)]
pub(super) struct Statement<'a> {
    currency: &'a str,
    entries: &'a [Entry],
    sessions: Vec<&'a Session>,
    totals: Totals,
}

/// Why something was not booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum LedgerError {
    #[error("the terminal has no such session")]
    UnknownSession,
    #[error("the session was already captured or voided")]
    Closed,
    #[error("more than the session holds")]
    ExceedsHold,
}

/// The entries and the sessions disagree: a bug in the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the books do not balance")]
pub(super) struct Unbalanced;

/// The books of one provider, in one currency.
#[derive(Debug)]
pub(super) struct Ledger {
    currency: String,
    entries: Vec<Entry>,
    sessions: BTreeMap<String, Session>,
}

impl Ledger {
    pub(super) fn new(currency: String) -> Self {
        Self {
            currency,
            entries: Vec::new(),
            sessions: BTreeMap::new(),
        }
    }

    /// How many sessions there ever were.
    pub(super) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// Reserves `amount` on a card, for a session of an id that was never used before.
    pub(super) fn hold(
        &mut self,
        session: &str,
        terminal: &str,
        card_id: &str,
        amount: u64,
        at_ms: u64,
    ) {
        self.sessions.insert(
            session.to_owned(),
            Session {
                session: session.to_owned(),
                terminal: terminal.to_owned(),
                card_id: card_id.to_owned(),
                state: SessionState::Open,
                held: amount,
                captured: 0,
                released: 0,
            },
        );
        self.enter(session, terminal, EntryKind::Held, amount, at_ms);
    }

    /// Takes `amount` of a hold and releases the rest.
    pub(super) fn capture(
        &mut self,
        session: &str,
        terminal: &str,
        amount: u64,
        at_ms: u64,
    ) -> Result<(), LedgerError> {
        let open = self.open_session(session, terminal)?;
        let rest = open
            .held
            .checked_sub(amount)
            .ok_or(LedgerError::ExceedsHold)?;
        open.state = SessionState::Captured;
        open.captured = amount;
        open.released = rest;
        self.enter(session, terminal, EntryKind::Captured, amount, at_ms);
        if rest > 0 {
            self.enter(session, terminal, EntryKind::Released, rest, at_ms);
        }
        Ok(())
    }

    /// Releases a hold in full.
    pub(super) fn void(
        &mut self,
        session: &str,
        terminal: &str,
        at_ms: u64,
    ) -> Result<(), LedgerError> {
        let open = self.open_session(session, terminal)?;
        open.state = SessionState::Voided;
        open.released = open.held;
        let amount = open.held;
        self.enter(session, terminal, EntryKind::Released, amount, at_ms);
        Ok(())
    }

    /// The holds open at a terminal.
    pub(super) fn open_holds(&self, terminal: &str) -> Vec<OpenHold> {
        self.sessions
            .values()
            .filter(|session| session.terminal == terminal && session.state == SessionState::Open)
            .map(|session| OpenHold {
                session_id: session.session.clone(),
                authorized_amount: session.held,
            })
            .collect()
    }

    /// The books, once they were found to balance.
    pub(super) fn statement(&self) -> Result<Statement<'_>, Unbalanced> {
        let totals = self.totals_of_entries()?;
        if totals != self.totals_of_sessions()? {
            return Err(Unbalanced);
        }
        Ok(Statement {
            currency: &self.currency,
            entries: &self.entries,
            sessions: self.sessions.values().collect(),
            totals,
        })
    }

    fn open_session(&mut self, session: &str, terminal: &str) -> Result<&mut Session, LedgerError> {
        let found = self
            .sessions
            .get_mut(session)
            .filter(|found| found.terminal == terminal)
            .ok_or(LedgerError::UnknownSession)?;
        if found.state == SessionState::Open {
            Ok(found)
        } else {
            Err(LedgerError::Closed)
        }
    }

    fn enter(&mut self, session: &str, terminal: &str, kind: EntryKind, amount: u64, at_ms: u64) {
        self.entries.push(Entry {
            seq: self.entries.len(),
            at_ms,
            terminal: terminal.to_owned(),
            session: session.to_owned(),
            kind,
            amount,
        });
    }

    fn totals_of_entries(&self) -> Result<Totals, Unbalanced> {
        let mut totals = Totals::default();
        for entry in &self.entries {
            let amount = u128::from(entry.amount);
            match entry.kind {
                EntryKind::Held => totals.held += amount,
                EntryKind::Captured => totals.captured += amount,
                EntryKind::Released => totals.released += amount,
            }
        }
        totals.open = totals
            .held
            .checked_sub(totals.captured + totals.released)
            .ok_or(Unbalanced)?;
        Ok(totals)
    }

    fn totals_of_sessions(&self) -> Result<Totals, Unbalanced> {
        let mut totals = Totals::default();
        for session in self.sessions.values() {
            let (held, captured, released) = (
                u128::from(session.held),
                u128::from(session.captured),
                u128::from(session.released),
            );
            let ended = match session.state {
                SessionState::Open => captured == 0 && released == 0,
                SessionState::Captured => captured + released == held,
                SessionState::Voided => captured == 0 && released == held,
            };
            if !ended {
                return Err(Unbalanced);
            }
            totals.held += held;
            totals.captured += captured;
            totals.released += released;
            if session.state == SessionState::Open {
                totals.open += held;
            }
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn books() -> Ledger {
        Ledger::new("EUR".to_owned())
    }

    #[test]
    fn what_is_held_is_captured_released_or_open() {
        let mut ledger = books();
        ledger.hold("a", "T1", "card-1", 5_000, 1);
        ledger.hold("b", "T1", "card-2", 3_000, 2);
        ledger.hold("c", "T2", "card-3", 700, 3);
        ledger.capture("a", "T1", 1_234, 4).unwrap();
        ledger.void("b", "T1", 5).unwrap();

        let statement = serde_json::to_value(ledger.statement().unwrap()).unwrap();
        assert_eq!(
            statement["totals"],
            json!({"held": 8_700, "captured": 1_234, "released": 6_766, "open": 700})
        );
        let kinds: Vec<_> = statement["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                (
                    entry["session"].as_str().unwrap(),
                    entry["kind"].as_str().unwrap(),
                    entry["amount"].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            kinds,
            [
                ("a", "held", 5_000),
                ("b", "held", 3_000),
                ("c", "held", 700),
                ("a", "captured", 1_234),
                ("a", "released", 3_766),
                ("b", "released", 3_000),
            ]
        );
        assert_eq!(
            statement["sessions"][0],
            json!({"session": "a", "terminal": "T1", "card_id": "card-1", "state": "captured",
                   "held": 5_000, "captured": 1_234, "released": 3_766})
        );
    }

    #[test]
    fn a_session_ends_once() {
        let mut ledger = books();
        ledger.hold("a", "T1", "card", 500, 1);
        ledger.capture("a", "T1", 500, 2).unwrap();
        assert_eq!(ledger.capture("a", "T1", 500, 3), Err(LedgerError::Closed));
        assert_eq!(ledger.void("a", "T1", 3), Err(LedgerError::Closed));
        assert!(ledger.open_holds("T1").is_empty());
    }

    #[test]
    fn more_than_the_hold_is_not_captured_and_the_session_stays_open() {
        let mut ledger = books();
        ledger.hold("a", "T1", "card", 500, 1);
        assert_eq!(
            ledger.capture("a", "T1", 501, 2),
            Err(LedgerError::ExceedsHold)
        );
        assert_eq!(ledger.open_holds("T1").len(), 1);
    }

    #[test]
    fn a_session_is_known_at_its_own_terminal_only() {
        let mut ledger = books();
        ledger.hold("a", "T1", "card", 500, 1);
        assert_eq!(ledger.void("a", "T2", 2), Err(LedgerError::UnknownSession));
        assert!(ledger.open_holds("T2").is_empty());
    }

    #[test]
    fn books_that_do_not_balance_are_not_shown() {
        let mut ledger = books();
        ledger.hold("a", "T1", "card", 500, 1);
        ledger.sessions.get_mut("a").unwrap().captured = 1;
        assert_eq!(ledger.statement().unwrap_err(), Unbalanced);
    }

    #[test]
    fn sums_larger_than_an_amount_are_exact() {
        let mut ledger = books();
        ledger.hold("a", "T1", "card", u64::MAX, 1);
        ledger.hold("b", "T1", "card", u64::MAX, 1);
        // 2 × (2^64 − 1)
        assert_eq!(
            ledger.statement().unwrap().totals.open,
            36_893_488_147_419_103_230
        );
    }
}
