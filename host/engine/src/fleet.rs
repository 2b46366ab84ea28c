//! The fleet's records at this gateway: kept up with the journal, changed by one statement at a time,
//! and asked whether a terminal may take cards.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chargetap_fleet::access::{self, Reach, Scope, TokenDetails};
use chargetap_fleet::command::Command;
use chargetap_fleet::fleet::{Change, Fleet};
use chargetap_fleet::gate::{self, Gate};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::situation::{Actor, Configured, Situation, Surroundings};
use secrecy::{ExposeSecret, SecretString};

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::journal::{self, Repetition, Write};
use crate::platform::Platform;

/// What stands before the first operator's token where it is told.
pub const FIRST_TOKEN: &str = "the first operator's token, told only this once: ";
/// How often a decision is made again because another write came first.
pub(crate) const ATTEMPTS: u32 = 20;

/// The records as they were last seen.
#[derive(Default)]
pub(crate) struct Records(Mutex<Arc<Fleet>>);

impl Records {
    pub(crate) fn new(fleet: Fleet) -> Self {
        Self(Mutex::new(Arc::new(fleet)))
    }

    /// Whoever holds it only reads or replaces it.
    fn locked(&self) -> MutexGuard<'_, Arc<Fleet>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, fleet: Arc<Fleet>) {
        let mut known = self.locked();
        if known.write < fleet.write {
            *known = fleet;
        }
    }
}

impl<P: Platform> Gateway<P> {
    /// The fleet as it is now.
    pub(crate) async fn fleet(&self) -> Result<Arc<Fleet>, EngineError> {
        let known = self.records.locked().clone();
        if journal::last_write(&self.platform).await? == known.write {
            return Ok(known);
        }
        let mut fleet = Fleet::clone(&known);
        journal::catch_up(&self.platform, &mut fleet).await?;
        let fleet = Arc::new(fleet);
        self.records.replace(fleet.clone());
        Ok(fleet)
    }

    /// What the gateway knows besides the records.
    pub(crate) async fn surroundings(&self) -> Result<Surroundings, EngineError> {
        let configured = self.config.terminals.iter().filter_map(|(serial, it)| {
            let evse = |served: &crate::config::ServedEvse| {
                Some((served.evse.station.parse().ok()?, served.evse.connector))
            };
            let configured = Configured {
                model: it.model,
                evses: it.evses.iter().filter_map(evse).collect(),
            };
            Some((serial.parse().ok()?, configured))
        });
        let busy = journal::terminals_in_use(&self.platform).await?;
        Ok(Surroundings {
            configured: configured.collect(),
            issuers: self.config.issuers.keys().copied().collect(),
            seen: journal::seen(&self.platform).await?,
            busy: busy.iter().filter_map(|it| it.parse().ok()).collect(),
            attention: journal::needing_attention(&self.platform).await?,
        })
    }

    /// Store changes to this fleet. The fleet as it is then, or nothing if another write came first.
    pub(crate) async fn write(
        &self,
        next: Fleet,
        changes: &[Change],
        actor: &Actor,
        at: Moment,
        repetition: Option<Repetition<'_>>,
    ) -> Result<bool, EngineError> {
        let write = Write {
            after: next.write.saturating_sub(1),
            at: at.millis(),
            actor: actor.key.as_str(),
            changes,
            repetition,
        };
        if !journal::write_fleet(&self.platform, &write).await? {
            return Ok(false);
        }
        self.records.replace(Arc::new(next));
        for change in changes {
            // Its reader must not go on with what it is no longer to do.
            if self.config.terminals.contains_key(&change.key) {
                self.platform.look_at(&change.key);
            }
        }
        Ok(true)
    }

    /// Have something done by the gateway itself. Nothing comes of what is refused.
    pub(crate) async fn command(&self, command: &Command) -> Result<(), EngineError> {
        let actor = Actor::gateway();
        for _ in 0..ATTEMPTS {
            let fleet = self.fleet().await?;
            let situation = Situation {
                now: Moment::from_millis(self.platform.now()),
                actor: &actor,
                gateway: &Surroundings::default(),
            };
            let changes = match chargetap_fleet::decide(&fleet, &situation, command.clone()) {
                Ok(changes) if !changes.is_empty() => changes,
                Ok(_) => return Ok(()),
                Err(refusal) => {
                    tracing::info!(%refusal, "the gateway's own command is refused");
                    return Ok(());
                }
            };
            let next = after(&fleet, &changes);
            if self
                .write(next, &changes, &actor, situation.now, None)
                .await?
            {
                return Ok(());
            }
        }
        Err(EngineError::Contended("of the fleet".into()))
    }

    /// Whether a terminal may take cards now.
    pub(crate) async fn gate(&self, serial: &str) -> Result<Gate, EngineError> {
        let Ok(serial) = serial.parse() else {
            return Ok(Gate::Closed);
        };
        let fleet = self.fleet().await?;
        let now = Moment::from_millis(self.platform.now());
        Ok(gate::gate(&fleet, now, &serial))
    }

    /// At the very first start, issue the token by which everything else is begun. It is told once.
    pub(crate) async fn issue_first_token(&self) -> Result<(), EngineError> {
        if self.fleet().await?.write > 0 {
            return Ok(());
        }
        let token = self.issue_operator_token("first").await?;
        *self
            .first_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(token);
        Ok(())
    }

    /// Issue an operator's token that reaches everywhere.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn issue_operator_token(&self, name: &str) -> Result<SecretString, EngineError> {
        let token = SecretString::from(format!("ctp_{}", self.unguessable()));
        let details = TokenDetails {
            name: name
                .parse()
                .map_err(|error| EngineError::Journal(format!("{error}")))?,
            scope: Scope::Operator,
            reach: Reach::Everywhere,
            expires: None,
        };
        let hash = access::hash(token.expose_secret().as_bytes());
        self.command(&Command::IssueToken(details, hash)).await?;
        Ok(token)
    }

    /// The first operator's token, if this gateway just issued it: it is told once.
    pub fn take_first_token(&self) -> Option<SecretString> {
        let mut token = self
            .first_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        token.take()
    }

    /// 64 hexadecimal digits that nobody can guess.
    pub(crate) fn unguessable(&self) -> String {
        let half = || u128::from_be_bytes(self.platform.random());
        format!("{:032x}{:032x}", half(), half())
    }
}

/// A fleet once these changes are stored.
pub(crate) fn after(fleet: &Fleet, changes: &[Change]) -> Fleet {
    let mut next = fleet.clone();
    next.write = next.write.saturating_add(1);
    for change in changes {
        next.take(change.clone(), next.write);
    }
    next
}
