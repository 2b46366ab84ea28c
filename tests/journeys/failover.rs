//! The gateway on a PostgreSQL of three nodes: the primary is lost again and again while many drivers charge, and
//! another node takes over.
//!
//! `cargo xtask failover` installs what this needs, and runs it.

use std::fmt::Display;
use std::time::{Duration, Instant};

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::task::LocalSet;

use crate::crash_loop::{table, variable};
use crate::operator::chargetap;
use crate::world::load::Load;
use crate::world::{Ensemble, Setup, World};

/// How often the primary is lost in each way, unless `CHARGETAP_FAILOVER_ROUNDS` says otherwise.
const ROUNDS: u32 = 3;
const PLACES: u32 = 8;
/// The primary is lost while more drivers than this are there.
const MOST: usize = 4;
/// How long that goes on before the primary is lost, and how long it is gone once the gateway goes on.
const PAUSE: std::ops::Range<f64> = 0.5..4.0;
/// How long the gateway may take to say whether it is ready: it misses a server that is silent sooner.
const ANSWER: Duration = Duration::from_secs(30);

/// How a primary is lost.
#[derive(Clone, Copy)]
enum Loss {
    /// Everything on its node is killed.
    Killed,
    /// Its node goes off the network, and runs on.
    CutOff,
}

impl Loss {
    fn name(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::CutOff => "cut off",
        }
    }

    fn begin(self, ensemble: &mut Ensemble, node: u32) {
        match self {
            Self::Killed => ensemble.kill(node),
            Self::CutOff => ensemble.set_link(node, false),
        }
    }

    fn end(self, ensemble: &mut Ensemble, node: u32) {
        match self {
            Self::Killed => ensemble.start_again(node),
            Self::CutOff => ensemble.set_link(node, true),
        }
    }
}

/// A loss of the primary, and what followed.
struct Failover {
    loss: Loss,
    primary: u32,
    successor: u32,
    /// How long there was no primary.
    led_after: Duration,
    /// How long no statement was carried out: until the gateway was ready again.
    ready_after: Duration,
    /// How many drivers were there.
    under_way: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_primary_is_lost_loses_nothing_and_takes_nothing_twice() {
    let rounds = variable("CHARGETAP_FAILOVER_ROUNDS").unwrap_or(ROUNDS);
    let seed = variable("CHARGETAP_FAILOVER_SEED").unwrap_or_else(rand::random);
    println!("seed {seed}");
    LocalSet::new().run_until(charge(rounds, seed)).await;
}

async fn charge(rounds: u32, seed: u64) {
    println!("three nodes start, each with etcd, Patroni and PostgreSQL");
    let mut ensemble = Ensemble::start().await;
    let mut world = World::new(Setup {
        server: Some(ensemble.database()),
        ..Load::setup(PLACES)
    })
    .await;
    println!("the gateway runs, and drivers come to {PLACES} terminals");
    let mut random = SmallRng::seed_from_u64(seed);
    let mut load = Load::start(&world, seed);
    let mut failovers = Vec::new();
    for round in 1..=rounds {
        for loss in [Loss::Killed, Loss::CutOff] {
            println!("round {round} of {rounds}");
            let failover = fail_over(loss, &mut ensemble, &world, &mut load, &mut random).await;
            failovers.push(failover);
            let ended = world.gateway_ended();
            assert!(ended.is_none(), "seed {seed}: it ended by itself");
        }
    }
    println!("no further driver comes, and the last ones leave");
    let books = load.end(&world).await;
    let output = chargetap(&["verify"], world.folder());
    let verified = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    println!("\n{}\n\n{}", table_of(&failovers), table(books.figures()));
    let log = || world.log().lines().join("\n");
    assert_eq!(books.findings(), Vec::<String>::new(), "{}", log());
    assert!(output.status.success(), "seed {seed}: {verified}");
    assert!(books.captured() > 0, "seed {seed}: nobody charged");
}

/// Lose the primary, wait until another node has taken over, and bring the lost one back.
async fn fail_over(
    loss: Loss,
    ensemble: &mut Ensemble,
    world: &World,
    load: &mut Load,
    random: &mut SmallRng,
) -> Failover {
    let primary = ensemble.whole().await;
    tell(format!("node {primary} is the primary, and drivers charge"));
    world
        .until("most drivers charge", async || load.under_way() > MOST)
        .await;
    pause(random).await;
    let under_way = load.under_way();
    let lost = Instant::now();
    loss.begin(ensemble, primary);
    tell(format!(
        "node {primary} is {} while {under_way} sessions are under way",
        loss.name()
    ));
    let successor = ensemble.successor(primary).await;
    let led_after = lost.elapsed();
    tell(format!(
        "node {successor} leads after {}",
        seconds(led_after)
    ));
    world
        .until("the gateway is ready again", async || is_ready(world).await)
        .await;
    let ready_after = lost.elapsed();
    tell(format!(
        "the gateway is ready again after {}",
        seconds(ready_after)
    ));
    pause(random).await;
    loss.end(ensemble, primary);
    tell(format!("node {primary} is back"));
    let back = Instant::now();
    ensemble.whole().await;
    tell(format!(
        "node {primary} follows after {}",
        seconds(back.elapsed())
    ));
    Failover {
        loss,
        primary,
        successor,
        led_after,
        ready_after,
        under_way,
    }
}

/// Whether the gateway says that it is ready. One whose statement hangs does not say anything.
async fn is_ready(world: &World) -> bool {
    tokio::time::timeout(ANSWER, world.is_ready()).await == Ok(true)
}

async fn pause(random: &mut SmallRng) {
    tokio::time::sleep(Duration::from_secs_f64(random.random_range(PAUSE))).await;
}

fn tell(what: impl Display) {
    println!("  {what}");
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn table_of(failovers: &[Failover]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header([
        "PRIMARY",
        "LOST",
        "SESSIONS",
        "NEXT",
        "LEADS AFTER",
        "READY AFTER",
    ]);
    for it in failovers {
        table.add_row([
            format!("node {}", it.primary),
            it.loss.name().to_owned(),
            it.under_way.to_string(),
            format!("node {}", it.successor),
            seconds(it.led_after),
            seconds(it.ready_after),
        ]);
    }
    table
}
