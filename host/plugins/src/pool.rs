//! Instances of one component, kept and used again.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use chargetap_contract::ComponentFault;
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store, StoreLimits, StoreLimitsBuilder};

use crate::limits::{DEADLINE_TICKS, KEPT, MEMORY_LIMIT};

/// A component as its WIT world describes it: how it is instantiated and what of it is called.
pub(crate) trait World {
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
pub(crate) struct Limits(StoreLimits);

pub(crate) struct Pool<W: World> {
    engine: Engine,
    pre: W::Pre,
    world: W,
    idle: Mutex<Vec<(Store<Limits>, W::Instance)>>,
}

impl<W: World> fmt::Debug for Pool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(W::NAME).finish_non_exhaustive()
    }
}

impl<W: World> Pool<W> {
    pub(crate) fn new(engine: Engine, pre: W::Pre, world: W) -> Self {
        Self {
            engine,
            pre,
            world,
            idle: Mutex::default(),
        }
    }

    /// Call an instance. One that fails is not used again.
    pub(crate) fn call<R>(
        &self,
        call: impl FnOnce(&W::Instance, &mut Store<Limits>) -> wasmtime::Result<R>,
    ) -> Result<R, ComponentFault> {
        let fault = |error: wasmtime::Error| ComponentFault {
            component: W::NAME,
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

    pub(crate) fn forget(&self) {
        self.idle().clear();
    }

    #[cfg(test)]
    pub(crate) fn world(&self) -> &W {
        &self.world
    }

    fn instantiate(&self) -> wasmtime::Result<(Store<Limits>, W::Instance)> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_LIMIT)
            .trap_on_grow_failure(true)
            .build();
        let mut store = Store::new(&self.engine, Limits(limits));
        store.limiter(|limits| &mut limits.0);
        store.set_epoch_deadline(DEADLINE_TICKS);
        let instance = self.world.instantiate(&self.pre, &mut store)?;
        Ok((store, instance))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(Store<Limits>, W::Instance)>> {
        // The lock is only held to push or pop, which do not panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
