//! A store on a server is copied into a file while the gateway runs, verified, and restored into an empty database.

use std::os::unix::process::ExitStatusExt as _;

use super::{Stopped, end_gateway};
use crate::backup::{done, refused};
use crate::operator::chargetap;
use crate::world::{Cluster, Setup, World, price};

const COPY: &str = "copy.db";

async fn charging(server: &str) -> World {
    let setup = Setup {
        server: Some(server.to_owned()),
        ..Setup::default()
    };
    World::charging(setup).await
}

/// Wait until the only session costs enough to be captured. Returns its id.
async fn charged(world: &World, cluster: &Cluster, database: &str) -> String {
    let energy = "SELECT CAST(view AS jsonb) ->> 'energy' FROM session";
    world
        .until("it is worth a capture", async || {
            cluster.ask(database, energy).parse::<u64>().unwrap() > 500
        })
        .await;
    cluster.ask(database, "SELECT id FROM session")
}

#[tokio::test]
async fn a_session_goes_on_from_a_copy_that_was_made_while_it_charged() {
    let cluster = Cluster::start();
    let (first, second) = (cluster.database("first"), cluster.database("second"));
    let mut world = charging(&first).await;
    let told = done(&world, &["backup", COPY]);
    assert!(told.contains("1 sessions, of which 1 are open"), "{told}");
    for arguments in [&["verify"][..], &["verify", COPY]] {
        let told = done(&world, arguments);
        assert!(told.contains("every session has its events"), "{told}");
    }
    let error = refused(&world, &["restore", COPY]);
    assert!(
        error.contains("is not empty, and nothing was changed"),
        "{error}"
    );

    end_gateway(&mut world).await;
    world.configure(&first, &second);
    let told = done(&world, &["restore", COPY, "--former", &first]);
    assert!(told.contains("is as it was: keep it"), "{told}");
    world.restart_gateway().await;
    let session = charged(&world, &cluster, "second").await;
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    let closed = world.closed_sessions(1).await;
    assert_eq!(
        closed[0]["captured"],
        price(world.metered_energy().await),
        "{closed:#?}"
    );
    world
        .until("it has its receipt", async || {
            cluster.ask("second", "SELECT count(*) FROM paper") == "1"
        })
        .await;
    done(&world, &["verify"]);
}

#[tokio::test]
async fn numbers_that_are_given_out_while_a_copy_is_made_are_none_of_the_copy() {
    let cluster = Cluster::start();
    let first = cluster.database("first");
    let mut world = charging(&first).await;
    end_gateway(&mut world).await;
    let sequence = "SELECT last_value FROM station_transaction_number_seq";
    let before = cluster.ask("first", sequence);
    let backup = Stopped::at((&first, "attempt"), &world, &cluster, &["backup", COPY]).await;
    cluster.ask("first", "SELECT nextval('station_transaction_number_seq')");
    assert_ne!(cluster.ask("first", sequence), before);
    let output = backup.go_on().await;
    assert!(output.status.success(), "{output:?}");
    let copy = rusqlite::Connection::open(world.folder().join(COPY)).unwrap();
    let last = "SELECT seq FROM sqlite_sequence WHERE name = 'station_transaction'";
    // After a restore, the others are those of transactions that only the lost database knew.
    let last: i64 = copy.query_row(last, [], |row| row.get(0)).unwrap();
    assert_eq!(last.to_string(), before);
}

#[tokio::test]
async fn numbers_that_the_former_database_gave_out_are_not_given_out_by_the_restored_one() {
    let cluster = Cluster::start();
    let (first, second) = (cluster.database("first"), cluster.database("second"));
    let mut world = charging(&first).await;
    let session = charged(&world, &cluster, "first").await;
    done(&world, &["backup", COPY]);
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    world.closed_sessions(1).await;
    world
        .until("it has its receipt", async || {
            cluster.ask("first", "SELECT count(*) FROM paper") == "1"
        })
        .await;
    end_gateway(&mut world).await;
    let half = cluster.database("half");
    let cut = [
        "migrate",
        "--from",
        &first,
        "--to",
        &half,
        "--crash-at",
        "1",
    ];
    let output = chargetap(&cut, world.folder());
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    world.configure(&first, &second);
    let error = refused(&world, &["restore", COPY, "--former", &half]);
    assert!(error.contains("it is a copy that did not end"), "{error}");
    let told = done(&world, &["restore", COPY, "--former", &first]);
    assert!(
        told.contains("go on after 1; the copy knows them up to 0"),
        "{told}"
    );
    let numbers = "SELECT last FROM invoice_counter";
    assert_eq!(cluster.ask("second", numbers), "1");
    let transactions =
        "SELECT nextval(pg_get_serial_sequence('station_transaction', 'number')) > 1000000";
    assert_eq!(cluster.ask("second", transactions), "t");
    assert_eq!(cluster.ask("second", "SELECT count(*) FROM restore"), "1");
    // The former one is as it was.
    assert_eq!(cluster.ask("first", "SELECT count(*) FROM restore"), "0");
}

#[tokio::test]
async fn what_a_copy_does_not_show_is_verified_on_the_server() {
    let cluster = Cluster::start();
    let first = cluster.database("first");
    let mut world = charging(&first).await;
    let session = charged(&world, &cluster, "first").await;
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    world.closed_sessions(1).await;
    end_gateway(&mut world).await;
    done(&world, &["verify"]);
    for (damage, finding) in [
        (
            "UPDATE invoice_counter SET last = 7",
            "the last one is 1, and the next one follows on 7",
        ),
        ("DROP INDEX session_due", "index session_due"),
        (
            "DROP INDEX session_of_evse; CREATE INDEX session_of_evse ON session (station, connector)",
            "unique index session_of_evse",
        ),
    ] {
        cluster.ask("first", damage);
        let output = chargetap(&["verify", "--json"], world.folder());
        let found = String::from_utf8(output.stdout).unwrap();
        assert!(found.contains(finding), "{finding}: {found}");
        assert_eq!(output.status.code(), Some(1), "{found}");
    }
}
