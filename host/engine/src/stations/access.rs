//! Which stations may connect, and by what they prove who they are: as their records say, and those of which no record
//! says so as the configuration says.

use std::collections::BTreeSet;

use chargetap_fleet::credential::PasswordHash;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::site::Station;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::EngineError;
use crate::fleet::records;
use crate::gateway::Gateway;
use crate::platform::Platform;

/// By what a station proves who it is, as its record says. It must show all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAccess {
    /// The passwords of which it shows one; empty if it needs none.
    pub passwords: Vec<PasswordHash>,
    /// Whether it shows a client certificate whose common name is its identity.
    pub client_certificate: bool,
    /// Whether the password in the configuration is taken as well: the station may not have been set to the new one yet.
    #[serde(default)]
    pub takes_configured: bool,
}

/// What the record of a station says of its access; nothing if there is none that does.
///
/// # Errors
/// The store cannot be used.
pub(crate) async fn recorded(
    gateway: &Gateway<impl Platform>,
    station: &str,
) -> Result<Option<RecordedAccess>, EngineError> {
    // Stations come back also while the store is away, and are known by the records as they were read last.
    let records = match records::current(gateway).await {
        Ok(records) => records,
        Err(EngineError::Store(_)) => gateway.fleet.records(),
        Err(error) => return Err(error),
    };
    let now = Moment::from_millis(gateway.platform.now());
    let station = records.get::<Station>(station);
    let station = station.filter(|it| it.may_connect());
    Ok(station.map(|it| {
        let credential = it.credential.as_ref();
        let passwords = credential.iter().flat_map(|it| it.taken(now)).cloned();
        RecordedAccess {
            takes_configured: credential.is_some_and(|it| now < it.configured_until),
            passwords: passwords.collect(),
            client_certificate: it.details.client_certificate,
        }
    }))
}

/// Every station that may connect.
pub(crate) fn all<'a>(config: &'a Config, fleet: &'a Fleet) -> BTreeSet<&'a str> {
    let recorded = fleet.each::<Station>().filter(|it| it.may_connect());
    let recorded = recorded.map(|it| it.key.as_str());
    let configured = config.stations.keys().map(String::as_str);
    configured.chain(recorded).collect()
}
