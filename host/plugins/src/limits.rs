//! What a component may use up. The table in the documentation of the crate says what each limit is for, and the README
//! has it for those who embed the plugins.

use std::fmt;
use std::time::Duration;

use wasmtime::{Error, ResourceLimiter};

/// How often the engine's clock ticks.
pub(crate) const TICK: Duration = Duration::from_millis(10);
/// How many ticks a call may take: 500 ms, a thousand times what it should. Making an instance for it may take as long.
pub(crate) const DEADLINE_TICKS: u64 = 50;
/// How much memory an instance may have, in bytes.
pub(crate) const MEMORY_LIMIT: usize = 16 << 20;
/// How much stack a call may have, in bytes. The thread that calls must have more.
pub(crate) const STACK_LIMIT: usize = 512 << 10;
/// How much a call may answer, in bytes that it takes in the host.
pub(crate) const OUTPUT_LIMIT: usize = 4 << 20;
/// How many resources an instance may hold at once: the keys' holder is the only one that is needed.
pub(crate) const HANDLES: usize = 100;
/// How many elements a table may have.
pub(crate) const TABLE_ELEMENTS: usize = 20_000;
/// How many tables an instance may have.
pub(crate) const TABLES: u32 = 4;
/// How many core modules an instance may consist of.
pub(crate) const CORE_INSTANCES: u32 = 8;
/// How many instances of one component there may be at once.
pub(crate) const INSTANCES: u32 = 20;
/// How many idle instances of a component are kept: as many as threads call at once on a small
/// machine.
pub(crate) const KEPT: usize = 8;

/// What a store holds: the watch over what its instance asks for.
pub(crate) struct Limits;

/// An instance asked for more memory than it may have.
#[derive(Debug)]
pub(crate) struct MemoryExceeded;

impl fmt::Display for MemoryExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it asked for more memory than it may have")
    }
}

impl std::error::Error for MemoryExceeded {}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        grow(desired, MEMORY_LIMIT)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        grow(desired, TABLE_ELEMENTS)
    }
}

/// What asks for too much ends, rather than being told that there is no more: it would most likely panic.
fn grow(desired: usize, limit: usize) -> wasmtime::Result<bool> {
    match desired > limit {
        true => Err(Error::new(MemoryExceeded)),
        false => Ok(true),
    }
}
