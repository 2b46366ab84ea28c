//! Statements fail on their way to the server and back, while many drivers charge.

use tokio::task::LocalSet;

use crate::operator::chargetap;
use crate::world::load::Load;
use crate::world::{Cluster, Proxy, Setup, World};

/// How often each kind of failure happens.
const EACH: u32 = 40;
const PLACES: u32 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_statements_fail_loses_nothing_and_takes_nothing_twice() {
    let cluster = Cluster::start();
    let seed = rand::random();
    println!("seed {seed}");
    let proxy = Proxy::start(&cluster.database("unreliable"), seed).await;
    LocalSet::new().run_until(charge(&proxy, seed)).await;
}

async fn charge(proxy: &Proxy, seed: u64) {
    let world = World::new(Setup {
        server: Some(proxy.database()),
        ..Load::setup(PLACES)
    })
    .await;
    proxy.let_fail(true);
    let load = Load::start(&world, seed);
    world
        .until("everything failed often", async || {
            proxy.failed().iter().all(|count| *count >= EACH)
        })
        .await;
    proxy.let_fail(false);
    let books = load.end(&world).await;
    let output = chargetap(&["verify"], world.folder());
    let verified = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    println!("{:?} failed, {} cards", proxy.failed(), books.shown.len());
    let log = || world.log().lines().join("\n");
    assert_eq!(books.findings(), Vec::<String>::new(), "{}", log());
    assert!(output.status.success(), "{verified}");
    assert!(books.captured() > 0, "nobody charged");
}
