//! Instances of one component, kept and used again.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use chargetap_engine::platform::PluginFault;
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store, StoreLimits, StoreLimitsBuilder};

use super::load::{DEADLINE_TICKS, MEMORY_LIMIT};

/// How many idle instances are kept: as many as threads call at once on a small machine.
const KEPT: usize = 8;

/// How a component is instantiated and called.
pub(super) trait Calls {
    /// The component's name, and its file's.
    const NAME: &'static str;
    type Pre;
    type Instance;

    /// Check that the component exports what is called.
    fn prepare(pre: InstancePre<Limits>) -> wasmtime::Result<Self::Pre>;

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut Store<Limits>,
    ) -> wasmtime::Result<Self::Instance>;
}

/// What a store holds: its limits.
pub(super) struct Limits(StoreLimits);

pub(super) struct Pool<C: Calls> {
    engine: Engine,
    pre: C::Pre,
    calls: C,
    idle: Mutex<Vec<(Store<Limits>, C::Instance)>>,
}

impl<C: Calls> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(C::NAME).finish_non_exhaustive()
    }
}

impl<C: Calls> Pool<C> {
    pub(super) fn new(engine: Engine, pre: C::Pre, calls: C) -> Self {
        Self {
            engine,
            pre,
            calls,
            idle: Mutex::default(),
        }
    }

    /// Call an instance. One that fails is not used again.
    pub(super) fn call<R>(
        &self,
        call: impl FnOnce(&C::Instance, &mut Store<Limits>) -> wasmtime::Result<R>,
    ) -> Result<R, PluginFault> {
        let fault = |error: wasmtime::Error| PluginFault {
            component: C::NAME,
            reason: format!("{error:#}"),
        };
        let kept = self.idle().pop();
        let (mut store, instance) = match kept {
            Some(kept) => kept,
            None => self.instantiate().map_err(fault)?,
        };
        store.set_epoch_deadline(DEADLINE_TICKS);
        let result = call(&instance, &mut store).map_err(fault)?;
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push((store, instance));
        }
        Ok(result)
    }

    pub(super) fn forget(&self) {
        self.idle().clear();
    }

    #[cfg(test)]
    pub(super) fn calls(&self) -> &C {
        &self.calls
    }

    fn instantiate(&self) -> wasmtime::Result<(Store<Limits>, C::Instance)> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_LIMIT)
            .trap_on_grow_failure(true)
            .build();
        let mut store = Store::new(&self.engine, Limits(limits));
        store.limiter(|limits| &mut limits.0);
        store.set_epoch_deadline(DEADLINE_TICKS);
        let instance = self.calls.instantiate(&self.pre, &mut store)?;
        Ok((store, instance))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(Store<Limits>, C::Instance)>> {
        // The lock is only held to push or pop, which do not panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
