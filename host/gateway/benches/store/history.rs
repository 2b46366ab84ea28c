//! What a step and a read cost on a long history, beside a short one.
//!
//! The history is made of a real session's rows: of one that the gateway drove from tap to receipt, and whose readings
//! are gone, as they are 35 days later. Each row of it is copied for each past session, with other ids in the places of
//! its own, and some time earlier.

use std::path::Path;
use std::time::{Duration, Instant};

use chargetap_engine::http::Request;
use chargetap_fleet::api::{self, Method};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tokio::runtime::Runtime;

use crate::figures::{Figures, Required, ms};
use crate::visit::{NEXT_DRIVER, Site, Step};
use crate::{folder, median};

/// The length of the short history.
const SHORT: u64 = 1_000;
/// How many visits are measured on each.
const VISITS: usize = 100;
/// How often each read is measured on each: all together no more than the interface takes at once.
const READS: usize = 20;
/// Of how many sessions the rows are written together, so that they lie as near to each other as they do in life.
const TOGETHER: u64 = 100;
/// Where a session leaves rows that stay.
const TABLES: [&str; 8] = [
    "session",
    "event",
    "command",
    "paper",
    "invoice",
    "signed_value",
    "station_transaction",
    "named_transaction",
];
/// So long ago was the last session of the past, in milliseconds, and between two of them.
const AGO: u64 = 36 * 24 * 60 * 60 * 1_000;
const BETWEEN: u64 = 60_000;

pub(crate) fn measure(figures: &mut Figures, long: u64) {
    figures.part("history");
    let runtime = Runtime::new().unwrap();
    let (short_folder, long_folder) = (folder(), folder());
    let [short_database, long_database] =
        [&short_folder, &long_folder].map(|it| it.path().join("chargetap.db"));
    runtime.block_on(async {
        let folder = folder();
        let mut site = Site::open(folder.path(), Duration::ZERO).await;
        site.onboard().await;
        site.visit().await;
        let real = Connection::open(folder.path().join("chargetap.db")).unwrap();
        for copy in [&short_database, &long_database] {
            let copy = copy.to_str().unwrap();
            real.execute("VACUUM INTO ?1", [copy]).unwrap();
        }
    });
    fill(&short_database, SHORT);
    let began = Instant::now();
    fill(&long_database, long);
    let (took, size) = (
        began.elapsed(),
        std::fs::metadata(&long_database).unwrap().len(),
    );
    let filled = format!("{:.0} s, {} MiB", took.as_secs_f64(), size >> 20);
    figures.figure(&format!("filling in {long} sessions"), filled);
    runtime.block_on(compare(figures, short_folder.path(), long_folder.path()));
}

async fn compare(figures: &mut Figures, short: &Path, long: &Path) {
    let mut short = Site::open(short, NEXT_DRIVER).await;
    let mut long = Site::open(long, NEXT_DRIVER).await;
    let (mut short_visits, mut long_visits) = (Vec::new(), Vec::new());
    for _ in 0..VISITS {
        // In turns, so that both have the same of what else the machine does.
        short_visits.push(short.visit().await);
        long_visits.push(long.visit().await);
    }
    for (at, step) in short_visits[0].iter().enumerate() {
        if short_visits[0][..at].iter().any(|it| it.what == step.what) {
            continue;
        }
        let of = |visits: &[Vec<Step>]| {
            let steps = visits.iter().flatten().filter(|it| it.what == step.what);
            median(steps.map(|step| step.took).collect())
        };
        row(figures, &step.what, of(&short_visits), of(&long_visits));
    }
    for route in api::routes() {
        if route.method != Method::Get || route.parameters().next().is_some() {
            continue;
        }
        let (mut shorts, mut longs) = (Vec::new(), Vec::new());
        for _ in 0..READS {
            shorts.push(read(&short, route.path).await);
            longs.push(read(&long, route.path).await);
        }
        let what = format!("GET {}", route.path);
        row(figures, &what, median(shorts), median(longs));
    }
}

fn row(figures: &mut Figures, what: &str, short: Duration, long: Duration) {
    let what = format!("{what}: {:.2} ms, then {:.2} ms", ms(short), ms(long));
    let ratio = long.as_secs_f64() / short.as_secs_f64();
    figures.required(&what, ratio, "×", &Required::AtMost(1.2));
}

