//! A store on a server is copied into a file while the gateway runs, verified, and restored into an empty database.

use super::end_gateway;
use crate::backup::{done, refused};
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
    world.configure(&first, &second);
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
