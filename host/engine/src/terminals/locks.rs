//! One task at a time arms a terminal: two that send a prompt could each think that theirs is shown. A task that
//! comes meanwhile leaves word that the terminal is to be armed once more.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The terminals that are locked, and whether each is to be armed once more.
#[derive(Default)]
pub(crate) struct Locks(Mutex<BTreeMap<String, bool>>);

impl Locks {
    /// Lock a terminal until the lock is dropped; `None` if another task of this instance has it.
    pub(crate) fn try_lock<'a>(&'a self, serial: &'a str) -> Option<Lock<'a>> {
        let mut locked = self.locked();
        if locked.contains_key(serial) {
            return None;
        }
        locked.insert(serial.to_owned(), false);
        Some(Lock {
            locks: self,
            serial,
            is_held: true,
        })
    }

    /// The same, and whoever has it is asked to arm the terminal once more.
    pub(crate) fn lock_or_ask_again<'a>(&'a self, serial: &'a str) -> Option<Lock<'a>> {
        if let Some(asked) = self.locked().get_mut(serial) {
            *asked = true;
            return None;
        }
        self.try_lock(serial)
    }

    /// Every change of the map is a single call, so it is whole even after a panic elsewhere.
    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A locked terminal.
pub(crate) struct Lock<'a> {
    locks: &'a Locks,
    serial: &'a str,
    is_held: bool,
}

impl Lock<'_> {
    /// Release the lock, unless somebody asked to arm the terminal once more.
    pub(crate) fn release_unless_asked_again(&mut self) -> bool {
        let mut locked = self.locks.locked();
        if let Some(asked) = locked.get_mut(self.serial)
            && std::mem::take(asked)
        {
            return false;
        }
        locked.remove(self.serial);
        self.is_held = false;
        true
    }
}

/// A task that is cancelled releases its lock as well.
impl Drop for Lock<'_> {
    fn drop(&mut self) {
        if self.is_held {
            self.locks.locked().remove(self.serial);
        }
    }
}
