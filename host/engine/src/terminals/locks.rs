//! One task at a time arms a terminal: two that send a prompt could each think that theirs is shown.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The terminals that are locked.
#[derive(Default)]
pub(crate) struct Locks(Mutex<BTreeSet<String>>);

impl Locks {
    /// Lock a terminal until the lock is dropped; `None` if another task of this instance has it.
    pub(crate) fn try_lock<'a>(&'a self, serial: &'a str) -> Option<Lock<'a>> {
        let is_free = self.locked().insert(serial.to_owned());
        is_free.then_some(Lock {
            locks: self,
            serial,
        })
    }

    /// Every change of the set is a single call, so it is whole even after a panic elsewhere.
    fn locked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A locked terminal.
pub(crate) struct Lock<'a> {
    locks: &'a Locks,
    serial: &'a str,
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        self.locks.locked().remove(self.serial);
    }
}
