//! The gateway is killed at random moments while many drivers charge, and started again each time.
//!
//! `cargo xtask crash-loop` does so for longer.

use std::time::{Duration, Instant};

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::task::LocalSet;
use tokio::time::timeout;

use crate::operator::chargetap;
#[cfg(feature = "peers")]
use crate::world::Cluster;
use crate::world::load::Load;
use crate::world::{DiskSetup, Setup, World};

/// How often the gateway is killed, unless `CHARGETAP_CRASH_LOOP_KILLS` says otherwise.
const KILLS: u32 = 15;
/// A terminal shows for a while what was paid, and takes no card: so there are many.
const PLACES: u32 = 12;

/// What dies each time.
#[derive(Clone, Copy)]
enum Victim {
    Gateway,
    /// The gateway, with what its disk has not synced.
    Machine,
    /// One of two gateways on a server, or both.
    #[cfg(feature = "peers")]
    EitherGateway,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_killed_under_load_loses_nothing_and_takes_nothing_twice() {
    crash(Load::setup(PLACES), Victim::Gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_power_goes_under_load_loses_nothing_and_takes_nothing_twice() {
    let setup = Setup {
        disk: Some(DiskSetup::default()),
        ..Load::setup(PLACES)
    };
    crash(setup, Victim::Machine).await;
}

#[cfg(feature = "peers")]
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_on_a_server_that_is_killed_under_load_loses_nothing_and_takes_nothing_twice() {
    let cluster = Cluster::start();
    crash(on_a_server(&cluster), Victim::Gateway).await;
}

#[cfg(feature = "peers")]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_gateways_either_is_killed_under_load_and_nothing_is_lost_or_taken_twice() {
    let cluster = Cluster::start();
    crash(on_a_server(&cluster), Victim::EitherGateway).await;
}

#[cfg(feature = "peers")]
fn on_a_server(cluster: &Cluster) -> Setup {
    Setup {
        server: Some(cluster.database("crash_loop")),
        ..Load::setup(PLACES)
    }
}

async fn crash(setup: Setup, victim: Victim) {
    let kills = variable("CHARGETAP_CRASH_LOOP_KILLS").unwrap_or(KILLS);
    let seed = variable("CHARGETAP_CRASH_LOOP_SEED").unwrap_or_else(rand::random);
    println!("seed {seed}");
    LocalSet::new()
        .run_until(crash_from(seed, kills, setup, victim))
        .await;
}

/// What an environment variable says; nothing, if it is not set.
pub(crate) fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let Ok(value) = value.parse() else {
        panic!("{name} is no number: {value}");
    };
    Some(value)
}

async fn crash_from(seed: u64, kills: u32, setup: Setup, victim: Victim) {
    let mut world = World::new(setup).await;
    let mut load = Load::start(&world, seed);
    let killed = kill(&mut world, &mut load, kills, seed, victim).await;
    // On a slow machine no session may have been over between two kills.
    world
        .until("somebody charged", async || {
            world.ledger().await["totals"]["captured"] != 0
        })
        .await;
    let books = load.end(&world).await;
    let output = chargetap(&["verify"], world.folder());
    let verified = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let kills = [
        ("killed while sessions were under way", killed.under_way),
        ("killed while it started", killed.starting),
        ("killed while nobody was there", killed.idle),
        ("second gateway killed", killed.second),
    ];
    println!("{}", table(kills.into_iter().chain(books.figures())));
    let findings = books.findings();
    let told = world.log().lines();
    for session in findings.iter().filter_map(|it| it.strip_prefix("session ")) {
        let session = session.split(':').next().unwrap();
        let told = told.iter().filter(|line| line.contains(session));
        println!("{}", told.cloned().collect::<Vec<_>>().join("\n"));
    }
    assert_eq!(findings, Vec::<String>::new(), "seed {seed}");
    assert!(output.status.success(), "seed {seed}: {verified}");
    assert!(books.captured() > 0, "seed {seed}: nobody charged");
}

/// The kills that there were.
#[derive(Default)]
struct Killed {
    /// Before the gateway listened.
    starting: usize,
    /// While at least one session was under way.
    under_way: usize,
    idle: usize,
    /// The second gateway, whatever was under way.
    second: usize,
}

/// Kill the victim as often, each time a random while after it was started. In the end it runs.
async fn kill(world: &mut World, load: &mut Load, kills: u32, seed: u64, victim: Victim) -> Killed {
    let bar = ProgressBar::new(kills.into());
    let template = "{wide_bar} {pos} of {len} kills, {eta} left";
    bar.set_style(ProgressStyle::with_template(template).unwrap());
    let mut random = SmallRng::seed_from_u64(seed);
    let mut killed = Killed::default();
    world.stop_gateway();
    let begun = Instant::now();
    world.restart_gateway().await;
    // Of twice what a start takes and some more, so that it dies while it starts, while it recovers and under load.
    let longest = begun.elapsed() * 2 + Duration::from_secs(1);
    let mut second = match victim {
        #[cfg(feature = "peers")]
        Victim::EitherGateway => Some(world.second_gateway().await),
        _ => None,
    };
    world.stop_gateway();
    let mut is_dead = true;
    for _ in 0..kills {
        let life = longest.mul_f64(random.random_range(0.0..1.0));
        let started = Instant::now();
        let is_up = !is_dead || timeout(life, world.restart_gateway()).await.is_ok();
        tokio::time::sleep(life.saturating_sub(started.elapsed())).await;
        let under_way = load.under_way();
        assert!(
            !is_up || world.gateway_ended().is_none(),
            "seed {seed}: it ended by itself"
        );
        // Of two, one dies, the other, or both.
        let dies = second.as_ref().map_or(0, |_| random.random_range(0..3));
        // One that did not start in time is killed in any case.
        is_dead = dies != 1 || !is_up;
        if is_dead {
            match victim {
                Victim::Machine => world.lose_power(&mut random),
                _ => world.stop_gateway(),
            }
            match (is_up, under_way) {
                (false, _) => killed.starting += 1,
                (true, 0) => killed.idle += 1,
                (true, _) => killed.under_way += 1,
            }
        }
        if let Some(second) = &mut second
            && dies > 0
        {
            second.crash().await;
            killed.second += 1;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if is_dead {
        world.restart_gateway().await;
    }
    killed
}

/// Figures below each other.
pub(crate) fn table(figures: impl IntoIterator<Item = (&'static str, usize)>) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    for (what, count) in figures {
        table.add_row([what.to_owned(), count.to_string()]);
    }
    table
}
