//! Durable verified callbacks a second, beside other ways to do the same: a commit for each, bare SQLite, components
//! that are linked natively, and a plain service in Node.

use std::fmt;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chargetap_engine::platform::Components;
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;

use crate::figures::{Figures, Required, ms};
use crate::host::{self, Commits, Linked};
use crate::load::{self, Answers, Pace};
use crate::process::{self, Gateway};
use crate::{folder, median};

/// Over how many connections callbacks come.
const CONNECTIONS: u32 = 64;
/// How many statements the gateway has share a commit at most.
const BATCH: usize = 64;
/// How often the natively linked components take turns with the others.
const ROUNDS: usize = 5;
/// How many times it is measured how long the disk takes.
const FSYNCS: usize = 250;
/// The Node that has the module for SQLite without a flag.
const WITHOUT_NODE: &str = "left out: `node` on the PATH has no node:sqlite (22.13 has)";

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (ms(self.p50), ms(self.p99));
        write!(
            f,
            "{:.0}/s, p50 {p50:.2} ms, p99 {p99:.2} ms",
            self.per_second
        )
    }
}

pub(crate) fn measure(figures: &mut Figures, lasting: Duration) {
    figures.part("callbacks");
    let send = |server, connections, pace| load::send(server, connections, pace, lasting);

    let served = folder();
    let address = process::free_address();
    let text = process::configuration(address, "http://127.0.0.1:9", 1, 1);
    Gateway::configure(served.path(), &text);
    let gateway = Gateway::start(served.path(), address, None);
    let many = send(address, CONNECTIONS, Pace::Answered);
    let one = send(address, 1, Pace::Answered);
    let half = Pace::PerSecond(many.per_second / 2.0);
    let mut fsyncs = fsyncs();
    let half = send(address, CONNECTIONS, half);
    drop(gateway);
    // What else the disk does changes.
    fsyncs.extend(self::fsyncs());
    let slowest = *fsyncs.iter().max().unwrap();
    let fsync = median(fsyncs);
    let told = format!("{:.2} ms, at most {:.2} ms", ms(fsync), ms(slowest));
    figures.figure("one fsync of 4 KiB, median", told);
    figures.figure("gateway, 64 connections", many);
    figures.figure("gateway, 1 connection", one);
    figures.figure("gateway, 64 connections, half of that load", half);
    let gateway = Gateway::start(served.path(), address, Some("error"));
    let silent = send(address, CONNECTIONS, Pace::Answered);
    drop(gateway);
    figures.figure("gateway without its log, 64 connections", silent);

    // The same engine and database in a host that takes other components, and makes other commits.
    let (mut plugins, mut linked) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plugins.push(hosted(&text, host::plugins, Commits::Shared, lasting));
        linked.push(hosted(&text, Linked::load, Commits::Shared, lasting));
    }
    let alone = hosted(&text, host::plugins, Commits::OneEach, lasting);
    figures.figure("host of the benchmark, 64 connections", plugins[0]);
    figures.figure("the same, components linked natively", linked[0]);
    figures.figure("the same, a commit for each callback", alone);

    let (bare, row) = bare(&served.path().join("chargetap.db"), lasting);
    figures.figure(
        "bytes of a callback's row, without keys",
        format!("{row:.0} B"),
    );
    figures.figure("bare SQLite, 64 such rows a commit", format!("{bare:.0}/s"));
    let service = Service::start(served.path());
    let node = service.as_ref().map(|service| {
        let many = send(service.address, CONNECTIONS, Pace::Answered);
        (many, send(service.address, 1, Pace::Answered))
    });
    if let Some((many, one)) = &node {
        figures.figure("service in Node, 64 connections", many);
        figures.figure("service in Node, 1 connection", one);
    }

    let rate = |answers: Vec<Answers>| median(answers.iter().map(|it| it.per_second).collect());
    let (plugins, linked) = (rate(plugins), rate(linked));
    let at_least = Required::AtLeast;
    let per_commit = plugins / alone.per_second;
    figures.required(
        "× a commit for each callback",
        per_commit,
        "×",
        &at_least(10.0),
    );
    let part = 100.0 * many.per_second / bare;
    figures.required("of bare SQLite", part, "%", &at_least(60.0));
    let plugins_cost = 100.0 * (linked / plugins - 1.0);
    figures.required(
        "more time for plugins",
        plugins_cost,
        "%",
        &Required::AtMost(10.0),
    );
    match node {
        None => figures.figure("× a service in Node", WITHOUT_NODE),
        Some((node, node_one)) => {
            let faster = many.per_second / node.per_second;
            figures.required("× a service in Node", faster, "×", &at_least(8.0));
            let slowest = many.p99.as_secs_f64() / node.p99.as_secs_f64();
            figures.required(
                "p99 of that in Node's",
                slowest,
                "×",
                &Required::AtMost(0.1),
            );
            let faster = one.per_second / node_one.per_second;
            figures.required("× Node at 1 connection", faster, "×", &at_least(1.5));
        }
    }
    let fsyncs = half.p99.as_secs_f64() / fsync.as_secs_f64();
    figures.required(
        "p99 at half load, in fsyncs",
        fsyncs,
        "×",
        &Required::AtMost(4.0),
    );
}

