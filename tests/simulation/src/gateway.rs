//! The gateway's process: it starts, crashes and is started again.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chargetap_engine::{Gateway, Lane, Secrets};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};

use crate::faults::Fault;
use crate::platform::Simulated;
use crate::site;
use crate::world::{EPOCH, Sabotage, World, pass, within};

pub(crate) type SimulatedGateway = Gateway<Simulated>;

/// How long the engine gives a command before it counts as abandoned, in milliseconds.
const ABANDONED_AFTER: u64 = 90_000;
/// How often to arm all terminals, in milliseconds: a prompt is renewed shortly before it ends.
const ARM: u64 = 14 * 60_000;
const HOUR: u64 = 60 * 60 * 1_000;
const YEAR: i64 = 365 * 24 * 60 * 60 * 1_000;

/// The process, running or not.
#[derive(Default)]
pub(crate) struct Process {
    life: Mutex<Life>,
    /// It died.
    died: Notify,
    /// Commands are waiting in the outbox.
    pub(crate) outbox: Notify,
    /// A deadline may have moved.
    pub(crate) deadlines: Notify,
    /// Something happened to a terminal.
    terminals: Notify,
}

#[derive(Default)]
struct Life {
    gateway: Option<Arc<SimulatedGateway>>,
    tasks: Vec<AbortHandle>,
    /// Terminals at which something happened.
    changed: BTreeSet<String>,
}

impl Process {
    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Run something in the process. It is aborted if the process dies.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        let task = tokio::spawn(work);
        let mut life = self.life();
        life.tasks.retain(|task| !task.is_finished());
        life.tasks.push(task.abort_handle());
        task
    }

    /// Call the gateway. Returns nothing if it is not running, or if it dies.
    pub(crate) async fn call<T: Send + 'static, F>(
        &self,
        work: impl FnOnce(Arc<SimulatedGateway>) -> F,
    ) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let gateway = self.life().gateway.clone()?;
        self.spawn(work(gateway)).await.ok()
    }

    /// Have a terminal armed soon.
    pub(crate) fn notify_terminal(&self, serial: &str) {
        self.life().changed.insert(serial.to_owned());
        self.terminals.notify_one();
    }

    /// Die, as by `kill -9`.
    pub(crate) fn die(&self) {
        self.end();
        self.died.notify_one();
    }

    /// Die and stay dead.
    pub(crate) fn end(&self) {
        let mut life = self.life();
        life.gateway = None;
        life.changed.clear();
        for task in life.tasks.drain(..) {
            task.abort();
        }
    }
}

/// Start the gateway, and again whenever it died.
pub(crate) async fn keep_alive(world: Arc<World>) {
    loop {
        world.state().note(format_args!("the gateway starts"));
        drop(world.process.spawn(live(world.clone())));
        world.process.died.notified().await;
        // It may have died twice at once, and have been started since the first time.
        world.process.end();
        let down_for = {
            let mut state = world.state();
            state.note(format_args!("the gateway is dead"));
            // Mostly a supervisor restarts it at once; sometimes the power is out.
            match state.rng.happens(100_000) {
                true => state.rng.pick(60_000..HOUR),
                false => state.rng.pick(500..5_000),
            }
        };
        pass(down_for).await;
        change_component(&world);
        change_prices(&world);
        lose_clock(&world);
    }
}

/// Sometimes somebody puts an older component in place, until somebody notices.
fn change_component(world: &World) {
    let mut state = world.state();
    if state.fault_often(Fault::RolledBack) {
        state.rolled_back_until = state.now() + state.rng.pick(60_000..2 * HOUR);
    }
}

/// Sometimes the operator changes the prices meanwhile.
fn change_prices(world: &World) {
    let mut state = world.state();
    if state.fault_often(Fault::OtherPrices) {
        state.prices = state.prices.other();
    }
}

/// A machine without a battery has no clock until it reaches the network.
fn lose_clock(world: &Arc<World>) {
    let mut state = world.state();
    if !state.fault_often(Fault::ClockLost) {
        return;
    }
    // It shows the first minutes of 1970.
    let since_1970 = i64::try_from(EPOCH + state.now()).unwrap_or(i64::MAX);
    state.clock_offset = -since_1970;
    let now = state.now();
    state.oracle.clock_was_set(now);
    let set_after = state.rng.pick(5_000..5 * 60_000);
    let world = world.clone();
    tokio::spawn(async move {
        pass(set_after).await;
        world.state().clock_offset = 0;
    });
}

