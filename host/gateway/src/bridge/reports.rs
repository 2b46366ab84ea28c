//! Hands the stations' reports from the OCPP server to the application.

use std::sync::Arc;

use chargetap_engine::bridge::StationEvent;
use chargetap_engine::{
    EvseTariff, RecordedAccess, ReportOutcome, StationSetup, TransactionAnswer,
};
use chargetap_ocpp::message::TransactionResponse;
use chargetap_ocpp::report::{Boot, Readings, Start, Status, Stop, TransactionEvent};

use super::application::Application;
use crate::metrics::Metrics;
use crate::ocpp::{StationEvents, Unavailable};

/// Hands the stations' reports to the application.
pub(super) struct Reports {
    pub(super) application: Application,
    pub(super) metrics: Arc<Metrics>,
}

impl StationEvents for Reports {
    async fn connected(&self, station: &str) -> Result<(), Unavailable> {
        self.application
            .tell(station, &StationEvent::Connected)
            .await
    }

    /// The application asks for it.
    fn disconnected(&self, _: &str) {}

    async fn access(&self, station: &str) -> Result<Option<RecordedAccess>, Unavailable> {
        self.application.tell(station, &StationEvent::Access).await
    }

    /// Those of the configuration.
    fn stations(&self) -> Vec<String> {
        Vec::new()
    }

    async fn setup(&self, station: &str) -> Result<StationSetup, Unavailable> {
        self.application.tell(station, &StationEvent::Setup).await
    }

    async fn tariffs(&self, station: &str) -> Result<Vec<EvseTariff>, Unavailable> {
        self.application.tell(station, &StationEvent::Tariffs).await
    }

    async fn booted(&self, station: &str, boot: &Boot) -> Result<(), Unavailable> {
        let booted = StationEvent::Booted(boot.clone());
        self.application.tell(station, &booted).await
    }

    async fn status(&self, station: &str, status: &Status) -> Result<(), Unavailable> {
        let told = StationEvent::Status(status.clone());
        self.application.tell::<()>(station, &told).await?;
        self.metrics.set_status(station, status);
        Ok(())
    }

    async fn authorizes(&self, station: &str, token: &str) -> Result<bool, Unavailable> {
        let token = token.to_owned();
        self.application
            .tell(station, &StationEvent::Authorizes { token })
            .await
    }

    async fn started(
        &self,
        station: &str,
        start: &Start,
    ) -> Result<TransactionAnswer, Unavailable> {
        let started = StationEvent::Started(start.clone());
        self.application.tell(station, &started).await
    }

    async fn read(&self, station: &str, readings: &Readings) -> Result<ReportOutcome, Unavailable> {
        let read = StationEvent::Read(readings.clone());
        self.application.tell(station, &read).await
    }

    async fn stopped(&self, station: &str, stop: &Stop) -> Result<ReportOutcome, Unavailable> {
        let stopped = StationEvent::Stopped(stop.clone());
        self.application.tell(station, &stopped).await
    }

    async fn transaction(
        &self,
        station: &str,
        event: &TransactionEvent,
    ) -> Result<TransactionResponse, Unavailable> {
        let transaction = StationEvent::Transaction(event.clone());
        self.application.tell(station, &transaction).await
    }

    async fn named(&self, station: &str, number: i64, name: &str) -> Result<bool, Unavailable> {
        let name = name.to_owned();
        self.application
            .tell(station, &StationEvent::Named { number, name })
            .await
    }
}
