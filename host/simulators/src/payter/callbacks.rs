//! Delivers the provider's callbacks, over plain HTTP.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use super::faults::Call;
use super::provider::Callback;
use super::{Simulation, StartError};
use crate::{Fault, FaultKind, lock};

/// How long the receiver of a callback may take.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// A client for callbacks. It trusts no certificate: the simulator calls back over plain HTTP.
pub(crate) fn plain_http_client() -> Result<reqwest::Client, StartError> {
    // Given here, because without it the client looks for a provider installed in the process.
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(DELIVERY_TIMEOUT)
        .no_proxy()
        .build()?;
    Ok(client)
}

impl Simulation {
    /// Delivers what became due, without waiting for it.
    pub(super) fn deliver_in_background(self: &Arc<Self>) {
        let callbacks = std::mem::take(&mut lock(&self.provider).callbacks);
        if callbacks.is_empty() {
            return;
        }
        let simulation = self.clone();
        tokio::spawn(async move {
            simulation.deliver(callbacks).await;
        });
    }

    /// Delivers in order and returns the status of each delivery, 0 where there was no answer. A
    /// callback dropped by a fault has no status, a duplicated one has two.
    pub(super) async fn deliver(&self, callbacks: Vec<Callback>) -> Vec<u16> {
        let mut statuses = Vec::new();
        for callback in callbacks {
            let fault = lock(&self.provider).faults.take(Call::Callback);
            if let Some(fault) = fault.filter(|fault| fault.kind == FaultKind::Delay) {
                tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
            }
            for _ in 0..deliveries(fault) {
                statuses.push(self.post(&callback).await);
            }
        }
        statuses
    }

    async fn post(&self, callback: &Callback) -> u16 {
        let request = self
            .client
            .post(&callback.url)
            .header(CONTENT_TYPE, "application/json")
            .body(callback.body.to_string());
        match request.send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(error) => {
                // The URL is a credential, so it is not logged.
                tracing::warn!(error = %error.without_url(), "callback not delivered");
                0
            }
        }
    }
}

fn deliveries(fault: Option<Fault>) -> u32 {
    match fault.map(|fault| fault.kind) {
        Some(FaultKind::Drop) => 0,
        Some(FaultKind::Duplicate) => 2,
        _ => 1,
    }
}
