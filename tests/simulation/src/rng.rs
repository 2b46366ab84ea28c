//! The random number generator of a world, and a fingerprint of everything that happened in it.

use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// A world's generator and its fingerprint.
pub(crate) struct Rng {
    generator: SmallRng,
    fingerprint: DefaultHasher,
    /// Print what happens as it happens.
    trace: bool,
}

impl Rng {
    pub(crate) fn new(seed: u64, trace: bool) -> Self {
        Self {
            generator: SmallRng::seed_from_u64(seed),
            fingerprint: DefaultHasher::new(),
            trace,
        }
    }

    /// Whether something of this probability, in parts per million, happens.
    pub(crate) fn happens(&mut self, per_million: u32) -> bool {
        per_million > 0
            && self
                .generator
                .random_ratio(per_million.min(1_000_000), 1_000_000)
    }

    pub(crate) fn pick(&mut self, range: Range<u64>) -> u64 {
        self.generator.random_range(range)
    }

    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        self.generator.random()
    }

    /// Something happened at a moment: it becomes part of the fingerprint.
    pub(crate) fn note(&mut self, at: u64, what: fmt::Arguments<'_>) {
        self.fingerprint.write_u64(at);
        // Hashed without building the line, which is rarely printed.
        let _ = fmt::write(&mut Hashed(&mut self.fingerprint), what);
        self.fingerprint.write_u8(0);
        if self.trace {
            println!("{at:>12} {what}");
        }
    }

    /// Equal for two runs in which the same things happened in the same order.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint.finish()
    }
}

/// Hashes text as it is written.
struct Hashed<'a>(&'a mut DefaultHasher);

impl fmt::Write for Hashed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
