//! Instances of one component, kept and used again.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chargetap_contract::{ComponentFault, FaultCause};
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store};

use crate::fault::cause;
use crate::limits::{DEADLINE_TICKS, HANDLES, INSTANCES, KEPT, Limits, OUTPUT_LIMIT};

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

pub(crate) struct Pool<W: World> {
    engine: Engine,
    pre: W::Pre,
    world: W,
    instances: Mutex<Instances<W>>,
}

/// An instance in its store.
type Instance<W> = (Store<Limits>, <W as World>::Instance);

struct Instances<W: World> {
    idle: Vec<Instance<W>>,
    /// How many calls are under way, each on an instance of its own.
    calls: u32,
}

/// A call under way.
struct Place<'a, W: World>(&'a Pool<W>);

impl<W: World> Drop for Place<'_, W> {
    fn drop(&mut self) {
        let mut instances = self.0.lock();
        instances.calls = instances.calls.saturating_sub(1);
    }
}

impl<W: World> fmt::Debug for Pool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(W::NAME).finish_non_exhaustive()
    }
}

impl<W: World> Pool<W> {
    pub(crate) fn new(engine: Engine, pre: W::Pre, world: W) -> Self {
        let instances = Instances {
            idle: Vec::new(),
            calls: 0,
        };
        Self {
            engine,
            pre,
            world,
            instances: Mutex::new(instances),
        }
    }

    /// Call an instance. One that fails is not used again. If it was used before, what it did then may be why: the same
    /// arguments give the same answer, so the call is made once more, on a new one.
    pub(crate) fn call<R>(
        &self,
        call: impl Fn(&W::Instance, &mut Store<Limits>) -> wasmtime::Result<R>,
    ) -> Result<R, ComponentFault> {
        let fault = |cause| ComponentFault {
            component: W::NAME,
            cause,
        };
        // The place is left after the instance, so there are never more instances than may be.
        let (_place, kept) = self.begin().ok_or_else(|| fault(FaultCause::Busy))?;
        if let Some(kept) = kept {
            match self.call_one(kept, &call) {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    let fault = fault(cause(&error));
                    tracing::warn!(%fault, "a used instance failed: a new one is called");
                }
            }
        }
        let answered = self.instantiate().and_then(|new| self.call_one(new, &call));
        answered.map_err(|error| fault(cause(&error)))
    }

    /// Call this instance, and keep it if it answers.
    fn call_one<R>(
        &self,
        (mut store, instance): Instance<W>,
        call: impl Fn(&W::Instance, &mut Store<Limits>) -> wasmtime::Result<R>,
    ) -> wasmtime::Result<R> {
        store.set_epoch_deadline(DEADLINE_TICKS);
        let answer = call(&instance, &mut store)?;
        let mut instances = self.lock();
        if instances.idle.len() < KEPT {
            instances.idle.push((store, instance));
        }
        Ok(answer)
    }

    /// Begin a call, on an idle instance if there is one. Nothing, if as many calls are under way as may be.
    fn begin(&self) -> Option<(Place<'_, W>, Option<Instance<W>>)> {
        let mut instances = self.lock();
        if instances.calls >= INSTANCES {
            return None;
        }
        instances.calls += 1;
        let kept = instances.idle.pop();
        drop(instances);
        Some((Place(self), kept))
    }

    pub(crate) fn forget(&self) {
        self.lock().idle.clear();
    }

    #[cfg(test)]
    pub(crate) fn world(&self) -> &W {
        &self.world
    }

    fn instantiate(&self) -> wasmtime::Result<Instance<W>> {
        let mut store = Store::new(&self.engine, Limits);
        store.limiter(|limits| limits);
        store.set_epoch_deadline(DEADLINE_TICKS);
        store.set_hostcall_fuel(OUTPUT_LIMIT);
        store.set_max_component_handles(HANDLES);
        let instance = self.world.instantiate(&self.pre, &mut store)?;
        Ok((store, instance))
    }

    fn lock(&self) -> MutexGuard<'_, Instances<W>> {
        // The lock is only held to count, push or pop, which do not panic.
        self.instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
