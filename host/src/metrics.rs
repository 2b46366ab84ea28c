//! Counters for the operator, in Prometheus' text format.

use std::sync::Mutex;

use chargetap_engine::platform::Count;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

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
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Mutex::default(),
            callbacks: Family::default(),
            steps: Family::default(),
            commands: Family::default(),
            alerts: Family::default(),
            payment_reports: Family::default(),
        };
        let mut registry = Registry::with_prefix("chargetap");
        for (count, help) in [
            (Count::Callback, "Callbacks by what became of them"),
            (
                Count::Step,
                "Events applied to sessions by the phase they led to",
            ),
            (Count::Command, "Commands executed by how they ended"),
            (Count::Alert, "Alerts raised by reason"),
            (
                Count::PaymentReport,
                "Reports of payment providers by what became of the payment",
            ),
        ] {
            registry.register(count.name(), help, metrics.family(count).clone());
        }
        Self {
            registry: Mutex::new(registry),
            ..metrics
        }
    }

    pub(crate) fn count(&self, what: Count, label: &str) {
        self.family(what)
            .get_or_create(&[(what.label(), label.to_owned())])
            .inc();
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

    fn family(&self, what: Count) -> &Family<Labels, Counter> {
        match what {
            Count::Callback => &self.callbacks,
            Count::Step => &self.steps,
            Count::Command => &self.commands,
            Count::Alert => &self.alerts,
            Count::PaymentReport => &self.payment_reports,
        }
    }
}
