//! What an application that cannot hold the stations' connections and the bridge that holds them say to each other:
//! JSON over HTTP.
//!
//! | who asks        | request                                          | body             | answer                         |
//! |-----------------|--------------------------------------------------|------------------|--------------------------------|
//! | the bridge      | `POST {application}/tick`                        |                  | any, once what time brings about is done |
//! | the bridge      | `POST {application}/stations/{id}/events`        | [`StationEvent`] | as the event says              |
//! | the application | `POST {bridge}/stations/{id}/orders`             | [`StationOrder`] | [`StationAnswer`]              |
//! | the application | `GET {bridge}/stations/{id}/connected-for`       |                  | milliseconds; `null` if it is not connected |
//! | the application | `GET {bridge}/stations/{id}/link`                |                  | [`StationLink`]                |
//! | the application | `GET {bridge}/pending-stations`                  |                  | [`PendingStation`]s            |
//!
//! Processes of a gateway that share a database ask each other the same at `{process}/peers/stations/…`, with the token
//! of the process that is asked.
//!
//! Both show the bridge token as bearer token. Every answer is JSON, and has the status 200. 401 says that the token is
//! another one, and that nothing was done; any other status that nothing was taken in, and after an order, that nobody
//! knows what became of it. Members that are not known are not read.
//!
//! The events of one station are told one after the other. If one is not answered in time, it may still be taken in
//! while the next one is told: what a station says then is ordered by its own times only.
//!
//! [`StationOrder`]: crate::platform::StationOrder
//! [`StationAnswer`]: crate::platform::StationAnswer
//! [`StationLink`]: crate::platform::StationLink
//! [`PendingStation`]: crate::platform::PendingStation

use chargetap_ocpp::report::{Boot, Readings, Start, Status, Stop, TransactionEvent};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::http::{ProviderResponse, SendError};
use crate::platform::StationAnswer;

/// The largest event, in bytes: twice as large as a station's message may be, because it says the same in more words.
pub const EVENT_LIMIT: usize = 8 * 1024 * 1024;

/// The fewest characters of a bridge token.
pub const SHORTEST_TOKEN: usize = 32;

/// How long an order to a station may take, with its time in the queue, in milliseconds: less than a command may.
pub const LONGEST_ORDER: u64 = 60_000;

/// How long the bridge may take to answer an order, in milliseconds: longer than the order itself.
pub const ORDER_TIMEOUT: u64 = LONGEST_ORDER + 5_000;

/// What the bridge tells of a station, or asks for it. It is answered once it is stored, and may be told again: the
/// answer is then the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum StationEvent {
    /// It connected. The answer is `null`.
    Connected,
    /// It wants to connect. The answer is what its record says of its [access](crate::RecordedAccess), or `null`.
    Access,
    /// What its terminals ask of it. The answer is a [`StationSetup`](crate::StationSetup).
    Setup,
    /// It can show tariffs. The answer has the [tariffs](crate::EvseTariff) of its EVSEs.
    Tariffs,
    /// It started. The answer is `null`.
    Booted(Boot),
    /// The status of a connector, or of the station as a whole. The answer is `null`.
    Status(Status),
    /// Whether this token may charge. The answer is a boolean.
    Authorizes {
        /// As the station read it.
        token: String,
    },
    /// A transaction began (1.6). The answer is a [`TransactionAnswer`](crate::TransactionAnswer).
    Started(Start),
    /// A meter was read. The answer is a [`ReportOutcome`](crate::ReportOutcome).
    Read(Readings),
    /// A transaction ended (1.6). The answer is a [`ReportOutcome`](crate::ReportOutcome).
    Stopped(Stop),
    /// Something happened to a transaction (2.x). The answer is a
    /// [`TransactionResponse`](chargetap_ocpp::message::TransactionResponse).
    Transaction(TransactionEvent),
    /// The station is to know a transaction by an id of a central system above. The answer is a boolean: `false` if
    /// another one that runs there is known by it.
    Named {
        /// The transaction's number.
        number: i64,
        /// The id.
        name: String,
    },
}

impl StationEvent {
    /// The member `kind` of its form.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Access => "access",
            Self::Setup => "setup",
            Self::Tariffs => "tariffs",
            Self::Booted(_) => "booted",
            Self::Status(_) => "status",
            Self::Authorizes { .. } => "authorizes",
            Self::Started(_) => "started",
            Self::Read(_) => "read",
            Self::Stopped(_) => "stopped",
            Self::Transaction(_) => "transaction",
            Self::Named { .. } => "named",
        }
    }
}

/// What an answer says.
///
/// # Errors
/// It says that nothing was done, or it cannot be read.
pub fn read<T: DeserializeOwned>(answer: &ProviderResponse) -> Result<T, SendError> {
    match answer.status {
        200 => serde_json::from_slice(&answer.body)
            .map_err(|error| SendError::Lost(format!("it cannot be read: {error}"))),
        401 => Err(SendError::NotSent("another token is known there".into())),
        status => Err(SendError::Lost(format!("it was {status}"))),
    }
}

