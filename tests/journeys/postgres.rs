//! The store on PostgreSQL: the same journeys, and what only a server can do.

mod copies;
mod moving;
#[path = "../../host/engine/tests/statements/mod.rs"]
mod statements;

use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use rustix::process::Signal;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use self::statements::{Dialect, statements};
use crate::crashes;
use crate::operator::chargetap;
use crate::world::{Cluster, Log, SecondGateway, Setup, World, price};

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

/// A world whose station is connected to the second of two gateways, and does not unplug by itself.
async fn two_gateways(cluster: &Cluster, database: &str) -> (World, SecondGateway) {
    let setup = Setup {
        server: Some(cluster.database(database)),
        simulated_station: false,
        unplug_after: None,
        ..Setup::default()
    };
    let mut world = World::new(Setup {
        server: setup.server.clone(),
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    let second = world.second_gateway().await;
    world.start_station_at(&second.address, &setup).await;
    world.tap("card-1").await;
    world
        .until("energy flows", async || world.metered_live().await > 500)
        .await;
    (world, second)
}

#[tokio::test]
async fn an_order_reaches_a_station_that_is_connected_to_another_process() {
    let cluster = Cluster::start();
    let (world, second) = two_gateways(&cluster, "two").await;
    world.cable("unplug", 1).await;
    let sessions = world.closed_sessions(1).await;
    let receipts = world.receipts(1).await;
    let amount = price(world.metered_energy().await);
    assert_eq!(sessions[0]["captured"], amount);
    assert_eq!(receipts[0]["captured"], amount);
    let leads = |log: &Log| log.messages().contains(&"this process leads".to_owned());
    assert!(leads(world.log()) && !leads(&second.log));
}

#[tokio::test]
async fn a_process_that_is_killed_leaves_its_sessions_to_another() {
    let cluster = Cluster::start();
    let (mut world, second) = two_gateways(&cluster, "killed").await;
    world.stop_gateway();
    world.turn_to(&second.address);
    world.cable("unplug", 1).await;
    let sessions = world.closed_sessions(1).await;
    let receipts = world.receipts(1).await;
    let amount = price(world.metered_energy().await);
    assert_eq!(sessions[0]["captured"], amount);
    assert_eq!(receipts[0]["captured"], amount);
    world.shows("Paid").await;
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
