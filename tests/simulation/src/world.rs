//! One world: a gateway, its terminals and stations, and everything around them, in virtual time.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::disk::Disk;
use crate::driver;
use crate::faults::{Fault, FaultRates, Faults};
use crate::gateway::{self, Process};
use crate::operator;
use crate::oracle::Oracle;
use crate::provider::Provider;
use crate::report::Report;
use crate::rng::Rng;
use crate::site::{self, CONNECTORS, PriceList};
use crate::station::Stations;

/// The world's first moment, in Unix milliseconds: long after the version was written, so that a clock can be
/// set back by a year.
pub(crate) const EPOCH: u64 = 1_830_297_600_000;
/// How long a world may take to come to rest after its last driver, in milliseconds: the retry
/// schedule towards the provider and a day.
const REST: u64 = 8 * 24 * 60 * 60 * 1_000;
/// How often to check whether it has.
const LOOK: u64 = 10 * 60 * 1_000;

/// A mistake built in on purpose, to see whether the oracle finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A capture whose answer was lost counts as not made, and is repeated without a lookup.
    CaptureAgain,
    /// Some events are acknowledged and never stored.
    ForgetEvents,
    /// The time to plug in counts from when the hold is found.
    PlugInFromHold,
    /// What cannot be read has no use for its event.
    UnreadableIsOfNoUse,
    /// A hold that is closed was closed by us.
    ConflictIsOurs,
    /// Sessions do not hear that the clock was set.
    ClockUnheard,
    /// Every reading is believed.
    RegisterBelieved,
    /// A transaction that comes too late is of no use to its session.
    LateStartIgnored,
    /// Deadlines do not wait for stations that are away.
    StationsUnawaited,
    /// What a person found out is not taken.
    NothingIsResolved,
    /// What stations say of transactions that they have lost is not acted on.
    StationsUntended,
    /// The end of a transaction under the number 0 or -1 is nobody's.
    NumbersBelieved,
    /// The end of a transaction that is told without a time was when it arrives.
    UntimedEndIsNow,
    /// A session has the tariff that counts when the card comes, whatever the terminal showed.
    PriceOfNow,
    /// A session goes on by the policy that counts at each step.
    PolicyOfNow,
    /// A tariff that is put on record is acknowledged and not stored.
    PriceForgotten,
}

/// Everything that is shared.
pub(crate) struct World {
    state: Mutex<State>,
    started: Instant,
    pub(crate) process: Process,
    pub(crate) sabotage: Option<Sabotage>,
}

/// The state that changes.
pub(crate) struct State {
    pub(crate) rng: Rng,
    pub(crate) fault_rates: FaultRates,
    pub(crate) faults: Faults,
    pub(crate) disk: Disk,
    pub(crate) provider: Provider,
    pub(crate) stations: Stations,
    pub(crate) oracle: Oracle,
    /// How far the gateway's clock is ahead, in milliseconds.
    pub(crate) clock_offset: i64,
    /// Until when the older component is in place.
    pub(crate) rolled_back_until: u64,
    /// The prices with which the gateway started last.
    pub(crate) prices: PriceList,
    now: u64,
}

impl State {
    /// Whether this fault occurs now, at the rate `often`.
    pub(crate) fn fault_often(&mut self, fault: Fault) -> bool {
        self.fault(fault, self.fault_rates.often)
    }

    /// Whether this fault occurs now, at the rate `seldom`.
    pub(crate) fn fault_seldom(&mut self, fault: Fault) -> bool {
        self.fault(fault, self.fault_rates.seldom)
    }

    /// Whether this fault occurs now, at the rate `rare`.
    pub(crate) fn fault_rare(&mut self, fault: Fault) -> bool {
        self.fault(fault, self.fault_rates.rare)
    }

    /// Whether this fault occurs now, at a rate of its own.
    pub(crate) fn fault(&mut self, fault: Fault, per_million: u32) -> bool {
        let occurs = self.rng.happens(per_million);
        if occurs {
            *self.faults.entry(fault).or_default() += 1;
            self.rng.note(self.now, format_args!("fault {fault:?}"));
        }
        occurs
    }

