//! Whole card sessions: how many a second, from tap to receipt, how many bytes each leaves, and how often each step
//! asks the store.
//!
//! There is one session at each of many terminals, which then shows messages for a while. The stations charge as fast
//! as the gateway believes, so that a session lasts some tenths of a second; simulated stations and the simulated
//! provider take their part of the machine.

use std::path::Path;
use std::time::{Duration, Instant};

use chargetap::client;
use chargetap_simulators::station::{StationArgs, StationSimulator, Version};
use futures_util::StreamExt as _;
use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Runtime;

use crate::figures::{Figures, ms};
use crate::process::{self, Gateway, PASSWORD, station, terminal, until};
use crate::visit::{Site, Step};
use crate::{folder, median};

/// How many cards are on their way at once.
const AT_ONCE: usize = 64;
/// How long all sessions may take.
const LONGEST: Duration = Duration::from_secs(120);
/// How often it is looked how many receipts there are.
const LOOK: Duration = Duration::from_millis(10);

pub(crate) fn measure(figures: &mut Figures, sessions: usize) {
    figures.part("card sessions");
    let runtime = Runtime::new().unwrap();
    runtime.block_on(wave(figures, sessions));
    let steps = runtime.block_on(async {
        let folder = folder();
        let mut site = Site::open(folder.path(), Duration::ZERO).await;
        site.onboard().await;
        // In the second one, everything was there before.
        site.visit().await;
        site.visit().await
    });
    round_trips(figures, &steps);
}

/// A card at each of so many terminals.
async fn wave(figures: &mut Figures, sessions: usize) {
    let folder = folder();
    let payter = process::payter(sessions).await;
    let address = process::free_address();
    let text = process::configuration(address, payter.base_url(), sessions, sessions);
    Gateway::configure(folder.path(), &text);
    let gateway = Gateway::start(folder.path(), address, None);
    gateway.onboard(sessions).await;
    let stations = simulated_stations(&gateway, sessions).await;
    until("every station is connected", async || {
        gateway.connected().await == sessions
    })
    .await;
    let books = Books::open(folder.path());
    // Prompts, statuses and the like are there from now on.
    let offers =
        "SELECT count(DISTINCT terminal) FROM ask WHERE confirmed AND instr(ask, 'CT-') > 0";
    until("every terminal offers to charge", async || {
        books.number(offers) == sessions as u64
    })
    .await;
    let client = client::client().unwrap();
    let (bytes, began) = (books.bytes(), Instant::now());
    let taps = futures_util::stream::iter(0..sessions).map(|number| {
        let (client, payter) = (&client, &payter);
        async move {
            let began = Instant::now();
            let card = format!("card-{number}");
            let is_taken = process::tap(client, payter, &terminal(number), &card).await;
            assert!(is_taken, "a terminal took no card");
            began.elapsed()
        }
    });
    let taps: Vec<_> = taps.buffer_unordered(AT_ONCE).collect().await;
    while books.number("SELECT count(*) FROM paper WHERE amount > 0") < sessions as u64 {
        assert!(began.elapsed() < LONGEST, "not every session has a receipt");
        tokio::time::sleep(LOOK).await;
    }
    let per_second = sessions as f64 / began.elapsed().as_secs_f64();
    let what = format!("{sessions} card sessions, from tap to receipt");
    figures.figure(&what, format!("{per_second:.1}/s"));
    let taps = format!("{:.1} ms", ms(median(taps)));
    figures.figure("from tap to answered callback, median", taps);
    let events = books.number("SELECT count(*) FROM event") as f64 / sessions as f64;
    figures.figure("events of a session", format!("{events:.1}"));
    let bytes = (books.bytes() - bytes) as f64 / sessions as f64;
    figures.figure("bytes of a session", format!("{:.1} KiB", bytes / 1_024.0));
    // Before the gateway ends, so that no station misses it.
    drop(stations);
}

/// The gateway's database, of which it is only read.
struct Books(Connection);

impl Books {
    fn open(folder: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self(Connection::open_with_flags(folder.join("chargetap.db"), flags).unwrap())
    }

    fn number(&self, statement: &str) -> u64 {
        let number = self.0.query_row(statement, [], |row| row.get::<_, i64>(0));
        number.unwrap().try_into().unwrap()
    }

    /// How many bytes of the file are in use.
    fn bytes(&self) -> u64 {
        let pragma = |name: &str| self.number(&format!("PRAGMA {name}"));
        (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")
    }
}

async fn simulated_stations(gateway: &Gateway, number: usize) -> Vec<StationSimulator> {
    let mut stations = Vec::new();
    for number in 0..number {
        let args = StationArgs {
            url: format!("ws://{}/ocpp", gateway.address),
            identity: station(number),
            password: PASSWORD.into(),
            ocpp: Version::V1_6,
            connectors: 1,
            power: 50_000,
            time_scale: 180,
            meter_interval_ms: 50,
            plug_in_after_ms: Some(1),
            unplug_after: Some(600),
            faults: Vec::new(),
            control: ([127, 0, 0, 1], 0).into(),
        };
        stations.push(StationSimulator::start(args).await.unwrap());
    }
    stations
}

/// How often the steps of one session ask the store, each kind of step once.
fn round_trips(figures: &mut Figures, steps: &[Step]) {
    figures.part("round trips to the store");
    let mut told = Vec::new();
    for step in steps {
        if !told.contains(&&step.what) {
            told.push(&step.what);
            let trips = format!("{} reads, {} writes", step.reads, step.writes);
            figures.figure(&step.what, trips);
        }
    }
    let (reads, writes) = steps.iter().fold((0, 0), |(reads, writes), step| {
        (reads + step.reads, writes + step.writes)
    });
    let all = format!("{reads} reads, {writes} writes");
    figures.figure("the whole session, without arming", all);
}
