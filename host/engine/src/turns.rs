//! One at a time for each terminal: two that tell it something could each think that theirs is what it
//! shows.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Nobody else of this instance tends a terminal meanwhile.
pub(crate) struct Turn<'a> {
    tended: &'a Mutex<BTreeSet<String>>,
    serial: &'a str,
}

impl<'a> Turn<'a> {
    pub(crate) fn take(tended: &'a Mutex<BTreeSet<String>>, serial: &'a str) -> Option<Self> {
        let is_free = locked(tended).insert(serial.to_owned());
        is_free.then_some(Self { tended, serial })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        locked(self.tended).remove(self.serial);
    }
}

/// A set stays whole whatever panics beside it.
fn locked(tended: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    tended.lock().unwrap_or_else(PoisonError::into_inner)
}
