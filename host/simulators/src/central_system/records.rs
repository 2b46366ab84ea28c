//! What the central system was told.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::calls::StartTransaction;
use crate::station::TransactionId;

/// The number of the first transaction: none that a gateway or a station would begin with.
const FIRST_NUMBER: i32 = 7_000_001;

/// A transaction. What was not told is missing.
#[derive(Debug, Serialize)]
pub(super) struct Transaction {
    station: String,
    transaction_id: TransactionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_tag: Option<String>,
    /// In watt-hours, as `meter_stop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meter_start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meter_stop: Option<i64>,
}

/// Everything that was told, as the control API shows it.
#[derive(Debug, Serialize)]
pub(super) struct Records {
    #[serde(skip)]
    accepts_tokens: bool,
    /// The starts of transactions that were given a number, in the order of these, each with its station.
    #[serde(skip)]
    starts: Vec<(String, StartTransaction)>,
    transactions: Vec<Transaction>,
    /// How many calls of each action there were.
    messages: BTreeMap<String, u64>,
}

impl Records {
    pub(super) fn new(accepts_tokens: bool) -> Self {
        Self {
            accepts_tokens,
            starts: Vec::new(),
            transactions: Vec::new(),
            messages: BTreeMap::new(),
        }
    }

    pub(super) fn count(&mut self, action: &str) {
        *self.messages.entry(action.to_owned()).or_default() += 1;
    }

    /// What is said of every token.
    pub(super) fn token_info(&self) -> Value {
        json!({"status": if self.accepts_tokens { "Accepted" } else { "Invalid" }})
    }

    /// The number of the transaction that starts so. A start that is told again has the same one.
    pub(super) fn number(&mut self, station: &str, start: &StartTransaction) -> i32 {
        let mut known = self.starts.iter();
        let known = known.position(|(known, told)| known == station && told == start);
        let index = known.unwrap_or_else(|| {
            self.starts.push((station.to_owned(), start.clone()));
            self.starts.len() - 1
        });
        FIRST_NUMBER.saturating_add(i32::try_from(index).unwrap_or(i32::MAX))
    }

    /// A station's transaction, which is new if it was not told of before.
    pub(super) fn transaction(&mut self, station: &str, id: TransactionId) -> &mut Transaction {
        let mut known = self.transactions.iter();
        let known = known.position(|it| it.station == station && it.transaction_id == id);
        let index = known.unwrap_or_else(|| {
            self.transactions.push(Transaction {
                station: station.to_owned(),
                transaction_id: id,
                id_tag: None,
                meter_start: None,
                meter_stop: None,
            });
            self.transactions.len() - 1
        });
        #[expect(
            clippy::indexing_slicing,
            reason = "it was found or pushed right before"
        )]
        &mut self.transactions[index]
    }
}
