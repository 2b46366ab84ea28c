//! A transaction, as the station keeps it and the control API shows it.

use serde::Serialize;

/// The id of a transaction: the central system's number, or the station's own text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum TransactionId {
    Number(i32),
    Text(String),
}

/// The reasons of OCPP for which the station ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Reason {
    DeAuthorized,
    EVDisconnected,
    Remote,
}

/// What came last of a remote start and a vehicle, and so began a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Trigger {
    RemoteStart,
    CablePluggedIn,
}

/// What a remote start says of the one who charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Authorisation {
    pub(super) id_tag: String,
    /// OCPP 1.6 has none.
    #[serde(skip)]
    pub(super) token_type: Option<String>,
    /// The central system's number of its request. OCPP 1.6 has none.
    #[serde(skip)]
    pub(super) remote_start_id: Option<i64>,
}

/// What the central system answers when it is told of a transaction.
#[derive(Debug, Default, PartialEq)]
pub(super) struct EventAnswer {
    /// The id, if the central system gives it.
    pub(super) transaction_id: Option<TransactionId>,
    /// Whether the token may not charge.
    pub(super) refused: bool,
    /// What the transaction costs, in whole units of the currency.
    pub(super) total_cost: Option<f64>,
    /// What to show to the driver.
    pub(super) message: Option<String>,
    /// What the transaction may cost, in whole units of the currency.
    pub(super) cost_limit: Option<f64>,
}

/// A transaction. What is told of its price is kept, and changes nothing else.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Transaction {
    pub(super) connector: u32,
    #[serde(flatten)]
    pub(super) authorisation: Authorisation,
    #[serde(skip)]
    pub(super) trigger: Trigger,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction_id: Option<TransactionId>,
    /// How many events there were in it, which is the number of the next one.
    #[serde(skip)]
    pub(super) events: u32,
    pub(super) meter_start: u64,
    #[serde(skip)]
    pub(super) started_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meter_stop: Option<u64>,
    #[serde(skip)]
    pub(super) stopped_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total_cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_limit: Option<f64>,
}

impl Transaction {
    /// Keeps what is new in an answer.
    pub(super) fn take_in(&mut self, answer: EventAnswer) {
        self.transaction_id = answer.transaction_id.or(self.transaction_id.take());
        self.total_cost = answer.total_cost.or(self.total_cost);
        self.message = answer.message.or(self.message.take());
        self.cost_limit = answer.cost_limit.or(self.cost_limit);
    }
}
