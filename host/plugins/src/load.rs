//! From a file to a component that is ready to be instantiated.

use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::{ThreadPool, ThreadPoolBuilder};
use wasmtime::component::{Component as Compiled, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::cache::Cache;
use crate::error::LoadError;
use crate::files::Component;
use crate::limits::{
    CORE_INSTANCES, INSTANCES, Limits, MEMORY_LIMIT, STACK_LIMIT, TABLE_ELEMENTS, TABLES, TICK,
};
use crate::pool::{Pool, World};

pub(crate) struct Runtime {
    engine: Engine,
    /// The threads that compile, if these are not to hold up others.
    pub(crate) background: Option<ThreadPool>,
}

impl Runtime {
    pub(crate) fn new() -> Result<Self, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Runtime(format!("{error:#}"));
        let engine = Engine::new(&config()).map_err(failed)?;
        tick(&engine).map_err(|error| LoadError::Runtime(error.to_string()))?;
        Ok(Self {
            engine,
            background: None,
        })
    }

    /// One that compiles at a low priority.
    pub(crate) fn in_background() -> Result<Self, LoadError> {
        let threads = ThreadPoolBuilder::new()
            .thread_name(|number| format!("compiler-{number}"))
            .start_handler(|_| yield_to_others());
        let failed = |error: rayon::ThreadPoolBuildError| LoadError::Runtime(error.to_string());
        Ok(Self {
            background: Some(threads.build().map_err(failed)?),
            ..Self::new()?
        })
    }

    pub(crate) fn load<W: World>(
        &self,
        component: &Component,
        cache: Option<&Cache>,
        world: W,
    ) -> Result<Pool<W>, LoadError> {
        let load = || {
            let compiled = self.compile(component, cache)?;
            let pre = Linker::<Limits>::new(&self.engine).instantiate_pre(&compiled)?;
            W::prepare(pre)
        };
        let pre = load().map_err(|error: wasmtime::Error| LoadError::Unusable {
            path: component.path.clone(),
            reason: format!("{error:#}"),
        })?;
        Ok(Pool::new(self.engine.clone(), pre, world))
    }

    /// Compile, or take what this host compiled before from the same bytes, with the same wasmtime
    /// and configuration. A cache that cannot be used costs time and nothing else.
    fn compile(&self, component: &Component, cache: Option<&Cache>) -> wasmtime::Result<Compiled> {
        let Some(cache) = cache else {
            return self.compile_anew(component);
        };
        let entry = self.cache_entry(&component.inspection.sha256);
        if let Some(compiled) = self.cached(cache, &entry) {
            return Ok(compiled);
        }
        let compiled = self.compile_anew(component)?;
        if let Err(error) = cache.store(&entry, &compiled.serialize()?) {
            tracing::warn!(entry, %error, "a compiled component cannot be kept");
        }
        Ok(compiled)
    }

    fn compile_anew(&self, component: &Component) -> wasmtime::Result<Compiled> {
        let compile = || Compiled::new(&self.engine, &component.bytes);
        match &self.background {
            // wasmtime compiles on the threads from which it is called.
            Some(threads) => threads.install(compile),
            None => compile(),
        }
    }

    /// The name of a component in the cache.
    fn cache_entry(&self, sha256: &str) -> String {
        // The hash covers wasmtime's version and the engine's configuration.
        let mut compatibility = DefaultHasher::new();
        self.engine
            .precompile_compatibility_hash()
            .hash(&mut compatibility);
        format!("{sha256}-{:016x}.cwasm", compatibility.finish())
    }

    fn cached(&self, cache: &Cache, entry: &str) -> Option<Compiled> {
        let compiled = cache.load(entry)?;
        #[expect(
            unsafe_code,
            reason = "the bytes were written by this host, as their HMAC by its own key says"
        )]
        // SAFETY: `serialize` made these bytes: nobody else has the key of the cache.
        let compiled = unsafe { Compiled::deserialize(&self.engine, compiled) };
        compiled.ok()
    }
}

/// How much lower the priority of the background is, in steps of niceness: beside a busy thread it gets a quarter of a
/// processor.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Let other threads go before this one.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    // On Linux, a priority is a thread's own.
    let yielding = rustix::process::getpriority_process(None).and_then(|own| {
        let niceness = own.saturating_add(NICENESS).min(19);
        rustix::process::setpriority_process(None, niceness)
    });
    if let Err(error) = yielding {
        tracing::warn!(%error, "calls are slower while components are compiled");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

/// How many instances of the three components there may be at once.
const ALL_INSTANCES: u32 = 3 * INSTANCES;

fn config() -> Config {
    let mut pool = PoolingAllocationConfig::default();
    // No component can take what others need: an instance has its share and no more.
    pool.total_component_instances(ALL_INSTANCES)
        .total_core_instances(ALL_INSTANCES * CORE_INSTANCES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .total_memories(ALL_INSTANCES)
        .max_memories_per_component(1)
        .max_memory_size(MEMORY_LIMIT)
        .total_tables(ALL_INSTANCES * TABLES)
        .max_tables_per_component(TABLES)
        .table_elements(TABLE_ELEMENTS);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        // The components import nothing to wait for: a call needs no place to stand aside.
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_LIMIT);
    config
}

/// One thread makes the engine's clock tick for as long as the engine lives.
fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("epochs".into())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })?;
    Ok(())
}