/// Run a gateway from its start to its death, with the same loops as the native host.
async fn live(world: Arc<World>) {
    let gateway = loop {
        match open(&world).await {
            Ok(gateway) => break Arc::new(gateway),
            // The disk refused; the supervisor starts the process again.
            Err(_) => pass(1_000).await,
        }
    };
    world.process.life().gateway = Some(gateway.clone());
    drop(
        world
            .process
            .spawn(reach_deadlines(world.clone(), gateway.clone())),
    );
    drop(world.process.spawn(arm(world.clone(), gateway.clone())));
    if world.sabotage != Some(Sabotage::StationsUntended) {
        drop(world.process.spawn(tend_stations(gateway.clone())));
    }
    loop {
        match gateway.claim(&Lane::ALL).await {
            Ok(Some(execution)) => {
                let gateway = gateway.clone();
                drop(world.process.spawn(async move {
                    // If its outcome cannot be stored, the command stays on record as sent.
                    let _ = gateway.execute(execution).await;
                }));
            }
            Ok(None) => world.process.outbox.notified().await,
            Err(_) => pass(1_000).await,
        }
    }
}

async fn open(world: &Arc<World>) -> anyhow::Result<SimulatedGateway> {
    let platform = Simulated::new(world.clone())?;
    let config = site::configuration(world.state().prices)?;
    let secrets = Secrets {
        payter_key: "simulated-key".into(),
        card_key: None,
    };
    let gateway = Gateway::open(platform, config, secrets).await?;
    // Never refused by the disk: a world begins with commissioned terminals.
    world
        .state()
        .disk
        .commission(&site::commissioned_terminals()?)?;
    gateway.recover().await?;
    Ok(gateway)
}

/// The native host ticks several times a second. A tick before the next deadline changes nothing,
/// so those ticks are left out.
async fn reach_deadlines(world: Arc<World>, gateway: Arc<SimulatedGateway>) {
    loop {
        // If the disk refused, try again.
        let soonest = match gateway.tick().await {
            Ok(()) => 250,
            Err(_) => 1_000,
        };
        let mut wait = until_next_moment(&world).max(soonest);
        while within(wait, world.process.deadlines.notified())
            .await
            .is_some()
        {
            wait = until_next_moment(&world).max(soonest);
        }
    }
}

/// Milliseconds until the gateway has timed work to do. Its clock may jump here.
fn until_next_moment(world: &World) -> u64 {
    let now = world.gateway_clock();
    let mut state = world.state();
    if state.fault_seldom(Fault::ClockJump) {
        // Mostly by up to two hours; sometimes by a year, and later back again.
        let jump = state.rng.pick(0..4 * HOUR);
        state.clock_offset = match state.rng.pick(0..8) {
            0 => YEAR,
            1 => -YEAR,
            _ => i64::try_from(jump).unwrap_or(0) - 2 * 3_600_000,
        };
        let now = state.now();
        state.oracle.clock_was_set(now);
    }
    let next = state.disk.next_moment(ABANDONED_AFTER);
    next.map_or(HOUR, |next| next.saturating_sub(now).min(HOUR))
}

/// The native host does it every five seconds. What is tended waits for a minute and more.
async fn tend_stations(gateway: Arc<SimulatedGateway>) {
    loop {
        pass(30_000).await;
        // If the disk refused, it is tried again.
        let _ = gateway.tend_stations().await;
    }
}

async fn arm(world: Arc<World>, gateway: Arc<SimulatedGateway>) {
    loop {
        gateway.arm_terminals().await;
        gateway.housekeep().await;
        let all_at = world.state().now() + ARM;
        loop {
            let left = all_at.saturating_sub(world.state().now());
            if within(left, world.process.terminals.notified())
                .await
                .is_none()
            {
                break;
            }
            pass(50).await;
            let changed = std::mem::take(&mut world.process.life().changed);
            for terminal in changed {
                gateway.arm_terminal(&terminal).await;
            }
        }
    }
}
