//! Stations as the interface shows them: their records, and what the gateway knows of them.

use schemars::JsonSchema;
use serde::Serialize;

use super::Answer;
use crate::credential::PasswordState;
use crate::moment::Moment;
use crate::operation::Operation;
use crate::site::StationDetails;
use crate::text::{StationId, quoted};

/// A station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StationState {
    /// Its identity, with which it connects.
    pub key: StationId,
    /// The version of its record: what its ETag says. Absent without a record.
    pub version: Option<u64>,
    /// Its details; absent without a record.
    pub details: Option<StationDetails>,
    /// When its password on record was changed; absent if it has none.
    pub password: Option<PasswordState>,
    /// Whether it is connected, or waits to be configured.
    pub state: ConnectionState,
    /// Whether it is connected and configured.
    pub connected: bool,
    /// Since when it is in this state; absent if that is not known.
    pub since: Option<Moment>,
    /// What is to be known of it while it is pending; absent otherwise.
    pub pending: Option<PendingStation>,
    /// Who made it, as it says itself.
    pub vendor: Option<String>,
    /// Its model, as it says itself.
    pub model: Option<String>,
    /// Its serial number, as it says itself.
    pub serial: Option<String>,
    /// Its firmware, as it says itself.
    pub firmware: Option<String>,
    /// What it last said of itself as a whole.
    pub status: Option<String>,
    /// Its connectors in one line; of one that is pending, how it is connected.
    pub summary: String,
    /// Its connectors.
    pub connectors: Vec<ConnectorState>,
    /// How often it did not keep to OCPP since the gateway started.
    pub oddities: u64,
}

/// Whether a station is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionState {
    /// It is connected.
    Connected,
    /// It is not.
    NotConnected,
    /// It is connected, but its identity is not configured: nothing that it says counts.
    Pending,
}

/// What is to be known of a station whose identity is not configured. It has proved nothing of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PendingStation {
    /// The version of OCPP that it speaks.
    pub ocpp: String,
    /// The address from which it is connected.
    pub source: String,
    /// Whether it showed a password, which is not kept.
    pub password: bool,
    /// Whether it showed a client certificate that the gateway's CA signed, in the name of its identity.
    pub certificate: bool,
    /// What to do, and the lines that configure it.
    pub hint: String,
}

impl PendingStation {
    /// What lets a station of this identity connect, by what it showed: a sentence, and after it the commands. Words in
    /// capitals are to be replaced.
    #[must_use]
    pub fn hint(id: &StationId, has_password: bool, has_certificate: bool) -> String {
        let id = quoted(id.as_str());
        // Of one that showed nothing, a password is asked.
        let needs_password = has_password || !has_certificate;
        let certificate = match has_certificate {
            true => r#""client_certificate": true, "#,
            false => "",
        };
        let details = format!(
            r#"{{"site": "SITE", {certificate}"evses": [{{"connector": 1, "id": null}}]}}"#
        );
        let put = format!("chargetap fleet station put {id} --data '{details}'");
        match needs_password {
            true => format!(
                "If it is yours, put it on record, and set it to the password that is printed then:\n{put}\n\
                 chargetap fleet station password {id}"
            ),
            false => format!("If it is yours, put it on record:\n{put}"),
        }
    }

    /// How it is connected, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let (ocpp, source) = (&self.ocpp, &self.source);
        format!("not on record: OCPP {ocpp} from {source}")
    }
}

/// A connector of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConnectorState {
    /// Its number, from 1.
    pub connector: u32,
    /// What the station last said of it.
    pub status: Option<String>,
    /// The station's code for what is wrong, told with the status.
    pub error: Option<String>,
    /// When the station last told its status.
    pub reported: Option<Moment>,
    /// Whether it, or the station as a whole, is faulted or switched off.
    pub out_of_order: bool,
    /// The transaction that runs there.
    pub transaction: Option<TransactionState>,
}

/// A transaction of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TransactionState {
    /// Its number, as the station knows it.
    pub number: i64,
    /// The connector, from 1.
    pub connector: u32,
    /// The session that pays for it; absent if none does.
    pub session: Option<String>,
    /// Whether it is under a token that the configuration lets charge without paying.
    pub local: bool,
    /// When it began, by the station's clock.
    pub started: Option<Moment>,
    /// What flowed, in watt-hours; absent if that is not known.
    pub energy: Option<u64>,
    /// When it was heard that it ended, or when it was given up; absent while it runs.
    pub ended: Option<Moment>,
    /// Whether it counts as ended because nothing is heard of it.
    pub lost: bool,
}

/// A station with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShownStation {
    /// How it is.
    #[serde(flatten)]
    pub state: StationState,
    /// When it last said that it started.
    pub booted: Option<Moment>,
    /// When it last connected.
    pub last_connected: Option<Moment>,
    /// The transactions that run, and the last ones that ended, newest first.
    pub transactions: Vec<TransactionState>,
    /// How it did not keep to OCPP since the gateway started.
    pub oddity_kinds: Vec<OddityCount>,
    /// The settings on which the gateway relies and that it did not take since it connected.
    pub refused_settings: Vec<RefusedSetting>,
    /// The tariffs that it is to show and that it did not take since it connected.
    pub refused_tariffs: Vec<RefusedTariff>,
    /// The last messages, newest last; without heartbeats, and without secrets.
    pub messages: Vec<StationMessage>,
}