/// What became of an order that was to be passed on to a station.
#[must_use]
pub fn ordered(station: &str, answer: Result<StationAnswer, SendError>) -> StationAnswer {
    match answer {
        Ok(answer) => answer,
        Err(SendError::NotSent(error)) => {
            tracing::warn!(station, error, "who holds its connection cannot be reached");
            StationAnswer::NotConnected
        }
        Err(SendError::Lost(error)) => {
            tracing::warn!(station, error, "the answer to an order is lost");
            StationAnswer::Unknown
        }
    }
}

/// The path of what is asked about a station, such as `/stations/CT%2D1/orders`.
#[must_use]
pub fn station_path(station: &str, what: &str) -> String {
    let station = utf8_percent_encode(station, NON_ALPHANUMERIC);
    format!("/stations/{station}/{what}")
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use chargetap_fleet::alert::Secret;
    use chargetap_ocpp::StopReason;
    use chargetap_ocpp::message::{Cost, TransactionResponse};
    use chargetap_ocpp::report::{ConnectorStatus, Sample, TransactionRef};
    use chargetap_ocpp::tariff::{Conditions, Price, Prices, Tariff};
    use serde_json::{Value, json};

    use super::*;
    use crate::platform::StationOrder;
    use crate::{EvseTariff, Untold};

    /// A value is written in this form, and read back from it, also from one with a member that is not known.
    #[track_caller]
    fn check<T: Debug + PartialEq + Serialize + DeserializeOwned>(said: &T, form: Value) {
        assert_eq!(json!(said), form);
        let mut newer = form;
        if let Some(members) = newer.as_object_mut().filter(|it| it.contains_key("kind")) {
            members.insert("since_2027".to_owned(), json!(1));
        }
        assert_eq!(serde_json::from_value::<T>(newer).unwrap(), *said);
    }

    #[test]
    fn events_have_their_form_and_are_read_past_members_that_are_not_known() {
        check(&StationEvent::Connected, json!({"kind": "connected"}));
        assert_eq!(StationEvent::Connected.kind(), "connected");
        let status = Status {
            connector: 1,
            plug: None,
            status: Some(ConnectorStatus::Available),
            error: None,
            at: Some(5),
        };
        check(
            &StationEvent::Status(status),
            json!({"kind": "status", "connector": 1, "plug": null, "status": "available",
                "error": null, "at": 5}),
        );
        let transaction = TransactionRef {
            id: Some(7),
            ..TransactionRef::default()
        };
        let meant = json!({"id": 7, "name": null, "connector": null, "token": null});
        let sample = Sample {
            at: None,
            register: Some(u64::MAX),
            signed: vec!["OCMF|{}|{}".to_owned()],
        };
        let samples = vec![sample];
        let read = json!({"at": null, "register": u64::MAX, "signed": ["OCMF|{}|{}"]});
        check(
            &StationEvent::Read(Readings {
                transaction: transaction.clone(),
                samples,
            }),
            json!({"kind": "read", "transaction": meant, "samples": [read]}),
        );
        check(
            &StationEvent::Stopped(Stop {
                goes_on: false,
                transaction,
                register: None,
                at: None,
                reason: StopReason::EvDisconnected,
                signed: Vec::new(),
            }),
            json!({"kind": "stopped", "goes_on": false, "transaction": meant, "register": null,
                "at": null, "reason": "EVDisconnected", "signed": []}),
        );
    }

    #[test]
    fn orders_and_answers_have_their_form() {
        let id_tag = "A \"B\"".to_owned();
        check(
            &StationOrder::Start {
                connector: 2,
                id_tag,
            },
            json!({"start": {"connector": 2, "id_tag": "A \"B\""}}),
        );
        let (key, value) = ("K".to_owned(), Secret::new("V".to_owned()));
        check(
            &StationOrder::Configure { key, value },
            json!({"configure": {"key": "K", "value": "V"}}),
        );
        check(&StationAnswer::NotConnected, json!("not-connected"));
        let cost = Cost {
            total: "4.60".parse().unwrap(),
            is_final: true,
            limit: "50".parse().unwrap(),
            told_price: None,
        };
        check(
            &TransactionResponse {
                is_accepted: Some(true),
                cost: Some(cost),
            },
            json!({"is_accepted": true, "cost": {"total": "4.60", "is_final": true, "limit": "50",
                "told_price": null}}),
        );
    }

    #[test]
    fn tariffs_are_read_as_they_were_meant() {
        let price = Price {
            amount: "0.296125".parse().unwrap(),
            conditions: Conditions {
                day_of_week: vec!["Monday".to_owned()],
                ..Conditions::default()
            },
        };
        let tariff = Tariff {
            currency: "EUR".to_owned(),
            descriptions: Vec::new(),
            energy: Some(Prices {
                prices: vec![price],
                vat_percent: "25".parse().unwrap(),
            }),
            charging_time: None,
            idle_time: None,
            fixed_fee: None,
            min_cost: None,
            max_cost: None,
        };
        for tariff in [Ok(tariff), Err(Untold::Steps)] {
            let told = EvseTariff { evse: 1, tariff };
            let read: EvseTariff = serde_json::from_value(json!(told)).unwrap();
            assert_eq!((read.evse, read.tariff), (told.evse, told.tariff));
        }
    }

    #[test]
    fn an_id_is_one_segment_of_a_path() {
        assert_eq!(station_path("a/b c", "link"), "/stations/a%2Fb%20c/link");
    }
}
