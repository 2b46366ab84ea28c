//! The three components, called through their pools.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_contract::{ComponentFault, Components, FaultCause};

use crate::bundle::Trust;
use crate::cache::Cache;
use crate::error::LoadError;
use crate::files::{Bundle, component_path};
use crate::inspection::Inspection;
use crate::load::Runtime;
use crate::pool::{Pool, World};
use crate::worlds::{EndpointKeys, Generator, Orchestrator, Verifier};

/// The three components, ready to be called from any thread through [`Components`].
///
/// One wasmtime engine, one ticker that makes its deadlines pass, memory from a pool. A component
/// may import types only, so an instance can do nothing but compute. Instances are kept and used
/// again; one that trapped, or asked for more than the [limits](crate#limits), is thrown away.
///
/// A call computes on the thread that makes it, which is held up for as long as a call may take: call from threads that
/// nothing else waits for.
///
/// The three can be replaced at any time, by those of another folder ([`Plugins::replace`]).
#[derive(Debug)]
pub struct Plugins {
    loaded: RwLock<Arc<Loaded>>,
}

/// Three components that belong together. They live until the last call of them has ended.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) verifier: Pool<Verifier>,
    orchestrator: Pool<Orchestrator>,
    generator: Pool<Generator>,
    inspections: [Inspection; 3],
}

impl Plugins {
    /// Load `callback-verifier.wasm`, `session-orchestrator.wasm` and `receipt-generator.wasm` from
    /// `folder`, if they are trusted, keeping what was compiled in `cache`. Nothing is compiled before all three
    /// were checked.
    ///
    /// The key of the cache is made beside it, as a file with the suffix `.key`. A cache that others may write to,
    /// or that lies in `folder`, is not used, and the log says so.
    ///
    /// # Errors
    /// The folder is not trusted, a file is missing or is not what it should be, or the keys are not accepted.
    pub fn load(
        folder: &Path,
        trust: &Trust,
        cache: &Path,
        endpoints: Vec<EndpointKeys>,
    ) -> Result<Self, LoadError> {
        Self::open(folder, trust, cache, endpoints, Runtime::new)
    }

    /// The same, at a low priority, so that calls to other components take as long as before: for those that are to
    /// take the place of others. On Linux only; elsewhere it is [`Plugins::load`].
    ///
    /// # Errors
    /// As [`Plugins::load`].
    pub fn load_in_background(
        folder: &Path,
        trust: &Trust,
        cache: &Path,
        endpoints: Vec<EndpointKeys>,
    ) -> Result<Self, LoadError> {
        Self::open(folder, trust, cache, endpoints, Runtime::in_background)
    }

    fn open(
        folder: &Path,
        trust: &Trust,
        cache: &Path,
        endpoints: Vec<EndpointKeys>,
        runtime: impl FnOnce() -> Result<Runtime, LoadError>,
    ) -> Result<Self, LoadError> {
        let bundle = Bundle::open(folder, trust)?;
        let verifier = bundle.component(Verifier::NAME)?;
        let orchestrator = bundle.component(Orchestrator::NAME)?;
        let generator = bundle.component(Generator::NAME)?;

        let cache = Cache::apart_from(folder, cache);
        if let Err(error) = &cache {
            tracing::warn!(%error, "what is compiled cannot be kept: every start takes longer");
        }
        let cache = cache.as_ref().ok();
        let runtime = runtime()?;
        let loaded = Loaded {
            verifier: runtime.load(&verifier, cache, Verifier { endpoints })?,
            orchestrator: runtime.load(&orchestrator, cache, Orchestrator)?,
            generator: runtime.load(&generator, cache, Generator)?,
            inspections: [verifier, orchestrator, generator].map(|it| it.inspection),
        };
        // What is wrong with a key, or with how a component begins, shows now and not at the first call.
        let begun = loaded.verifier.call(|_, _| Ok(()));
        let begun = begun.and_then(|()| loaded.orchestrator.call(|_, _| Ok(())));
        let begun = begun.and_then(|()| loaded.generator.call(|_, _| Ok(())));
        begun.map_err(|fault| match fault.cause {
            FaultCause::Useless(problem) => LoadError::Keys(problem),
            cause => LoadError::Unusable {
                path: component_path(folder, fault.component),
                reason: cause.to_string(),
            },
        })?;
        Ok(Self {
            loaded: RwLock::new(Arc::new(loaded)),
        })
    }

    /// Have the components of `next` take the place of these, all three at once. Calls that run end on those that they
    /// began on; calls that begin from now on are of the new ones. Returns the earlier ones.
    pub fn replace(&self, mut next: Self) -> Self {
        let incoming = next.loaded.get_mut();
        let incoming = incoming.unwrap_or_else(PoisonError::into_inner);
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *loaded, incoming);
        drop(loaded);
        next
    }

    /// What the components say of themselves, in the order of [`COMPONENTS`](crate::COMPONENTS).
    #[must_use]
    pub fn inspections(&self) -> [Inspection; 3] {
        self.loaded().inspections.clone()
    }

    /// Those that a call begins on.
    pub(crate) fn loaded(&self) -> Arc<Loaded> {
        // The lock is only held to copy or swap a pointer, which does not panic.
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.clone()
    }

    /// Throw idle instances away, so that the next call of each component is on a new one.
    pub fn forget_instances(&self) {
        let loaded = self.loaded();
        loaded.verifier.forget();
        loaded.orchestrator.forget();
        loaded.generator.forget();
    }
}

impl Components for Plugins {
    fn mint(
        &self,
        endpoint: &str,
        capability: &Capability,
    ) -> Result<Option<String>, ComponentFault> {
        self.loaded().verifier.call(|instance, store| {
            let verification = instance.exports.chargetap_callback_verifier_verification();
            verification
                .verifier()
                .call_mint(store, instance.verifier, endpoint, capability)
        })
    }

    fn verify(
        &self,
        request: &Request,
    ) -> Result<Result<Vec<Verified>, Rejection>, ComponentFault> {
        self.loaded().verifier.call(|instance, store| {
            let verification = instance.exports.chargetap_callback_verifier_verification();
            verification
                .verifier()
                .call_verify(store, instance.verifier, request)
        })
    }

    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, ComponentFault> {
        self.loaded().verifier.call(|instance, store| {
            let verification = instance.exports.chargetap_callback_verifier_verification();
            verification
                .verifier()
                .call_claimed_terminal(store, capability)
        })
    }

    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault> {
        self.loaded().orchestrator.call(|instance, store| {
            let orchestration = instance.chargetap_session_orchestrator_orchestration();
            orchestration.call_step(store, policy, state, event, now)
        })
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<Quote, ComponentFault> {
        self.loaded().orchestrator.call(|instance, store| {
            let orchestration = instance.chargetap_session_orchestrator_orchestration();
            orchestration.call_offer(store, policy, hold, now)
        })
    }

    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault> {
        self.loaded().generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_render(store, document, format, locale)
        })
    }

    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, ComponentFault> {
        self.loaded().generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_form(store, page, locale)
        })
    }

    fn screen_text(
        &self,
        message: &Message,
        locale: &str,
    ) -> Result<Result<String, Problem>, ComponentFault> {
        self.loaded().generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_screen_text(store, message, locale)
        })
    }

    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        self.loaded().generator.call(|instance, store| {
            let rendering = instance.chargetap_receipt_generator_rendering();
            rendering.call_check_measurement(store, packets, public_key)
        })
    }
}
