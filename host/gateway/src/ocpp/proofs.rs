//! The passwords of stations on record, of which hashes are known only.
//!
//! To compare one with its hash takes long and much memory, so that nobody can try many. So few are compared at once, and
//! one that was right is known again: after a restart, thousands of stations come back within seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chargetap_fleet::credential::PasswordHash;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

/// How many are compared at once.
const AT_ONCE: usize = 2;
/// How many may wait for it. Each takes some hundredths of a second.
const WAITING: usize = 256;

/// What was proved, and places for further comparisons.
pub(super) struct Proofs {
    /// Of this process only: what is kept of a password is of no use without it.
    key: [u8; 32],
    /// A mark of the last right password of each station.
    proved: Mutex<HashMap<String, [u8; 32]>>,
    waiting: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// Too many passwords wait to be compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Busy;

impl Proofs {
    pub(super) fn new() -> Self {
        Self {
            key: rand::random(),
            proved: Mutex::default(),
            waiting: Arc::new(Semaphore::new(WAITING)),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Whether a station shows one of its passwords.
    pub(super) async fn is_shown(
        &self,
        station: &str,
        passwords: Vec<PasswordHash>,
        shown: Vec<u8>,
    ) -> Result<bool, Busy> {
        if passwords
            .iter()
            .any(|it| self.is_proved(station, it, &shown))
        {
            return Ok(true);
        }
        let Ok(waits) = self.waiting.clone().try_acquire_owned() else {
            return Err(Busy);
        };
        // It is never closed.
        let Ok(place) = self.places.clone().acquire_owned().await else {
            return Err(Busy);
        };
        let compared = tokio::task::spawn_blocking(move || {
            // A caller who leaves ends this function, and not the comparison: it keeps its places.
            let _places = (waits, place);
            let right = passwords.into_iter().find(|it| it.is_of(&shown))?;
            Some((right, shown))
        });
        let Ok(Some((right, shown))) = compared.await else {
            return Ok(false);
        };
        if let Some(mark) = self.mark(station, &right, &shown) {
            self.proved().insert(station.to_owned(), mark);
        }
        Ok(true)
    }

    fn is_proved(&self, station: &str, password: &PasswordHash, shown: &[u8]) -> bool {
        let kept = self.proved().get(station).copied();
        let mark = self.mark(station, password, shown);
        kept.zip(mark)
            .is_some_and(|(kept, mark)| kept.ct_eq(&mark).into())
    }

    /// Any other station, hash or password has another one. Nothing if the key cannot be used, which it always can.
    fn mark(&self, station: &str, password: &PasswordHash, shown: &[u8]) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        for part in [station.as_bytes(), password.as_str().as_bytes(), shown] {
            mac.update(&part.len().to_be_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }

    /// Every change is a single call, so it is whole even after a panic elsewhere.
    fn proved(&self) -> MutexGuard<'_, HashMap<String, [u8; 32]>> {
        self.proved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(password: &str) -> PasswordHash {
        PasswordHash::of(password.as_bytes(), password).unwrap()
    }

    #[tokio::test]
    async fn a_password_that_was_right_is_known_again_without_a_place() {
        let proofs = Proofs::new();
        let passwords = || vec![hash("correct horse"), hash("the one before")];
        let is_shown = async |station: &str, shown: &str| {
            proofs.is_shown(station, passwords(), shown.into()).await
        };
        assert_eq!(is_shown("CT-1", "the one before").await, Ok(true));
        assert_eq!(is_shown("CT-1", "another one").await, Ok(false));
        let _all = proofs
            .waiting
            .acquire_many(u32::try_from(WAITING).unwrap())
            .await
            .unwrap();
        assert_eq!(is_shown("CT-1", "the one before").await, Ok(true));
        assert_eq!(is_shown("CT-1", "correct horse").await, Err(Busy));
        assert_eq!(is_shown("CT-2", "the one before").await, Err(Busy));
    }

    #[tokio::test]
    async fn who_leaves_before_the_comparison_ends_frees_no_place() {
        let proofs = Proofs::new();
        let password = hash("correct horse");
        let shown = proofs.is_shown("CT-1", vec![password.clone(); 20], b"another one".into());
        tokio::select! {
            biased;
            _ = shown => panic!("it takes longer"),
            () = tokio::task::yield_now() => {}
        }
        assert_eq!(proofs.places.available_permits(), AT_ONCE - 1);
        assert_eq!(proofs.waiting.available_permits(), WAITING - 1);
    }

    #[tokio::test]
    async fn a_password_that_is_taken_no_more_is_right_no_more() {
        let proofs = Proofs::new();
        let shown = async |passwords| {
            proofs
                .is_shown("CT-1", passwords, b"correct horse".into())
                .await
        };
        assert_eq!(shown(vec![hash("correct horse")]).await, Ok(true));
        assert_eq!(shown(vec![hash("another one")]).await, Ok(false));
    }
}
