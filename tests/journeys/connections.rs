//! Clients that connect and say too little.

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::world::{Setup, World, price};

/// More than the gateway takes at once.
const FLOOD: usize = 1_200;

/// Let this process open as many files as it may.
fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
}

/// A client that has sent half a request.
async fn half_a_request(world: &World) -> TcpStream {
    let mut client = TcpStream::connect(world.address()).await.unwrap();
    // The gateway may have closed the connection already.
    let _ = client.write_all(b"GET /healthz HTTP/1.1\r\nHost: ga").await;
    client
}

#[tokio::test]
async fn a_flood_of_connections_is_bounded_and_a_session_charges_through_it() {
    raise_open_files();
    let world = World::charging(Setup::default()).await;
    let mut flood = Vec::new();
    for _ in 0..FLOOD {
        flood.push(half_a_request(&world).await);
    }
    let refused = |line: &String| line.contains("connections are refused");
    world
        .until("connections are refused", async || {
            world.log().lines().iter().any(refused)
        })
        .await;
    // Its station is heard all the time.
    let before = world.metered_live().await;
    world
        .until("energy flows", async || world.metered_live().await > before)
        .await;
    drop(flood);
    world
        .until("it answers", async || world.is_ready().await)
        .await;
    world.cable("unplug", 1).await;
    let sessions = world.closed_sessions(1).await;
    let paid = price(world.metered_energy().await);
    assert_eq!(sessions[0]["captured"], paid);
}

#[tokio::test]
async fn the_gateway_ends_though_a_client_never_sends_the_rest_of_its_request() {
    let mut world = World::new(Setup::default()).await;
    let _client = half_a_request(&world).await;
    // An answer to somebody who came later: the half of the request is there.
    assert!(world.is_ready().await);
    world.signal_gateway(Signal::TERM);
    let mut ended = None;
    while ended.is_none() {
        tokio::task::yield_now().await;
        ended = world.gateway_ended();
    }
    assert!(ended.unwrap().success(), "{ended:?}");
}