impl ShownStation {
    /// It as an answer; with an ETag if it has a record.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let answer = Answer::json(200, self);
        match self.state.version {
            Some(version) => answer.with_etag(version),
            None => answer,
        }
    }
}

/// A way in which a station does not keep to OCPP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OddityCount {
    /// Which, such as `unknown-member`.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// Where it last was: the action and the member.
    pub place: String,
}

/// A setting that a station did not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedSetting {
    /// Its name.
    pub key: String,
    /// The value that it should have.
    pub wanted: String,
}

/// A tariff that a station did not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedTariff {
    /// The EVSE whose tariff it is.
    pub evse: u32,
    /// Why not, in words.
    pub reason: String,
}

/// A message of a station, or to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StationMessage {
    /// When it was read or written.
    pub at: Moment,
    /// Whether the gateway sent it. Otherwise the station did.
    pub sent: bool,
    /// What it is about, if that can be made out.
    pub action: Option<String>,
    /// Its text, without secrets, and cut off after 500 characters.
    pub text: String,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OperationAnswer {
    /// The station does it.
    Accepted,
    /// The station does it once it is idle or has restarted.
    Later,
    /// The station does not do it.
    Refused,
    /// The station did not say. It may do it all the same.
    NoAnswer,
}

/// The answer to an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OperationOutcome {
    /// What became of it.
    pub answer: OperationAnswer,
    /// The same for people: what to do next.
    pub text: String,
}

impl OperationOutcome {
    /// What became of an operation, in words.
    #[must_use]
    pub fn of(operation: &Operation, answer: OperationAnswer) -> Self {
        let text = match (answer, operation) {
            (OperationAnswer::Accepted, Operation::Reset { .. }) => {
                "The station restarts. Look whether it connects again."
            }
            (OperationAnswer::Accepted, Operation::Unlock { .. }) => {
                "The connector is unlocked: the cable can be pulled out."
            }
            (OperationAnswer::Accepted, Operation::Trigger { .. }) => {
                "The station sends it. It will be among the station's last messages."
            }
            (OperationAnswer::Accepted, Operation::Configure { .. }) => {
                "The station took the setting."
            }
            (OperationAnswer::Later, Operation::Reset { .. }) => {
                "The station restarts once nobody charges. Look later whether it connects again."
            }
            (OperationAnswer::Later, Operation::Configure { .. }) => {
                "The station took the setting. It counts once the station restarted: reset it."
            }
            (OperationAnswer::Later, _) => "The station does it later. Look again then.",
            (OperationAnswer::Refused, Operation::Reset { is_hard: false }) => {
                "The station does not restart now. End what charges there and try again, or reset it \
                 hard."
            }
            (OperationAnswer::Refused, Operation::Reset { is_hard: true }) => {
                "The station does not restart. Somebody has to switch it off and on."
            }
            (OperationAnswer::Refused, Operation::Unlock { .. }) => {
                "The connector is not unlocked. End the session there and try again; if the cable is \
                 stuck, somebody has to go there."
            }
            (OperationAnswer::Refused, Operation::Trigger { .. }) => {
                "The station does not send it. Perhaps it cannot: its other messages are shown."
            }
            (OperationAnswer::Refused, Operation::Configure { .. }) => {
                "The station did not take it. It does not know the setting, or not this value, or \
                 lets nobody change it: see its manual."
            }
            (OperationAnswer::NoAnswer, _) => {
                "The station did not answer in time. It may do it all the same: look how it is \
                 before you try again."
            }
        };
        Self {
            answer,
            text: text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_station_is_put_on_record_by_what_it_showed() {
        let commands = |id: &str, has_password, has_certificate| {
            let hint = PendingStation::hint(&id.parse().unwrap(), has_password, has_certificate);
            let (advice, commands) = hint.split_once('\n').unwrap();
            assert_eq!(advice.contains("password"), commands.contains("password"));
            commands.to_owned()
        };
        let put = r#"chargetap fleet station put CT-9 --data '{"site": "SITE", "evses": [{"connector": 1, "id": null}]}'"#;
        let by_password = format!("{put}\nchargetap fleet station password CT-9");
        assert_eq!(commands("CT-9", true, false), by_password);
        assert_eq!(commands("CT-9", false, false), by_password);
        let put = put.replace(r#""evses""#, r#""client_certificate": true, "evses""#);
        assert_eq!(commands("CT-9", false, true), put);
        let by_both = format!("{put}\nchargetap fleet station password CT-9");
        assert_eq!(commands("CT-9", true, true), by_both);
        let odd = commands("it's #1", true, false);
        assert!(
            odd.ends_with(r"chargetap fleet station password 'it'\''s #1'"),
            "{odd}"
        );
    }
}