async fn read(site: &Site, path: &str) -> Duration {
    let began = Instant::now();
    let request = Request {
        path: format!("/api/v1{path}"),
        ..Request::default()
    };
    let answer = site.call(request).await;
    let elapsed = began.elapsed();
    // The host of the benchmark has no bundles to tell of.
    assert!(
        matches!(answer.status, 200 | 409),
        "{path}: {}",
        answer.status
    );
    elapsed
}

/// Copy the only session of a database so many times into the past.
fn fill(database: &Path, sessions: u64) {
    let connection = Connection::open(database).unwrap();
    // Its readings go, by the trigger of that, and so do keys of deliveries. If the machine fails meanwhile, the
    // benchmark has failed.
    let prepare = "UPDATE session SET is_folded = 1;
                   UPDATE event SET dedupe = NULL WHERE instr(dedupe, '/') = 0;
                   PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;";
    connection.execute_batch(prepare).unwrap();
    // What triggers would make of the rows is copied as well.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)
        .unwrap();
    let ids = ids(&connection);
    let copies: Vec<_> = TABLES
        .iter()
        .flat_map(|table| copies(&connection, table, &ids))
        .collect();
    connection.execute_batch("BEGIN").unwrap();
    for first in (1..=sessions).step_by(TOGETHER.try_into().unwrap()) {
        let last = sessions.min(first + TOGETHER - 1);
        for (statement, values) in &copies {
            let bounds = [first, last].map(|it| Value::Integer(it.try_into().unwrap()));
            let parameters = bounds.iter().chain(values);
            connection
                .prepare_cached(statement)
                .unwrap()
                .execute(params_from_iter(parameters))
                .unwrap();
        }
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// The unique ids of a session, its payment, its receipt and its transaction, which each copy of it needs anew.
fn ids(connection: &Connection) -> Vec<String> {
    let ids = "SELECT id FROM session UNION SELECT payment FROM session UNION SELECT id FROM paper
               UNION SELECT code FROM paper UNION SELECT key FROM station_transaction";
    let mut ids = connection.prepare(ids).unwrap();
    let ids = ids.query_map([], |row| row.get::<_, Option<String>>(0));
    let mut ids: Vec<_> = ids.unwrap().filter_map(Result::unwrap).collect();
    // One may be a part of another.
    ids.sort_by_key(|id| std::cmp::Reverse(id.len()));
    ids
}

/// For each row of a table, a statement that inserts it once for each number in a range, and the row's values.
fn copies(connection: &Connection, table: &str, ids: &[String]) -> Vec<(String, Vec<Value>)> {
    connection.set_prepared_statement_cache_capacity(1_024);
    let mut rows = connection
        .prepare(&format!("SELECT * FROM {table}"))
        .unwrap();
    let names: Vec<String> = rows.column_names().map(str::to_owned).collect();
    let values = rows.query_map([], |row| {
        (0..names.len())
            .map(|at| row.get::<_, Value>(at))
            .collect::<Result<Vec<_>, _>>()
    });
    let copy = |values: Vec<Value>| {
        let columns: Vec<_> = names.iter().zip(values).enumerate().collect();
        let expression = |(at, (name, value)): &(usize, (&String, Value))| {
            let parameter = format!("?{}", at + 3);
            match (name.as_str(), value) {
                ("number", _) if table == "invoice" => format!("{parameter} + n"),
                // The table gives them.
                ("number", _) => "NULL".to_owned(),
                ("at" | "started_at" | "heard_at" | "ended_at", Value::Integer(_)) => {
                    format!("{parameter} - {AGO} - n * {BETWEEN}")
                }
                (_, Value::Text(text)) => other_ids(&parameter, text, ids),
                _ => parameter,
            }
        };
        let expressions: Vec<_> = columns.iter().map(expression).collect();
        let statement = format!(
            "WITH past(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM past WHERE n < ?2)
             INSERT INTO {table} ({}) SELECT {} FROM past",
            names.join(", "),
            expressions.join(", "),
        );
        let values = columns.into_iter().map(|(_, (_, value))| value).collect();
        (statement, values)
    };
    values
        .unwrap()
        .map(|values| copy(values.unwrap()))
        .collect()
}

/// A text with other ids of the same length in the places of those that stand in it.
fn other_ids(parameter: &str, text: &str, ids: &[String]) -> String {
    let standing = ids.iter().filter(|id| text.contains(id.as_str()));
    standing.fold(parameter.to_owned(), |expression, id| {
        let length = id.len();
        format!("replace({expression}, '{id}', printf('%0{length}d', n))")
    })
}
