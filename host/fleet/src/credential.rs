//! How a station proves who it is.

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::moment::Moment;

/// How long the password before the current one is still taken, in hours: a station is set to the new one meanwhile.
pub const FORMER_FOR_HOURS: u32 = 24;
/// How many passwords before the current one are taken at most. Each is compared with what a station shows.
const MOST_FORMER: usize = 3;

/// Memory in KiB, passes and lanes: what OWASP recommends for 12 MiB (Password Storage Cheat Sheet).
const COSTS: (u32, u32, u32) = (12 * 1024, 3, 1);

/// The passwords of a station, of which hashes are stored only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The current one.
    pub password: PasswordHash,
    /// Since when it is.
    pub since: Moment,
    /// Those before that are taken for a while: the station may have been set to any of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerPassword>,
    /// Until when a password in the configuration is taken as well.
    pub configured_until: Moment,
}

/// A password that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerPassword {
    /// Which.
    pub password: PasswordHash,
    /// Until when it is taken.
    pub until: Moment,
}

impl Credential {
    /// A new password. Those before are taken for a while, unless it replaces them at once.
    #[must_use]
    pub fn replacing(
        before: Option<&Self>,
        password: PasswordHash,
        now: Moment,
        at_once: bool,
    ) -> Self {
        let until = now.plus_hours(FORMER_FOR_HOURS);
        let mut former = Vec::new();
        if let Some(before) = before.filter(|_| !at_once) {
            former.push(FormerPassword {
                password: before.password.clone(),
                until,
            });
            let still = before.former.iter().filter(|it| now < it.until);
            former.extend(still.cloned());
            // Of many that nobody may have set, the one that the station had first.
            if former.len() > MOST_FORMER {
                former.drain(..former.len() - MOST_FORMER);
            }
        }
        Self {
            password,
            since: now,
            former,
            configured_until: match (before, at_once) {
                (_, true) => now,
                (Some(before), false) => before.configured_until,
                (None, false) => until,
            },
        }
    }

    /// The passwords that are taken at a moment, the current one first.
    pub fn taken(&self, now: Moment) -> impl Iterator<Item = &PasswordHash> {
        let former = self.former.iter().filter(move |it| now < it.until);
        std::iter::once(&self.password).chain(former.map(|it| &it.password))
    }
}

/// The hash of a password (Argon2id, in the PHC string format). `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash of a password. `fresh` is a text that nobody can guess and that is used once.
    ///
    /// # Errors
    /// The password is too long for the algorithm: by gigabytes.
    pub fn of(password: &[u8], fresh: &str) -> Result<Self, argon2::password_hash::Error> {
        let salt = Sha256::digest(format!("salt {fresh}"));
        let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default())?;
        let (memory, passes, lanes) = COSTS;
        let params = Params::new(memory, passes, lanes, None)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(&canonical(password), &salt)?;
        Ok(Self(hash.to_string()))
    }

    /// Whether this is the password. It takes some hundredths of a second, and 12 MiB.
    #[must_use]
    pub fn is_of(&self, password: &[u8]) -> bool {
        let Ok(hash) = Phc::new(&self.0) else {
            return false;
        };
        let verified = Argon2::default().verify_password(&canonical(password), &hash);
        verified.is_ok()
    }

    /// The hash as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hash)")
    }
}

/// A password that is written in hexadecimal is the bytes that it writes, as stations take it by `AuthorizationKey`
/// (OCPP 1.6): they show it in either form.
fn canonical(password: &[u8]) -> Vec<u8> {
    match base16ct::mixed::decode_vec(password) {
        Ok(bytes) if !bytes.is_empty() => bytes,
        _ => password.to_vec(),
    }
}

/// A password for a station: 20 random bytes in hexadecimal, which every version of OCPP takes. `fresh` is a text that
/// nobody can guess and that is used once.
#[must_use]
pub fn generated(fresh: &str) -> String {
    let bytes = Sha256::digest(format!("password {fresh}"));
    base16ct::lower::encode_string(bytes.get(..20).unwrap_or_default())
}

/// When a station's passwords changed, for people: without the passwords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PasswordState {
    /// Since when the current one is.
    pub since: Moment,
    /// Until when the one before is taken.
    pub former_until: Option<Moment>,
}

impl From<&Credential> for PasswordState {
    fn from(it: &Credential) -> Self {
        Self {
            since: it.since,
            former_until: it.former.iter().map(|it| it.until).max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_in_text_and_as_the_bytes_that_it_writes() {
        let hash = PasswordHash::of(b"correct horse battery", "1").unwrap();
        assert!(hash.is_of(b"correct horse battery"));
        for wrong in ["correct horse batter", "", "correct horse battery "] {
            assert!(!hash.is_of(wrong.as_bytes()), "{wrong:?}");
        }
        let hash = PasswordHash::of(b"00FF10", "2").unwrap();
        for same in [&b"00ff10"[..], b"00FF10", b"\x00\xFF\x10"] {
            assert!(hash.is_of(same), "{same:?}");
        }
        assert!(!hash.is_of(b"\x00\xFF\x11"));
    }

    /// Made by `argon2-cffi` 25.1 for Python.
    #[test]
    fn a_hash_of_another_program_is_understood() {
        let hash = PasswordHash("$argon2id$v=19$m=12288,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$QtDcA3mZooFlY5HEEVqnzKsh4wcaNQsWCG8uNQAFoUI".to_owned());
        assert!(hash.is_of(b"correct horse battery"));
        assert!(!PasswordHash("nonsense".to_owned()).is_of(b"correct horse battery"));
    }

    #[test]
    fn neither_a_password_nor_its_hash_is_printed() {
        let hash = PasswordHash::of(b"correct horse battery", "1").unwrap();
        assert_eq!(format!("{hash:?}"), "(hash)");
        assert!(!hash.as_str().contains("correct"));
    }

    #[test]
    fn a_password_that_is_made_up_is_as_long_as_ocpp_lets_it_be() {
        let password = generated("1");
        assert_eq!(password.len(), 40);
        assert!(password.bytes().all(|it| it.is_ascii_hexdigit()));
        assert_ne!(password, generated("2"));
    }

    #[test]
    fn the_passwords_before_are_taken_for_a_day_unless_they_are_replaced_at_once() {
        let now = Moment::from_millis(1_800_000_000_000);
        let hash = |fresh| PasswordHash::of(b"correct horse battery", fresh).unwrap();
        let first = Credential::replacing(None, hash("1"), now, false);
        assert_eq!(first.taken(now).count(), 1);
        assert_eq!(first.configured_until, now.plus_hours(24));
        let second = Credential::replacing(Some(&first), hash("2"), now, false);
        let last = Moment::from_millis(now.plus_hours(24).millis() - 1);
        assert_eq!(second.taken(last).count(), 2);
        let taken: Vec<_> = second.taken(now.plus_hours(24)).collect();
        assert_eq!(taken, [&second.password]);
        // Whoever asks again, as an answer was lost, does not lose the one that the station has.
        let many = (3..9).fold(second, |before, _| {
            Credential::replacing(Some(&before), hash("3"), now, false)
        });
        assert_eq!(many.taken(last).count(), 1 + MOST_FORMER);
        assert_eq!(many.taken(last).last(), Some(&first.password));
        // One that others know is taken no more.
        let leaked = Credential::replacing(Some(&many), hash("4"), now, true);
        assert_eq!(leaked.taken(now).count(), 1);
        assert_eq!(leaked.configured_until, now);
    }
}