/// How long it takes to have 4 KiB more of a file on the disk, several times.
fn fsyncs() -> Vec<Duration> {
    let folder = folder();
    let mut file = std::fs::File::create(folder.path().join("file")).unwrap();
    let once = |_| {
        file.seek(SeekFrom::End(0)).unwrap();
        file.write_all(&[7; 4_096]).unwrap();
        let began = Instant::now();
        file.sync_all().unwrap();
        began.elapsed()
    };
    (0..FSYNCS).map(once).collect()
}

/// Callbacks to the host of the benchmark, on a database of its own.
fn hosted<C: Components + Send + Sync + 'static>(
    configuration: &str,
    load: impl FnOnce(Vec<chargetap_plugins::EndpointKeys>) -> C,
    commits: Commits,
    lasting: Duration,
) -> Answers {
    let folder = folder();
    let address = process::free_address();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let gateway = host::open(folder.path(), configuration, load, commits, Duration::ZERO).await;
        host::serve(gateway, address).await;
    });
    load::send(address, CONNECTIONS, Pace::Answered, lasting)
}

/// How many rows like those in the table of reports bare SQLite inserts a second, as many to a commit as share one in
/// the gateway; and how many bytes a row's values have.
fn bare(gateways: &Path, lasting: Duration) -> (f64, f64) {
    let gateways = Connection::open(gateways).unwrap();
    let folder = folder();
    let bare = Connection::open(folder.path().join("bare.db")).unwrap();
    bare.pragma_update(None, "journal_mode", "WAL").unwrap();
    bare.pragma_update(None, "synchronous", "FULL").unwrap();
    let definitions = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'report' AND sql IS NOT NULL";
    let mut definitions = gateways.prepare(definitions).unwrap();
    let definitions = definitions.query_map([], |row| row.get::<_, String>(0));
    for definition in definitions.unwrap() {
        bare.execute_batch(&definition.unwrap()).unwrap();
    }
    let rows = "SELECT endpoint, dedupe, at, report FROM report ORDER BY number LIMIT 10000";
    let mut rows = gateways.prepare(rows).unwrap();
    let rows = rows.query_map([], |row| {
        let endpoint: String = row.get(0)?;
        let dedupe: String = row.get(1)?;
        let report: String = row.get(3)?;
        Ok((endpoint, dedupe, row.get::<_, i64>(2)?, report))
    });
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let bytes = |(endpoint, dedupe, _, report): &(String, String, i64, String)| {
        endpoint.len() + dedupe.len() + size_of::<i64>() + report.len()
    };
    let bytes = rows.iter().map(bytes).sum::<usize>() as f64 / rows.len() as f64;
    let insert = "INSERT INTO report (endpoint, dedupe, at, report) VALUES (?1, ?2, ?3, ?4)
                  ON CONFLICT DO NOTHING RETURNING number";
    let mut insert = bare.prepare(insert).unwrap();
    let (mut inserted, mut round) = (0_usize, 0_u64);
    let began = Instant::now();
    while began.elapsed() < lasting {
        for batch in rows.chunks(BATCH) {
            bare.execute_batch("BEGIN IMMEDIATE").unwrap();
            for (endpoint, dedupe, at, report) in batch {
                // Each delivery has another key, as long as the first ones'.
                let number = format!("{round:06}");
                let dedupe = format!("{number}{}", &dedupe[number.len()..]);
                insert
                    .query_row(params![endpoint, dedupe, at, report], |_| Ok(()))
                    .unwrap();
            }
            bare.execute_batch("COMMIT").unwrap();
            inserted += batch.len();
        }
        round += 1;
    }
    (inserted as f64 / began.elapsed().as_secs_f64(), bytes)
}

/// The service in Node. It ends when dropped.
struct Service {
    process: Child,
    address: SocketAddr,
}

impl Service {
    /// Start it, if there is a Node that has what it needs.
    fn start(folder: &Path) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/store/service.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(folder.join("node.db"))
            .arg(process::webhook_secret())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        let mut printed = BufReader::new(process.stdout.take()?);
        printed.read_line(&mut line).ok()?;
        let Ok(port) = line.trim().parse::<u16>() else {
            let _ = process.wait();
            return None;
        };
        Some(Self {
            process,
            address: ([127, 0, 0, 1], port).into(),
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
