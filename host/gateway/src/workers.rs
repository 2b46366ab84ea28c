//! The gateway's loops. The engine's documentation has a table of what to call when.

use std::sync::Arc;
use std::time::Duration;

use chargetap_engine::Lane;
use chargetap_engine::platform::{Platform as _, Work};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::MissedTickBehavior;

use crate::peers;
use crate::platform::NativeGateway;

/// How often deadlines are checked.
const TICK: Duration = Duration::from_millis(250);
/// How often all terminals are armed when nothing happens.
const ARM: Duration = Duration::from_secs(5);
/// How often to check for transactions that need tending.
const TEND: Duration = Duration::from_secs(5);
/// How often to check for alerts to deliver.
const DELIVER: Duration = Duration::from_secs(1);
/// How long a burst of changes may last before the terminals are armed.
const ARM_AFTER_CHANGE: Duration = Duration::from_millis(50);
/// How many commands of one lane may be under way at once.
const EXECUTIONS: usize = 64;
/// How many rounds of arming all terminals may be under way at once.
const ROUNDS: usize = 4;

/// Start every loop. Each runs until the process ends.
pub(crate) fn spawn(gateway: &Arc<NativeGateway>) {
    tokio::spawn(execute_commands(gateway.clone()));
    tokio::spawn(reach_deadlines(gateway.clone()));
    tokio::spawn(arm_terminals(gateway.clone()));
    tokio::spawn(arm_changed_terminals(gateway.clone()));
    tokio::spawn(deliver_alerts(gateway.clone()));
    tokio::spawn(tend_stations(gateway.clone()));
    tokio::spawn(peers::stay(gateway.clone()));
    tokio::spawn(peers::compare(gateway.clone()));
}

/// Places for commands under way, by lane.
struct Places([(Lane, Arc<Semaphore>); 4]);

impl Places {
    fn new() -> Self {
        Self(Lane::ALL.map(|lane| (lane, Arc::new(Semaphore::new(EXECUTIONS)))))
    }

    /// The lanes that have a place, the most urgent first. What shows and issues is for the process that leads.
    fn free(&self, leads: bool) -> Vec<Lane> {
        let free = self.0.iter().filter(|(_, it)| it.available_permits() > 0);
        let free = free.map(|(lane, _)| *lane);
        free.filter(|lane| leads || *lane != Lane::Records)
            .collect()
    }

    /// Take a place, which is free again once it is dropped. There is one in a lane that was just [`free`](Self::free).
    fn take(&self, lane: Lane) -> Option<OwnedSemaphorePermit> {
        let (_, places) = self.0.iter().find(|(of, _)| *of == lane)?;
        places.clone().try_acquire_owned().ok()
    }
}

/// Execute commands as they come, several at once. A provider that does not answer delays no station.
async fn execute_commands(gateway: Arc<NativeGateway>) {
    let places = Places::new();
    loop {
        let platform = gateway.platform();
        let lanes = match platform.is_alive() {
            true => places.free(platform.leads()),
            false => Vec::new(),
        };
        match gateway.claim(&lanes).await {
            Ok(Some(execution)) => {
                let place = places.take(execution.lane());
                let gateway = gateway.clone();
                tokio::spawn(async move {
                    if let Err(error) = gateway.execute(execution).await {
                        tracing::error!(%error, "a command's outcome could not be stored");
                    }
                    drop(place);
                    // Another may have waited for the place.
                    gateway.platform().notify(Work::Outbox);
                });
            }
            waiting => {
                if let Err(error) = waiting {
                    tracing::error!(%error, "commands cannot be claimed");
                }
                // Check again after a while without a notification, too: an abandoned command may
                // be due.
                let woken = gateway.platform().outbox_notified();
                let _ = tokio::time::timeout(ARM, woken).await;
            }
        }
    }
}

async fn reach_deadlines(gateway: Arc<NativeGateway>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looked = match gateway.platform().leads() {
            true => gateway.tick().await,
            false => gateway.follow().await,
        };
        if let Err(error) = looked {
            tracing::error!(%error, "deadlines and the clock cannot be looked at");
        }
    }
}

/// Tend the transactions of stations.
async fn tend_stations(gateway: Arc<NativeGateway>) {
    let mut rounds = tokio::time::interval(TEND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if !gateway.platform().leads() {
            continue;
        }
        if let Err(error) = gateway.tend_stations().await {
            tracing::error!(%error, "stations cannot be tended");
        }
    }
}

/// Deliver alerts to webhooks.
async fn deliver_alerts(gateway: Arc<NativeGateway>) {
    let mut rounds = tokio::time::interval(DELIVER);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if !gateway.platform().leads() {
            continue;
        }
        loop {
            match gateway.deliver_alert().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "alerts cannot be delivered");
                    break;
                }
            }
        }
    }
}

/// Arm all terminals regularly. A round leaves alone those that are still being armed, so one that answers slowly does
/// not hold up the next round of the others.
async fn arm_terminals(gateway: Arc<NativeGateway>) {
    let places = Arc::new(Semaphore::new(ROUNDS));
    let mut rounds = tokio::time::interval(ARM);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if !gateway.platform().leads() {
            continue;
        }
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let gateway = gateway.clone();
        tokio::spawn(async move {
            gateway.arm_terminals().await;
            gateway.housekeep().await;
            drop(place);
        });
    }
}

/// Arm a terminal soon after something happened there, or tell the process that leads to. A terminal that does not answer
/// delays no other.
async fn arm_changed_terminals(gateway: Arc<NativeGateway>) {
    loop {
        gateway.platform().terminals_notified().await;
        tokio::time::sleep(ARM_AFTER_CHANGE).await;
        let changed = gateway.platform().take_changed_terminals();
        if let Some(peers) = gateway.platform().peers()
            && !peers.leads()
        {
            peers.tell_leader(gateway.platform(), &changed).await;
            continue;
        }
        for terminal in changed {
            let gateway = gateway.clone();
            tokio::spawn(async move { gateway.arm_terminal(&terminal).await });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_that_is_full_leaves_the_others_theirs() {
        let places = Places::new();
        let payments: Vec<_> = (0..EXECUTIONS)
            .map(|_| places.take(Lane::Payments).unwrap())
            .collect();
        assert!(places.take(Lane::Payments).is_none());
        assert_eq!(
            places.free(true),
            [Lane::Stops, Lane::Starts, Lane::Records]
        );
        assert_eq!(places.free(false), [Lane::Stops, Lane::Starts]);
        assert!(places.take(Lane::Stops).is_some());
        drop(payments);
        assert_eq!(places.free(true), Lane::ALL);
    }
}
