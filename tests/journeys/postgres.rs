//! The store on PostgreSQL: the same journeys, and what only a server can do.

mod copies;
mod moving;
#[path = "../../host/engine/tests/statements/mod.rs"]
mod statements;
mod unreliable;

use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use rustix::process::Signal;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use self::statements::{Dialect, statements};
use crate::crashes;
use crate::operator::{chargetap, start_error};
use crate::raw_station::{ACCEPTED, RawStation, moment};
use crate::world::{Cluster, Log, Proxy, SecondGateway, Setup, World, price};

#[tokio::test]
async fn a_tap_becomes_a_session_one_capture_and_a_receipt() {
    let cluster = Cluster::start();
    let setup = Setup {
        server: Some(cluster.database("taps")),
        ..Setup::default()
    };
    let world = World::new(setup).await;
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    let receipts = world.receipts(1).await;
    let amount = price(world.metered_energy().await);
    assert_eq!(sessions[0]["captured"], amount);
    assert_eq!(receipts[0]["captured"], amount);
    let numbers = cluster.ask("taps", "SELECT number FROM invoice ORDER BY number");
    assert_eq!(numbers, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_dies_between_many_steps_captures_once_and_loses_nothing() {
    let cluster = Cluster::start();
    let mut databases = (1..).map(|number| cluster.database(&format!("crash_{number}")));
    // Between any two steps, it takes a quarter of an hour: here, what is in common with a file is not shown again.
    crashes::everywhere(9, || databases.next()).await;
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_of_a_session_loses_nothing_of_it() {
    let mut cluster = Cluster::start();
    let setup = Setup {
        server: Some(cluster.database("dies")),
        ..Setup::default()
    };
    let mut world = World::charging(setup).await;
    world
        .until("it costs more than is too little to take", async || {
            price(world.metered_live().await) > 50
        })
        .await;
    cluster.crash();
    world.cable("unplug", 1).await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(world.metered_energy().await));
    assert_eq!(world.gateway_ended().and_then(|it| it.signal()), None);
}

/// Have the gateway end by itself: one that is killed counts as alive for some seconds.
async fn end_gateway(world: &mut World) {
    world.signal_gateway(Signal::TERM);
    // It has ten seconds for what is under way, and needs none.
    while world.gateway_ended().is_none() {
        tokio::task::yield_now().await;
    }
}

/// A command that waits for a table in the middle of what it does.
struct Stopped {
    command: JoinHandle<Output>,
    /// Who has the table.
    lock: Client,
}

impl Stopped {
    /// Run a command until it waits for this table of the database at this address.
    async fn at(
        (server, table): (&str, &str),
        world: &World,
        cluster: &Cluster,
        arguments: &[&str],
    ) -> Self {
        let connecting = tokio_postgres::connect(server, tokio_postgres::NoTls);
        let (lock, connection) = connecting.await.unwrap();
        tokio::spawn(connection);
        let taken = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        lock.batch_execute(&taken).await.unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&it| it.to_owned()).collect();
        let folder = world.folder().to_owned();
        let command = tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            chargetap(&arguments, &folder)
        });
        world
            .until("the command waits", async || {
                let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
                cluster.ask("postgres", waiting) != "0"
            })
            .await;
        Self { command, lock }
    }

    /// Let it go on, until it has ended.
    async fn go_on(self) -> Output {
        self.lock.batch_execute("COMMIT").await.unwrap();
        self.command.await.unwrap()
    }
}

