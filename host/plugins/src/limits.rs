//! What a component may use up.

use std::time::Duration;

/// How often the engine's clock ticks.
pub(crate) const TICK: Duration = Duration::from_millis(10);
/// How many ticks a call may take: 500 ms, a thousand times what it should.
pub(crate) const DEADLINE_TICKS: u64 = 50;
/// How much memory an instance may have, in bytes.
pub(crate) const MEMORY_LIMIT: usize = 16 << 20;
/// How many instances there may be at once, of all components.
pub(crate) const INSTANCES: u32 = 64;
/// How many idle instances of a component are kept: as many as threads call at once on a small
/// machine.
pub(crate) const KEPT: usize = 8;
