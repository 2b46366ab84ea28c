//! How each of the three components is instantiated.

use chargetap_contract::callback::{Endpoint, KeyInfo};
use secrecy::{ExposeSecret, SecretString};

use crate::bindings;
use crate::fault::KeysRefused;
use crate::limits::Limits;
use crate::pool::World;

/// An endpoint of callbacks with its keys.
pub type EndpointKeys = (Endpoint, Vec<(KeyInfo, SecretString)>);

/// The names of the components.
pub const COMPONENTS: [&str; 3] = [Verifier::NAME, Orchestrator::NAME, Generator::NAME];

/// `callback-verifier`, which is given its keys once per instance.
pub(crate) struct Verifier {
    pub(crate) endpoints: Vec<EndpointKeys>,
}

pub(crate) struct VerifierInstance {
    pub(crate) exports: bindings::verifier::CallbackVerifier,
    /// The component's resource that holds the keys.
    pub(crate) verifier: wasmtime::component::ResourceAny,
}

impl World for Verifier {
    const NAME: &'static str = "callback-verifier";
    type Pre = bindings::verifier::CallbackVerifierPre<Limits>;
    type Instance = VerifierInstance;

    fn prepare(pre: wasmtime::component::InstancePre<Limits>) -> wasmtime::Result<Self::Pre> {
        bindings::verifier::CallbackVerifierPre::new(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut wasmtime::Store<Limits>,
    ) -> wasmtime::Result<Self::Instance> {
        let exports = pre.instantiate(&mut *store)?;
        let revealed = |(info, secret): &(KeyInfo, SecretString)| {
            (info.clone(), secret.expose_secret().as_bytes().to_vec())
        };
        let endpoints: Vec<_> = self
            .endpoints
            .iter()
            .map(|(endpoint, keys)| (endpoint.clone(), keys.iter().map(revealed).collect()))
            .collect();
        let loaded = exports
            .chargetap_callback_verifier_verification()
            .verifier()
            .call_load(store, &endpoints)?;
        let verifier =
            loaded.map_err(|problem| wasmtime::Error::new(KeysRefused(format!("{problem:?}"))))?;
        Ok(VerifierInstance { exports, verifier })
    }
}

/// `session-orchestrator`.
pub(crate) struct Orchestrator;

impl World for Orchestrator {
    const NAME: &'static str = "session-orchestrator";
    type Pre = bindings::orchestrator::SessionOrchestratorPre<Limits>;
    type Instance = bindings::orchestrator::SessionOrchestrator;

    fn prepare(pre: wasmtime::component::InstancePre<Limits>) -> wasmtime::Result<Self::Pre> {
        bindings::orchestrator::SessionOrchestratorPre::new(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut wasmtime::Store<Limits>,
    ) -> wasmtime::Result<Self::Instance> {
        pre.instantiate(store)
    }
}

/// `receipt-generator`.
pub(crate) struct Generator;

impl World for Generator {
    const NAME: &'static str = "receipt-generator";
    type Pre = bindings::generator::ReceiptGeneratorPre<Limits>;
    type Instance = bindings::generator::ReceiptGenerator;

    fn prepare(pre: wasmtime::component::InstancePre<Limits>) -> wasmtime::Result<Self::Pre> {
        bindings::generator::ReceiptGeneratorPre::new(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut wasmtime::Store<Limits>,
    ) -> wasmtime::Result<Self::Instance> {
        pre.instantiate(store)
    }
}
