//! The whole store moves between a file and a server.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::json;

use super::{Stopped, end_gateway};
use crate::backup::{charged, done, refused, stop_by_operator};
use crate::fleet::PIXEL;
use crate::operator::{chargetap, folder_of_a_gateway, start_error};
use crate::world::{Cluster, Setup, TERMINAL, World, now, price};

const FILE: &str = "chargetap.db";

/// Every row of every table, by the table's name, with what each would give out next.
fn contents(file: &Path) -> Vec<(String, Vec<Vec<Stored>>)> {
    let database = Connection::open(file).unwrap();
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'probe' ORDER BY name";
    let mut tables = database.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.map(Result::unwrap).collect();
    let rows = |table: String| {
        let query = match table.as_str() {
            "event" => "SELECT rowid, * FROM event ORDER BY rowid".to_owned(),
            // A table without rows may be there with 0, or not at all.
            "sqlite_sequence" => {
                "SELECT * FROM sqlite_sequence WHERE seq > 0 ORDER BY name".to_owned()
            }
            _ => format!("SELECT * FROM {table} ORDER BY 1, 2"),
        };
        let mut query = database.prepare(&query).unwrap();
        let columns = query.column_count();
        let rows = query.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
        (table, rows.unwrap().map(Result::unwrap).collect())
    };
    tables.into_iter().map(rows).collect()
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (contents(one), contents(other));
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
}

