//! The result of a run.

use std::collections::BTreeMap;
use std::fmt;

use crate::faults::Faults;

/// The result of one world, or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Drivers that came.
    pub sessions: u64,
    /// Worlds that were run.
    pub worlds: u64,
    /// Faults that occurred, by kind.
    pub faults: Faults,
    /// Sessions by the phase they ended in.
    pub ends: BTreeMap<String, u64>,
    /// Each world's seed and fingerprint.
    pub fingerprints: Vec<(u64, u64)>,
    /// The rules that were broken, each with the seed of its world.
    pub violations: Vec<(u64, String)>,
}

impl Report {
    /// Add another world's report to this one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.sessions += other.sessions;
        self.worlds += other.worlds;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        for (phase, count) in other.ends {
            *self.ends.entry(phase).or_default() += count;
        }
        self.fingerprints.extend(other.fingerprints);
        self.fingerprints.sort_unstable();
        self.violations.extend(other.violations);
        self.violations.sort_unstable();
        self
    }
}

/// How many violations are printed one by one.
const SHOWN: usize = 20;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} drivers in {} worlds", self.sessions, self.worlds)?;
        writeln!(f, "\nFaults injected")?;
        for (fault, count) in &self.faults {
            writeln!(f, "{count:>12}  {fault:?}")?;
        }
        writeln!(f, "\nSessions by how they ended")?;
        for (phase, count) in &self.ends {
            writeln!(f, "{count:>12}  {phase}")?;
        }
        writeln!(f, "\nViolations: {}", self.violations.len())?;
        for (seed, violation) in self.violations.iter().take(SHOWN) {
            writeln!(f, "  world {seed}: {violation}")?;
        }
        Ok(())
    }
}
