//! What the terminals of a station ask of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::fleet::records;
use crate::fleet::terminals::Terminals;
use crate::gateway::Gateway;
use crate::platform::Platform;

/// What the terminals of a station ask of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationSetup {
    /// The connectors (1.6) or EVSEs (2.x) at which drivers can pay.
    pub connectors: Vec<u32>,
    /// How long drivers have to plug in there, in seconds: the longest time of its terminals; absent where none can pay.
    pub plug_in_timeout_s: Option<u64>,
}

/// What its terminals ask of a station now.
///
/// # Errors
/// The store cannot be used.
pub(crate) async fn setup(
    gateway: &Gateway<impl Platform>,
    station: &str,
) -> Result<StationSetup, EngineError> {
    let records = records::current(gateway).await?;
    let serving = Terminals::new(&gateway.config, &records).at(station);
    let evses = serving.iter().flat_map(|(_, it)| &it.evses);
    let here = evses.filter(|it| it.evse.station == station);
    let connectors: BTreeSet<u32> = here.map(|it| it.evse.connector).collect();
    let timeouts = serving.iter().map(|(_, it)| it.policy.plug_in_timeout);
    Ok(StationSetup {
        connectors: connectors.into_iter().collect(),
        plug_in_timeout_s: timeouts.max().map(|it| it / 1_000),
    })
}