/// An incident with a photograph, which is on record for good.
async fn report_an_incident(world: &World) {
    let incident = json!({
        "kind": "theft", "terminal": TERMINAL, "discovered": now(),
        "description": "It is gone.", "done": "", "planned": "", "contact": null,
    });
    let opened = world
        .call("POST", "/api/v1/incidents", Some(incident))
        .await;
    assert_eq!(opened.status, 201);
    let key = opened.json()["key"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/incidents/{key}/photographs?caption=The%20bracket");
    let png = [("content-type", "image/png")];
    let attached = world
        .send_as(world.token(), "POST", &path, PIXEL.to_vec(), &png)
        .await;
    assert_eq!(attached.status, 200, "{attached:?}");
}

/// A world with a session that ended, was paid and refunded in part, and another one that charges.
async fn with_history() -> (World, String) {
    let world = World::charging(Setup::default()).await;
    charged(&world).await;
    let first = world.session();
    stop_by_operator(&world).await;
    world.closed_sessions(1).await;
    world.receipts(1).await;
    let refund = json!({"reference": "r-1", "amount": 1});
    assert_eq!(world.operate(&first, "refunds", Some(refund)).await, 200);
    world.receipts(2).await;
    world.cable("unplug", 1).await;
    world.tap("card-2").await;
    let file = world.folder().join(FILE);
    let second = "SELECT id FROM session WHERE phase = 'charging' AND view ->> '$.energy' > 0";
    let mut session = None;
    world
        .until("the second one charges", async || {
            let database = Connection::open(&file).unwrap();
            session = database.query_row(second, [], |row| row.get(0)).ok();
            session.is_some()
        })
        .await;
    report_an_incident(&world).await;
    (world, session.unwrap())
}

#[tokio::test]
async fn a_store_moves_to_a_server_and_back_and_an_open_session_ends_there() {
    let cluster = Cluster::start();
    let server = cluster.database("moved");
    let (mut world, session) = with_history().await;
    let error = refused(&world, &["migrate", "--from", FILE, "--to", &server]);
    assert!(error.contains("stop the gateway first"), "{error}");
    world.stop_gateway();
    let told = done(&world, &["migrate", "--from", FILE, "--to", &server]);
    assert!(told.contains("both were compared"), "{told}");
    done(
        &world,
        &["migrate", "--from", &server, "--to", "sqlite:same.db"],
    );
    let folder = world.folder().to_owned();
    assert_same(&folder.join(FILE), &folder.join("same.db"));
    done(&world, &["verify", "same.db"]);

    world.configure(&format!("\"{FILE}\""), &format!("\"{server}\""));
    world.restart_gateway().await;
    let energy =
        "SELECT CAST(view AS jsonb) ->> 'energy' FROM session ORDER BY number DESC LIMIT 1";
    world
        .until("it is worth a capture", async || {
            cluster.ask("moved", energy).parse::<u64>().unwrap() > 500
        })
        .await;
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    let closed = world.closed_sessions(2).await;
    world
        .until("it has its receipt", async || {
            cluster.ask("moved", "SELECT count(*) FROM paper") == "3"
        })
        .await;
    let station = world.station().await;
    let second = &station["transactions"][1];
    let energy = second["meter_stop"].as_u64().unwrap() - second["meter_start"].as_u64().unwrap();
    assert_eq!(closed[1]["captured"], price(energy), "{closed:#?}");
    let last = "SELECT max(number) || ' ' || max(last) FROM invoice, invoice_counter";
    assert_eq!(cluster.ask("moved", last), "3 3");

    let back = ["migrate", "--from", &server, "--to", "back.db"];
    let error = refused(&world, &back);
    assert!(error.contains("stop the gateway first"), "{error}");
    end_gateway(&mut world).await;
    done(&world, &back);
    done(&world, &["verify", "back.db"]);
    let (before, after) = (
        contents(&folder.join(FILE)),
        contents(&folder.join("back.db")),
    );
    for ((table, before), (_, after)) in before.iter().zip(&after) {
        // What was on record stays, in its order.
        if ["event", "invoice", "paper", "fleet_change", "picture"].contains(&table.as_str()) {
            assert_eq!(before[..], after[..before.len()], "{table}");
            assert!(!before.is_empty(), "{table}");
        }
    }
    world.configure(&format!("\"{server}\""), "\"back.db\"");
    world.restart_gateway().await;
    done(&world, &["verify"]);
}

#[tokio::test]
async fn a_copy_that_is_cut_off_goes_on_and_no_gateway_starts_on_it_before_it_ends() {
    let cluster = Cluster::start();
    let server = cluster.database("cut_off");
    let world = folder_of_a_gateway().await;
    let migrate = ["migrate", "--from", FILE, "--to", &server];
    let cut = [&migrate[..], &["--crash-at", "1"]].concat();
    for _ in 0..2 {
        let output = chargetap(&cut, world.folder());
        assert_eq!(output.status.signal(), Some(9), "{output:?}");
    }
    world.configure(&format!("\"{FILE}\""), &format!("\"{server}\""));
    let error = start_error(world.folder());
    assert!(error.contains("did not end"), "{error}");
    let error = refused(&world, &["migrate", "--from", &server, "--to", "other.db"]);
    assert!(
        error.contains("the source is a copy that did not end"),
        "{error}"
    );
    let told = done(&world, &migrate);
    assert!(told.contains("were there already"), "{told}");
    let error = refused(&world, &migrate);
    assert!(error.contains("the target is not empty"), "{error}");

    // The same once more, but with a row that is another.
    cluster.ask(
        "cut_off",
        "UPDATE store_version SET version = 9223372036854775807;
         UPDATE fleet_item SET item = '{}' WHERE kind = 'site'",
    );
    let error = refused(&world, &migrate);
    assert!(
        error.contains("the rows of table fleet_item are others"),
        "{error}"
    );
    let error = start_error(world.folder());
    assert!(error.contains("did not end"), "{error}");
}

#[tokio::test]
async fn of_two_copies_into_one_target_at_once_the_second_is_refused() {
    let cluster = Cluster::start();
    let server = cluster.database("two_at_once");
    let world = folder_of_a_gateway().await;
    let migrate = ["migrate", "--from", FILE, "--to", &server];
    let cut = [&migrate[..], &["--crash-at", "1"]].concat();
    let output = chargetap(&cut, world.folder());
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    // The second one is of another file: each has a lock.
    done(&world, &["backup", "same.db"]);
    let first = Stopped::at((&server, "vehicle"), &world, &cluster, &migrate).await;
    let error = refused(&world, &["migrate", "--from", "same.db", "--to", &server]);
    assert!(error.contains("another `chargetap migrate`"), "{error}");
    let output = first.go_on().await;
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn a_gateway_that_was_started_and_stopped_on_the_source_meanwhile_is_noticed() {
    let cluster = Cluster::start();
    let (source, target) = (cluster.database("source"), cluster.database("target"));
    let world = folder_of_a_gateway().await;
    done(&world, &["migrate", "--from", FILE, "--to", &source]);
    let migrate = ["migrate", "--from", &source, "--to", &target];
    let cut = [&migrate[..], &["--crash-at", "1"]].concat();
    let output = chargetap(&cut, world.folder());
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    let running = Stopped::at((&target, "vehicle"), &world, &cluster, &migrate).await;
    // What it leaves.
    cluster.ask(
        "source",
        "INSERT INTO leader (id, process) VALUES (1, 'another')",
    );
    let output = running.go_on().await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("a gateway was started on the source meanwhile"),
        "{error}"
    );
    // Before the next run, it changes nothing: all rows are compared with those that are there now.
    done(&world, &migrate);
}
