//! Hands the stations' reports from the OCPP server to the engine.

use std::sync::{Arc, OnceLock, Weak};

use chargetap_engine::processes;
use chargetap_engine::{
    EngineError, EvseTariff, RecordedAccess, ReportOutcome, StationSetup, TransactionAnswer,
};
use chargetap_ocpp::message::TransactionResponse;
use chargetap_ocpp::report::{Boot, Readings, Start, Status, Stop, TransactionEvent};

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
    async fn connected(&self, station: &str) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        let platform = gateway.platform();
        if let Some(peers) = platform.peers() {
            processes::hold_station(platform, peers.id(), station)
                .await
                .map_err(unavailable)?;
        }
        gateway
            .station_connected(station)
            .await
            .map_err(unavailable)
    }

    fn disconnected(&self, station: &str) {
        // Without a gateway nothing has to be told any more.
        if let Ok(gateway) = self.gateway() {
            gateway.station_disconnected(station);
        }
    }

    async fn access(&self, station: &str) -> Result<Option<RecordedAccess>, Unavailable> {
        let gateway = self.gateway()?;
        gateway.station_access(station).await.map_err(unavailable)
    }

    fn stations(&self) -> Vec<String> {
        self.gateway().map(|it| it.stations()).unwrap_or_default()
    }

    async fn setup(&self, station: &str) -> Result<StationSetup, Unavailable> {
        let gateway = self.gateway()?;
        gateway.station_setup(station).await.map_err(unavailable)
    }

    async fn tariffs(&self, station: &str) -> Result<Vec<EvseTariff>, Unavailable> {
        let gateway = self.gateway()?;
        gateway.station_tariffs(station).await.map_err(unavailable)
    }

    async fn booted(&self, station: &str, boot: &Boot) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_booted(station, boot)
            .await
            .map_err(unavailable)
    }

    async fn status(&self, station: &str, status: &Status) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_status(station, status)
            .await
            .map_err(unavailable)?;
        gateway.platform().station_status(station, status);
        Ok(())
    }

    async fn authorizes(&self, station: &str, token: &str) -> Result<bool, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_authorizes(station, token)
            .await
            .map_err(unavailable)
    }

    async fn started(
        &self,
        station: &str,
        start: &Start,
    ) -> Result<TransactionAnswer, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_started(station, start)
            .await
            .map_err(unavailable)
    }

    async fn read(&self, station: &str, readings: &Readings) -> Result<ReportOutcome, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_read(station, readings)
            .await
            .map_err(unavailable)
    }

    async fn stopped(&self, station: &str, stop: &Stop) -> Result<ReportOutcome, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_stopped(station, stop)
            .await
            .map_err(unavailable)
    }

    async fn transaction(
        &self,
        station: &str,
        event: &TransactionEvent,
    ) -> Result<TransactionResponse, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_transaction(station, event)
            .await
            .map_err(unavailable)
    }

    async fn named(&self, station: &str, number: i64, name: &str) -> Result<bool, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_transaction_named(station, number, name)
            .await
            .map_err(unavailable)
    }
}
