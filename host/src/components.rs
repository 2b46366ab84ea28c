//! The three components in wasmtime.
//!
//! One engine, one ticker that makes its deadlines pass, memory from a pool. A component may import
//! types only, so an instance can do nothing but compute. Instances are kept and used again; one
//! that trapped, ran too long or asked for too much memory is thrown away.

mod bindings;
mod load;
mod pool;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use chargetap_contract::callback::{Capability, Endpoint, KeyInfo, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_engine::PAYTER;
use chargetap_engine::platform::PluginFault;
use secrecy::{ExposeSecret, SecretString};

use load::Runtime;
use pool::{Calls, Pool};

/// An endpoint of callbacks with its keys.
pub type EndpointKeys = (Endpoint, Vec<(KeyInfo, SecretString)>);

/// The three components, ready to be called from any thread.
#[derive(Debug)]
pub struct Components {
    verifier: Pool<Verifier>,
    orchestrator: Pool<Orchestrator>,
    generator: Pool<Generator>,
}

/// A component cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The runtime itself cannot be had.
    #[error("wasmtime cannot be started: {0}")]
    Runtime(String),
    /// The file cannot be read.
    #[error("component {path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is no component, or not this one.
    #[error("component {path} cannot be used: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The keys are not accepted.
    #[error("the callback keys cannot be used: {0}")]
    Keys(String),
}

impl Components {
    /// Load the components from `folder`, keeping what was compiled in `cache`.
    ///
    /// # Errors
    /// A file is missing or is not what it should be, or the keys are not accepted.
    pub fn load(
        folder: &Path,
        cache: &Path,
        endpoints: Vec<EndpointKeys>,
    ) -> Result<Self, LoadError> {
        let runtime = Runtime::new()?;
        let components = Self {
            verifier: runtime.load(folder, cache, Verifier { endpoints })?,
            orchestrator: runtime.load(folder, cache, Orchestrator)?,
            generator: runtime.load(folder, cache, Generator)?,
        };
        // What is wrong with a file or a key shows now and not at the first callback.
        let fault = |error: PluginFault| LoadError::Keys(error.reason);
        components.verifier.call(|_, _| Ok(())).map_err(fault)?;
        Ok(components)
    }

    /// Throw idle instances away, so that the next call of each component is on a new one.
    pub fn forget_instances(&self) {
        self.verifier.forget();
        self.orchestrator.forget();
        self.generator.forget();
    }

    /// See the contract's `verifier.mint`.
    ///
    /// # Errors
    /// The component failed.
    pub fn mint(&self, capability: &Capability) -> Result<String, PluginFault> {
        self.verifier.call(|instance, store| {
            let verification = instance.exports.chargetap_callback_verifier_verification();
            let segment =
                verification
                    .verifier()
                    .call_mint(store, instance.verifier, PAYTER, capability)?;
            segment.ok_or_else(|| wasmtime::Error::msg("no endpoint has capability URLs"))
        })
    }

    /// See the contract's `verifier.verify`.
    ///
    /// # Errors
    /// The component failed.
    pub fn verify(
        &self,
        request: &Request,
    ) -> Result<Result<Vec<Verified>, Rejection>, PluginFault> {
        self.verifier.call(|instance, store| {
            let verification = instance.exports.chargetap_callback_verifier_verification();
            verification
                .verifier()
                .call_verify(store, instance.verifier, request)
        })
    }

    /// See the contract's `verifier.claimed-terminal`.
    ///
    /// # Errors
    /// The component failed.
    pub fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, PluginFault> {
        self.verifier.call(|instance, store| {
            let verification = instance.exports.chargetap_callback_verifier_verification();
            verification
                .verifier()
                .call_claimed_terminal(store, capability)
        })
    }

    /// See the contract's `orchestration.step`.
    ///
    /// # Errors
    /// The component failed.
    pub fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, PluginFault> {
        self.orchestrator.call(|instance, store| {
            let orchestration = instance.chargetap_session_orchestrator_orchestration();
            orchestration.call_step(store, policy, state, event, now)
        })
    }

    /// See the contract's `orchestration.offer`.
    ///
    /// # Errors
    /// The component failed.
    pub fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<String, PluginFault> {
        self.orchestrator.call(|instance, store| {
            let orchestration = instance.chargetap_session_orchestrator_orchestration();
            orchestration.call_offer(store, policy, hold, now)
        })
    }

    /// See the contract's `rendering.render`.
    ///
    /// # Errors
    /// The component failed.
    pub fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, PluginFault> {
        self.generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_render(store, document, format, locale)
        })
    }

    /// See the contract's `rendering.form`.
    ///
    /// # Errors
    /// The component failed.
    pub fn form(
        &self,
        page: &Page,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, PluginFault> {
        self.generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_form(store, page, locale)
        })
    }

    /// See the contract's `rendering.check-measurement`.
    ///
    /// # Errors
    /// The component failed.
    pub fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, PluginFault> {
        self.generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_check_measurement(store, packets, public_key)
        })
    }
}

struct Verifier {
    endpoints: Vec<EndpointKeys>,
}

struct VerifierInstance {
    exports: bindings::verifier::CallbackVerifier,
    /// The component's resource that holds the keys.
    verifier: wasmtime::component::ResourceAny,
}

impl Calls for Verifier {
    const NAME: &'static str = "callback-verifier";
    type Pre = bindings::verifier::CallbackVerifierPre<pool::Limits>;
    type Instance = VerifierInstance;

    fn prepare(pre: wasmtime::component::InstancePre<pool::Limits>) -> wasmtime::Result<Self::Pre> {
        bindings::verifier::CallbackVerifierPre::new(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut wasmtime::Store<pool::Limits>,
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
        let verifier = loaded.map_err(|problem| wasmtime::Error::msg(format!("{problem:?}")))?;
        Ok(VerifierInstance { exports, verifier })
    }
}

struct Orchestrator;

impl Calls for Orchestrator {
    const NAME: &'static str = "session-orchestrator";
    type Pre = bindings::orchestrator::SessionOrchestratorPre<pool::Limits>;
    type Instance = bindings::orchestrator::SessionOrchestrator;

    fn prepare(pre: wasmtime::component::InstancePre<pool::Limits>) -> wasmtime::Result<Self::Pre> {
        bindings::orchestrator::SessionOrchestratorPre::new(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut wasmtime::Store<pool::Limits>,
    ) -> wasmtime::Result<Self::Instance> {
        pre.instantiate(store)
    }
}

struct Generator;

impl Calls for Generator {
    const NAME: &'static str = "receipt-generator";
    type Pre = bindings::generator::ReceiptGeneratorPre<pool::Limits>;
    type Instance = bindings::generator::ReceiptGenerator;

    fn prepare(pre: wasmtime::component::InstancePre<pool::Limits>) -> wasmtime::Result<Self::Pre> {
        bindings::generator::ReceiptGeneratorPre::new(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut wasmtime::Store<pool::Limits>,
    ) -> wasmtime::Result<Self::Instance> {
        pre.instantiate(store)
    }
}
