//! Counters for the operator, in Prometheus' text format.

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use chargetap_engine::platform::Metric;
use chargetap_ocpp::report::{ConnectorStatus, Status};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::ocpp::{StationEvents, Stations};
use crate::tls::Tls;

/// The greatest number of a connector that is counted: a station cannot make ever more of them.
const MOST_CONNECTORS: u32 = 64;

/// The media type of what is counted.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One label, as name and value.
type Labels = [(&'static str, String); 1];

#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    callbacks: Family<Labels, Counter>,
    steps: Family<Labels, Counter>,
    commands: Family<Labels, Counter>,
    alerts: Family<Labels, Counter>,
    payment_reports: Family<Labels, Counter>,
    readings_over_budget: Family<Labels, Counter>,
    connected: Family<Labels, Gauge>,
    pending: Gauge,
    statuses: Family<[(&'static str, String); 3], Gauge>,
    oddities: Family<[(&'static str, String); 2], Counter>,
}

impl Metrics {
    pub(crate) fn new(tls: Option<&Tls>) -> Self {
        let metrics = Self {
            registry: Mutex::default(),
            callbacks: Family::default(),
            steps: Family::default(),
            commands: Family::default(),
            alerts: Family::default(),
            payment_reports: Family::default(),
            readings_over_budget: Family::default(),
            connected: Family::default(),
            pending: Gauge::default(),
            statuses: Family::default(),
            oddities: Family::default(),
        };
        let mut registry = Registry::with_prefix("chargetap");
        for (metric, help) in [
            (Metric::Callbacks, "Callbacks by what became of them"),
            (
                Metric::Steps,
                "Events applied to sessions by the phase they led to",
            ),
            (Metric::Commands, "Commands executed by how they ended"),
            (Metric::Alerts, "Alerts raised by reason"),
            (
                Metric::PaymentReports,
                "Reports of payment providers by what became of the payment",
            ),
            (
                Metric::ReadingsOverBudget,
                "Readings over a connector's budget, of which only the last is kept, by station",
            ),
        ] {
            registry.register(metric.name(), help, metrics.family(metric).clone());
        }
        registry.register(
            "station_connected",
            "Whether a station is connected",
            metrics.connected.clone(),
        );
        registry.register(
            "stations_pending",
            "Stations of unknown identities that are held pending",
            metrics.pending.clone(),
        );
        registry.register(
            "connector_status",
            "What a station last said of a connector: 1 for that status",
            metrics.statuses.clone(),
        );
        registry.register(
            "station_oddities",
            "What stations said otherwise than OCPP has it, by kind",
            metrics.oddities.clone(),
        );
        if let Some(tls) = tls {
            registry.register_with_unit(
                "tls_certificate_expiry",
                "When the TLS certificate in use expires, since 1970",
                Unit::Seconds,
                tls.expiry().clone(),
            );
        }
        Self {
            registry: Mutex::new(registry),
            ..metrics
        }
    }

    pub(crate) fn count(&self, metric: Metric, label: &str) {
        self.family(metric)
            .get_or_create(&[(metric.label(), label.to_owned())])
            .inc();
    }

    /// Take over how the stations are now.
    pub(crate) fn set_stations<E: StationEvents>(&self, stations: &Stations<E>) {
        for (station, is_connected) in stations.connections() {
            let gauge = self.connected.get_or_create_owned(&[("station", station)]);
            gauge.set(is_connected.into());
        }
        let pending = stations.pending().len();
        self.pending.set(i64::try_from(pending).unwrap_or(i64::MAX));
        for (station, kind, count) in stations.oddities() {
            let labels = [("station", station), ("kind", kind.to_owned())];
            let counter = self.oddities.get_or_create_owned(&labels);
            counter.inner().store(count, Ordering::Relaxed);
        }
    }

    /// A station told the status of a connector, or of itself as a whole.
    pub(crate) fn set_status(&self, station: &str, told: &Status) {
        let Some(status) = told.status.filter(|_| told.connector <= MOST_CONNECTORS) else {
            return;
        };
        let labels = |status: ConnectorStatus| {
            [
                ("station", station.to_owned()),
                ("connector", told.connector.to_string()),
                ("status", status.name().to_owned()),
            ]
        };
        for other in ConnectorStatus::ALL.into_iter().filter(|it| *it != status) {
            self.statuses.remove(&labels(other));
        }
        self.statuses.get_or_create_owned(&labels(status)).set(1);
    }

    pub(crate) fn text(&self) -> String {
        let registry = self
            .registry
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &registry);
        text
    }

    fn family(&self, metric: Metric) -> &Family<Labels, Counter> {
        match metric {
            Metric::Callbacks => &self.callbacks,
            Metric::Steps => &self.steps,
            Metric::Commands => &self.commands,
            Metric::Alerts => &self.alerts,
            Metric::PaymentReports => &self.payment_reports,
            Metric::ReadingsOverBudget => &self.readings_over_budget,
        }
    }
}
