//! Hands the stations' reports from the OCPP server to the engine.

use std::sync::{Arc, OnceLock, Weak};

use chargetap_contract::session::{MeterReading, Stopped};
use chargetap_engine::{EngineError, Vehicle};

use crate::ocpp::{StationEvents, Unavailable};
use crate::platform::NativeGateway;

/// Hands the stations' reports to the gateway, once there is one.
#[derive(Clone, Debug, Default)]
pub struct Reports(Arc<OnceLock<Weak<NativeGateway>>>);

impl Reports {
    /// Hand reports to this gateway from now on.
    pub(crate) fn connect(&self, gateway: &Arc<NativeGateway>) {
        // It is set once, at the start, so it is empty.
        let _ = self.0.set(Arc::downgrade(gateway));
    }

    fn gateway(&self) -> Result<Arc<NativeGateway>, Unavailable> {
        self.0.get().and_then(Weak::upgrade).ok_or(Unavailable)
    }
}

fn unavailable(error: EngineError) -> Unavailable {
    tracing::error!(%error, "a station's report could not be stored");
    Unavailable
}

impl StationEvents for Reports {
    async fn has(
        &self,
        station: &str,
        connector: u32,
        vehicle: Vehicle,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_has(station, connector, vehicle)
            .await
            .map_err(unavailable)
    }

    async fn started(
        &self,
        station: &str,
        connector: u32,
        id_tag: &str,
        reading: MeterReading,
    ) -> Result<Option<i32>, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_started(station, connector, id_tag, reading)
            .await
            .map_err(unavailable)
    }

    async fn metered(
        &self,
        station: &str,
        transaction: i32,
        reading: MeterReading,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_metered(station, transaction, reading)
            .await
            .map_err(unavailable)
    }

    async fn signed(
        &self,
        station: &str,
        transaction: i32,
        packets: Vec<String>,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_signed(station, transaction, &packets)
            .await
            .map_err(unavailable)
    }

    async fn stopped(
        &self,
        station: &str,
        transaction: i32,
        stopped: Stopped,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_stopped(station, transaction, stopped)
            .await
            .map_err(unavailable)
    }
}