/// A world whose station is connected to the second of two gateways, and does not unplug by itself. The second one
/// reaches the database of the first by an address of its own.
async fn two_gateways(database: &str, by_second: &str) -> (World, SecondGateway) {
    let setup = Setup {
        server: Some(database.to_owned()),
        simulated_station: false,
        unplug_after: None,
        // The hold is enough for as long as a gateway is away.
        power: 1_000,
        ..Setup::default()
    };
    let mut world = World::new(Setup {
        server: setup.server.clone(),
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    let second = world.other_gateway(database, by_second).await;
    world.start_station_at(&second.address, &setup).await;
    world.tap("card-1").await;
    world
        .until("it costs more than is too little to take", async || {
            price(world.metered_live().await) > 50
        })
        .await;
    (world, second)
}

const LEADS: &str = "this process leads";
const UNLIKE: &str = "another gateway on this database is not as this one";
const LEADS_NO_MORE: &str = "this process does not lead any more";

fn has_said(log: &Log, message: &str) -> bool {
    log.messages().iter().any(|it| it.starts_with(message))
}

/// The driver leaves, and pays once for what was metered.
async fn driver_leaves(world: &World) {
    world.cable("unplug", 1).await;
    let sessions = world.closed_sessions(1).await;
    let receipts = world.receipts(1).await;
    let amount = price(world.metered_energy().await);
    assert_eq!(sessions[0]["captured"], amount);
    assert_eq!(receipts[0]["captured"], amount);
}

#[tokio::test]
async fn an_order_reaches_a_station_that_is_connected_to_another_process() {
    let cluster = Cluster::start();
    let server = cluster.database("two");
    let (world, second) = two_gateways(&server, &server).await;
    driver_leaves(&world).await;
    assert!(has_said(world.log(), LEADS) && !has_said(&second.log, LEADS));
    assert!(!has_said(&second.log, UNLIKE));
}

#[tokio::test]
async fn a_process_that_is_killed_leaves_its_sessions_to_another() {
    let cluster = Cluster::start();
    let server = cluster.database("killed");
    let (mut world, second) = two_gateways(&server, &server).await;
    world.stop_gateway();
    world.turn_to(&second.address);
    driver_leaves(&world).await;
    world.shows("Paid").await;
}

#[tokio::test]
async fn a_process_that_stands_still_leaves_its_sessions_to_another_and_follows_when_it_goes_on() {
    let cluster = Cluster::start();
    let server = cluster.database("still");
    let (world, second) = two_gateways(&server, &server).await;
    world.signal_gateway(Signal::STOP);
    let other_leads = async || has_said(&second.log, LEADS);
    world.until("the other one leads", other_leads).await;
    world.signal_gateway(Signal::CONT);
    let follows = async || has_said(world.log(), LEADS_NO_MORE);
    world.until("it knows that it does not", follows).await;
    driver_leaves(&world).await;
    assert!(!has_said(&second.log, LEADS_NO_MORE));
}

#[tokio::test]
async fn a_process_that_is_cut_off_from_the_database_lets_its_stations_go_until_it_reaches_it_again()
 {
    let cluster = Cluster::start();
    let server = cluster.database("cut");
    let proxy = Proxy::start(&server, 0).await;
    let (world, second) = two_gateways(&server, &proxy.database()).await;
    proxy.cut(true);
    let let_go = async || has_said(&second.log, "the database could not be reached");
    world.until("stations are let go", let_go).await;
    let is_away = async || world.station().await["connected"] == false;
    world.until("the station is let go", is_away).await;
    proxy.cut(false);
    let taken = async || has_said(&second.log, "the database can be reached again");
    world.until("stations are taken", taken).await;
    driver_leaves(&world).await;
}

#[tokio::test]
async fn a_station_of_which_it_is_not_on_record_where_it_is_connected_is_put_on_record_again() {
    let cluster = Cluster::start();
    let server = cluster.database("unrecorded");
    let (world, _second) = two_gateways(&server, &server).await;
    cluster.ask("unrecorded", "DELETE FROM station_connection");
    let recorded = "SELECT count(*) FROM station_connection";
    let is_recorded = async || cluster.ask("unrecorded", recorded) == "1";
    world.until("it is on record", is_recorded).await;
    driver_leaves(&world).await;
}

#[tokio::test]
async fn gateways_that_are_configured_differently_say_so() {
    let cluster = Cluster::start();
    let world = World::new(Setup {
        server: Some(cluster.database("unlike")),
        simulated_station: false,
        onboarded: false,
        ..Setup::default()
    })
    .await;
    let timeout = "authorise_timeout_s = 3";
    let other = "authorise_timeout_s = 4";
    let second = world.other_gateway(timeout, other).await;
    let says_so = async || has_said(&second.log, UNLIKE);
    world.until("the second one says so", says_so).await;
    assert_eq!(second.log.values("parts"), ["configuration"]);
}

#[tokio::test]
async fn a_gateway_that_others_would_not_reach_does_not_start_and_says_what_to_do() {
    let cluster = Cluster::start();
    let setup = Setup {
        server: Some(cluster.database("unreachable")),
        simulated_station: false,
        onboarded: false,
        ..Setup::default()
    };
    let mut world = World::new(setup).await;
    end_gateway(&mut world).await;
    world.configure("listen = \"127.0.0.1:", "listen = \"0.0.0.0:");
    let error = start_error(world.folder());
    assert!(error.contains("--peer-url http://"), "{error}");
}

#[tokio::test]
async fn a_nul_character_in_what_a_station_or_a_driver_sends_stops_nothing() {
    let cluster = Cluster::start();
    let world = World::new(Setup {
        server: Some(cluster.database("nul")),
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    let mut station = RawStation::new(&world).await;
    let boot = json!({"chargePointVendor": "A\0B", "chargePointModel": "\0"});
    let booted = station.exchange("BootNotification", boot).await;
    assert_eq!(booted["status"], "Accepted");
    let free = json!({"connectorId": 1, "status": "Available", "errorCode": "NoError",
        "info": "\0", "vendorErrorCode": "\0"});
    assert_eq!(
        station.exchange("StatusNotification", free).await,
        json!({})
    );
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let tag = station.tag.clone();
    let started = station.start(&tag, 1_000).await;
    let stopped = json!({"transactionId": started["transactionId"], "meterStop": 8_000,
        "timestamp": moment(), "reason": "Local\0", "idTag": "\0"});
    station.exchange("StopTransaction", stopped).await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(7_000));
    world.receipts(1).await;
    let search = world.url("/receipts");
    let (status, ..) = world.submit(&search, &[("code", "AB\0CD")]).await;
    assert_eq!(status, 404);
}

/// What is no part of what the databases have in common that are compatible with PostgreSQL.
const NOT_IN_COMMON: [&str; 10] = [
    "ADVISORY",
    "CREATE FUNCTION",
    "DO $$",
    "LISTEN",
    "LOCK TABLE",
    "NOTIFY",
    "PLPGSQL",
    "TRIGGER",
    "CREATE DOMAIN",
    "XMIN",
];

#[tokio::test]
async fn a_table_is_made_or_changed_however_long_that_takes() {
    let cluster = Cluster::start();
    let server = cluster.database("definitions");
    for statement in [
        "CREATE TABLE limit_of_statement (value text)",
        "CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO limit_of_statement VALUES (current_setting('statement_timeout')); END $$",
        "CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION note()",
    ] {
        cluster.ask("definitions", statement);
    }
    let _world = World::new(Setup {
        server: Some(server),
        simulated_station: false,
        onboarded: false,
        ..Setup::default()
    })
    .await;
    let limits = "SELECT DISTINCT value FROM limit_of_statement";
    assert_eq!(cluster.ask("definitions", limits), "0");
}

#[tokio::test]
async fn every_statement_of_the_store_is_understood_and_in_what_compatible_databases_have() {
    let cluster = Cluster::start();
    let server = cluster.database("statements");
    // The gateway makes the tables.
    let _world = World::new(Setup {
        server: Some(server.clone()),
        simulated_station: false,
        onboarded: false,
        ..Setup::default()
    })
    .await;
    let connecting = tokio_postgres::connect(&server, tokio_postgres::NoTls);
    let (client, connection) = connecting.await.unwrap();
    let connection = tokio::spawn(connection);
    let statements = statements(Dialect::Postgres);
    assert!(statements.len() > 110, "{} only", statements.len());
    let mut refused = Vec::new();
    for statement in &statements {
        let text = statement.text.replace('?', "$");
        let mut outcome = client.prepare(&text).await.map(|_| ());
        for types in types(&text) {
            if outcome.is_err() {
                outcome = client.prepare_typed(&text, &types).await.map(|_| ());
            }
        }
        if let Err(error) = outcome {
            let reason = error.as_db_error().map(ToString::to_string);
            refused.push(format!("{}: {reason:?}: {text}", statement.file));
        }
        let words = text.to_uppercase();
        refused.extend(
            NOT_IN_COMMON
                .iter()
                .filter(|it| words.contains(*it))
                .map(|it| format!("{it}: {text}")),
        );
    }
    connection.abort();
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
}

/// Of which types the parameters of a statement may be. The gateway says it; the database does not always find it out.
fn types(text: &str) -> Vec<Vec<Type>> {
    if text.starts_with("WITH stored AS") {
        // A step of a session.
        let (int, text) = (Type::INT8, Type::TEXT);
        let mut types = vec![text; 13];
        for at in [1, 3, 12] {
            types[at] = int.clone();
        }
        types[7] = Type::BYTEA;
        return vec![types];
    }
    let parameters = (1..20).take_while(|number| text.contains(&format!("${number}")));
    let parameters = parameters.count().min(8);
    let one = |all: u32, at: usize| match all >> at & 1 {
        0 => Type::INT8,
        _ => Type::TEXT,
    };
    let all = |all| (0..parameters).map(|at| one(all, at)).collect();
    (0..1 << parameters).map(all).collect()
}
