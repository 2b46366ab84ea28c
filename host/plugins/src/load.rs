//! From a file to a component that is ready to be instantiated.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::LoadError;
use crate::limits::{INSTANCES, MEMORY_LIMIT, TICK};
use crate::pool::{Limits, Pool, World};

/// How long a SHA-256 digest is, in bytes.
const DIGEST: usize = 32;

pub(crate) struct Runtime {
    engine: Engine,
}

impl Runtime {
    pub(crate) fn new() -> Result<Self, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Runtime(format!("{error:#}"));
        let engine = Engine::new(&config()).map_err(failed)?;
        tick(&engine).map_err(|error| LoadError::Runtime(error.to_string()))?;
        Ok(Self { engine })
    }

    pub(crate) fn load<W: World>(
        &self,
        folder: &Path,
        cache: &Path,
        world: W,
    ) -> Result<Pool<W>, LoadError> {
        let path = folder.join(format!("{}.wasm", W::NAME));
        let bytes = std::fs::read(&path).map_err(|error| LoadError::Unreadable {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let unusable = |error: wasmtime::Error| LoadError::Unusable {
            path: path.clone(),
            reason: format!("{error:#}"),
        };
        let component = self.compile(&bytes, cache).map_err(unusable)?;
        self.refuse_imported_functions(&component)
            .map_err(unusable)?;
        let pre = Linker::<Limits>::new(&self.engine)
            .instantiate_pre(&component)
            .and_then(W::prepare)
            .map_err(unusable)?;
        Ok(Pool::new(self.engine.clone(), pre, world))
    }

    /// A component that imports a function could do more than compute.
    fn refuse_imported_functions(&self, component: &Component) -> wasmtime::Result<()> {
        for (name, import) in component.component_type().imports(&self.engine) {
            let types_only = match &import.ty {
                ComponentItem::ComponentInstance(instance) => instance
                    .exports(&self.engine)
                    .all(|(_, export)| matches!(export.ty, ComponentItem::Type(_))),
                ComponentItem::Type(_) => true,
                _ => false,
            };
            if !types_only {
                wasmtime::bail!("it imports {name}, and a component may import types only");
            }
        }
        Ok(())
    }

    /// Compile, or take what this host compiled before from the same bytes, with the same wasmtime
    /// and configuration. A cache that cannot be used costs time and nothing else.
    fn compile(&self, bytes: &[u8], cache: &Path) -> wasmtime::Result<Component> {
        let entry = cache.join(format!("{}.cwasm", self.cache_key(bytes)));
        if let Some(component) = self.cached(&entry) {
            return Ok(component);
        }
        let component = Component::new(&self.engine, bytes)?;
        if let Err(error) = store(&entry, &component.serialize()?) {
            tracing::warn!(path = %entry.display(), %error, "a component cannot be cached");
        }
        Ok(component)
    }

    fn cache_key(&self, bytes: &[u8]) -> String {
        // The hash covers wasmtime's version and the engine's configuration.
        let mut compatibility = DefaultHasher::new();
        self.engine
            .precompile_compatibility_hash()
            .hash(&mut compatibility);
        let digest = Sha256::digest(bytes);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digest}-{:016x}", compatibility.finish())
    }

    fn cached(&self, entry: &Path) -> Option<Component> {
        let stored = std::fs::read(entry).ok()?;
        let (digest, compiled) = stored.split_at_checked(DIGEST)?;
        if Sha256::digest(compiled).as_slice() != digest {
            tracing::warn!(path = %entry.display(), "a cached component is damaged");
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "the bytes were written by this host, into a folder that only its user may \
                      write to, and are whole"
        )]
        // SAFETY: `serialize` made these bytes, and the digest says that they are unchanged.
        let component = unsafe { Component::deserialize(&self.engine, compiled) };
        component.ok()
    }
}

fn config() -> Config {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES)
        .total_core_instances(INSTANCES)
        .total_memories(INSTANCES)
        .total_tables(INSTANCES)
        .max_memory_size(MEMORY_LIMIT);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true);
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

/// Write a cache entry so that it is either whole or not there.
fn store(entry: &Path, compiled: &[u8]) -> std::io::Result<()> {
    let folder = entry
        .parent()
        .map(Path::to_owned)
        .unwrap_or_else(|| PathBuf::from("."));
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder)?;
    let partial = entry.with_extension(format!("{}.partial", std::process::id()));
    let mut file = std::fs::File::create(&partial)?;
    file.write_all(&Sha256::digest(compiled))?;
    file.write_all(compiled)?;
    std::fs::rename(partial, entry)
}
