//! A connector, and what is told of it.

use serde::Serialize;

use super::register::Register;
use super::transaction::Authorisation;
use super::version::Version;

/// What a new station's registers show: not zero, so that a reading is not taken for an amount.
const FIRST_READING: u64 = 12_345;

/// The states of a connector, by their names in OCPP 1.6. Later versions tell fewer apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum ChargePointStatus {
    Available,
    Preparing,
    Charging,
    Finishing,
}

#[derive(Debug)]
pub(super) struct Connector {
    pub(super) plugged: bool,
    pub(super) plug_in_at: Option<u64>,
    /// The remote start that waits for a vehicle, and until when it waits.
    pub(super) authorised: Option<(Authorisation, u64)>,
    /// The index of the running transaction.
    pub(super) running: Option<usize>,
    pub(super) sample_at: u64,
    pub(super) register: Register,
    pub(super) status: ChargePointStatus,
}

impl Connector {
    pub(super) fn new() -> Self {
        Self {
            plugged: false,
            plug_in_at: None,
            authorised: None,
            running: None,
            sample_at: 0,
            register: Register::new(FIRST_READING),
            status: ChargePointStatus::Available,
        }
    }

    /// The status as the central system is told it.
    pub(super) fn told_status(&self, version: Version) -> &'static str {
        version.connector_status(self.plugged, self.status)
    }

    pub(super) fn is_free(&self) -> bool {
        self.running.is_none() && self.authorised.is_none()
    }
}
