//! What people have stations do: operations, which are kept for the audit log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alert::Secret;
use crate::moment::Moment;
use crate::text::{Line, StationId};

/// A message that a station is asked to send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TriggeredMessage {
    /// The status of its connectors.
    Status,
    /// Who it is, as when it starts.
    Boot,
    /// A sign of life.
    Heartbeat,
    /// What its meters show.
    MeterValues,
    /// How the update of its firmware stands.
    FirmwareStatus,
    /// How the upload of its log stands.
    LogStatus,
}

/// What a station is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Restart.
    Reset {
        /// At once. Otherwise it sees to its transactions first.
        is_hard: bool,
    },
    /// Let go of the cable at a connector.
    Unlock {
        /// The connector, from 1.
        connector: u32,
    },
    /// Send a message.
    Trigger {
        /// Which.
        message: TriggeredMessage,
        /// About which connector; about all if absent.
        connector: Option<u32>,
    },
    /// Change a setting.
    Configure {
        /// The setting's name.
        key: Line,
        /// Its new value.
        value: Secret,
    },
}

impl Operation {
    /// Its name, for the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reset { .. } => "reset",
            Self::Unlock { .. } => "unlock",
            Self::Trigger { .. } => "trigger",
            Self::Configure { .. } => "configure",
        }
    }

    /// The same without the value of a setting that holds a secret.
    #[must_use]
    pub fn without_secret(self) -> Self {
        match self {
            Self::Configure { key, .. } if is_secret_setting(key.as_str()) => Self::Configure {
                key,
                value: Secret::new("(secret)".to_owned()),
            },
            operation => operation,
        }
    }
}

/// Whether a setting of this name holds a secret, such as the station's own password.
#[must_use]
pub fn is_secret_setting(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["authorizationkey", "password", "passphrase", "secret"]
        .iter()
        .any(|part| name.contains(part))
}

/// The last operation on a station. All of them are in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationOperation {
    /// The station.
    pub key: StationId,
    /// What it was to do; without secrets.
    pub operation: Operation,
    /// When.
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configure(key: &str) -> String {
        let operation = Operation::Configure {
            key: key.parse().unwrap(),
            value: Secret::new("v4lue".to_owned()),
        };
        serde_json::to_string(&operation.without_secret()).unwrap()
    }

    #[test]
    fn the_value_of_a_setting_is_kept_unless_it_is_a_secret() {
        assert!(configure("HeartbeatInterval").contains("v4lue"));
        for key in [
            "AuthorizationKey",
            "authorizationkey",
            "SecurityCtrlr.BasicAuthPassword",
            "VendorSecret",
        ] {
            assert!(!configure(key).contains("v4lue"), "{key}");
        }
    }
}