    /// Whether the component cannot read what is stored.
    pub(crate) fn is_rolled_back(&self) -> bool {
        self.now < self.rolled_back_until
    }

    /// Nothing goes wrong any more.
    fn end_faults(&mut self) {
        self.fault_rates = FaultRates::NONE;
        self.rolled_back_until = 0;
    }

    /// Milliseconds since the world began.
    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    pub(crate) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        self.rng.note(self.now, what);
    }
}

impl World {
    /// The state at this moment. Never kept over an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = self.started.elapsed().as_millis();
        state.now = u64::try_from(passed).unwrap_or(u64::MAX);
        state
    }

    /// The gateway's clock, in Unix milliseconds.
    pub(crate) fn gateway_clock(&self) -> u64 {
        let state = self.state();
        (EPOCH + state.now).saturating_add_signed(state.clock_offset)
    }

    /// The stations' clocks, which are right.
    pub(crate) fn station_clock(&self) -> u64 {
        EPOCH + self.state().now
    }
}

/// Let time pass.
pub(crate) async fn pass(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// The result of the work, or nothing if it takes longer than this.
pub(crate) async fn within<T>(milliseconds: u64, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::from_millis(milliseconds), work)
        .await
        .ok()
}

/// Run one world with this many drivers.
///
/// # Errors
/// The simulation itself could not be set up.
pub(crate) fn live(
    seed: u64,
    drivers: u64,
    sabotage: Option<Sabotage>,
    trace: bool,
) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    let report = runtime.block_on(async {
        let mut rng = Rng::new(seed, trace);
        let fault_rates = FaultRates::of(rng.pick(0..u64::MAX));
        let stations = Stations::new(CONNECTORS, &mut rng);
        let world = Arc::new(World {
            state: Mutex::new(State {
                rng,
                fault_rates,
                faults: Faults::new(),
                disk: Disk::new()?,
                provider: Provider::new(site::serials()),
                stations,
                oracle: Oracle::default(),
                clock_offset: 0,
                rolled_back_until: 0,
                prices: PriceList::Usual,
                now: 0,
            }),
            started: Instant::now(),
            process: Process::default(),
            sabotage,
        });
        Ok::<_, anyhow::Error>(run(&world, seed, drivers).await)
    })?;
    Ok(report)
}

async fn run(world: &Arc<World>, seed: u64, drivers: u64) -> Report {
    tokio::spawn(gateway::keep_alive(world.clone()));
    tokio::spawn(operator::keep_watch(world.clone()));
    tokio::spawn(operator::change_tariffs(world.clone()));
    let shares = (1..=CONNECTORS).map(|connector| {
        let share = drivers / u64::from(CONNECTORS)
            + u64::from(u64::from(connector) <= drivers % u64::from(CONNECTORS));
        tokio::spawn(driver::all(world.clone(), connector, share))
    });
    for share in shares.collect::<Vec<_>>() {
        if let Err(error) = share.await {
            world.state().oracle.violation(format!("a driver: {error}"));
        }
    }
    world.state().end_faults();
    let since = world.state().now();
    loop {
        pass(LOOK).await;
        let state = world.state();
        let is_at_rest = state.disk.unfinished() == 0
            && !state.oracle.has_open_holds()
            && state.disk.needing_attention().is_empty()
            && !state.has_untold_transactions();
        if is_at_rest || state.now() > since + REST {
            break;
        }
    }
    world.process.end();
    let mut state = world.state();
    let State { oracle, disk, .. } = &mut *state;
    oracle.judge(disk);
    Report {
        sessions: drivers,
        faults: std::mem::take(&mut state.faults),
        ends: state.disk.phases(),
        worlds: 1,
        fingerprints: vec![(seed, state.rng.fingerprint())],
        violations: state
            .oracle
            .violations()
            .map(|violation| (seed, violation))
            .collect(),
    }
}
